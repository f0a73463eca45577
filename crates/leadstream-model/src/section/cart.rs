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
#[cfg(test)]
use crate::section::cases::Case;
use crate::section::interface::Section;
use crate::section::view::ModelView;
use leadstream_core::domain::model::Model;
use leadstream_core::domain::names::Vocabulary;
use spec::CartSpec;

impl Section for CartSpec {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        file.table("cart", faults).map(|f| parse::cart(f, faults)).unwrap_or_default()
    }

    fn check(&self, _: &ModelView<'_>, faults: &mut Faults) {
        check::check(self, faults);
    }

    fn compile(&self, _: &ModelView<'_>, vocabulary: &mut Vocabulary, model: &mut Model) {
        (model.cart, model.elsewhere) = (compile::cart(self), elsewhere::compile(self.not_by.as_ref(), vocabulary));
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
            Case::Fault("[cart]\ncatch_up = \"later\"", "cart.catch_up", "known are"),
            Case::SameModel("[cart]\nclick_window = \"5d\""),
            Case::OtherModel("[cart]\nclick_window = \"6d\""),
        ]
    }
}
