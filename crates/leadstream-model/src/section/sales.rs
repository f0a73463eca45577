//! `[hand_over]`, `[disqualify]`, `[re_entry]`: qualification, the hand-over to sales, its answers, and the way back.

mod canonical;
mod check;
mod compile;
mod defaults;
mod describe;
pub(crate) mod in_force;
mod office;
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
use spec::SalesSpec;

impl Section for SalesSpec {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::sales(file, faults)
    }

    fn check(&self, view: &ModelView<'_>, faults: &mut Faults) {
        check::check(self, view, faults);
    }

    fn compile(&self, view: &ModelView<'_>, vocabulary: &mut Vocabulary, model: &mut Model) {
        model.sales = compile::compile(self, view, vocabulary);
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, view: &ModelView<'_>, say: &mut dyn FnMut(&str, String)) {
        describe::describe(self, view.accounts.place.is_some(), say);
    }

    #[cfg(test)]
    fn cases(&self) -> &'static [Case] {
        &[
            Case::Fault(
                "[hand_over]\nmql = { label = \"warm\" }\nagain_after = \"soon\"",
                "hand_over.again_after",
                "no length of time",
            ),
            Case::OtherModel("[hand_over]\nmql = { label = \"warm\" }"),
        ]
    }
}
