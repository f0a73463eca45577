//! The one division that all rates are.

/// A share; `None` of nothing.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(super) fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
