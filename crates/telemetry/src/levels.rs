//! Values that are read elsewhere and put in place before metrics are rendered.

use crate::names::Family;
use arc_swap::ArcSwap;
use prometheus::core::{Collector, Desc};
use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};
use std::collections::HashMap;
use std::sync::Arc;

/// One value of a family.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Its family.
    pub family: &'static Family,
    /// Label values, in the order the family declares them.
    pub labels: Vec<&'static str>,
    /// The value, in the unit that the family's name ends in.
    pub value: f64,
}

impl Level {
    /// A value with these labels.
    pub fn new(family: &'static Family, labels: &[&'static str], value: f64) -> Self {
        Self { family, labels: labels.to_vec(), value }
    }

    /// A count with these labels.
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "the text format has no integers")]
    pub fn count(family: &'static Family, labels: &[&'static str], count: u64) -> Self {
        Self::new(family, labels, count as f64)
    }
}

/// The current values of some families. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Levels {
    families: &'static [Family],
    current: Arc<ArcSwap<Vec<Level>>>,
    descriptions: Vec<Desc>,
}

impl Levels {
    pub(crate) fn new(families: &'static [Family]) -> prometheus::Result<Self> {
        let describe = |family: &Family| {
            let labels = family.labels.iter().map(|label| (*label).to_owned()).collect();
            Desc::new(family.name.to_owned(), family.help.to_owned(), labels, HashMap::new())
        };
        let descriptions = families.iter().map(describe).collect::<prometheus::Result<_>>()?;
        Ok(Self { families, current: Arc::default(), descriptions })
    }

    /// Puts new values in the place of all old ones. A family without a value is left out.
    pub(crate) fn replace(&self, levels: Vec<Level>) {
        self.current.store(Arc::new(levels));
    }
}

/// What dashboards of other products call `…_total` is typed as a counter although it can fall: the
/// format reserves that ending for counters, and readers refuse the contradiction.
fn kind(family: &Family) -> MetricType {
    if family.name.ends_with("_total") { MetricType::COUNTER } else { MetricType::GAUGE }
}

impl Collector for Levels {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let current = self.current.load();
        let collect = |family: &Family| {
            let metrics = current.iter().filter(|level| level.family == family);
            let mut collected = MetricFamily::default();
            collected.set_name(family.name.to_owned());
            collected.set_help(family.help.to_owned());
            collected.set_field_type(kind(family));
            collected.set_metric(metrics.map(metric).collect());
            collected
        };
        self.families.iter().map(collect).filter(|family| !family.get_metric().is_empty()).collect()
    }
}

fn metric(level: &Level) -> Metric {
    let labels = level.family.labels.iter().zip(&level.labels).map(|(name, value)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value((*value).to_owned());
        pair
    });
    let mut metric = Metric::from_label(labels.collect());
    if kind(level.family) == MetricType::COUNTER {
        let mut counter = Counter::default();
        counter.set_value(level.value);
        metric.set_counter(counter);
    } else {
        let mut gauge = Gauge::default();
        gauge.set_value(level.value);
        metric.set_gauge(gauge);
    }
    metric
}
