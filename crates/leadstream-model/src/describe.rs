//! A model in words: everything that it says, one statement after the other.

use crate::section::ModelSpec;

/// One thing that a model says: what it is about, and what it says of it. Moves and rules are about themselves: they are there
/// or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub about: String,
    pub says: String,
}

/// Everything that a model says, in the order of the model file.
#[must_use]
pub fn statements(spec: &ModelSpec) -> Vec<Statement> {
    let mut all = Vec::new();
    spec.describe(&mut |about, says| all.push(Statement { about: about.to_owned(), says }));
    all
}
