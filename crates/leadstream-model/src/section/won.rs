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
use crate::section::{ModelSpec, Section};
use leadstream_core::domain::model::won::WonModel;
use leadstream_core::domain::names::Vocabulary;
use spec::WonSpec;

impl Section for WonSpec {
    type Compiled = WonModel;

    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        parse::won(file, faults)
    }

    fn check(&self, model: &ModelSpec, faults: &mut Faults) {
        check::check(self, model, faults);
    }

    fn compile(&self, model: &ModelSpec, vocabulary: &mut Vocabulary) -> WonModel {
        compile::compile(model, vocabulary)
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, model: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
        describe::describe(model, say);
    }
}
