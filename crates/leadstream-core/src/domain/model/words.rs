//! Lengths of time in words, as reasons of outputs give them.

use crate::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Ms, SECOND_MS};

/// A length of time in its largest whole unit.
#[must_use]
pub fn length(ms: Ms) -> String {
    let units = [(DAY_MS, "day"), (HOUR_MS, "hour"), (MINUTE_MS, "minute"), (SECOND_MS, "second")];
    let Some((unit_ms, unit)) = units.into_iter().find(|(unit_ms, _)| ms != 0 && ms % unit_ms == 0) else {
        return format!("{ms} ms");
    };
    let count = ms / unit_ms;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
