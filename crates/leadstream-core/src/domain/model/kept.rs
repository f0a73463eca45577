//! How long strangers are kept.

use crate::domain::Ms;

/// A shorter time would forget message ids that still tell what comes again.
pub const MIN_KEPT_MS: Ms = crate::domain::DAY_MS;

/// How long such a record is kept after its last event, when the model says nothing.
pub const DEFAULT_KEPT_MS: Ms = 180 * crate::domain::DAY_MS;
