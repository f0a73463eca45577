//! What a task or a router links ids by.

use super::rules::{Blocked, Limits, Rules};
use super::types::IdTypes;

/// The rules' own, kept together.
#[derive(Debug, Clone, Default)]
pub struct Linking {
    pub types: IdTypes,
    pub limits: Limits,
    pub blocked: Blocked,
}

impl Linking {
    #[must_use]
    pub fn rules(&self) -> Rules<'_> {
        Rules { types: &self.types, limits: &self.limits, blocked: &self.blocked }
    }
}
