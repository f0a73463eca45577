//! Persons under several ids.

use crate::telemetry::metric::{Metric, counter, gauge, rows};
use crate::telemetry::registry::Telemetry;

rows! {
    /// Ids that point to others.
    FORWARDS = gauge("leadstream_forwards", "ids", &[],
        "Ids that stand for a prospect of another name, over the partitions of this instance",
        "Not by itself; sum over instances.");
    /// What left about ids.
    IDENTITY_CHANGES = counter("leadstream_identity_changes_total", "changes", &["kind"],
        "Outputs about ids by type: prospect.merged, id.conflict, id.blocked",
        "`id.blocked`: many people share an id that isn't theirs; the output names it. `id.conflict` at a steady rate: carts or user ids change hands.");
    /// Links that did less than was asked for.
    LINKS_REFUSED = counter("leadstream_links_refused_total", "links", &["reason"],
        "Links of ids that changed nothing, or less than was asked for: not-smaller, no-id, blocked, crowded, shared, erased, older, became-shared, names-full, too-many-hops, nothing",
        "`too-many-hops` or `not-smaller`: never, else a fault of ours. `became-shared` often: a device that everybody uses.");
}

impl Telemetry {
    /// Ids that point to others.
    pub fn forwards(&self, ids: u64) {
        self.gauge(&FORWARDS, &[]).set(ids as f64);
    }

    /// `kind` is the output's type.
    pub fn identity_changes(&self, kind: &str, count: u64) {
        self.count(&IDENTITY_CHANGES, &[kind], count);
    }

    pub fn links_refused(&self, reason: &str, count: u64) {
        self.count(&LINKS_REFUSED, &[reason], count);
    }
}
