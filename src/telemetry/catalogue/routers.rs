//! Routers and mappings: what is made of records of other systems, and how routers get on.

use crate::telemetry::metric::{Metric, counter, gauge, histogram, rows};
use crate::telemetry::registry::Telemetry;
use metrics::HistogramFn;

const COMMIT_BUCKETS: &[f64] = &[0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

rows! {
    /// Elements of records of topics with a mapping.
    MAPPING_EVENTS = counter("leadstream_mapping_events_total", "events", &["mapping", "outcome"],
        "Elements of records by mapping and what became of them: mapped, kept (under their own name), skipped, no-person, dead",
        "A growing share of `kept`: the source has new names. `no-person` or `dead`: any; `leadstream mapping check --sample` shows them.");
    /// Records routed.
    ROUTER_RECORDS = counter("leadstream_router_records_total", "records", &[],
        "Records of the inputs in route.topics whose events were written to leadstream.events",
        "Stands still while the lag of the group that ends in `.router` grows.");
    /// Transactions of routers.
    ROUTER_TRANSACTIONS = counter("leadstream_router_transactions_total", "transactions", &["outcome"],
        "Transactions of routers by outcome: committed, aborted, unknown",
        "`unknown` or `aborted` more than occasionally.");
    /// Time of a router's commit.
    ROUTER_COMMIT_SECONDS = histogram("leadstream_router_commit_seconds", "seconds", &[], COMMIT_BUCKETS,
        "From the end of routing a batch to its committed transaction",
        "p50 above 0.1 s: the brokers are slow.");
    /// What is wrong with routers, and since when.
    ROUTER_TROUBLE = gauge("leadstream_router_trouble_seconds", "seconds", &["kind"],
        "How long something has been wrong with a router of this instance (0 when nothing is), by kind: refused, no-commit, no-schema",
        "Any above zero: /readyz says what it is and what to do.");
}

impl Telemetry {
    /// For how long a router has been in trouble of this kind.
    pub fn router_trouble(&self, kind: &str, seconds: f64) {
        self.gauge(&ROUTER_TROUBLE, &[kind]).set(seconds.max(0.0));
    }

    /// What became of elements of records of a topic with this mapping.
    pub fn mapped(&self, mapping: &str, outcome: &str, count: u64) {
        self.count(&MAPPING_EVENTS, &[mapping, outcome], count);
    }

    /// A router has committed a batch.
    pub fn routed(&self, records: u64, commit_seconds: f64) {
        self.count(&ROUTER_RECORDS, &[], records);
        self.histogram(&ROUTER_COMMIT_SECONDS, &[]).record(commit_seconds);
    }

    /// How a transaction of a router ended: `committed`, `aborted`, `unknown`.
    pub fn router_transaction(&self, outcome: &str) {
        self.count(&ROUTER_TRANSACTIONS, &[outcome], 1);
    }
}
