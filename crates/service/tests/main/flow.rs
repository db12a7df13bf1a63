//! An agent and a worker inside the test: real keys and CSRs, the real services, no network.

use crate::bench::{ServiceBench, agent, operator, viewer};
use certctl_crypto::KeyPair;
use certctl_domain::id::{AgentId, CertificateId, JobId, TargetId};
use certctl_domain::job::Job;
use certctl_domain::policy::PolicySeverity;
use certctl_domain::profile::KeySpec;
use certctl_domain::renewal::RenewalPolicy;
use certctl_domain::san::San;
use certctl_pki::RequestTemplate;
use certctl_service::jobs::IssuanceRunner;
use certctl_service::reconcile::RenewalSweep;
use certctl_service::{
    AgentWork, AgentWorkOptions, Certificates, Engine, EngineOptions, Guards, PolicyGate, Renewals,
};
use certctl_service_api::ServiceError;
use certctl_service_api::agent_work::{
    AgentWorkService, CsrAccepted, CsrTemplate, JobReport, ReportedStatus, WorkItem,
};
use certctl_service_api::certificate::{CertificateService, CertificateSpec, CertificateView};
use certctl_service_api::engine::{AttemptOutcome, JobEngine, JobRunner, Reconciler, Report, StopSignal};
use certctl_service_api::renewal::{Explanation, RenewalService};
use certctl_telemetry::{DeployCounters, IssuanceMetrics, JobMetrics, Registry};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

/// Lease of agents and of the server in these tests.
pub(crate) const LEASE: Duration = Duration::from_mins(1);

/// A bench with everything that takes part in an issuance.
pub(crate) struct Flow {
    pub(crate) bench: ServiceBench,
    pub(crate) registry: Registry,
    pub(crate) certificates: Certificates,
    pub(crate) work: AgentWork,
    pub(crate) renewals: Renewals,
    sweep: RenewalSweep,
    gate: PolicyGate,
}

/// Never says stop.
pub(crate) struct Never;

impl StopSignal for Never {
    fn stopping(&self) -> bool {
        false
    }
}

impl Flow {
    pub(crate) async fn new() -> Self {
        Self::on(ServiceBench::new().await)
    }

    pub(crate) fn on(bench: ServiceBench) -> Self {
        Self::stopping(bench, &[])
    }

    /// With other limits.
    pub(crate) fn guarded(mut bench: ServiceBench, guards: Guards) -> Self {
        bench.base.guards = guards;
        Self::on(bench)
    }

    /// With compliance rules of these severities stopping what would break them.
    pub(crate) fn stopping(bench: ServiceBench, severities: &[PolicySeverity]) -> Self {
        let gate = PolicyGate::new(severities.iter().copied());
        let registry = Registry::new();
        let work = AgentWork::new(
            bench.base.clone(),
            bench.secrets.clone(),
            Arc::clone(&bench.wakeups),
            Arc::new(DeployCounters::register(&registry).unwrap()),
            AgentWorkOptions { lease: LEASE, recheck: Duration::from_secs(5) },
        )
        .guarded(gate.clone());
        let certificates =
            Certificates::new(bench.base.clone(), Arc::clone(&bench.wakeups)).guarded(gate.clone());
        let sweep = RenewalSweep::new(bench.base.clone(), Arc::clone(&bench.wakeups));
        let renewals = Renewals::new(bench.base.clone(), Arc::clone(&bench.wakeups));
        Self { bench, registry, certificates, work, renewals, sweep, gate }
    }

    /// An engine of its own process name, with the real issuance runner.
    pub(crate) fn engine(&self, owner: &str) -> Engine {
        let metrics = Registry::new();
        let runner = IssuanceRunner::new(
            self.bench.base.clone(),
            Arc::clone(&self.bench.live),
            Arc::clone(&self.bench.wakeups),
            IssuanceMetrics::register(&metrics).unwrap(),
        );
        let runner: Arc<dyn JobRunner> = Arc::new(runner.guarded(self.gate.clone()));
        Engine::new(
            self.bench.base.clone(),
            Arc::clone(&self.bench.wakeups),
            vec![runner],
            JobMetrics::register(&metrics).unwrap(),
            EngineOptions { owner: owner.to_owned(), lease: LEASE },
        )
    }

    /// Creates a certificate for `www.example.com` on the target of the basics.
    pub(crate) async fn create(&self) -> CertificateView {
        self.certificates.create(&operator(), Some(build::id("mc-www")), spec()).await.unwrap()
    }

    pub(crate) async fn sweep(&self) -> Report {
        self.sweep.activate(&Never).await
    }

    /// What the agent of the basics gets when it asks once.
    pub(crate) async fn poll(&self) -> Vec<WorkItem> {
        self.poll_as(build::AGENT, "first").await
    }

    pub(crate) async fn poll_as(&self, id: &str, instance: &str) -> Vec<WorkItem> {
        let agent_id: AgentId = build::id(id);
        self.work.claim(&agent(id), &agent_id, instance, Duration::ZERO, 10).await.unwrap()
    }

    /// Sends a CSR as an item asks for it.
    pub(crate) async fn send_csr(&self, item: &WorkItem) -> Result<CsrAccepted, ServiceError> {
        self.send(item, &csr_for(item.csr.as_ref().unwrap())).await
    }

    pub(crate) async fn send(&self, item: &WorkItem, csr_pem: &str) -> Result<CsrAccepted, ServiceError> {
        let agent_id: AgentId = build::id(build::AGENT);
        let certificate: CertificateId = item.certificate_id.clone().unwrap();
        let job = Some(item.job_id.clone());
        self.work.submit_csr(&agent(build::AGENT), &agent_id, &certificate, job, csr_pem).await
    }

    /// Runs every due server job once.
    pub(crate) async fn work_off(&self) -> Vec<AttemptOutcome> {
        let engine = self.engine("replica-a");
        let mut outcomes = Vec::new();
        for job in engine.claim(10).await.unwrap() {
            outcomes.push(engine.run(job).await);
        }
        outcomes
    }

    pub(crate) async fn report(&self, item: &WorkItem, report: JobReport) -> Result<(), ServiceError> {
        let agent_id: AgentId = build::id(build::AGENT);
        let report = JobReport { lease_token: Some(item.lease_token), ..report };
        self.work.report(&agent(build::AGENT), &agent_id, &item.job_id, report).await
    }

    /// From creation to the first issued version; returns the deployment that waits for the agent.
    pub(crate) async fn issued(&self) -> WorkItem {
        self.create().await;
        self.sweep().await;
        let [issuance] = self.poll().await.try_into().unwrap();
        self.send_csr(&issuance).await.unwrap();
        assert_eq!(self.work_off().await, [AttemptOutcome::Completed]);
        let [deployment] = self.poll().await.try_into().unwrap();
        deployment
    }

    /// Like [`Flow::issued`], and served.
    pub(crate) async fn served(&self) {
        let deployment = self.issued().await;
        let fingerprint = deployment.fingerprint_sha256.clone();
        let done = JobReport { served_fingerprint: fingerprint, ..report(ReportedStatus::Completed) };
        self.report(&deployment, done).await.unwrap();
    }

    /// Changes the renewal policy of the basics.
    pub(crate) async fn policy(&self, change: impl Fn(&mut RenewalPolicy) + Send + 'static) {
        self.bench
            .write(move |tx| {
                let mut policy = tx.renewal_policies().find(&build::id(build::POLICY))?.unwrap();
                let read_at = policy.updated_at;
                change(&mut policy);
                tx.renewal_policies().update(&policy, read_at)
            })
            .await;
    }

    /// The agent of the basics gives its issuance up for good.
    pub(crate) async fn fail(&self) {
        let [item] = self.poll().await.try_into().unwrap();
        let failed = JobReport {
            retryable: false,
            error: Some("no disk".to_owned()),
            ..report(ReportedStatus::Failed)
        };
        self.report(&item, failed).await.unwrap();
    }

    pub(crate) async fn explain(&self) -> Explanation {
        self.renewals.explain(&viewer(), &build::id("mc-www")).await.unwrap()
    }

    pub(crate) async fn job(&self, id: &JobId) -> Job {
        self.bench.job(id.as_str()).await
    }
}

/// What a client sends for `www.example.com`.
pub(crate) fn spec() -> CertificateSpec {
    CertificateSpec {
        name: "www".into(),
        common_name: "www.example.com".into(),
        sans: vec!["www.example.com".into(), "10.0.0.1".into()],
        environment: "production".into(),
        owner_id: build::id(build::OWNER),
        team_id: build::id(build::TEAM),
        issuer_id: build::id(build::ISSUER),
        renewal_policy_id: build::id(build::POLICY),
        profile_id: None,
        tags: [("tier".to_owned(), "gold".to_owned())].into(),
        target_ids: Some(vec![build::id::<TargetId>(build::TARGET)]),
    }
}

/// A CSR with a fresh P-256 key, as an agent would make it.
pub(crate) fn csr_for(template: &CsrTemplate) -> String {
    let sans: Vec<San> = template.names.iter().cloned().collect();
    csr(&template.common_name, sans)
}

pub(crate) fn csr(common_name: &str, sans: Vec<San>) -> String {
    let key = KeyPair::generate(KeySpec::P256).unwrap();
    let request = RequestTemplate {
        common_name: Some(common_name.to_owned()),
        sans,
        extended_key_usages: Vec::new(),
        must_staple: false,
    };
    request.sign(&key).unwrap().to_pem()
}

/// A report without further facts.
pub(crate) fn report(status: ReportedStatus) -> JobReport {
    JobReport {
        status,
        error: None,
        retryable: true,
        lease_token: None,
        stage: None,
        rollback_failed: false,
        served_fingerprint: None,
        counters: Vec::new(),
        details: serde_json::Map::new(),
    }
}
