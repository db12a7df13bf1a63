//! The routes of an agent.

use crate::certificates::now;
use crate::state::{Fault, Issued, State};
use crate::{Request, Response};
use certctl_api_types::agent::{EnrolRequest, Enrolled, Heartbeat};
use certctl_api_types::work::{
    AgentCertificate, CsrAccepted, CsrRequest, JobReport, ReportedStatus, WorkList,
};
use certctl_crypto::KeyPair;
use certctl_domain::id::{AgentId, JobId, VersionId};
use certctl_domain::job::JobStatus;
use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
use certctl_pki::{CertificateRequest, RequestTemplate};
use parking_lot::{Condvar, Mutex};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) state: Mutex<State>,
    pub(crate) changed: Condvar,
}

impl Shared {
    pub(crate) fn answer(&self, request: &Request) -> Response {
        let response = self.route(request).unwrap_or_else(|refusal| refusal);
        self.changed.notify_all();
        response
    }

    fn route(&self, request: &Request) -> Result<Response, Response> {
        let segments = request.segments();
        let ["api", "v1", "agents", rest @ ..] = segments.as_slice() else {
            return Err(Response::error(404, "not_found", "no such route"));
        };
        let mut state = self.state.lock();
        if state.outage {
            state.turned_away.push(request.path.clone());
            return Err(Response::error(503, "unavailable", "the service is not available at the moment"));
        }
        drop(state);
        if let ("POST", ["enroll"]) = (request.method.as_str(), rest) {
            return self.enrol(request);
        }
        let [agent, rest @ ..] = rest else {
            return Err(Response::error(404, "not_found", "no such route"));
        };
        self.authenticate(agent, request)?;
        match (request.method.as_str(), rest) {
            ("POST", ["heartbeat"]) => {
                let facts: Heartbeat = body(request)?;
                self.state.lock().heartbeats.push(facts);
                Ok(Response::json(200, &json!({"status": "heartbeat_recorded"})))
            }
            ("GET", ["work"]) => self.work(request),
            ("POST", ["csr"]) => self.csr(&body(request)?),
            ("GET", ["certificates", _certificate]) => self.certificate(request),
            ("POST", ["jobs", job, "status"]) => self.report(job, body(request)?),
            _ => Err(Response::error(404, "not_found", "no such route")),
        }
    }

    fn authenticate(&self, agent: &str, request: &Request) -> Result<(), Response> {
        let mut state = self.state.lock();
        let known = AgentId::parse(agent).ok().and_then(|id| state.agents.get(&id).cloned());
        if known.is_none() || known.as_deref() != request.bearer() {
            state.unauthenticated += 1;
            return Err(Response::error(401, "invalid_credential", "the credential is not known"));
        }
        if state.retired {
            return Err(Response::error(410, "agent_retired", "the agent has been retired"));
        }
        Ok(())
    }

    fn enrol(&self, request: &Request) -> Result<Response, Response> {
        let asked: EnrolRequest = body(request)?;
        let mut state = self.state.lock();
        let token = request.headers.get("x-certctl-bootstrap-token").cloned().unwrap_or_default();
        if asked.name.is_empty() || !state.tokens.remove(&token) {
            return Err(Response::error(401, "invalid_enrolment_token", "the token is not valid"));
        }
        let agent_id = AgentId::parse(&state.mint("agent")).map_err(broken)?;
        let api_key = state.mint("secret");
        state.agents.insert(agent_id.clone(), api_key.clone());
        Ok(Response::json(201, &Enrolled { agent_id, api_key }))
    }

    fn work(&self, request: &Request) -> Result<Response, Response> {
        let number = |name: &str| {
            request
                .query
                .get(name)
                .and_then(|text| text.trim_end_matches('s').parse::<u64>().ok())
                .unwrap_or(0)
        };
        let instance = request.query.get("instance").cloned().unwrap_or_default();
        let deadline = Instant::now() + Duration::from_secs(number("wait"));
        let limit = usize::try_from(number("limit")).unwrap_or(usize::MAX);
        let mut state = self.state.lock();
        if !state.claims.contains(&instance) {
            state.newest_instance.clone_from(&instance);
        }
        state.claims.push(instance.clone());
        self.changed.notify_all();
        if state.take_fault(|fault| *fault == Fault::Throttle).is_some() {
            let busy = Response::error(503, "unavailable", "the service is not available at the moment");
            return Err(busy.header("Retry-After", "1"));
        }
        if state.take_fault(|fault| *fault == Fault::SendAway).is_some() {
            return Ok(Response::json(200, &WorkList { jobs: Vec::new(), count: 0 }));
        }
        loop {
            if state.retired {
                return Err(Response::error(410, "agent_retired", "the agent has been retired"));
            }
            let jobs = state.claim(&instance, limit);
            if !jobs.is_empty() || state.outage || Instant::now() >= deadline {
                let count = u64::try_from(jobs.len()).unwrap_or(u64::MAX);
                return Ok(Response::json(200, &WorkList { jobs, count }));
            }
            self.changed.wait_until(&mut state, deadline);
        }
    }

    fn csr(&self, asked: &CsrRequest) -> Result<Response, Response> {
        let mut state = self.state.lock();
        let Some(job_id) = asked.job_id.clone() else {
            return Err(Response::error(400, "invalid_request", "job_id is missing"));
        };
        let before = state.csrs.iter().find(|(id, _csr)| *id == job_id).map(|(_id, csr)| csr.clone());
        state.csrs.push((job_id.clone(), asked.csr_pem.clone()));
        if let Some(Fault::RefuseCsr(message)) =
            state.take_fault(|fault| matches!(fault, Fault::RefuseCsr(_)))
        {
            return Err(Response::error(422, "unprocessable", &message));
        }
        if state.take_fault(|fault| *fault == Fault::DropCsr).is_some() {
            return Ok(Response::hang_up());
        }
        let status = state.status(&job_id);
        if status == Some(JobStatus::Completed) {
            return match before {
                Some(csr) if csr == asked.csr_pem => Ok(accepted("csr_signed", job_id)),
                _ => Err(Response::error(409, "csr_already_accepted", "another CSR was accepted")),
            };
        }
        Self::sign(&mut state, asked, &job_id)?;
        match state.take_fault(|fault| *fault == Fault::LoseCsrAnswer) {
            Some(_fault) => Ok(Response::hang_up()),
            None => Ok(accepted("csr_accepted", job_id)),
        }
    }

    fn sign(state: &mut State, asked: &CsrRequest, job_id: &JobId) -> Result<(), Response> {
        let request = CertificateRequest::parse(asked.csr_pem.as_bytes())
            .map_err(|error| Response::error(422, "unprocessable", &error.to_string()))?;
        let leaf = state.authority.issue(&request).map_err(broken)?;
        let version = VersionId::parse(&state.mint("cv")).map_err(broken)?;
        let issued = Issued {
            certificate_id: asked.certificate_id.clone(),
            names: leaf.sans().to_vec(),
            pem: leaf.to_pem(),
            fingerprint: leaf.fingerprint(),
        };
        state.issued.insert(version.clone(), issued);
        state.versions.push(version.clone());
        let Some(job) = state.job_mut(job_id) else {
            return Err(Response::error(404, "not_found", "no such job"));
        };
        job.item.status = JobStatus::Completed;
        for (target, config) in std::mem::take(&mut job.follow_up) {
            state.deploy(&version, target, config);
        }
        Ok(())
    }

    fn certificate(&self, request: &Request) -> Result<Response, Response> {
        let mut state = self.state.lock();
        let version = request.query.get("version").and_then(|text| VersionId::parse(text).ok());
        let Some(version_id) = version.or_else(|| state.versions.last().cloned()) else {
            return Err(Response::error(404, "not_found", "nothing was issued"));
        };
        let Some(mut issued) = state.issued.get(&version_id).cloned() else {
            return Err(Response::error(404, "not_found", "no such version"));
        };
        if state.take_fault(|fault| *fault == Fault::WrongCertificate).is_some() {
            let template = RequestTemplate {
                sans: issued.names.clone(),
                extended_key_usages: vec![ExtendedKeyUsage::ServerAuth],
                ..Default::default()
            };
            let key = KeyPair::generate(KeySpec::P256).map_err(broken)?;
            let leaf = state.authority.issue(&template.sign(&key).map_err(broken)?).map_err(broken)?;
            issued.pem = leaf.to_pem();
            issued.fingerprint = leaf.fingerprint();
        }
        let (certificate_pem, fingerprint_sha256) = (issued.pem, issued.fingerprint);
        Ok(Response::json(200, &AgentCertificate { certificate_pem, version_id, fingerprint_sha256 }))
    }

    fn report(&self, job: &str, report: JobReport) -> Result<Response, Response> {
        let id = JobId::parse(job).map_err(broken)?;
        let mut state = self.state.lock();
        let lease = state.lease;
        let lost = state.take_fault(|fault| {
            *fault == Fault::LoseReportAnswer && report.status != ReportedStatus::Running
        });
        let repeated = state.reports.iter().any(|(of, taken)| *of == id && *taken == report);
        let Some(job) = state.job_mut(&id) else {
            return Err(Response::error(404, "not_found", "no such job"));
        };
        if report.lease_token.is_some_and(|token| token != job.item.lease_token) {
            state.stale_reports.push((id, report));
            return Err(Response::error(409, "lease_lost", "another process works on the job"));
        }
        if !repeated || job.item.status.is_live() {
            match report.status {
                ReportedStatus::Running => {
                    if let Some((_owner, until)) = &mut job.holder {
                        *until = now().plus(lease);
                    }
                }
                ReportedStatus::Completed => job.item.status = JobStatus::Completed,
                ReportedStatus::Failed if report.retryable => (job.due, job.holder) = (false, None),
                ReportedStatus::Failed => job.item.status = JobStatus::Failed,
            }
            state.reports.push((id, report));
        }
        match lost {
            Some(_fault) => Ok(Response::hang_up()),
            None => Ok(Response::json(200, &json!({"status": "updated"}))),
        }
    }
}

fn accepted(status: &str, job_id: JobId) -> Response {
    Response::json(202, &CsrAccepted { status: status.to_owned(), job_id })
}

fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Response> {
    serde_json::from_slice(&request.body)
        .map_err(|error| Response::error(400, "invalid_request", &error.to_string()))
}

fn broken(error: impl std::fmt::Display) -> Response {
    Response::error(500, "internal_error", &error.to_string())
}
