//! Who does what when a company buys.

/// Part in a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Executive,
    Engineer,
    Marketing,
    Purchasing,
    User,
}
