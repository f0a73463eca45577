//! `[contact]`: how often and when a prospect may be contacted: caps, priorities, quiet hours, consent.

mod canonical;
mod check;
mod compile;
pub(crate) mod consent;
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
use spec::ContactSpec;

impl Section for ContactSpec {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::contact(file, faults)
    }

    fn check(&self, view: &ModelView<'_>, faults: &mut Faults) {
        check::check(self, view, faults);
    }

    fn compile(&self, _: &ModelView<'_>, vocabulary: &mut Vocabulary, model: &mut Model) {
        model.contact = compile::compile(self, vocabulary);
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
            Case::Fault("[contact]\nopens = \"nevr\"", "contact.opens", "known are"),
            Case::SameModel("[contact]\nopens = \"count\"\nlist_unsubscribe = \"ignore\""),
            Case::OtherModel("[contact]\nopens = \"ignore\""),
            Case::OtherModel("[contact]\nlist_unsubscribe = \"all\""),
        ]
    }
}
