//! Counters that live with the code that counts and are read through one small trait.

use crate::names::Family;
use prometheus::core::{Collector, Desc};
use prometheus::proto::{Counter, LabelPair, Metric, MetricFamily, MetricType};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A set of named counts that only grow. One object feeds the hot path that counts and every
/// exposer that reads.
pub trait CounterSnapshot: Send + Sync {
    /// A copy of all counts by name; changing it changes no counter.
    fn snapshot(&self) -> BTreeMap<String, u64>;
}

/// Writes a snapshot as a counter family with one label.
#[derive(Clone)]
pub(crate) struct SnapshotCollector {
    family: Family,
    desc: Desc,
    source: Arc<dyn CounterSnapshot>,
}

impl SnapshotCollector {
    pub(crate) fn new(family: &Family, source: Arc<dyn CounterSnapshot>) -> prometheus::Result<Self> {
        let [_label] = family.labels else {
            return Err(prometheus::Error::InconsistentCardinality { expect: 1, got: family.labels.len() });
        };
        let labels = family.labels.iter().map(|label| (*label).to_owned()).collect();
        let desc = Desc::new(family.name.to_owned(), family.help.to_owned(), labels, HashMap::new())?;
        Ok(Self { family: *family, desc, source })
    }
}

impl Collector for SnapshotCollector {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let metrics = self.source.snapshot().into_iter().map(|(name, count)| {
            let labels = self.family.labels.iter().map(|label| {
                let mut pair = LabelPair::default();
                pair.set_name((*label).to_owned());
                pair.set_value(name.clone());
                pair
            });
            let mut counter = Counter::default();
            counter.set_value(to_f64(count));
            let mut metric = Metric::from_label(labels.collect());
            metric.set_counter(counter);
            metric
        });
        let mut family = MetricFamily::default();
        family.set_name(self.family.name.to_owned());
        family.set_help(self.family.help.to_owned());
        family.set_field_type(MetricType::COUNTER);
        family.set_metric(metrics.collect());
        vec![family]
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the text format has no integers; 2^53 events are out of reach"
)]
const fn to_f64(count: u64) -> f64 {
    count as f64
}
