//! Accounts: companies, their buying group and consensus.

use super::check::Found;
use super::spec::ModelSpec;
use crate::domain::names::Vocabulary;

/// What the file says of it: `[accounts]`.
#[derive(Debug, Clone, Default)]
pub struct AccountsSpec {}

/// The same, compiled.
#[derive(Debug, Clone, Default)]
pub struct AccountsModel {}

/// Notes what is wrong.
pub(super) fn check(_spec: &AccountsSpec, _model: &ModelSpec, _found: &mut Found) {}

/// From a checked spec to what steps run on.
pub(super) fn compile(_spec: &AccountsSpec, _model: &ModelSpec, _vocabulary: &mut Vocabulary) -> AccountsModel {
    AccountsModel {}
}

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(_spec: &AccountsSpec) -> Vec<String> {
    Vec::new()
}

/// What it says, in words.
pub(super) fn statements(_spec: &AccountsSpec, _say: &mut dyn FnMut(&str, String)) {}
