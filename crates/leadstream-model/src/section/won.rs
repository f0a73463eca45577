//! `[won]`: what is a sale, where it leads, and where opportunities stand; else what the moves of the model say.
//!
//! The stage that is won is the earliest one that an order or a contract leads to. Opportunities stand from the earliest stage that
//! somebody enters by asking to buy (a cart, a checkout, a demo, a quote), else in the one stage before it. Steps, figures and
//! reports all read it here.

mod canonical;
mod check;
mod compile;
mod describe;
mod parse;
mod places;
pub mod spec;

use crate::fault::Faults;
use crate::fields::Fields;
#[cfg(test)]
use crate::section::cases::Case;
use crate::section::interface::Section;
use crate::section::view::ModelView;
use leadstream_core::domain::model::Model;
use leadstream_core::domain::names::Vocabulary;
use spec::WonSpec;

impl Section for WonSpec {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::won(file, faults)
    }

    fn check(&self, view: &ModelView<'_>, faults: &mut Faults) {
        check::check(self, view, faults);
    }

    fn compile(&self, view: &ModelView<'_>, vocabulary: &mut Vocabulary, model: &mut Model) {
        model.won = compile::compile(view, vocabulary);
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, view: &ModelView<'_>, say: &mut dyn FnMut(&str, String)) {
        describe::describe(view, say);
    }

    #[cfg(test)]
    fn cases(&self) -> &'static [Case] {
        &[Case::Fault("[won]\nstage = \"one\"", "won.stage", "is the first stage"), Case::OtherModel("[won]\nstage = \"two\"")]
    }
}
