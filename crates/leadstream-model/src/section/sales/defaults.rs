//! What holds where the file says nothing.

use leadstream_core::domain::{DAY_MS, Ms};

pub(super) const SLA_MS: Ms = DAY_MS;
pub(super) const GRACE_MS: Ms = DAY_MS;
pub(super) const AGE_MS: Ms = 90 * DAY_MS;
pub(super) const AGAIN_AFTER_MS: Ms = 30 * DAY_MS;
/// By how much a lead that went back has to rise to be handed over again, as a share of the score that makes an MQL.
pub(super) const AGAIN_RISE: f64 = 0.2;
/// What is left of the points of a lead that goes back, when the model says nothing.
pub(super) const KEEP: f64 = 0.5;
/// The property that says why, when the model says nothing.
pub(super) const REASON: &str = "reason";
