//! A time as an input writes it, with a zone or without.

use crate::domain::Ms;
use crate::domain::zones::Zone;

/// A time as an input writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Taken for UTC where it has no zone.
    pub ms: Ms,
    /// It says how far its clock is from UTC.
    pub has_zone: bool,
}

impl Written {
    #[must_use]
    pub fn utc(ms: Ms) -> Self {
        Self { ms, has_zone: true }
    }

    pub(super) fn local(ms: Ms) -> Self {
        Self { ms, has_zone: false }
    }

    /// The time, that of a zone where it names none.
    #[must_use]
    pub fn in_zone(self, zone: &Zone) -> Ms {
        if self.has_zone { self.ms } else { zone.instant(self.ms).unwrap_or(self.ms) }
    }
}
