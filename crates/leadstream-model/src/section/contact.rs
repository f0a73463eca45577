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
use crate::section::{ModelSpec, Section};
use leadstream_core::domain::model::contact::ContactModel;
use leadstream_core::domain::names::Vocabulary;
use spec::ContactSpec;

impl Section for ContactSpec {
    type Compiled = ContactModel;

    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::contact(file, faults)
    }

    fn check(&self, model: &ModelSpec, faults: &mut Faults) {
        check::check(self, model, faults);
    }

    fn compile(&self, _: &ModelSpec, vocabulary: &mut Vocabulary) -> ContactModel {
        compile::compile(self, vocabulary)
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, _: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
        describe::describe(self, say);
    }
}
