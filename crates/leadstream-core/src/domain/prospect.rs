//! Everything that is known of one prospect. Plain data: the record in the changelog is this, encoded.
//!
//! Timers are part of it: each deadline is a field, and [`Prospect::next_timer`] finds the earliest. The queue of a task
//! is rebuilt from records, so a timer is exactly as durable as the record.

mod carts;
mod rare;
mod timers;

use super::absence::Absence;
use super::account::Membership;
use super::cart::{Bought, ForgottenCart, PastOrder};
use super::checkout::Attempt;
use super::contact::Contact;
use super::customer::Customer;
use super::decisions::Decisions;
use super::dedup::Seen;
use super::effect::Cause;
use super::erasure::Erasure;
use super::internal::Internal;
pub use super::journey::next::{Journeys, PastJourney};
use super::lead::{Disqualified, Lead};
use super::ledger::{Entry, event_mark};
use super::machine::Machine;
use super::model::pipeline::Opening;
use super::orders::KnownOrders;
use super::traits::Traits;
use super::{Ms, Text};
pub use carts::{ArmedFor, Cart, CartLine, Heard, Phase, Removed, SentStep, Series};
pub use rare::Rare;
use smallvec::SmallVec;
pub use timers::{Timer, TimerKind};

/// A list of which most prospects have few: kept in place, since a copy of a record in many pieces is slow to make, to read
/// and to drop.
pub type Few<T, const N: usize> = SmallVec<[T; N]>;

/// The record of one prospect.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prospect {
    /// Time of the first event.
    pub first_seen_ms: Ms,
    /// Newest event time seen; an event before it is late.
    pub last_seen_ms: Ms,
    /// Newest activity (contract section 2); `None` before the first.
    pub last_activity_ms: Option<Ms>,
    /// Newest cart, checkout or order event (`idle_on = "cart"`).
    pub last_cart_activity_ms: Option<Ms>,
    /// Visits so far: activity after a pause of the session gap starts a new one.
    pub sessions: u32,
    /// Message ids seen lately: what comes again changes nothing.
    pub seen: Seen,
    pub consent: Consent,
    pub carts: Vec<Cart>,
    /// When the first step of the latest series left: start of the cooldown.
    pub cooldown_from_ms: Option<Ms>,
    /// An add within the current cooldown was already reported.
    pub cooldown_reported: bool,
    /// One per model that runs, found by the model's name.
    pub tracks: Few<Track, 1>,
    /// Somebody knows an address of the prospect: a call named one, or a mail went to it. The address itself is not kept.
    pub addressable: bool,
    /// 32 bits of a hash of the address that was named last, so that another one is told from it; 0 for none.
    pub address: u32,
    /// An event named a user, or was of a kind that only somebody known sends: see [`crate::domain::forget`].
    pub identified: bool,
    /// What only some inputs and models need; `None` while there is none of it.
    pub more: Option<Box<More>>,
}

/// What only some inputs and models need of a prospect.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct More {
    pub traits: Traits,
    pub lead: Rare<Lead>,
    pub contact: Rare<Contact>,
    pub absence: Rare<Absence>,
    pub machine: Rare<Machine>,
    pub internal: Rare<Internal>,
    pub customer: Rare<Customer>,
    pub decisions: Rare<Decisions>,
    pub account: Rare<Membership>,
    /// It was erased not long ago.
    pub erasure: Option<Erasure>,
    /// Orders of the last time that took something from a cart: what becomes of them concerns it.
    pub orders: Vec<PastOrder>,
    /// What was ordered within the last session.
    pub bought: Option<Box<Bought>>,
    /// Orders of the last 90 days, by their ids.
    pub known_orders: Rare<KnownOrders>,
    /// How far the newest visit that came into the checkout got there.
    pub checkout: Option<Attempt>,
    /// Reminded carts that were forgotten: an order of their goods is told as late.
    pub forgotten: Vec<ForgottenCart>,
}

impl More {
    /// Nothing of it is known: it takes no bytes in the record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            traits,
            lead,
            contact,
            absence,
            machine,
            internal,
            customer,
            decisions,
            account,
            erasure,
            orders,
            bought,
            known_orders,
            checkout,
            forgotten,
        } = self;
        traits.is_empty()
            && lead.get().is_none()
            && contact.get().is_none()
            && absence.get().is_none()
            && machine.get().is_none()
            && internal.get().is_none()
            && customer.get().is_none()
            && decisions.get().is_none()
            && account.get().is_none()
            && erasure.is_none()
            && orders.is_empty()
            && bought.is_none()
            && known_orders.get().is_none()
            && checkout.is_none()
            && forgotten.is_empty()
    }
}

/// Whether mail may be sent. The newest event by event time decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    pub state: ConsentState,
    /// Time of the event that decided; 0 while nothing did.
    pub since_ms: Ms,
    /// When consent was last given, whatever became of it since; `None`: never.
    pub granted_ms: Option<Ms>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum ConsentState {
    /// Nothing was said, or consent came back.
    #[default]
    Open,
    Unsubscribed,
    HardBounce,
    Complained,
}

/// What one model knows of a prospect.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Track {
    /// The model's name: finds the track again when the model's content changes.
    pub model: Text,
    /// Content hash of the model that last wrote this track.
    pub model_hash: u64,
    /// Journey, funnel.
    pub positions: [Option<StagePosition>; 2],
    /// What count rules ("3 times within 7d") remember.
    pub counts: Few<RuleCount, 3>,
    pub groups: Few<GroupPoints, 3>,
    /// How often capped score rules were used in their current period.
    pub uses: Few<RuleUse, 2>,
    /// [`super::model::name_hash`] of the current label's name; `None` below the lowest.
    pub label: Option<u32>,
    /// When the label last changed; 0 while it never did. The label is never evaluated as of an earlier time.
    pub label_since_ms: Ms,
    /// The instant at which label or grade change next with no event: fall by decay, or rise because negative points fade.
    pub label_falls_at_ms: Option<Ms>,
    /// [`super::model::name_hash`] of the persona's name in this model.
    pub persona: Option<u32>,
    /// Points of the traits; part of the lead score.
    pub fit: f64,
    /// Letter and number as `4 * letter + number + 1`; 0 for none.
    pub grade: u8,
    /// The model is bound to personas that this prospect isn't of: it neither moves nor scores.
    pub paused: bool,
    pub disqualified: Option<Box<Disqualified>>,
    /// The latest points, oldest first; older ones are in [`GroupPoints::brought`].
    pub ledger: Few<Entry, 6>,
}

/// Where a prospect stands on one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct StagePosition {
    /// Stage name: survives a change of the model.
    pub stage: Text,
    pub entered_ms: Ms,
    /// When the stage goes stale, if it does.
    pub stale_at_ms: Option<Ms>,
    /// What brought it here.
    pub by: EnteredBy,
    /// Stages left, oldest first, as many as the model keeps.
    pub history: Few<PastStage, 3>,
    /// The journeys before this one, and whether this one is closed; `None` while none was.
    pub journeys: Option<Box<Journeys>>,
    /// What the stages that are no longer in the history say of the opportunity; `None` while they say nothing that matters.
    pub opening: Option<Box<Opening>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastStage {
    /// Low 32 bits of the hash of the stage's name (see [`super::model::name_hash`]).
    pub stage_hash: u32,
    pub entered_ms: Ms,
    pub by: EnteredBy,
}

/// What brought a prospect into a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnteredBy {
    pub cause: Cause,
    /// [`super::ledger::event_mark`] of the event's name; 0 when time was the cause.
    pub event: u16,
}

impl EnteredBy {
    /// An event brought it about, whatever the move is called.
    #[must_use]
    pub fn event(cause: Cause, name: &str) -> Self {
        Self { cause, event: event_mark(name) }
    }

    /// Time did.
    #[must_use]
    pub fn time(cause: Cause) -> Self {
        Self { cause, event: 0 }
    }
}

impl Default for EnteredBy {
    fn default() -> Self {
        Self::time(Cause::Event)
    }
}

/// Memory of one count rule: when it matched, with the hash of the value that must be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCount {
    /// Hash of the rule's own text: an edited rule starts anew.
    pub rule: u32,
    /// Oldest first; bounded by [`super::model::MAX_COUNT_MEMORY`].
    pub hits: Few<Hit, 2>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub time_ms: Ms,
    /// Low 32 bits of the hash of the property named by `same`; 0 without.
    pub same: u32,
}

/// Decaying points of one score group: `points` at `as_of_ms`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupPoints {
    /// [`super::model::name_hash`] of the group's name.
    pub group: u32,
    pub points: f64,
    pub as_of_ms: Ms,
    /// What of `points` comes from events that the ledger no longer lists.
    pub brought: f64,
}

/// A capped rule's current period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleUse {
    pub rule: u32,
    pub since_ms: Ms,
    pub count: u32,
}

impl Prospect {
    /// What stays of an erasure, while it does.
    #[must_use]
    pub fn erasure(&self) -> Option<Erasure> {
        self.more.as_ref()?.erasure
    }

    /// Nothing is known but that somebody was erased: every event that counts leaves its id.
    #[must_use]
    pub fn is_only_erasure(&self) -> bool {
        self.erasure().is_some() && self.seen.is_empty()
    }

    /// What only some prospects have, made when it isn't there.
    pub fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }
}
