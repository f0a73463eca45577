//! `[accounts]`: when a buying group agrees, who plays which role in it, and which mail domains are no company.

mod canonical;
mod check;
mod compile;
mod describe;
mod parse;
pub mod spec;

use crate::fault::Faults;
use crate::fields::Fields;
use crate::section::{ModelSpec, Section};
use leadstream_core::domain::model::accounts::AccountsModel;
use leadstream_core::domain::names::Vocabulary;
use spec::AccountsSpec;

impl Section for AccountsSpec {
    type Compiled = AccountsModel;

    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::accounts(file, faults)
    }

    fn check(&self, model: &ModelSpec, faults: &mut Faults) {
        check::check(self, model, faults);
    }

    fn compile(&self, model: &ModelSpec, vocabulary: &mut Vocabulary) -> AccountsModel {
        compile::compile(self, model, vocabulary)
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, _: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
        describe::describe(self, say);
    }
}
