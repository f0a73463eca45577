//! The schema registry: how it answers, and what waits for it.

use crate::telemetry::metric::{Metric, counter, gauge, histogram, rows};
use crate::telemetry::registry::Telemetry;
use metrics::HistogramFn;

const REQUEST_BUCKETS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

rows! {
    /// Requests to the registry.
    REGISTRY_REQUESTS = counter("leadstream_registry_requests_total", "requests", &["outcome"],
        "Requests to the schema registry by outcome: ok, unknown (it has no such schema), refused (401, 403), failed (another status, or an answer that is none of a registry), away (no answer)",
        "`refused` or `away`: records with new schemas wait. `unknown`: producers write ids that the registry doesn't have.");
    /// Time of a request to the registry.
    REGISTRY_SECONDS = histogram("leadstream_registry_request_seconds", "seconds", &[], REQUEST_BUCKETS,
        "Time of a request to the schema registry, with its connection", "p99 near registry.timeout.");
    /// Schemas that are asked for.
    REGISTRY_WAITING = gauge("leadstream_registry_schemas_waiting", "schemas", &[],
        "Schemas that records wait for", "Above zero for a minute: see the log, and `registry.urls`.");
}

impl Telemetry {
    /// A request to the registry has ended.
    pub fn registry_asked(&self, outcome: &str, seconds: f64) {
        self.count(&REGISTRY_REQUESTS, &[outcome], 1);
        self.histogram(&REGISTRY_SECONDS, &[]).record(seconds);
    }

    /// So many schemas are asked for.
    pub fn registry_waiting(&self, schemas: usize) {
        self.gauge(&REGISTRY_WAITING, &[]).set(schemas as f64);
    }

    /// Shows every outcome at zero.
    pub fn declare_registry(&self, outcomes: impl IntoIterator<Item = &'static str>) {
        for outcome in outcomes {
            self.declare(&REGISTRY_REQUESTS, &[outcome]);
        }
    }
}
