//! `[internal]`: the shop's own people and its tests, which no figure counts.

mod canonical;
mod check;
mod compile;
mod describe;
mod parse;
pub mod spec;

use crate::fault::Faults;
use crate::fields::Fields;
use crate::section::{ModelSpec, Section};
use leadstream_core::domain::model::internal::InternalModel;
use leadstream_core::domain::names::Vocabulary;
use spec::InternalSpec;

impl Section for InternalSpec {
    type Compiled = InternalModel;

    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::internal(file, faults)
    }

    fn check(&self, _: &ModelSpec, faults: &mut Faults) {
        check::check(self, faults);
    }

    fn compile(&self, _: &ModelSpec, vocabulary: &mut Vocabulary) -> InternalModel {
        compile::compile(self, vocabulary)
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, _: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
        describe::describe(self, say);
    }
}
