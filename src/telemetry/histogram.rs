//! A histogram of fixed buckets in atomics.
//!
//! The exporter's own keeps every sample with its instant until the next scrape; at hundreds of thousands of events a second
//! that is megabytes. This one is a few counters, and recording many equal values costs as much as recording one.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// Cumulative buckets, sum and count of one labelled series.
#[derive(Debug)]
pub struct Buckets {
    bounds: &'static [f64],
    /// One per bound, then the rest.
    counts: Box<[AtomicU64]>,
    /// Bits of an `f64`.
    sum: AtomicU64,
}

impl Buckets {
    /// An empty histogram; `bounds` ascend.
    #[must_use]
    pub fn new(bounds: &'static [f64]) -> Self {
        Self { bounds, counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(), sum: AtomicU64::new(0) }
    }

    /// Appends the series in Prometheus' text format. `labels` is `a="b",c="d"` or empty.
    pub fn render(&self, name: &str, labels: &str, out: &mut String) {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut total = 0;
        for (n, count) in self.counts.iter().enumerate() {
            total += count.load(Ordering::Relaxed);
            // Writing to a String never fails.
            let _ok = match self.bounds.get(n) {
                Some(bound) => writeln!(out, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {total}"),
                None => writeln!(out, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {total}"),
            };
        }
        let braces = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let sum = f64::from_bits(self.sum.load(Ordering::Relaxed));
        *out += &format!("{name}_sum{braces} {sum}\n{name}_count{braces} {total}\n");
    }
}

impl metrics::HistogramFn for Buckets {
    fn record(&self, value: f64) {
        self.record_many(value, 1);
    }

    fn record_many(&self, value: f64, count: usize) {
        if !value.is_finite() || count == 0 {
            return;
        }
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        self.counts[bucket].fetch_add(count as u64, Ordering::Relaxed);
        let add = |bits| Some((f64::from_bits(bits) + value * count as f64).to_bits());
        // The closure always gives a value, so the update can't be refused.
        let _updated = self.sum.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics::HistogramFn;

    #[test]
    fn a_value_on_a_bound_counts_in_that_bucket_and_in_all_above() {
        let h = Buckets::new(&[1.0, 2.0]);
        h.record(1.0);
        h.record_many(1.5, 3);
        h.record(9.0);
        let mut out = String::new();
        h.render("x", "", &mut out);
        assert_eq!(out, "x_bucket{le=\"1\"} 1\nx_bucket{le=\"2\"} 4\nx_bucket{le=\"+Inf\"} 5\nx_sum 14.5\nx_count 5\n");
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        let h = Buckets::new(&[1.0]);
        h.record(f64::NAN);
        h.record(f64::INFINITY);
        let mut out = String::new();
        h.render("x", "k=\"v\"", &mut out);
        assert!(out.ends_with("x_sum{k=\"v\"} 0\nx_count{k=\"v\"} 0\n"), "{out}");
    }
}
