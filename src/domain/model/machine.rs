//! Machine traffic: what is counted and neither scores, nor moves, nor resets a clock.

use super::check::Found;
use super::spec::ModelSpec;
use crate::domain::names::Vocabulary;

/// What the file says of it: `[machines]`.
#[derive(Debug, Clone, Default)]
pub struct MachineSpec {}

/// The same, compiled.
#[derive(Debug, Clone, Default)]
pub struct MachineModel {}

/// Notes what is wrong.
pub(super) fn check(_spec: &MachineSpec, _model: &ModelSpec, _found: &mut Found) {}

/// From a checked spec to what steps run on.
pub(super) fn compile(_spec: &MachineSpec, _model: &ModelSpec, _vocabulary: &mut Vocabulary) -> MachineModel {
    MachineModel {}
}

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(_spec: &MachineSpec) -> Vec<String> {
    Vec::new()
}

/// What it says, in words.
pub(super) fn statements(_spec: &MachineSpec, _say: &mut dyn FnMut(&str, String)) {}
