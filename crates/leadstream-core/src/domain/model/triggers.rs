//! Triggers: after an event, unless another one comes, within a time, and at most so often.

use crate::domain::model::axis::CountRule;
use crate::domain::model::predicate::Condition;
use crate::domain::model::score::AtMost;
use crate::domain::names::PropertyId;
use crate::domain::{Ms, Text};

/// `same` with this value compares the products that events are about.
pub const PRODUCT: &str = "product_id";

/// What steps run on.
#[derive(Debug, Clone, Default)]
pub struct TriggersModel {
    pub triggers: Vec<Trigger>,
    /// How long products viewed, and products carted, are remembered; `None`: no trigger asks.
    pub viewed_ms: Option<Ms>,
    pub carted_ms: Option<Ms>,
}

impl TriggersModel {
    /// The trigger of this name.
    #[must_use]
    pub fn trigger(&self, hash: u32) -> Option<&Trigger> {
        self.triggers.iter().find(|t| t.hash == hash)
    }
}

/// One trigger, compiled.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a key of the model by itself")]
pub struct Trigger {
    pub name: Text,
    /// [`crate::domain::ids::name_hash`] of the name.
    pub hash: u32,
    pub after: After,
    pub unless: Option<Condition>,
    pub unless_stages: Vec<Text>,
    pub within_ms: Ms,
    pub at_most: Option<AtMost>,
    pub match_by: Option<MatchBy>,
    /// Each further event of the kind moves the clock.
    pub restart: bool,
    pub if_viewed_ms: Option<Ms>,
    pub if_carted_ms: Option<Ms>,
    /// It leads to a mail: consent, caps and quiet hours count.
    pub mail: bool,
    pub max_lateness_ms: Option<Ms>,
    /// It doesn't leave while a cart has something in it.
    pub not_with_open_cart: bool,
    /// It waits for the end of a visit.
    pub after_visit: bool,
    /// The rule in words.
    pub rule: Text,
    /// Why it leaves, in words: what happened, and what did not.
    pub reasons: Vec<Text>,
}

impl Trigger {
    /// When it is due, with its clock running from then.
    #[must_use]
    pub fn due_ms(&self, since_ms: Ms) -> Ms {
        since_ms.saturating_add(self.within_ms)
    }

    /// Whether this is the rule that counts its events.
    #[must_use]
    pub fn counts(&self, rule: u32) -> bool {
        matches!(&self.after, After::Event { count: Some((own, _)), .. } if *own == rule)
    }

    /// How long it has to be remembered that it left.
    #[must_use]
    pub fn keeps_ms(&self) -> Ms {
        self.at_most.map_or(0, |limit| limit.per_ms)
    }
}

/// What a trigger comes after.
#[derive(Debug, Clone)]
pub enum After {
    /// An event; with a count, that many of them.
    Event { condition: Condition, count: Option<(u32, CountRule)> },
    /// A stage that is entered, on either axis.
    Stage(Text),
    /// A label that is reached from below.
    Label(Text),
}

/// What the events of a trigger must have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchBy {
    /// A product that both are about.
    Product,
    Property(PropertyId),
}
