//! Machine traffic: what is counted and neither scores, nor moves, nor resets a clock.

mod agents;
mod proxies;

use crate::domain::{Ms, SECOND_MS};
pub use agents::{Agent, Agents};
pub use proxies::{PROXIES, Proxies};

/// Most links of a burst: as many clicks are remembered.
pub const MAX_LINKS: i64 = 8;

/// This many different links clicked within this time are a scanner's, unless the model says otherwise.
pub const SCANNER_LINKS: (usize, Ms) = (2, 5 * SECOND_MS);

/// What steps run on.
#[derive(Debug, Clone)]
pub struct BotsModel {
    /// What its sender marks as made by a machine.
    pub marked: bool,
    /// Known programs; `None`: user agents are not looked at.
    pub agents: Option<Agents>,
    /// An open that one of these fetched.
    pub proxies: Proxies,
    /// An open so soon after the delivery of its mail.
    pub proxy_after_ms: Option<Ms>,
    /// A click so soon after the delivery of its mail.
    pub scanner_after_ms: Option<Ms>,
    /// How many different links clicked within which time are a scanner's.
    pub scanner_links: Option<(usize, Ms)>,
    /// More views than these in a minute.
    pub views_per_minute: Option<usize>,
}

impl BotsModel {
    /// How long the delivery of a mail matters.
    #[must_use]
    pub fn delivery_matters_ms(&self) -> Option<Ms> {
        self.scanner_after_ms.max(self.proxy_after_ms)
    }
}

/// What holds where a model says nothing.
impl Default for BotsModel {
    fn default() -> Self {
        Self {
            marked: true,
            agents: Some(Agents::new(std::iter::empty())),
            proxies: Proxies::ALL,
            proxy_after_ms: Some(5 * SECOND_MS),
            scanner_after_ms: Some(10 * SECOND_MS),
            scanner_links: Some(SCANNER_LINKS),
            views_per_minute: Some(60),
        }
    }
}
