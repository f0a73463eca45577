//! Triggers of absence: after this, if not that, within so long, at most so often.

use super::check::Found;
use super::spec::ModelSpec;
use crate::domain::names::Vocabulary;

/// What the file says of it: `[[triggers]]`.
#[derive(Debug, Clone, Default)]
pub struct AbsenceSpec {}

/// The same, compiled.
#[derive(Debug, Clone, Default)]
pub struct AbsenceModel {}

/// Notes what is wrong.
pub(super) fn check(_spec: &AbsenceSpec, _model: &ModelSpec, _found: &mut Found) {}

/// From a checked spec to what steps run on.
pub(super) fn compile(_spec: &AbsenceSpec, _model: &ModelSpec, _vocabulary: &mut Vocabulary) -> AbsenceModel {
    AbsenceModel {}
}

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(_spec: &AbsenceSpec) -> Vec<String> {
    Vec::new()
}

/// What it says, in words.
pub(super) fn statements(_spec: &AbsenceSpec, _say: &mut dyn FnMut(&str, String)) {}
