//! How often and when a prospect may be contacted: caps, priorities, quiet hours.

use super::consent::ConsentModel;
use super::quiet::Quiet;
use crate::domain::event::{Event, MailEvent};
use crate::domain::model::score::AtMost;

/// The name under which the steps of cart series stand in `priority`.
pub const CART: &str = "cart";

/// Most sends that a cap may allow, and how many are remembered.
pub const MAX_CAP_TIMES: usize = crate::domain::state::contact::MAX_SENT;

/// The days of the week, as models write them.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What steps run on.
#[derive(Debug, Clone, Default)]
pub struct ContactModel {
    pub caps: Vec<AtMost>,
    /// Hashes of names, the most important first.
    pub priority: Vec<u32>,
    /// [`crate::domain::ids::name_hash`] of [`CART`].
    pub cart: u32,
    pub quiet: Option<Quiet>,
    pub soft_bounces: Option<u8>,
    /// Opens of mails are nothing: they are not looked at.
    pub ignores_opens: bool,
    /// Who leaves one newsletter wants no mail at all.
    pub one_list_is_all: bool,
    pub consent: ConsentModel,
}

impl ContactModel {
    /// Whether an event is nothing to this model: an open, where opens don't count.
    #[must_use]
    pub fn ignores(&self, event: &Event<'_>) -> bool {
        self.ignores_opens && event.mail() == Some(MailEvent::Opened)
    }

    /// Smaller is more important; what is not named comes last.
    #[must_use]
    pub fn rank(&self, name: u32) -> usize {
        self.priority.iter().position(|p| *p == name).unwrap_or(self.priority.len())
    }
}
