//! Batches and their transactions: how long they take and how they end.

use crate::telemetry::metric::{Metric, counter, gauge, histogram, rows};
use crate::telemetry::registry::Telemetry;
use metrics::HistogramFn;

const LATENCY_BUCKETS: &[f64] =
    &[0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0];
const COMMIT_BUCKETS: &[f64] = &[0.002, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
const BATCH_BUCKETS: &[f64] = &[1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0, 100_000.0];

rows! {
    /// Visible minus due.
    TRIGGER_LATENESS = histogram("leadstream_trigger_lateness_seconds", "seconds", &["kind"], LATENCY_BUCKETS,
        "How long after its due time an output that a timer caused became visible (commit minus due), by kind: cart-step, trigger, stale, label, hand-over",
        "p99 above 0.25 s while the task is caught up.");
    /// Commit minus record time.
    EVENT_LATENCY = histogram("leadstream_event_latency_seconds", "seconds", &[], LATENCY_BUCKETS,
        "From an event's record time to the commit that made its effects visible",
        "p99 above 0.15 s while the inputs are caught up.");
    /// Records per transaction.
    BATCH_RECORDS = histogram("leadstream_batch_records", "records", &[], BATCH_BUCKETS,
        "Input records per committed transaction",
        "Always at the largest bucket: the service can't keep up.");
    /// Time of a commit.
    COMMIT_SECONDS = histogram("leadstream_commit_seconds", "seconds", &[], COMMIT_BUCKETS,
        "From the end of processing a batch to its committed transaction",
        "p50 above 0.05 s: the brokers are slow, or a producer isn't flushed before its commit.");
    /// Transactions.
    TRANSACTIONS = counter("leadstream_transactions_total", "transactions", &["outcome"],
        "Transactions by outcome: committed, aborted, unknown (the producer was rebuilt and the committed offsets read back)",
        "`unknown` or `aborted` more than occasionally.");
    /// Transactions given up, by why.
    ABORTS = counter("leadstream_aborts_total", "transactions", &["cause"],
        "Transactions that were aborted or of unknown outcome, by cause: too-large, timestamp, invalid-record, policy, authorization, no-topic, membership, timed-out, connection, sequence, poisoned-input, unknown-outcome, other",
        "too-large to no-topic: any; a broker refuses what the service writes, and /readyz says what to do. Others: a steady rate.");
    /// Failures by what has to be done.
    FAILURES = counter("leadstream_failures_total", "failures", &["class"],
        "Failures of Kafka calls by what has to be done: retry, abort, refused (the task is set aside), rebuild, stop",
        "`stop` and `refused`: any (a gap, missing rights, a topic's settings: /readyz and the log say what to do). `rebuild`: more than one an hour without a broker restart.");
    /// When the last transaction was committed.
    LAST_COMMIT = gauge("leadstream_last_commit_timestamp_seconds", "seconds", &[],
        "Unix time of the last committed transaction of this instance",
        "Older than a minute while leadstream_input_lag_records is above zero.");
}

impl Telemetry {
    /// Outputs of time became visible this long, in seconds, after they were due. `kind`: `cart-step`, `stale`, `label`.
    pub fn trigger_lateness(&self, kind: &str, late_seconds: impl IntoIterator<Item = f64>) {
        let lateness = self.histogram(&TRIGGER_LATENESS, &[kind]);
        late_seconds.into_iter().for_each(|seconds| lateness.record(seconds.max(0.0)));
    }

    /// Events became visible this long after their record's time: seconds, and of how many events. The series is looked up once for
    /// all of them.
    pub fn event_latency(&self, latencies: impl IntoIterator<Item = (f64, usize)>) {
        let latency = self.histogram(&EVENT_LATENCY, &[]);
        latencies.into_iter().for_each(|(seconds, count)| latency.record_many(seconds.max(0.0), count));
    }

    /// A transaction was committed with this many input records, `commit_seconds` after the batch's work was done.
    pub fn committed(&self, records: u64, commit_seconds: f64, unix_seconds: f64) {
        self.histogram(&BATCH_RECORDS, &[]).record(records as f64);
        self.histogram(&COMMIT_SECONDS, &[]).record(commit_seconds);
        self.gauge(&LAST_COMMIT, &[]).set(unix_seconds);
    }

    /// How a transaction ended: `committed`, `aborted`, `unknown` (not known yet).
    pub fn transaction(&self, outcome: &str) {
        self.count(&TRANSACTIONS, &[outcome], 1);
    }

    /// A transaction was given up for this cause.
    pub fn aborted(&self, cause: &str) {
        self.count(&ABORTS, &[cause], 1);
    }

    /// `class`: `retry`, `abort`, `refused`, `rebuild`, `stop`.
    pub fn failure(&self, class: &str) {
        self.count(&FAILURES, &[class], 1);
    }
}
