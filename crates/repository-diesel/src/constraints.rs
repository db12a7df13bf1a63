//! The names of broken rules: from constraint names on PostgreSQL, and from messages and a look at
//! the parents on SQLite, to the keys that the repository traits promise.

use crate::conn::AnyConn;
use crate::dialect;
use crate::options::Engine;
use crate::schema::{
    agent_groups, agents, certificate_profiles, certificate_versions, deployment_targets, issuers,
    managed_certificates, owners, policy_rules, renewal_policies, teams,
};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::result::DatabaseErrorInformation;

/// A unique rule: name of its index on PostgreSQL, columns as SQLite lists them, key.
struct Unique(&'static str, &'static str, &'static str);

const UNIQUE: &[Unique] = &[
    Unique("agent_enrolment_tokens_pkey", "agent_enrolment_tokens.id", "enrolment_token.id"),
    Unique(
        "agent_enrolment_tokens_token_hash_key",
        "agent_enrolment_tokens.token_hash",
        "enrolment_token.token",
    ),
    Unique(
        "agent_group_members_pkey",
        "agent_group_members.agent_group_id, agent_group_members.agent_id",
        "agent_group_member",
    ),
    Unique("agent_groups_name_key", "agent_groups.name", "agent_group.name"),
    Unique("agent_groups_pkey", "agent_groups.id", "agent_group.id"),
    Unique("agents_api_key_hash_key", "agents.api_key_hash", "agent.credential"),
    Unique("agents_name_in_service", "agents.name", "agent.name"),
    Unique("agents_pkey", "agents.id", "agent.id"),
    Unique("api_keys_name_in_use", "api_keys.name", "api_key.name"),
    Unique("api_keys_pkey", "api_keys.id", "api_key.id"),
    Unique("api_keys_token_hash_key", "api_keys.token_hash", "api_key.token"),
    Unique("audit_chain_event_id_key", "audit_chain.event_id", "audit_chain.event_id"),
    Unique("audit_chain_pkey", "audit_chain.seq", "audit_chain.seq"),
    Unique(
        "audit_checkpoints_seq",
        "audit_checkpoints.seq, audit_checkpoints.kind",
        "audit_checkpoint.sequence",
    ),
    Unique("audit_keys_active", "audit_keys.state", "audit_key.active"),
    Unique("approval_requests_job", "approval_requests.job_id", "approval.job_id"),
    Unique("approval_requests_pkey", "approval_requests.id", "approval.id"),
    Unique("console_sessions_pkey", "console_sessions.id", "session.id"),
    Unique("console_sessions_token_hash_key", "console_sessions.token_hash", "session.token"),
    Unique("ca_keys_active", "ca_keys.issuer_id", "ca_key.active"),
    Unique("ca_keys_pkey", "ca_keys.id", "ca_key.id"),
    Unique("certificate_revocations_pkey", "certificate_revocations.id", "revocation.id"),
    Unique(
        "certificate_revocations_serial",
        "certificate_revocations.issuer_id, certificate_revocations.serial_number",
        "revocation.serial_number",
    ),
    Unique(
        "certificate_target_mappings_pkey",
        "certificate_target_mappings.certificate_id, certificate_target_mappings.target_id",
        "deployment",
    ),
    Unique("certificate_profiles_name_key", "certificate_profiles.name", "profile.name"),
    Unique("certificate_profiles_pkey", "certificate_profiles.id", "profile.id"),
    Unique(
        "certificate_versions_fingerprint_sha256_key",
        "certificate_versions.fingerprint_sha256",
        "version.fingerprint_sha256",
    ),
    Unique("certificate_versions_pkey", "certificate_versions.id", "version.id"),
    Unique(
        "certificate_versions_serial",
        "certificate_versions.issuer_id, certificate_versions.serial_number",
        "version.serial_number",
    ),
    Unique("deployment_targets_name", "deployment_targets.agent_id, deployment_targets.name", "target.name"),
    Unique("deployment_targets_pkey", "deployment_targets.id", "target.id"),
    Unique("issuance_ledger_pkey", "issuance_ledger.id", "issuance.id"),
    Unique(
        "issuance_ledger_serial",
        "issuance_ledger.issuer_id, issuance_ledger.serial_number",
        "issuance.serial_number",
    ),
    Unique("issuers_name_key", "issuers.name", "issuer.name"),
    Unique("issuers_pkey", "issuers.id", "issuer.id"),
    Unique("jobs_live_dedup_key", "jobs.dedup_key", "job.dedup_key"),
    Unique("jobs_live_issuance", "index 'jobs_live_issuance'", "job.live_issuance"),
    Unique("jobs_pkey", "jobs.id", "job.id"),
    Unique("managed_certificates_name_key", "managed_certificates.name", "certificate.name"),
    Unique("managed_certificates_pkey", "managed_certificates.id", "certificate.id"),
    Unique("notification_channels_name_key", "notification_channels.name", "channel.name"),
    Unique("notification_channels_pkey", "notification_channels.id", "channel.id"),
    Unique(
        "ocsp_responders_current",
        "ocsp_responders.issuer_id, ocsp_responders.authority",
        "ocsp_responder.current",
    ),
    Unique("ocsp_responders_pkey", "ocsp_responders.id", "ocsp_responder.id"),
    Unique("operations_pkey", "operations.id", "operation.id"),
    Unique("owners_pkey", "owners.id", "owner.id"),
    Unique("policy_rules_name_key", "policy_rules.name", "policy_rule.name"),
    Unique("policy_rules_pkey", "policy_rules.id", "policy_rule.id"),
    Unique(
        "policy_violations_open",
        "policy_violations.certificate_id, policy_violations.rule_id",
        "policy_violation.open",
    ),
    Unique("policy_violations_pkey", "policy_violations.id", "policy_violation.id"),
    Unique("renewal_policies_name_key", "renewal_policies.name", "renewal_policy.name"),
    Unique("renewal_policies_pkey", "renewal_policies.id", "renewal_policy.id"),
    Unique("teams_name_key", "teams.name", "team.name"),
    Unique("teams_pkey", "teams.id", "team.id"),
];

/// Key of the unique rule that an error names.
pub(crate) fn duplicate_key(info: &dyn DatabaseErrorInformation) -> Option<&'static str> {
    let columns = info.message().strip_prefix("UNIQUE constraint failed: ");
    let broken = |rule: &&Unique| match info.constraint_name() {
        Some(name) => rule.0 == name,
        None => columns == Some(rule.1),
    };
    UNIQUE.iter().find(broken).map(|rule| rule.2)
}

/// A table that others refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parent {
    Agent,
    AgentGroup,
    Certificate,
    Issuer,
    Owner,
    PolicyRule,
    Profile,
    RenewalPolicy,
    Target,
    Team,
    Version,
}

/// Declares the references: a constant for the repositories, with PostgreSQL's name of the
/// constraint, the table it points to, and the key.
macro_rules! references {
    ($($name:ident = $constraint:literal -> $parent:ident, $key:literal;)+) => {
        /// A column that refers to another table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) struct Reference {
            constraint: &'static str,
            parent: Parent,
            /// The key that the traits promise.
            pub(crate) key: &'static str,
        }

        impl Reference {
            $(pub(crate) const $name: Self =
                Self { constraint: $constraint, parent: Parent::$parent, key: $key };)+
            const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

references! {
    APPROVAL_CERTIFICATE =
        "approval_requests_certificate_id_fkey" -> Certificate, "approval.certificate_id";
    CA_KEY_ISSUER = "ca_keys_issuer_id_fkey" -> Issuer, "ca_key.issuer_id";
    CERTIFICATE_ISSUER = "managed_certificates_issuer_id_fkey" -> Issuer, "certificate.issuer_id";
    CERTIFICATE_OWNER = "managed_certificates_owner_id_fkey" -> Owner, "certificate.owner_id";
    CERTIFICATE_POLICY =
        "managed_certificates_renewal_policy_id_fkey" -> RenewalPolicy, "certificate.renewal_policy_id";
    CERTIFICATE_PROFILE =
        "managed_certificates_certificate_profile_id_fkey" -> Profile, "certificate.profile_id";
    CERTIFICATE_TEAM = "managed_certificates_team_id_fkey" -> Team, "certificate.team_id";
    DEPLOYMENT_CERTIFICATE =
        "certificate_target_mappings_certificate_id_fkey" -> Certificate, "deployment.certificate_id";
    DEPLOYMENT_TARGET = "certificate_target_mappings_target_id_fkey" -> Target, "deployment.target_id";
    DEPLOYMENT_VERSION =
        "certificate_target_mappings_deployed_version_id_fkey" -> Version, "deployment.version_id";
    ENROLMENT_AGENT = "agent_enrolment_tokens_agent_id_fkey" -> Agent, "enrolment_token.agent_id";
    ENROLMENT_USER = "agent_enrolment_tokens_used_by_fkey" -> Agent, "enrolment_token.used_by";
    GROUP_MEMBER_AGENT = "agent_group_members_agent_id_fkey" -> Agent, "agent_group_member.agent_id";
    GROUP_MEMBER_GROUP =
        "agent_group_members_agent_group_id_fkey" -> AgentGroup, "agent_group_member.agent_group_id";
    ISSUANCE_CERTIFICATE = "issuance_ledger_certificate_id_fkey" -> Certificate, "issuance.certificate_id";
    ISSUANCE_ISSUER = "issuance_ledger_issuer_id_fkey" -> Issuer, "issuance.issuer_id";
    JOB_AGENT = "jobs_agent_id_fkey" -> Agent, "job.agent_id";
    JOB_CERTIFICATE = "jobs_certificate_id_fkey" -> Certificate, "job.certificate_id";
    OWNER_TEAM = "owners_team_id_fkey" -> Team, "owner.team_id";
    RENEWAL_POLICY_GROUP =
        "renewal_policies_agent_group_id_fkey" -> AgentGroup, "renewal_policy.agent_group_id";
    REVOCATION_CERTIFICATE =
        "certificate_revocations_certificate_id_fkey" -> Certificate, "revocation.certificate_id";
    REVOCATION_ISSUER = "certificate_revocations_issuer_id_fkey" -> Issuer, "revocation.issuer_id";
    TARGET_AGENT = "deployment_targets_agent_id_fkey" -> Agent, "target.agent_id";
    VERSION_AGENT = "certificate_versions_agent_id_fkey" -> Agent, "version.agent_id";
    VERSION_CERTIFICATE = "certificate_versions_certificate_id_fkey" -> Certificate, "version.certificate_id";
    VERSION_ISSUER = "certificate_versions_issuer_id_fkey" -> Issuer, "version.issuer_id";
    VIOLATION_CERTIFICATE =
        "policy_violations_certificate_id_fkey" -> Certificate, "policy_violation.certificate_id";
    VIOLATION_RULE = "policy_violations_rule_id_fkey" -> PolicyRule, "policy_violation.rule_id";
}

impl Reference {
    /// The reference that PostgreSQL names in an error.
    pub(crate) fn named(info: &dyn DatabaseErrorInformation) -> Option<Self> {
        let name = info.constraint_name()?;
        Self::ALL.iter().copied().find(|reference| reference.constraint == name)
    }

    /// The first of `written` whose parent is missing. For SQLite, which names no constraint; on
    /// PostgreSQL the transaction could no longer be asked.
    pub(crate) fn missing(conn: &mut AnyConn, written: &[(Self, Option<&str>)]) -> Option<Self> {
        if dialect::engine(conn) == Engine::Postgres {
            return None;
        }
        written
            .iter()
            .find(|(reference, id)| id.is_some_and(|id| !reference.parent.exists(conn, id)))
            .map(|pair| pair.0)
    }
}

impl Parent {
    /// A question that fails counts as yes, so that nothing is blamed wrongly.
    fn exists(self, conn: &mut AnyConn, id: &str) -> bool {
        match self {
            Self::Agent => diesel::select(exists(agents::table.find(id))).get_result(conn),
            Self::AgentGroup => diesel::select(exists(agent_groups::table.find(id))).get_result(conn),
            Self::Certificate => {
                diesel::select(exists(managed_certificates::table.find(id))).get_result(conn)
            }
            Self::Issuer => diesel::select(exists(issuers::table.find(id))).get_result(conn),
            Self::Owner => diesel::select(exists(owners::table.find(id))).get_result(conn),
            Self::PolicyRule => diesel::select(exists(policy_rules::table.find(id))).get_result(conn),
            Self::Profile => diesel::select(exists(certificate_profiles::table.find(id))).get_result(conn),
            Self::RenewalPolicy => diesel::select(exists(renewal_policies::table.find(id))).get_result(conn),
            Self::Target => diesel::select(exists(deployment_targets::table.find(id))).get_result(conn),
            Self::Team => diesel::select(exists(teams::table.find(id))).get_result(conn),
            Self::Version => diesel::select(exists(certificate_versions::table.find(id))).get_result(conn),
        }
        .unwrap_or(true)
    }
}
