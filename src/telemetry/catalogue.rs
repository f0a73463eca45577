//! Every metric of the service by subject: name, type, unit, labels, meaning, when to worry, and the function that records it.
//!
//! `docs/metrics.md` holds the same table; a test compares them. Names are a contract: add, never rename. Labels come from
//! closed sets (topics of the configuration, stages of the model, documented reasons), never from what prospects send.

pub mod accounts;
pub mod batches;
pub mod carts;
pub mod events;
pub mod identities;
pub mod leads;
pub mod prospects;
pub mod routers;
pub mod schemas;
pub mod service;
pub mod state;
pub mod tasks;
pub mod triggers;

use super::metric::Metric;

/// The subjects, in the order of the documentation.
const SUBJECTS: [&[&Metric]; 13] = [
    events::ROWS,
    prospects::ROWS,
    leads::ROWS,
    carts::ROWS,
    triggers::ROWS,
    accounts::ROWS,
    identities::ROWS,
    batches::ROWS,
    tasks::ROWS,
    routers::ROWS,
    schemas::ROWS,
    state::ROWS,
    service::ROWS,
];

/// Every metric, in the order of the documentation.
pub fn all() -> impl Iterator<Item = &'static Metric> {
    SUBJECTS.into_iter().flatten().copied()
}

/// The table of the documentation.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from("| metric | type | unit | labels | meaning | when to worry |\n|---|---|---|---|---|---|\n");
    for m in all() {
        let labels = if m.labels.is_empty() { "–".to_owned() } else { m.labels.join(", ") };
        out += &format!("| `{}` | {} | {} | {labels} | {} | {} |\n", m.name, m.kind.name(), m.unit, m.help, m.worry);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::metric::Kind;
    use std::collections::BTreeSet;

    #[test]
    fn names_carry_the_prefix_and_the_suffix_of_their_type() {
        for m in all() {
            assert!(m.name.starts_with("leadstream_"), "{}", m.name);
            assert_eq!(m.name.ends_with("_total"), m.kind == Kind::Counter, "{}: counters and only they end in _total", m.name);
            assert_eq!(m.name.ends_with("_seconds"), m.unit == "seconds" && m.kind != Kind::Counter, "{}", m.name);
            assert_eq!(m.name.ends_with("_bytes"), m.unit == "bytes", "{}", m.name);
            assert!(m.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", m.name);
        }
    }

    #[test]
    fn no_two_metrics_share_a_name() {
        let names: BTreeSet<_> = all().map(|m| m.name).collect();
        assert_eq!(names.len(), all().count());
    }

    #[test]
    fn histograms_and_only_they_have_ascending_buckets() {
        for m in all() {
            assert_eq!(m.kind == Kind::Histogram, !m.buckets.is_empty(), "{}", m.name);
            assert!(m.buckets.windows(2).all(|w| w[0] < w[1]), "{}", m.name);
        }
    }
}
