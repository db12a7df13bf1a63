//! The connectors a binary is built with: plain values, made at the composition root.

use crate::issuer::IssuerFactory;
use crate::notifier::NotifierFactory;
use crate::target::TargetFactory;
use certctl_domain::issuer::IssuerKind;
use certctl_domain::notification::NotificationChannel;
use certctl_domain::target::TargetKind;
use std::sync::Arc;

/// Issuer factories by kind.
#[derive(Debug, Clone, Default)]
pub struct IssuerRegistry(Vec<Arc<dyn IssuerFactory>>);

impl IssuerRegistry {
    /// A registry of these factories.
    pub fn new(factories: Vec<Arc<dyn IssuerFactory>>) -> Self {
        Self(factories)
    }

    /// The factory of a kind.
    pub fn get(&self, kind: IssuerKind) -> Option<&Arc<dyn IssuerFactory>> {
        self.0.iter().find(|factory| factory.kind() == kind)
    }

    /// Every factory.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn IssuerFactory>> {
        self.0.iter()
    }
}

/// Target factories by kind.
#[derive(Debug, Clone, Default)]
pub struct TargetRegistry(Vec<Arc<dyn TargetFactory>>);

impl TargetRegistry {
    /// A registry of these factories.
    pub fn new(factories: Vec<Arc<dyn TargetFactory>>) -> Self {
        Self(factories)
    }

    /// The factory of a kind.
    pub fn get(&self, kind: TargetKind) -> Option<&Arc<dyn TargetFactory>> {
        self.0.iter().find(|factory| factory.kind() == kind)
    }

    /// Every factory.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn TargetFactory>> {
        self.0.iter()
    }
}

/// Notifier factories by kind.
#[derive(Debug, Clone, Default)]
pub struct NotifierRegistry(Vec<Arc<dyn NotifierFactory>>);

impl NotifierRegistry {
    /// A registry of these factories.
    pub fn new(factories: Vec<Arc<dyn NotifierFactory>>) -> Self {
        Self(factories)
    }

    /// The factory of a kind.
    pub fn get(&self, kind: NotificationChannel) -> Option<&Arc<dyn NotifierFactory>> {
        self.0.iter().find(|factory| factory.kind() == kind)
    }

    /// Every factory.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn NotifierFactory>> {
        self.0.iter()
    }
}
