//! `[machines]`: machine traffic, which is counted and neither scores, nor moves, nor resets a clock.

mod canonical;
mod check;
mod compile;
mod describe;
mod parse;
pub mod spec;

use crate::fault::Faults;
use crate::fields::Fields;
use crate::section::{ModelSpec, Section};
use leadstream_core::domain::model::bots::BotsModel;
use leadstream_core::domain::names::Vocabulary;
use spec::BotsSpec;

impl Section for BotsSpec {
    type Compiled = BotsModel;

    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::bots(file, faults)
    }

    fn check(&self, _: &ModelSpec, faults: &mut Faults) {
        check::check(self, faults);
    }

    fn compile(&self, _: &ModelSpec, vocabulary: &mut Vocabulary) -> BotsModel {
        compile::compile(self, vocabulary)
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, _: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
        describe::describe(self, say);
    }
}
