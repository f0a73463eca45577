//! Everything that is known of one prospect. Plain data: the record in the changelog is this, encoded.
//!
//! Timers are part of it: each deadline is a field, and [`Prospect::next_timer`] finds the earliest. The queue of a task
//! is rebuilt from records, so a timer is exactly as durable as the record.

use crate::domain::Ms;
use crate::domain::state::account::Membership;
use crate::domain::state::acquisition::Customer;
use crate::domain::state::bots::BotEvidence;
use crate::domain::state::cart::Cart;
use crate::domain::state::checkout::Attempt;
use crate::domain::state::consent::Consent;
use crate::domain::state::contact::Contact;
use crate::domain::state::decisions::Decisions;
use crate::domain::state::erasure::Erasure;
use crate::domain::state::few::InlineVec;
use crate::domain::state::identity::{Forward, Identity};
use crate::domain::state::internal::Internal;
use crate::domain::state::lead::Lead;
use crate::domain::state::orders::KnownOrders;
use crate::domain::state::past_carts::{Bought, ForgottenCart, PastOrder};
use crate::domain::state::seen::Seen;
use crate::domain::state::sparse;
use crate::domain::state::sparse::Sparse;
use crate::domain::state::track::Track;
use crate::domain::state::traits::Traits;
use crate::domain::state::triggers::TriggerRecord;
use std::num::NonZeroU32;

/// The record of one prospect.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prospect {
    /// Time of the first event.
    pub first_seen_ms: Ms,
    /// Newest event time seen; an event before it is late.
    pub last_seen_ms: Ms,
    /// Newest activity (see [`crate::domain::names::Kind::is_activity`]); `None` before the first.
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
    pub tracks: InlineVec<Track, 1>,
    /// Somebody knows an address of the prospect: a call named one, or a mail went to it. The address itself is not kept.
    pub addressable: bool,
    /// 32 bits of a hash of the address that was named last, so that another one is told from it.
    pub address: Option<NonZeroU32>,
    /// An event named a user, or was of a kind that only somebody known sends: see [`crate::domain::rules::forget`].
    pub identified: bool,
    /// What only some inputs and models need; `None` while there is none of it.
    pub extras: Option<Box<Extras>>,
}

/// What only some inputs and models need of a prospect.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extras {
    pub traits: Traits,
    pub lead: Sparse<Lead>,
    pub contact: Sparse<Contact>,
    pub triggers: Sparse<TriggerRecord>,
    pub bots: Sparse<BotEvidence>,
    pub internal: Sparse<Internal>,
    pub customer: Sparse<Customer>,
    pub decisions: Sparse<Decisions>,
    pub account: Sparse<Membership>,
    /// It was erased not long ago.
    pub erasure: Option<Erasure>,
    /// Orders of the last time that took something from a cart: what becomes of them concerns it.
    pub orders: Vec<PastOrder>,
    /// What was ordered within the last session.
    pub bought: Option<Box<Bought>>,
    /// Orders of the last 90 days, by their ids.
    pub known_orders: Sparse<KnownOrders>,
    /// How far the newest visit that came into the checkout got there.
    pub checkout: Option<Attempt>,
    /// Reminded carts that were forgotten: an order of their goods is told as late.
    pub forgotten: Vec<ForgottenCart>,
    /// Other ids that stand for it; empty without identity.
    pub identity: Sparse<Identity>,
    /// The id points to others: then nothing else is here.
    pub forward: Option<Box<Forward>>,
}

impl Extras {
    /// Nothing of it is known: it takes no bytes in the record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            traits,
            lead,
            contact,
            triggers,
            bots,
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
            identity,
            forward,
        } = self;
        traits.is_empty()
            && lead.get().is_none()
            && contact.get().is_none()
            && triggers.get().is_none()
            && bots.get().is_none()
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
            && identity.get().is_none()
            && forward.is_none()
    }
}

impl Prospect {
    /// What stays of an erasure, while it does.
    #[must_use]
    pub fn erasure(&self) -> Option<Erasure> {
        self.extras.as_ref()?.erasure
    }

    /// Nothing is known but that somebody was erased: every event that counts leaves its id.
    #[must_use]
    pub fn is_only_erasure(&self) -> bool {
        self.erasure().is_some() && self.seen.is_empty()
    }

    /// Whom the id stands for, where it points to others.
    #[must_use]
    pub fn forward(&self) -> Option<&Forward> {
        self.extras.as_ref()?.forward.as_deref()
    }

    /// There is no prospect under the id: it points to others, or nothing is known but an erasure.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        self.forward().is_some() || self.is_only_erasure()
    }

    /// What only some prospects have, made when it isn't there.
    pub fn extras_mut(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }
}

sparse::parts!(Lead, Contact, TriggerRecord, BotEvidence, Internal, Customer, Decisions, Membership, KnownOrders, Identity);
