//! What a step gives besides new state: outputs for downstream topics, and notes that the runtime counts.

mod company;
mod limit;
mod more;
mod order;
mod recovery;

use super::checkout::Passed;
use super::event::Position;
pub use super::internal::InternalKind;
use super::prospect::{ArmedFor, CartLine};
use super::{Ms, Text};
pub use company::{Bar, Colleague, Company, LeadNews, MemberUpdate, News};
pub use limit::Limit;
pub use more::{
    AccountChanged, AccountKind, Answer, Because, HandOver, HandOverKind, Proof, Qualification, RETURNED_BECAUSE, TriggerKind,
    Triggered, Verdict,
};
pub use order::{CartsChange, NoOpportunity, OrderChange};
pub use recovery::{AttributedBy, Attribution, AttributionReason};

/// The two axes of a prospect's position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Axis {
    Journey,
    Funnel,
}

impl Axis {
    /// Both axes, in the order in which they are moved and stored.
    pub const ALL: [Self; 2] = [Self::Journey, Self::Funnel];

    /// The name in outputs, models and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Journey => "journey",
            Self::Funnel => "funnel",
        }
    }

    /// 0 for the journey, 1 for the funnel.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Journey => 0,
            Self::Funnel => 1,
        }
    }
}

/// `direction` of a stage change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    Enter,
    Forward,
    Back,
}

/// `cause` of a stage change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    Event,
    Stale,
    Disqualified,
    ReEntered,
    /// Another model is for the prospect now.
    CarriedOver,
    /// The order that had brought it there came to nothing.
    OrderReversed,
    /// The journey before was closed; what came after begins the next one.
    NextJourney,
}

impl Cause {
    /// The name in outputs and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Stale => "stale",
            Self::Disqualified => "disqualified",
            Self::ReEntered => "re-entered",
            Self::CarriedOver => "carried-over",
            Self::OrderReversed => "order-reversed",
            Self::NextJourney => "next-journey",
        }
    }
}

/// The event that caused an output, as outputs show it; `None` in [`Output::event`] when time was the cause.
#[derive(Debug, Clone, PartialEq)]
pub struct CausingEvent {
    pub message_id: Option<Text>,
    pub name: Text,
    pub position: Position,
}

/// One output record for downstream topics.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Deterministic id (see [`super::ids`]).
    pub id: u128,
    /// Index of the model in [`super::model::Models`].
    pub model: u16,
    /// The instant of the decision: the causing event's time, or the due time.
    pub at_ms: Ms,
    pub event: Option<CausingEvent>,
    pub body: Body,
}

/// The type-specific part of an output.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    StageChanged(StageChanged),
    ScoreChanged(ScoreChanged),
    CartAbandoned(Box<CartAbandoned>),
    CartOutcome(Box<CartOutcome>),
    Triggered(Box<Triggered>),
    HandOver(Box<HandOver>),
    AccountChanged(Box<AccountChanged>),
    /// Internal: what a member tells its account.
    Member(Box<MemberUpdate>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct StageChanged {
    pub axis: Axis,
    /// Stage names; `from` is `None` on entry.
    pub from: Option<Text>,
    pub to: Text,
    pub direction: Direction,
    pub cause: Cause,
    /// Time spent in the stage left; 0 on entry.
    pub in_stage_ms: Ms,
    pub score: f64,
    pub label: Option<Text>,
    pub persona: Option<Text>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ScoreChanged {
    pub from: Option<Text>,
    pub to: Option<Text>,
    pub up: bool,
    /// Fit and engagement together.
    pub score: f64,
    /// `None`: the model has no fit.
    pub fit: Option<f64>,
    pub engagement: f64,
    pub grade: Option<Text>,
    /// Group name and points, in the model's order.
    pub groups: Vec<(Text, f64)>,
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

/// `type` of a cart outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutcomeKind {
    Recovered,
    Cancelled,
    Recalled,
    Expired,
    Skipped,
    /// The order that recovered the cart came to nothing: its value is taken back.
    Reversed,
    /// An order of the cart's goods after it was forgotten: told, and counted apart.
    RecoveredLate,
}

impl OutcomeKind {
    /// Every one.
    pub const ALL: [Self; 7] =
        [Self::Recovered, Self::Cancelled, Self::Recalled, Self::Expired, Self::Skipped, Self::Reversed, Self::RecoveredLate];

    /// The `type` of the output record.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Recovered => "cart.recovered",
            Self::Cancelled => "cart.cancelled",
            Self::Recalled => "cart.recalled",
            Self::Expired => "cart.expired",
            Self::Skipped => "cart.skipped",
            Self::Reversed => "cart.reversed",
            Self::RecoveredLate => "cart.recovered-late",
        }
    }
}

/// Why a series ended or a step did not leave: a closed set, also the metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    Ordered,
    Emptied,
    Unsubscribed,
    HardBounce,
    Complained,
    /// Due longer ago than `max_lateness`.
    Late,
    Cooldown,
    Forgotten,
    /// The step fell due before the model that asks for it was in force.
    ModelChanged,
    /// A limit of the prospect's record was reached and the oldest cart, or pending trigger, had to go.
    Evicted,
    /// So many soft bounces in a row that the address counts as dead.
    SoftBounces,
    /// Quiet hours or a weekday without mail, and no waiting, or none that is short enough.
    QuietHours,
    /// As many triggers as the model allows have left lately.
    Cap,
    /// The last place under a cap is kept for a trigger that matters more.
    Priority,
    /// This trigger has left as often as the model allows.
    AtMost,
    Disqualified,
    /// The payment failed: a series begins anew, or a recovered order was none.
    PaymentFailed,
    /// The order was cancelled, or refunded.
    OrderCancelled,
    OrderRefunded,
    /// The order was told again, and is worth less.
    OrderChanged,
    /// The cart is worth less than the model reminds of.
    MinValue,
    /// The model asks for consent, and it was not given yet.
    NoConsent,
    /// A trigger about browsing, while a cart has something in it.
    OpenCart,
    /// It was one of the shop's own people, or a test.
    Internal,
}

impl Reason {
    /// The name in outputs and metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Emptied => "emptied",
            Self::Unsubscribed => "unsubscribed",
            Self::HardBounce => "hard-bounce",
            Self::Complained => "complained",
            Self::Late => "late",
            Self::Cooldown => "cooldown",
            Self::Forgotten => "forgotten",
            Self::ModelChanged => "model-changed",
            Self::Evicted => "evicted",
            Self::SoftBounces => "soft-bounces",
            Self::QuietHours => "quiet-hours",
            Self::Cap => "cap",
            Self::Priority => "priority",
            Self::AtMost => "at-most",
            Self::Disqualified => "disqualified",
            Self::PaymentFailed => "payment-failed",
            Self::OrderCancelled => "cancelled",
            Self::OrderRefunded => "refunded",
            Self::OrderChanged => "order-changed",
            Self::MinValue => "min-value",
            Self::NoConsent => "no-consent",
            Self::OpenCart => "open-cart",
            Self::Internal => "internal",
        }
    }
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

/// Something to count that is no output. The runtime adds them up; the domain knows no metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Note {
    /// Seen before for this prospect: changed nothing.
    Duplicate,
    /// It happened before its prospect was erased: it was dropped.
    BeforeErasure,
    /// Older than what the prospect has already seen.
    Late,
    /// An add or snapshot that armed nothing because consent is withdrawn.
    NoConsent,
    /// A record of another model was moved to the current one.
    ModelMoved,
    /// A stage of another model that the current one doesn't know was kept.
    StageKept,
    /// A limit of the record was reached.
    LimitReached(Limit),
    /// A trigger of absence did not leave.
    Suppressed(Reason),
    /// An answer of sales about a lead that it doesn't have, or that it answered for already.
    AnswerIgnored,
    /// A visitor of whom nothing was known stayed away for as long as the model keeps such records.
    Forgotten,
    /// A new prospect of whom nothing is known found no room: its event was not applied.
    NoRoom,
    /// A machine made the event: it neither scored, nor moved, nor was activity.
    Machine(MachineKind),
    /// It is of the shop's own people, or of a test: as if it had not been.
    Internal(InternalKind),
}

/// What a machine was told by: a closed set, also the metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MachineKind {
    /// Its sender marked it.
    Marked,
    /// The program calls itself so.
    Bot,
    /// An open by the proxy of a mailbox, or within seconds of the delivery.
    Proxy,
    /// A click within seconds of the delivery, or several links at once.
    Scanner,
    /// More views in a minute than a person makes.
    Flood,
}

impl MachineKind {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Marked, Self::Bot, Self::Proxy, Self::Scanner, Self::Flood];

    /// The metric label.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Marked => "marked",
            Self::Bot => "bot",
            Self::Proxy => "proxy",
            Self::Scanner => "scanner",
            Self::Flood => "flood",
        }
    }
}

/// Everything that steps gave since the caller last cleared it. Reused between steps.
#[derive(Debug, Default)]
pub struct Effects {
    pub outputs: Vec<Output>,
    pub notes: Vec<Note>,
    /// All that was known of the prospect is gone; its record is to be deleted (tombstone) unless something stays of the erasure.
    pub erase: bool,
    /// What is known of its orders and of where it came from has changed, or since when it is known: figures count by it.
    pub customer: bool,
    /// What became of orders, and of the carts that they took; opportunities that were none.
    pub orders: Vec<OrderChange>,
    pub carts: Vec<CartsChange>,
    pub no_opportunities: Vec<NoOpportunity>,
    /// How far a visit came in the checkout.
    pub checkout: Option<Passed>,
}
