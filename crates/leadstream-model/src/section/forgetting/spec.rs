//! What the file says of forgetting.

use crate::fault::Spanned;
use leadstream_core::domain::{DAY_MS, Ms};

/// How long such a record is kept after its last event, when the model says nothing.
pub(super) const DEFAULT_KEPT_MS: Ms = 180 * DAY_MS;

/// `forget_anonymous_after`.
#[derive(Debug, Clone, Default)]
pub struct ForgettingSpec {
    /// Inner `None`: `"off"`.
    pub anonymous_after_ms: Option<Spanned<Option<Ms>>>,
}

impl ForgettingSpec {
    /// How long a record of whom nothing is known is kept: what is said, else the default.
    #[must_use]
    pub fn anonymous_after_ms(&self) -> Option<Ms> {
        self.anonymous_after_ms.as_ref().map_or(Some(DEFAULT_KEPT_MS), |said| said.value)
    }
}
