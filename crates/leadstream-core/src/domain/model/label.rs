//! What a label asks for.

use crate::domain::Text;

/// A label of the score.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    pub name: Text,
    /// [`crate::domain::ids::name_hash`] of the name.
    pub hash: u32,
    pub score: f64,
    /// The fit score that it asks for besides.
    pub fit: Option<f64>,
    /// The engagement that it asks for besides.
    pub engagement: Option<f64>,
}
