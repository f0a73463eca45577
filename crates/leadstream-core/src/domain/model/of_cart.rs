//! What a move may ask of a cart.

/// What a move may ask of a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfCart {
    Lines,
    Quantity,
    Value,
}

impl OfCart {
    /// Each with its name in model files.
    pub const ALL: [(&'static str, Self); 3] = [("lines", Self::Lines), ("quantity", Self::Quantity), ("value", Self::Value)];

    /// By its name in model files.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, what)| *what)
    }
}
