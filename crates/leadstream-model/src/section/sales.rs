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
use crate::section::{ModelSpec, Section};
use leadstream_core::domain::model::sales::SalesModel;
use leadstream_core::domain::names::Vocabulary;
use spec::SalesSpec;

impl Section for SalesSpec {
    type Compiled = SalesModel;

    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::sales(file, faults)
    }

    fn check(&self, model: &ModelSpec, faults: &mut Faults) {
        check::check(self, model, faults);
    }

    fn compile(&self, model: &ModelSpec, vocabulary: &mut Vocabulary) -> SalesModel {
        compile::compile(self, model, vocabulary)
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, model: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
        describe::describe(self, model.accounts.place.is_some(), say);
    }
}
