//! `[internal]`: the shop's own people and its tests, which no figure counts.

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
use spec::InternalSpec;

impl Section for InternalSpec {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::internal(file, faults)
    }

    fn check(&self, _: &ModelView<'_>, faults: &mut Faults) {
        check::check(self, faults);
    }

    fn compile(&self, _: &ModelView<'_>, vocabulary: &mut Vocabulary, model: &mut Model) {
        model.internal = compile::compile(self, vocabulary);
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
            Case::Fault("[internal]\nnetworks = [\"10.0.0\"]", "internal.networks#1", "network"),
            Case::OtherModel("[internal]\ndomains = [\"shop.example\"]"),
        ]
    }
}
