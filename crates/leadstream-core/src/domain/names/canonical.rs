//! The canonical name of an event, whatever its spelling.

use crate::domain::names::spelling::known;

/// The canonical (Segment v2) name of an event, whatever its spelling, aliases of version 1, GA4 and mail tools resolved; other
/// names stay as they are.
#[must_use]
pub fn canonical(name: &str) -> &str {
    known(name).map_or(name, |known| known.name)
}
