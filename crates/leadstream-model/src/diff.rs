//! What changed between two models, in words.

use crate::describe::Statement;

/// One difference between two models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Added(Statement),
    Removed(Statement),
    /// About, before, after.
    Changed(String, String, String),
}

/// What changed from one model to the other, in the order of the model file.
#[must_use]
pub fn diff(before: &[Statement], after: &[Statement]) -> Vec<Change> {
    let mut changes = Vec::new();
    for old in before {
        match after.iter().find(|new| new.about == old.about) {
            None => changes.push(Change::Removed(old.clone())),
            Some(new) if new.says != old.says => {
                changes.push(Change::Changed(old.about.clone(), old.says.clone(), new.says.clone()));
            }
            Some(_) => {}
        }
    }
    let is_new = |new: &&Statement| !before.iter().any(|old| old.about == new.about);
    changes.extend(after.iter().filter(is_new).cloned().map(Change::Added));
    changes
}
