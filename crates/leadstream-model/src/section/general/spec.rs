//! What the file says of the model as a whole.

use crate::fault::Spanned;
use leadstream_core::domain::{MINUTE_MS, Ms};

/// Pause after which activity starts a new session, when the model says nothing.
const DEFAULT_SESSION_GAP_MS: Ms = 30 * MINUTE_MS;

/// Keys that stand in no section.
#[derive(Debug, Clone, Default)]
pub struct GeneralSpec {
    pub name: Option<Spanned<String>>,
    pub title: Option<String>,
    pub session_gap_ms: Option<Spanned<Ms>>,
}

impl GeneralSpec {
    /// Its name; empty where the file gives none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("", |name| name.value.as_str())
    }

    /// Activity after a pause this long starts a new session.
    #[must_use]
    pub fn session_gap_ms(&self) -> Ms {
        self.session_gap_ms.as_ref().map_or(DEFAULT_SESSION_GAP_MS, |gap| gap.value)
    }
}
