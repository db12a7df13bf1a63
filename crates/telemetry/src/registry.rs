//! The registry that metrics are made in and rendered from. It is injected: there is no global one.

use crate::counters::{CounterSnapshot, SnapshotCollector};
use crate::levels::Levels;
use crate::names::Family;
use parking_lot::RwLock;
use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, Opts, PullingGauge, TextEncoder};
use std::collections::BTreeMap;
use std::sync::Arc;

/// `Content-Type` of [`Registry::render`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A metric cannot be made or written.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The family is registered twice or its name or labels are malformed.
    #[error("metric `{name}` cannot be registered")]
    Registration {
        /// Name of the family.
        name: &'static str,
        /// Why.
        #[source]
        source: prometheus::Error,
    },
    /// The registered metrics cannot be written as text.
    #[error("metrics cannot be rendered")]
    Rendering(#[source] prometheus::Error),
}

/// A set of metrics. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    metrics: prometheus::Registry,
    label_order: Arc<RwLock<BTreeMap<&'static str, &'static [&'static str]>>>,
}

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every family that has a sample, in the text format 0.0.4: sorted by name, then by the label
    /// values in the order the family declares them.
    pub fn render(&self) -> Result<String, MetricsError> {
        let mut families = self.metrics.gather();
        {
            let order = self.label_order.read();
            for family in &mut families {
                if let Some(labels) = order.get(family.name()) {
                    arrange(family, labels);
                }
            }
        }
        TextEncoder::new().encode_to_string(&families).map_err(MetricsError::Rendering)
    }

    /// Writes the counts of `source` as the counter `family`, whose only label is the name of each
    /// count.
    pub fn expose(&self, family: &Family, source: Arc<dyn CounterSnapshot>) -> Result<(), MetricsError> {
        let collector = SnapshotCollector::new(family, source).map_err(|source| refused(family, source))?;
        self.register(family, collector).map(drop)
    }

    /// Makes a counter.
    pub(crate) fn counter(&self, family: &Family) -> Result<IntCounterVec, MetricsError> {
        let vector = IntCounterVec::new(Opts::new(family.name, family.help), family.labels)
            .map_err(|source| refused(family, source))?;
        self.register(family, vector)
    }

    /// Makes a gauge.
    pub(crate) fn gauge(&self, family: &Family) -> Result<GaugeVec, MetricsError> {
        let vector = GaugeVec::new(Opts::new(family.name, family.help), family.labels)
            .map_err(|source| refused(family, source))?;
        self.register(family, vector)
    }

    /// Makes a gauge without labels that asks `value` whenever it is rendered.
    pub(crate) fn asked(
        &self,
        family: &Family,
        value: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Result<(), MetricsError> {
        let gauge = PullingGauge::new(family.name, family.help, Box::new(value))
            .map_err(|source| refused(family, source))?;
        self.register(family, gauge).map(drop)
    }

    /// Makes a histogram with the upper bounds `buckets`, in seconds; `+Inf` is added.
    pub(crate) fn histogram(&self, family: &Family, buckets: &[f64]) -> Result<HistogramVec, MetricsError> {
        let options = HistogramOpts::new(family.name, family.help).buckets(buckets.to_vec());
        let vector = HistogramVec::new(options, family.labels).map_err(|source| refused(family, source))?;
        self.register(family, vector)
    }

    /// Makes families whose values are put in place from outside.
    pub(crate) fn levels(&self, families: &'static [Family]) -> Result<Levels, MetricsError> {
        let Some(first) = families.first() else {
            return Levels::new(families).map_err(MetricsError::Rendering);
        };
        let levels = Levels::new(families).map_err(|source| refused(first, source))?;
        self.register(first, levels.clone())?;
        self.label_order.write().extend(families.iter().map(|family| (family.name, family.labels)));
        Ok(levels)
    }

    fn register<C: Collector + Clone + 'static>(
        &self,
        family: &Family,
        collector: C,
    ) -> Result<C, MetricsError> {
        self.metrics.register(Box::new(collector.clone())).map_err(|source| refused(family, source))?;
        self.label_order.write().insert(family.name, family.labels);
        Ok(collector)
    }
}

fn refused(family: &Family, source: prometheus::Error) -> MetricsError {
    MetricsError::Registration { name: family.name, source }
}

/// Puts the labels of each sample in declared order, and the samples in the order of their labels.
fn arrange(family: &mut MetricFamily, labels: &[&str]) {
    let place = |name: &str| labels.iter().position(|label| *label == name).unwrap_or(labels.len());
    for metric in family.mut_metric() {
        let mut pairs = metric.take_label();
        pairs.sort_by_key(|pair| place(pair.name()));
        metric.set_label(pairs);
    }
    family.mut_metric().sort_by(|a, b| {
        let values = |metric: &prometheus::proto::Metric| -> Vec<String> {
            metric.get_label().iter().map(|pair| pair.value().to_owned()).collect()
        };
        values(a).cmp(&values(b))
    });
}
