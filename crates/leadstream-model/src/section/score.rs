//! `[score]`: groups of rules that give points, and the labels that the points come to.

mod canonical;
mod check;
mod compile;
mod describe;
mod parse;
pub mod spec;

use crate::fault::Faults;
use crate::fields::Fields;
#[cfg(test)]
use crate::section::cases::Case;
use crate::section::interface::Section;
use crate::section::view::ModelView;
use leadstream_core::domain::model::Model;
use leadstream_core::domain::names::Vocabulary;
use spec::ScoreSpec;

impl Section for ScoreSpec {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        file.table("score", faults).map(|f| parse::score(f, faults)).unwrap_or_default()
    }

    fn check(&self, view: &ModelView<'_>, faults: &mut Faults) {
        check::check(self, view.people.highest_fit(), faults);
    }

    fn compile(&self, _: &ModelView<'_>, vocabulary: &mut Vocabulary, model: &mut Model) {
        model.score = compile::score(self, vocabulary);
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, _: &ModelView<'_>, say: &mut dyn FnMut(&str, String)) {
        describe::describe(self, say);
    }

    #[cfg(test)]
    fn cases(&self) -> &'static [Case] {
        &[
            Case::Fault(
                "[[score.groups]]\nname = \"h\"\nhalf_life = \"soon\"\nrules = [{ on = \"screen\", points = 1 }]",
                "score.groups#2.half_life",
                "no length of time",
            ),
            Case::OtherModel(
                "[[score.groups]]\nname = \"h\"\nhalf_life = \"off\"\nrules = [{ on = \"screen\", points = 1, at_most = \"10 per 1d\" }]",
            ),
        ]
    }
}
