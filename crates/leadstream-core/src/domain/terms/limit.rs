//! Which limit of a record was reached: a closed set, also the metric label.

/// A limit of a record; what had to go is in docs/limits.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// Carts of a prospect.
    Carts,
    /// Lines of a cart.
    CartLines,
    /// Weight of a cart's lines.
    CartBytes,
    /// Orders that are remembered.
    Orders,
    /// Weight of an order's lines.
    OrderBytes,
    /// Weight of a whole record.
    RecordBytes,
    /// Pending triggers.
    PendingTriggers,
    /// Members of an account.
    AccountMembers,
    /// Votes of an account's members.
    AccountVotes,
}

impl Limit {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Carts,
        Self::CartLines,
        Self::CartBytes,
        Self::Orders,
        Self::OrderBytes,
        Self::RecordBytes,
        Self::PendingTriggers,
        Self::AccountMembers,
        Self::AccountVotes,
    ];

    /// The metric label.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Carts => "carts",
            Self::CartLines => "cart-lines",
            Self::CartBytes => "cart-bytes",
            Self::Orders => "orders",
            Self::OrderBytes => "order-bytes",
            Self::RecordBytes => "record-bytes",
            Self::PendingTriggers => "pending-triggers",
            Self::AccountMembers => "account-members",
            Self::AccountVotes => "account-votes",
        }
    }
}
