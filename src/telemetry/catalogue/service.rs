//! The admin server, the build, the models.

use crate::telemetry::metric::{Metric, counter, gauge, rows};
use crate::telemetry::registry::Telemetry;

rows! {
    /// HTTP requests.
    HTTP_REQUESTS = counter("leadstream_http_requests_total", "requests", &["endpoint", "code"],
        "Requests to the admin server by endpoint and status code",
        "Many 401: someone is guessing tokens. 503 from an API endpoint: its limits are reached.");
    /// HTTP connections that the server ended.
    HTTP_CONNECTIONS_CLOSED = counter("leadstream_http_connections_closed_total", "connections", &["reason"],
        "Connections that the admin server closed, by reason: slow-head (no complete request in time), long-head, silence, full (its place was needed for another)",
        "`full` or `slow-head` at a steady rate: someone is occupying the admin port; health is still answered.");
    /// The build.
    BUILD_INFO = gauge("leadstream_build_info", "1", &["version"],
        "Always 1; the version is the label",
        "Two versions for longer than a deployment.");
    /// The model.
    MODEL_INFO = gauge("leadstream_model_info", "1", &["name", "hash"],
        "Always 1; name and content hash of an effective model are the labels",
        "Two hashes of one name for longer than a deployment.");
}

impl Telemetry {
    /// `endpoint` is the route's pattern, never the path that was asked for.
    pub fn http_request(&self, endpoint: &str, code: u16) {
        self.count(&HTTP_REQUESTS, &[endpoint, &code.to_string()], 1);
    }

    /// The server ended a connection by itself; `reason` is one of a closed set.
    pub fn http_connection_closed(&self, reason: &str) {
        self.count(&HTTP_CONNECTIONS_CLOSED, &[reason], 1);
    }

    pub fn build(&self, version: &str) {
        self.gauge(&BUILD_INFO, &[version]).set(1.0);
    }

    pub fn model(&self, name: &str, hash: &str) {
        self.gauge(&MODEL_INFO, &[name, hash]).set(1.0);
    }
}
