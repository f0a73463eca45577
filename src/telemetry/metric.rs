//! What a metric is.

/// What kind of metric it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    /// The name in Prometheus' `# TYPE` line and in the docs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One metric.
#[derive(Debug)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    /// `seconds`, `bytes`, `records`, …: what one of it is.
    pub unit: &'static str,
    pub labels: &'static [&'static str],
    pub help: &'static str,
    /// When an operator should look; the alert that follows from it.
    pub worry: &'static str,
    /// Upper bounds of a histogram's buckets, ascending.
    pub buckets: &'static [f64],
}

pub(super) const fn counter(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    worry: &'static str,
) -> Metric {
    Metric { name, kind: Kind::Counter, unit, labels, help, worry, buckets: &[] }
}

pub(super) const fn gauge(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    worry: &'static str,
) -> Metric {
    Metric { kind: Kind::Gauge, ..counter(name, unit, labels, help, worry) }
}

pub(super) const fn histogram(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    buckets: &'static [f64],
    help: &'static str,
    worry: &'static str,
) -> Metric {
    Metric { kind: Kind::Histogram, buckets, ..counter(name, unit, labels, help, worry) }
}

/// Declares the metrics of one subject: a constant for each, and the list of them, so that none can be missing from it.
macro_rules! rows {
    ($($(#[$doc:meta])* $id:ident = $metric:expr;)*) => {
        $($(#[$doc])* pub const $id: Metric = $metric;)*

        /// In the order of the documentation.
        pub(super) const ROWS: &[&Metric] = &[$(&$id),*];
    };
}

pub(super) use rows;
