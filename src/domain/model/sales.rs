//! Between marketing and sales: qualification, hand-over, answers, disqualification and the way back.

use super::check::Found;
use super::spec::ModelSpec;
use crate::domain::names::Vocabulary;

/// What the file says of it: `[hand_over]`, `[disqualify]`, `[re_entry]`.
#[derive(Debug, Clone, Default)]
pub struct SalesSpec {}

/// The same, compiled.
#[derive(Debug, Clone, Default)]
pub struct SalesModel {}

/// Notes what is wrong.
pub(super) fn check(_spec: &SalesSpec, _model: &ModelSpec, _found: &mut Found) {}

/// From a checked spec to what steps run on.
pub(super) fn compile(_spec: &SalesSpec, _model: &ModelSpec, _vocabulary: &mut Vocabulary) -> SalesModel {
    SalesModel {}
}

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(_spec: &SalesSpec) -> Vec<String> {
    Vec::new()
}

/// What it says, in words.
pub(super) fn statements(_spec: &SalesSpec, _say: &mut dyn FnMut(&str, String)) {}
