//! The lines of contact in the canonical text of its model.

use super::consent;
use super::spec::{ContactSpec, DEFAULT_SPREAD_MS};

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(spec: &ContactSpec) -> Vec<String> {
    let mut lines = Vec::new();
    let mut caps: Vec<_> = spec.caps.iter().map(|c| c.value).collect();
    caps.sort_unstable();
    lines.extend(caps.iter().map(|(times, per_ms)| format!("contact cap {times} per {per_ms}")));
    if !spec.priority.is_empty() {
        let names: Vec<&str> = spec.priority.iter().map(|n| n.value.as_str()).collect();
        lines.push(format!("contact priority {names:?}"));
    }
    if spec.is_quiet() {
        let hours = spec.quiet_hours.as_ref().map(|h| h.value);
        let zone = spec.time_zone.as_ref().map_or("", |z| z.value.as_str());
        let hold = spec.holds();
        let max_ms = spec.max_hold_ms();
        lines.push(format!("contact quiet {hours:?} days {:?} zone {zone:?} hold {hold} at most {max_ms:?}", spec.weekdays()));
    }
    if spec.is_quiet() && spec.spread_ms() != Some(DEFAULT_SPREAD_MS) {
        lines.push(format!("contact spread {:?}", spec.spread_ms()));
    }
    lines.extend(consent::lines(&spec.consent));
    if let Some(limit) = spec.soft_bounces.as_ref().and_then(|n| n.value) {
        lines.push(format!("contact soft bounces {limit}"));
    }
    if spec.ignores_opens() {
        lines.push("contact opens ignored".to_owned());
    }
    if spec.one_list_is_all() {
        lines.push("contact one list is all".to_owned());
    }
    lines
}
