//! Evidence that tells bots from people.

use crate::domain::Ms;
use crate::domain::state::few::InlineVec;
use std::num::NonZeroU32;

/// Clicks that are kept to recognise a burst.
pub const MAX_CLICKS: usize = 8;

/// Evidence of bots; kept only for the seconds in which it can matter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BotEvidence {
    /// The latest mail that was sent or delivered.
    pub delivered: Option<Delivered>,
    /// Clicks of the last seconds, oldest first.
    pub clicks: InlineVec<Click, 2>,
    /// Views, while there are very many.
    pub views: Option<Views>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    pub time_ms: Ms,
    /// Which mail, where that was said.
    pub mail: Option<NonZeroU32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Click {
    pub time_ms: Ms,
    /// Which link.
    pub link: NonZeroU32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Views {
    pub since_ms: Ms,
    pub count: u32,
    /// It was a flood: it lasts until there are few again.
    pub flood: bool,
}
