//! `[[triggers]]`, `ready_triggers`: after this, if not that, within so long, at most so often.

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
use spec::TriggersSpec;

impl Section for TriggersSpec {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::triggers(file, faults)
    }

    fn check(&self, view: &ModelView<'_>, faults: &mut Faults) {
        check::check(self, view, faults);
    }

    fn compile(&self, _: &ModelView<'_>, vocabulary: &mut Vocabulary, model: &mut Model) {
        model.triggers = compile::compile(self, vocabulary);
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
                "[[triggers]]\nname = \"t\"\nafter = { on = \"page\" }\nwithin = \"soon\"",
                "triggers#1.within",
                "no length of time",
            ),
            Case::OtherModel("[[triggers]]\nname = \"t\"\nafter = { on = \"page\" }\nwithin = \"4h\""),
        ]
    }
}
