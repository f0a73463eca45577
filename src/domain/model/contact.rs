//! How often and when a prospect may be contacted: caps, priorities, quiet hours.

use super::check::Found;
use super::spec::ModelSpec;
use crate::domain::names::Vocabulary;

/// What the file says of it: `[contact]`.
#[derive(Debug, Clone, Default)]
pub struct ContactSpec {}

/// The same, compiled.
#[derive(Debug, Clone, Default)]
pub struct ContactModel {}

/// Notes what is wrong.
pub(super) fn check(_spec: &ContactSpec, _model: &ModelSpec, _found: &mut Found) {}

/// From a checked spec to what steps run on.
pub(super) fn compile(_spec: &ContactSpec, _model: &ModelSpec, _vocabulary: &mut Vocabulary) -> ContactModel {
    ContactModel {}
}

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(_spec: &ContactSpec) -> Vec<String> {
    Vec::new()
}

/// What it says, in words.
pub(super) fn statements(_spec: &ContactSpec, _say: &mut dyn FnMut(&str, String)) {}
