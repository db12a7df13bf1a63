//! Figures about the whole installation.

/// Certificates in service at one instant: archived ones do not count. Plain numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InventoryCounts {
    /// All of them.
    pub total: u64,
    /// Valid, but not much longer; revoked ones do not count.
    pub expiring: u64,
    /// Past their end; revoked ones do not count.
    pub expired: u64,
    /// Revoked.
    pub revoked: u64,
}

impl InventoryCounts {
    /// What is neither expiring nor expired nor revoked; also what was never issued.
    pub const fn active(&self) -> u64 {
        self.total.saturating_sub(self.expiring).saturating_sub(self.expired).saturating_sub(self.revoked)
    }
}
