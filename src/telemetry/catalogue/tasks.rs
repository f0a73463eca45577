//! Tasks: what they have not read yet, what they restore, what is wrong with them.

use crate::telemetry::metric::{Metric, counter, gauge, histogram, rows};
use crate::telemetry::registry::Telemetry;
use metrics::HistogramFn;

const RESTORE_BUCKETS: &[f64] = &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];

rows! {
    /// Records not yet read.
    INPUT_LAG = gauge("leadstream_input_lag_records", "records", &["topic", "partition"],
        "Records between the committed position and the end of an input partition",
        "It grows for minutes.");
    /// How far the task's time lies behind the wall clock.
    TASK_CLOCK_LAG = gauge("leadstream_task_clock_lag_seconds", "seconds", &["partition"],
        "Wall clock minus the task's time; 0 when it is caught up",
        "Above `engine.behind_after` for minutes: cart steps are held.");
    /// Waits for a slower input.
    INPUT_WAITS = counter("leadstream_input_waits_total", "waits", &["topic"],
        "Times that a task that had records waited for this input, which had not reached its end",
        "A steady high rate: this topic's brokers are slower than the others'.");
    /// Gaps that were skipped.
    GAP_RECORDS = counter("leadstream_gap_records_total", "records", &["topic"],
        "Records that retention removed before they were read and that `kafka.on_gap = \"skip\"` skipped",
        "Any: events were lost before they reached the service; see docs/operations.md.");
    /// Tasks by state.
    TASKS = gauge("leadstream_tasks", "tasks", &["state"],
        "Tasks of this instance by state: waiting (for all inputs), restoring, ready, stuck",
        "`stuck` above zero; `restoring` or `waiting` for minutes.");
    /// What is wrong with tasks, and since when.
    TASK_TROUBLE = gauge("leadstream_task_trouble_seconds", "seconds", &["partition", "kind"],
        "How long something has been wrong with a task (0 when nothing is), by kind: refused, no-commit, poisoned-input, broken-input, no-schema, waiting",
        "Any above zero, `waiting` above 60: /readyz says what it is and what to do.");
    /// How far a restore is.
    RESTORE_RATIO = gauge("leadstream_restore_progress_ratio", "ratio", &["partition"],
        "Share of the changelog that a restoring task has read, from 0 to 1; 1 when it is done",
        "Stuck below 1: an open transaction holds back the changelog's stable end.");
    /// Records read back.
    RESTORED_RECORDS = counter("leadstream_restored_records_total", "records", &[],
        "Changelog records read back during restores",
        "Not by itself.");
    /// Time of a restore.
    RESTORE_SECONDS = histogram("leadstream_restore_seconds", "seconds", &[], RESTORE_BUCKETS,
        "From assignment to a ready task",
        "p99 above a minute: compaction of the changelog lags, or the network is slow.");
    /// Group changes.
    REBALANCES = counter("leadstream_rebalances_total", "rebalances", &["kind"],
        "Consumer group changes seen by this instance's workers: assigned, revoked, lost",
        "`lost`: any. Others: more than a few an hour without a deployment.");
}

impl Telemetry {
    pub fn input_lag(&self, topic: &str, partition: i32, records: u64) {
        self.partition_gauge(&INPUT_LAG, &[topic, &partition.to_string()]).set(records as f64);
    }

    pub fn task_clock_lag(&self, partition: i32, seconds: f64) {
        self.partition_gauge(&TASK_CLOCK_LAG, &[&partition.to_string()]).set(seconds.max(0.0));
    }

    pub fn input_waits(&self, topic: &str, count: u64) {
        self.count(&INPUT_WAITS, &[topic], count);
    }

    /// Makes the topic's series even where the size of the gap is not known.
    pub fn gap(&self, topic: &str, records: u64) {
        self.counter(&GAP_RECORDS, &[topic]).increment(records);
    }

    /// Tasks of this instance in a state: `waiting`, `restoring`, `ready`, `stuck`.
    pub fn tasks(&self, state: &str, count: u64) {
        self.gauge(&TASKS, &[state]).set(count as f64);
    }

    /// For how long a task has been in trouble of this kind.
    pub fn task_trouble(&self, partition: i32, kind: &str, seconds: f64) {
        self.partition_gauge(&TASK_TROUBLE, &[&partition.to_string(), kind]).set(seconds.max(0.0));
    }

    /// How much of a changelog partition has been read, and how many records just now.
    pub fn restore_progress(&self, partition: i32, ratio: f64, records: u64) {
        self.gauge(&RESTORE_RATIO, &[&partition.to_string()]).set(ratio);
        self.count(&RESTORED_RECORDS, &[], records);
    }

    pub fn restored(&self, seconds: f64) {
        self.histogram(&RESTORE_SECONDS, &[]).record(seconds);
    }

    /// `kind`: `assigned`, `revoked`, `lost`.
    pub fn rebalance(&self, kind: &str) {
        self.count(&REBALANCES, &[kind], 1);
    }
}
