//! Whether somebody may be mailed.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum ConsentState {
    /// Nothing was said, or consent came back.
    #[default]
    Open,
    Unsubscribed,
    HardBounce,
    Complained,
}
