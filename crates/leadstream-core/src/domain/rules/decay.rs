//! How points fade.

use crate::domain::Ms;

/// What is left of one point after a time.
#[allow(clippy::cast_precision_loss, reason = "times in ms stay far below 2^52")]
pub(crate) fn decay(half_life_ms: Option<Ms>, elapsed_ms: Ms) -> f64 {
    match half_life_ms {
        Some(half_life) if elapsed_ms > 0 => (-(elapsed_ms as f64) / half_life as f64).exp2(),
        _ => 1.0,
    }
}
