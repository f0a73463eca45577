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
    /// Routers taken over from.
    ROUTER_TAKE_OVERS = counter("leadstream_router_take_overs_total", "take-overs", &["outcome"],
        "Routers of other instances that were silent, or had not given their partitions back, and whose open transactions were ended: done, failed",
        "`done` without an instance that died: routers are too slow to commit every second. `failed`: the log says what to do.");
    /// Time that routers waited for others.
    ROUTER_WAITS = counter("leadstream_router_wait_milliseconds_total", "milliseconds", &[],
        "Time that routers had records in hand and waited for slower routers (route.max_ahead)",
        "Grows while nothing is behind.");
    /// Read events deleted.
    ROUTER_PURGES = counter("leadstream_router_purges_total", "purges", &["outcome"],
        "Times that records of leadstream.events which the engine has read were deleted (route.purge_every): done, failed",
        "Any `failed`: the log says why, most likely the right DELETE on the topic is missing.");
    /// Offsets deleted.
    ROUTER_PURGED = counter("leadstream_router_purged_offsets_total", "offsets", &[],
        "Offsets of leadstream.events that were deleted as read, markers of transactions included",
        "Stands still while the engine reads.");
    /// What is wrong with routers, and since when.
    ROUTER_TROUBLE = gauge("leadstream_router_trouble_seconds", "seconds", &["kind"],
        "How long something has been wrong with a router of this instance (0 when nothing is), by kind: refused, no-commit, poisoned-input, broken-input, no-schema",
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

    /// How a take-over from another router ended: `done`, `failed`.
    pub fn router_take_over(&self, outcome: &str) {
        self.count(&ROUTER_TAKE_OVERS, &[outcome], 1);
    }

    /// A router has waited for others.
    pub fn router_waited(&self, took_ms: u64) {
        self.count(&ROUTER_WAITS, &[], took_ms);
    }

    /// Read events were deleted, so many offsets; `None`: that has failed.
    pub fn router_purged(&self, offsets: Option<u64>) {
        self.count(&ROUTER_PURGES, &[if offsets.is_some() { "done" } else { "failed" }], 1);
        self.count(&ROUTER_PURGED, &[], offsets.unwrap_or(0));
    }

    /// How a transaction of a router ended: `committed`, `aborted`, `unknown`.
    pub fn router_transaction(&self, outcome: &str) {
        self.count(&ROUTER_TRANSACTIONS, &[outcome], 1);
    }
}
