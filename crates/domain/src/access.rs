//! Roles, permissions and which role may do what. Deny by default.

string_enum! {
    /// Role of an API key.
    pub enum Role ("role") {
        /// Reads everything except secrets.
        Viewer = "viewer",
        /// Reads and operates: creates, changes, renews and deploys.
        Operator = "operator",
        /// Reads and decides approval requests.
        Approver = "approver",
        /// Everything, including keys, tokens and issuers.
        Admin = "admin",
        /// Scrapes metrics, nothing else.
        Metrics = "metrics",
    }
}

string_enum! {
    /// What a route or service call demands.
    pub enum Permission ("permission") {
        /// Read the inventory, jobs, agents, targets, issuers and policies.
        InventoryRead = "inventory.read",
        /// Create and change certificates and their target mappings; archive them.
        CertificateWrite = "certificate.write",
        /// Ask for a renewal.
        CertificateRenew = "certificate.renew",
        /// Ask for a deployment.
        CertificateDeploy = "certificate.deploy",
        /// Revoke certificates, and end their holds.
        CertificateRevoke = "certificate.revoke",
        /// Revoke many certificates at once.
        CertificateRevokeBulk = "certificate.revoke_bulk",
        /// Create, change, test and delete issuers.
        IssuerWrite = "issuer.write",
        /// Create, change, test and delete targets.
        TargetWrite = "target.write",
        /// Create agents and enrolment tokens; retire agents.
        AgentWrite = "agent.write",
        /// Create, change and delete teams, owners, agent groups and renewal policies.
        GovernanceWrite = "governance.write",
        /// Create, change and delete certificate profiles.
        ProfileWrite = "profile.write",
        /// Create, change and delete policy rules.
        PolicyWrite = "policy.write",
        /// Take certificates and chains out of the inventory as files.
        CertificateExport = "certificate.export",
        /// Read and export the audit trail and the log of API calls.
        AuditRead = "audit.read",
        /// Cancel and retry jobs.
        JobWrite = "job.write",
        /// List, create and revoke API keys.
        ApiKeyWrite = "api_key.write",
        /// Approve and reject.
        ApprovalDecide = "approval.decide",
        /// Read notifications, channels and the routing.
        NotificationRead = "notification.read",
        /// Mark notifications as read, requeue and test them; change the routing.
        NotificationWrite = "notification.write",
        /// Create, change and delete notification channels, which hold secrets.
        ChannelWrite = "channel.write",
        /// Look at what is for administrators alone, such as caches.
        AdminRead = "admin.read",
        /// Read metrics.
        MetricsRead = "metrics.read",
        /// Act as one agent on that agent's own routes. Never held by a role.
        AgentSelf = "agent.self",
    }
}

impl Role {
    /// Whether this role holds `permission`.
    pub const fn allows(self, permission: Permission) -> bool {
        use Permission as P;
        match (self, permission) {
            (_, P::AgentSelf) => false,
            (Self::Admin, _) | (_, P::MetricsRead) => true,
            (Self::Metrics, _) => false,
            (_, P::InventoryRead | P::AuditRead | P::NotificationRead) => true,
            (Self::Viewer, _) => false,
            (Self::Approver, p) => matches!(p, P::ApprovalDecide),
            (Self::Operator, p) => matches!(
                p,
                P::CertificateWrite
                    | P::CertificateRenew
                    | P::CertificateDeploy
                    | P::CertificateExport
                    | P::CertificateRevoke
                    | P::TargetWrite
                    | P::GovernanceWrite
                    | P::JobWrite
                    | P::NotificationWrite
            ),
        }
    }
}

string_enum! {
    /// Kind of the actor in an audit event.
    pub enum ActorType ("actor type") {
        /// A person or machine with an API key.
        User = "User",
        /// certctl itself.
        System = "System",
        /// An agent.
        Agent = "Agent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_hold_exactly_the_documented_permissions() {
        let held = |role: Role| {
            Permission::ALL.iter().filter(|p| role.allows(**p)).map(|p| p.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(held(Role::Viewer), ["inventory.read", "audit.read", "notification.read", "metrics.read"]);
        assert_eq!(held(Role::Metrics), ["metrics.read"]);
        assert_eq!(
            held(Role::Approver),
            ["inventory.read", "audit.read", "approval.decide", "notification.read", "metrics.read"]
        );
        assert_eq!(held(Role::Admin).len(), Permission::ALL.len() - 1);
        assert!(!Role::Operator.allows(Permission::IssuerWrite));
        assert!(Role::Operator.allows(Permission::GovernanceWrite));
        assert!(Role::Operator.allows(Permission::NotificationWrite));
        assert!(!Role::Operator.allows(Permission::ChannelWrite));
        assert!(!Role::Operator.allows(Permission::ProfileWrite));
        assert!(!Role::Operator.allows(Permission::PolicyWrite));
        assert!(!Role::Operator.allows(Permission::AgentWrite));
        assert!(!Role::Operator.allows(Permission::ApiKeyWrite));
    }
}
