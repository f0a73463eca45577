//! What an event says of an order.

/// What an event means to the orders of a prospect. The number is the order's place among the known ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It is about no order, or about one of which nothing is known.
    None,
    /// An order is placed, or placed again after it came to nothing.
    Placed(usize),
    /// It is known, and stands.
    Retold(usize),
    /// It was reported before, or is about an order that came to nothing in the meantime: it counts for nothing.
    Void,
    /// The order came to nothing.
    TakenBack(usize),
    /// Less of it is left; `None`: it is unknown of which order.
    RefundedInPart(Option<usize>),
}

impl News {
    /// The order in whose name rules act.
    #[must_use]
    pub fn acting(self) -> Option<usize> {
        match self {
            Self::Placed(at) | Self::Retold(at) => Some(at),
            _ => None,
        }
    }

    /// The known order that it is about.
    pub(crate) fn order(self) -> Option<usize> {
        match self {
            Self::Placed(at) | Self::Retold(at) | Self::TakenBack(at) => Some(at),
            _ => None,
        }
    }
}

/// Rules that are not to act on an event: it is an order that they saw before.
#[derive(Debug, Clone, Copy, Default)]
pub struct Skip<'a>(Option<&'a [u32]>);

impl<'a> Skip<'a> {
    /// None of them: the event is new.
    pub const NOTHING: Self = Self(None);

    /// Those that the order met, and all that are for any event.
    #[must_use]
    pub fn met_by(rules: &'a [u32]) -> Self {
        Self(Some(rules))
    }

    /// Whether a rule, by the hash of its text, has seen it.
    #[must_use]
    pub fn has(self, rule: u32) -> bool {
        self.0.is_some_and(|rules| rules.contains(&rule))
    }

    /// Whether rules for any event have seen it.
    #[must_use]
    pub fn any(self) -> bool {
        self.0.is_some()
    }
}
