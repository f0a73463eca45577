//! `[cart]`: reminders of what was left in a cart, and which orders concern none.

mod canonical;
mod check;
pub(crate) mod compile;
mod describe;
mod elsewhere;
pub(crate) mod parse;
pub mod spec;

use crate::fault::Faults;
use crate::fields::Fields;
use crate::section::{ModelSpec, Section};
use leadstream_core::domain::model::CartModel;
use leadstream_core::domain::model::elsewhere::Elsewhere;
use leadstream_core::domain::names::Vocabulary;
use spec::CartSpec;

impl Section for CartSpec {
    type Compiled = (CartModel, Elsewhere);

    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        file.table("cart", faults).map(|f| parse::cart(f, faults)).unwrap_or_default()
    }

    fn check(&self, _: &ModelSpec, faults: &mut Faults) {
        check::check(self, faults);
    }

    fn compile(&self, _: &ModelSpec, vocabulary: &mut Vocabulary) -> (CartModel, Elsewhere) {
        (compile::cart(self), elsewhere::compile(self.not_by.as_ref(), vocabulary))
    }

    fn canonical(&self) -> Vec<String> {
        canonical::lines(self)
    }

    fn describe(&self, _: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
        describe::describe(self, say);
    }
}
