//! `[accounts]`: when a buying group agrees, who plays which role in it, and which mail domains are no company.

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
use spec::AccountsSpec;

impl Section for AccountsSpec {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::accounts(file, faults)
    }

    fn check(&self, view: &ModelView<'_>, faults: &mut Faults) {
        check::check(self, view, faults);
    }

    fn compile(&self, view: &ModelView<'_>, vocabulary: &mut Vocabulary, model: &mut Model) {
        model.accounts = compile::compile(self, view, vocabulary);
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
            Case::Fault("[accounts]\nconsensus = { stage = \"two\", of = 3 }\njoin = \"fuzzy\"", "accounts.join", "known are"),
            Case::OtherModel("[accounts]\nconsensus = { stage = \"two\", of = 3 }"),
        ]
    }
}
