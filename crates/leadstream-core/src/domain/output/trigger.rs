//! Triggers, and the proof that they carry.

use crate::domain::origin::Position;
use crate::domain::state::cart::{ArmedFor, CartLine};
use crate::domain::terms::cart::{OutcomeKind, Reason};
use crate::domain::terms::recovery::{AttributedBy, Attribution, AttributionReason};
use crate::domain::terms::trigger::TriggerKind;
use crate::domain::{Ms, Text};

/// Why a trigger left: the rule, the events that brought it about, the checks that it passed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Proof {
    /// The rule in words, such as `cart step 1 after 1h`.
    pub rule: Text,
    pub because: Vec<Because>,
    /// Names of the checks passed, such as `consent`, `cap`, `quiet-hours`, `cooldown`.
    pub checks: Vec<&'static str>,
}

/// An event that a trigger rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Because {
    pub name: Text,
    pub at_ms: Ms,
    pub position: Position,
    /// What was added to the time that it says itself; 0: nothing.
    pub corrected_ms: Ms,
}

/// A trigger of absence left, or is taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Triggered {
    pub kind: TriggerKind,
    /// Its name in the model.
    pub trigger: Text,
    /// Time of the event that armed it.
    pub episode_ms: Ms,
    pub due_at_ms: Ms,
    /// In words: what happened, and what did not.
    pub reasons: Vec<Text>,
    /// The product that it is about, if any.
    pub product_id: Option<Text>,
    pub score: f64,
    pub label: Option<Text>,
    pub persona: Option<Text>,
    pub proof: Proof,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CartAbandoned {
    pub cart_id: Option<Text>,
    /// The arming's time.
    pub episode_ms: Ms,
    /// 1-based.
    pub step: u8,
    pub steps: u8,
    pub due_at_ms: Ms,
    pub abandoned_at_ms: Ms,
    /// `reason`: what the cart is reminded for.
    pub armed_for: ArmedFor,
    pub checkout_started: bool,
    pub checkout_step: Option<Text>,
    /// Somebody knows an address to write to.
    pub addressable: bool,
    /// The id of the address that was named last with the cart, else with anything else; only with identity.
    pub address: Option<Text>,
    pub lines: Vec<CartLine>,
    /// Lines for which there was no room in the record, or in this output; `value` does without them.
    pub lines_left_out: u32,
    pub value: Option<f64>,
    pub currency: Option<Text>,
    pub score: f64,
    pub label: Option<Text>,
    pub persona: Option<Text>,
    pub proof: Proof,
}

#[derive(Debug, Clone, PartialEq)]
pub struct CartOutcome {
    pub kind: OutcomeKind,
    pub cart_id: Option<Text>,
    pub episode_ms: Ms,
    /// For a skipped step: which one (1-based).
    pub step: Option<u8>,
    pub steps_sent: u8,
    pub reason: Reason,
    pub trigger_ids: Vec<u128>,
    pub order_id: Option<Text>,
    pub value: Option<f64>,
    pub currency: Option<Text>,
    /// What a recovered order follows from, which trigger, and by what that is known.
    pub attribution: Option<Attribution>,
    pub attributed_trigger_id: Option<u128>,
    pub attributed_by: Option<AttributedBy>,
    /// Of a recovered order without attribution: why it has none.
    pub attribution_reason: Option<AttributionReason>,
    /// The order came after the cart was forgotten.
    pub late: bool,
    /// Of what is taken back: nothing is left of it.
    pub whole: bool,
    /// Of what is taken back: when it was ordered. For the figures.
    pub ordered_ms: Ms,
}
