//! `[[personas]]`, `[fit]`, `[grades]`, `for_personas`, `[carry_over]`: who a prospect is, and which model is for whom.

pub(crate) mod across;
mod canonical;
mod check;
pub(crate) mod compile;
mod describe;
mod grades;
pub(crate) mod parse;
pub mod spec;

use crate::fault::Faults;
use crate::fields::Fields;
use crate::section::{ModelSpec, Section};
use leadstream_core::domain::model::personas::PersonasModel;
use leadstream_core::domain::names::Vocabulary;
use spec::PeopleSpec;

impl Section for PeopleSpec {
    type Compiled = PersonasModel;

    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::people(file, faults)
    }

    fn check(&self, model: &ModelSpec, faults: &mut Faults) {
        check::check(self, model, faults);
    }

    fn compile(&self, model: &ModelSpec, vocabulary: &mut Vocabulary) -> PersonasModel {
        compile::compile(self, model, vocabulary)
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, _: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
        describe::describe(self, say);
    }
}
