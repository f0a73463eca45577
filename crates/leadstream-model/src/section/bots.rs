//! `[machines]`: machine traffic, which is counted and neither scores, nor moves, nor resets a clock.

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
use spec::BotsSpec;

impl Section for BotsSpec {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::bots(file, faults)
    }

    fn check(&self, _: &ModelView<'_>, faults: &mut Faults) {
        check::check(self, faults);
    }

    fn compile(&self, _: &ModelView<'_>, vocabulary: &mut Vocabulary, model: &mut Model) {
        model.bots = compile::compile(self, vocabulary);
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
            Case::Fault("[machines]\nbots = \"no\"", "machines.bots", "true or false"),
            Case::SameModel("[machines]\nproxies = [\"yahoo\", \"gmail\", \"apple\"]\nproxy_after = \"5s\""),
            Case::SameModel("[machines]\nmarked = true\nbot_names = []\nscanner_links = 2\nviews_per_minute = 60"),
            Case::OtherModel("[machines]\nmarked = false"),
            Case::OtherModel("[machines]\nbots = false"),
            Case::OtherModel("[machines]\nbot_names = [\"acme\"]"),
            Case::OtherModel("[machines]\nproxies = [\"apple\"]"),
            Case::OtherModel("[machines]\nscanner_after = \"20s\""),
            Case::OtherModel("[machines]\nscanner_within = \"8s\""),
            Case::OtherModel("[machines]\nviews_per_minute = \"off\""),
        ]
    }
}
