//! `[[triggers]]`, `ready_triggers`: after this, if not that, within so long, at most so often.

mod canonical;
mod check;
mod compile;
mod describe;
mod parse;
pub mod spec;

use crate::fault::Faults;
use crate::fields::Fields;
use crate::section::{ModelSpec, Section};
use leadstream_core::domain::model::triggers::TriggersModel;
use leadstream_core::domain::names::Vocabulary;
use spec::TriggersSpec;

impl Section for TriggersSpec {
    type Compiled = TriggersModel;

    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::triggers(file, faults)
    }

    fn check(&self, model: &ModelSpec, faults: &mut Faults) {
        check::check(self, model, faults);
    }

    fn compile(&self, _: &ModelSpec, vocabulary: &mut Vocabulary) -> TriggersModel {
        compile::compile(self, vocabulary)
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, _: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
        describe::describe(self, say);
    }
}
