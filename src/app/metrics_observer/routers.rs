//! What routers report, as metrics.

use super::outcome_name;
use crate::runtime::observe::{Observer, RebalanceKind, TransactionOutcome};
use crate::runtime::ports::{Cause, MappingOutcome};
use crate::runtime::route::RouterStats;
use crate::telemetry::Telemetry;
use crate::telemetry::catalogue::routers::{MAPPING_EVENTS, ROUTER_PURGES, ROUTER_TAKE_OVERS, ROUTER_TRANSACTIONS};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Counts what committed batches of routers did.
pub struct RouterMetrics {
    telemetry: Arc<Telemetry>,
    /// Topic and mapping of each input.
    inputs: Vec<(String, String)>,
}

impl RouterMetrics {
    /// Shows every series of the closed sets at zero.
    #[must_use]
    pub fn new(telemetry: Arc<Telemetry>, inputs: Vec<(String, String)>) -> Self {
        for outcome in ["committed", "aborted", "unknown"] {
            telemetry.declare(&ROUTER_TRANSACTIONS, &[outcome]);
        }
        for outcome in ["done", "failed"] {
            telemetry.declare(&ROUTER_TAKE_OVERS, &[outcome]);
            telemetry.declare(&ROUTER_PURGES, &[outcome]);
        }
        for (_, mapping) in &inputs {
            for outcome in MappingOutcome::ALL {
                telemetry.declare(&MAPPING_EVENTS, &[mapping, outcome.name()]);
            }
        }
        Self { telemetry, inputs }
    }

    fn input(&self, input: u16) -> (&str, &str) {
        self.inputs.get(usize::from(input)).map_or(("other", "other"), |(topic, mapping)| (topic, mapping))
    }
}

impl Observer for RouterMetrics {
    fn routed(&self, _worker: u16, batch: &RouterStats) {
        self.telemetry.routed(batch.records, batch.commit_took.as_secs_f64());
        for ((input, outcome), count) in &batch.outcomes {
            self.telemetry.mapped(self.input(*input).1, outcome.name(), *count);
        }
        let mut dead: BTreeMap<&'static str, u64> = BTreeMap::new();
        for ((_, reason), count) in &batch.dead {
            *dead.entry(reason.name()).or_default() += count;
        }
        dead.into_iter().for_each(|(reason, count)| self.telemetry.dead_letters(reason, count));
    }

    fn transaction(&self, _worker: u16, outcome: TransactionOutcome) {
        self.telemetry.router_transaction(outcome_name(outcome));
    }

    fn took_over(&self, _worker: u16, is_done: bool) {
        self.telemetry.router_take_over(if is_done { "done" } else { "failed" });
    }

    fn purged(&self, _worker: u16, offsets: Option<u64>) {
        self.telemetry.router_purged(offsets);
    }

    fn waited_for_routers(&self, _worker: u16, took: Duration) {
        self.telemetry.router_waited(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    }

    fn aborted(&self, _worker: u16, cause: Cause) {
        self.telemetry.aborted(cause.name());
    }

    fn failure(&self, _worker: u16, class: &'static str) {
        self.telemetry.failure(class);
    }

    fn gap(&self, _worker: u16, input: u16, records: u64) {
        self.telemetry.gap(self.input(input).0, records);
    }

    fn rebalance(&self, _worker: u16, kind: RebalanceKind, _partitions: usize) {
        self.telemetry.rebalance(super::rebalance_name(kind));
    }
}
