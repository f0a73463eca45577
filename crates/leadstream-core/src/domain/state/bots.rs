//! What tells a machine from a person.

use crate::domain::Ms;
use crate::domain::model::machine::MachineModel;
use crate::domain::state::sparse::Few;

/// Clicks that a burst is told by.
pub const MAX_CLICKS: usize = 8;

/// What machine traffic is told by. Only kept for the seconds in which it can matter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Machine {
    /// The latest mail that was sent or delivered.
    pub delivered: Option<Delivered>,
    /// Clicks of the last seconds, oldest first.
    pub clicks: Few<Click, 2>,
    /// Views, while there are very many.
    pub views: Option<Views>,
}

impl Machine {
    /// Drops what is too old to matter to an event of this time.
    pub(crate) fn forget(&mut self, model: &MachineModel, time_ms: Ms) {
        let is_new = |since_ms: Ms, for_ms: Option<Ms>| for_ms.is_some_and(|for_ms| time_ms.saturating_sub(since_ms) <= for_ms);
        self.delivered = self.delivered.filter(|d| is_new(d.time_ms, model.delivery_matters_ms()));
        self.clicks.retain(|c| is_new(c.time_ms, model.scanner_links.map(|(_, within_ms)| within_ms)));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    pub time_ms: Ms,
    /// Which mail; 0: nobody said.
    pub mail: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Click {
    pub time_ms: Ms,
    /// Which link.
    pub link: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Views {
    pub since_ms: Ms,
    pub count: u32,
    /// It was a flood: it lasts until there are few again.
    pub flood: bool,
}
