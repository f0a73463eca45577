//! What is said of ids: who became part of whom, and who claims what.

use crate::domain::Text;

/// The part of an output about ids that depends on its type. Whose output it is: the prospect that the other became part of; who keeps
/// the id; the id that is blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityChanged {
    /// `prospect.merged`.
    Merged {
        /// The key of the other.
        from: Text,
        /// Nothing was known of this one: it is the other by a new name.
        renamed: bool,
    },
    /// `id.conflict`: two prospects claim an id, and neither gets the other.
    Conflict { id: Text, refused: Text },
    /// `id.blocked`: so many ids came to it that it is nobody.
    Blocked,
}

impl IdentityChanged {
    /// The `CloudEvents` type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Merged { .. } => "prospect.merged",
            Self::Conflict { .. } => "id.conflict",
            Self::Blocked => "id.blocked",
        }
    }
}
