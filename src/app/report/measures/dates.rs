//! Times and days as the JSON says them, UTC.

use crate::domain::Ms;

/// RFC 3339, to the second.
pub(super) fn time(ms: Ms) -> Option<String> {
    jiff::Timestamp::from_millisecond(ms).ok().map(|t| format!("{t:.0}"))
}

/// The day of a time.
pub(super) fn day(ms: Ms) -> String {
    time(ms).map(|t| t.chars().take(10).collect()).unwrap_or_default()
}
