//! Who a prospect is: traits, personas, fit, grades, the personas that a model is bound to, and how stages carry over from another model.

use super::check::Found;
use super::spec::ModelSpec;
use crate::domain::Text;
use crate::domain::names::Vocabulary;
use crate::domain::prospect::Track;

/// What the file says of it: `[[personas]]`, `[fit]`, `[grades]`, `for_personas`, `[carry_over]`.
#[derive(Debug, Clone, Default)]
pub struct PeopleSpec {}

/// The same, compiled.
#[derive(Debug, Clone, Default)]
pub struct PeopleModel {}

impl PeopleModel {
    /// Which of the model's personas a prospect is, as outputs say it.
    #[must_use]
    pub fn persona_of(&self, _track: &Track) -> Option<Text> {
        None
    }

    /// The fit score, as outputs say it; nothing for a model without fit.
    #[must_use]
    pub fn fit_of(&self, _track: &Track) -> Option<f64> {
        None
    }

    /// The grade, such as `A1`; nothing for a model without fit.
    #[must_use]
    pub fn grade_of(&self, _track: &Track) -> Option<Text> {
        None
    }
}

/// Notes what is wrong.
pub(super) fn check(_spec: &PeopleSpec, _model: &ModelSpec, _found: &mut Found) {}

/// From a checked spec to what steps run on.
pub(super) fn compile(_spec: &PeopleSpec, _model: &ModelSpec, _vocabulary: &mut Vocabulary) -> PeopleModel {
    PeopleModel {}
}

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(_spec: &PeopleSpec) -> Vec<String> {
    Vec::new()
}

/// What it says, in words.
pub(super) fn statements(_spec: &PeopleSpec, _say: &mut dyn FnMut(&str, String)) {}
