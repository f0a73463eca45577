//! Words of carts: what became of one, and why a reminder didn't leave.

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
    /// An order of the cart's goods after it was forgotten: reported, and counted separately.
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
    /// The payment failed: a series begins again, or a recovered order was none.
    PaymentFailed,
    /// The order was cancelled, or refunded.
    OrderCancelled,
    OrderRefunded,
    /// The order was reported again, and is worth less.
    OrderChanged,
    /// The cart is worth less than the model reminds of.
    MinValue,
    /// The model asks for consent, and it was not given yet.
    NoConsent,
    /// A trigger about browsing, while a cart has something in it.
    OpenCart,
    /// It was one of the shop's own people, or a test.
    Internal,
    /// Two prospects turned out to be one, and another series of theirs goes on.
    Merged,
    /// So many ids came to it within a day that it is nobody: an id that many share.
    Crowded,
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
            Self::Merged => "merged",
            Self::Crowded => "crowded",
        }
    }
}
