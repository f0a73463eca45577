//! Words of movement: the axes, directions and causes of a stage change.

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
    /// Two prospects turned out to be one, and the other one stood further.
    Merged,
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
            Self::Merged => "merged",
        }
    }
}
