//! `[score]`: groups of rules that give points, and the labels that the points come to.

mod canonical;
mod check;
mod compile;
mod describe;
mod parse;
pub mod spec;

use crate::fault::Faults;
use crate::fields::Fields;
use crate::section::{ModelSpec, Section};
use leadstream_core::domain::model::ScoreModel;
use leadstream_core::domain::names::Vocabulary;
use spec::ScoreSpec;

impl Section for ScoreSpec {
    type Compiled = ScoreModel;

    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        file.table("score", faults).map(|f| parse::score(f, faults)).unwrap_or_default()
    }

    fn check(&self, model: &ModelSpec, faults: &mut Faults) {
        check::check(self, model.people.highest_fit(), faults);
    }

    fn compile(&self, _: &ModelSpec, vocabulary: &mut Vocabulary) -> ScoreModel {
        compile::score(self, vocabulary)
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, _: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
        describe::describe(self, say);
    }
}
