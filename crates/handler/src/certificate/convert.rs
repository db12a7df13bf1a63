//! Between the domain's certificates and their JSON bodies.

use certctl_api_types::certificate as api;
use certctl_domain::deployment::TargetMapping;
use certctl_domain::target::Target;
use certctl_domain::version::CertificateVersion;
use certctl_http_core::Tagged;
use certctl_service_api::certificate::{CertificateSpec, CertificateView, QueuedDeployment, QueuedIssuance};

pub(crate) fn certificate(view: CertificateView) -> api::Certificate {
    let CertificateView { certificate, status, target_ids } = view;
    api::Certificate {
        id: certificate.id,
        name: certificate.name,
        common_name: certificate.common_name,
        sans: certificate.sans.iter().map(ToString::to_string).collect(),
        environment: certificate.environment,
        owner_id: certificate.owner_id,
        team_id: certificate.team_id,
        issuer_id: certificate.issuer_id,
        renewal_policy_id: certificate.renewal_policy_id,
        target_ids,
        certificate_profile_id: certificate.profile_id,
        status,
        expires_at: certificate.expires_at,
        next_renewal_at: certificate.next_action_at,
        paused_at: certificate.paused_at,
        pause_reason: certificate.pause_reason,
        tags: certificate.tags,
        last_renewal_at: certificate.last_renewal_at,
        last_deployment_at: certificate.last_deployment_at,
        revoked_at: certificate.revoked_at,
        revocation_reason: certificate.revocation_reason,
        source: certificate.source,
        created_at: certificate.created_at,
        updated_at: certificate.updated_at,
    }
}

pub(crate) fn tagged(view: CertificateView) -> Tagged<api::Certificate> {
    Tagged { revision: view.certificate.revision, body: certificate(view) }
}

/// What the client may set; its `id` counts on creation only.
pub(super) fn spec(request: api::CertificateRequest) -> CertificateSpec {
    CertificateSpec {
        name: request.name,
        common_name: request.common_name,
        sans: request.sans,
        environment: request.environment,
        owner_id: request.owner_id,
        team_id: request.team_id,
        issuer_id: request.issuer_id,
        renewal_policy_id: request.renewal_policy_id,
        profile_id: request.certificate_profile_id,
        tags: request.tags,
        target_ids: request.target_ids,
    }
}

/// The body that would leave a certificate as it is. Its targets are not part of it: what a change
/// does not name stays as it is.
pub(super) fn request(view: &CertificateView) -> api::CertificateRequest {
    let row = &view.certificate;
    api::CertificateRequest {
        id: None,
        name: row.name.clone(),
        common_name: row.common_name.clone(),
        sans: row.sans.iter().map(ToString::to_string).collect(),
        environment: row.environment.clone(),
        owner_id: row.owner_id.clone(),
        team_id: row.team_id.clone(),
        issuer_id: row.issuer_id.clone(),
        renewal_policy_id: row.renewal_policy_id.clone(),
        certificate_profile_id: row.profile_id.clone(),
        tags: row.tags.clone(),
        target_ids: None,
    }
}

pub(super) fn version(version: CertificateVersion) -> api::CertificateVersion {
    api::CertificateVersion {
        id: version.id,
        certificate_id: version.certificate_id,
        issuer_id: version.issuer_id,
        agent_id: version.agent_id,
        serial_number: version.serial_number,
        not_before: version.not_before,
        not_after: version.not_after,
        fingerprint_sha256: version.fingerprint_sha256,
        pem_chain: Some(version.pem_chain),
        csr_pem: Some(version.csr_pem),
        key_algorithm: version.key_algorithm,
        key_size: version.key_size,
        created_at: version.created_at,
    }
}

pub(super) fn deployment((mapping, target): (TargetMapping, Target)) -> api::Deployment {
    api::Deployment {
        target_id: mapping.target_id,
        target_name: target.name,
        target_type: target.kind,
        agent_id: target.agent_id,
        status: mapping.status,
        deployed_version_id: mapping.deployed_version_id,
        deployed_at: mapping.deployed_at,
        last_job_id: mapping.last_job_id,
        last_error: mapping.last_error,
    }
}

pub(super) fn queued_issuance(queued: QueuedIssuance) -> api::QueuedIssuance {
    api::QueuedIssuance { job_id: queued.job_id, agent_id: queued.agent_id }
}

pub(super) fn queued_deployment(queued: QueuedDeployment) -> api::QueuedDeployment {
    api::QueuedDeployment { job_id: queued.job_id, target_id: queued.target_id }
}
