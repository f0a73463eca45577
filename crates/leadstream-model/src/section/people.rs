//! `[[personas]]`, `[fit]`, `[grades]`, `for_personas`, `[carry_over]`: who a prospect is, and which model is for whom.

pub(crate) mod across;
mod canonical;
mod check;
pub(crate) mod compile;
mod describe;
mod grades;
pub(crate) mod parse;
pub mod spec;

use crate::fault::Faults;
use crate::fields::Fields;
#[cfg(test)]
use crate::section::cases::Case;
use crate::section::interface::Section;
use crate::section::view::ModelView;
use leadstream_core::domain::model::Model;
use leadstream_core::domain::names::Vocabulary;
use spec::PeopleSpec;

impl Section for PeopleSpec {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::people(file, faults)
    }

    fn check(&self, view: &ModelView<'_>, faults: &mut Faults) {
        check::check(self, view, faults);
    }

    fn compile(&self, view: &ModelView<'_>, vocabulary: &mut Vocabulary, model: &mut Model) {
        model.people = compile::compile(self, view, vocabulary);
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
                "[[personas]]\nname = \"boss\"\nwhere = { industry = { one_off = [\"a\"] } }",
                "personas#1.where.industry.one_off",
                "did you mean",
            ),
            Case::OtherModel("[[personas]]\nname = \"boss\"\nwhere = { industry = \"software\" }"),
        ]
    }
}
