//! `[journey]` and `[funnel]`: stages, and the moves between them.

mod canonical;
mod check;
mod compile;
pub mod describe;
pub mod graph;
mod moves;
mod parse;
pub(crate) mod reach;
pub mod spec;

use crate::fault::{Faults, Place};
use crate::fields::Fields;
#[cfg(test)]
use crate::section::cases::Case;
use crate::section::interface::Section;
use crate::section::view::ModelView;
use leadstream_core::domain::model::Model;
use leadstream_core::domain::names::Vocabulary;
use leadstream_core::domain::terms::movement::Axis;
use leadstream_core::domain::terms::per_axis::PerAxis;
use spec::AxisSpec;

impl Section for PerAxis<AxisSpec> {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        let mut axis = |key| file.table(key, faults).map(|f| parse::axis(f, faults)).unwrap_or_default();
        PerAxis { journey: axis("journey"), funnel: axis("funnel") }
    }

    fn check(&self, _: &ModelView<'_>, faults: &mut Faults) {
        if self.iter().all(|axis| !axis.given) {
            let example = "a section [journey], [funnel] or both, with stages and moves";
            faults.missing(&Place::default(), "journey", example);
        }
        for axis in Axis::ALL {
            check::check_axis(axis, &self[axis], faults);
        }
    }

    fn compile(&self, _: &ModelView<'_>, vocabulary: &mut Vocabulary, model: &mut Model) {
        model.axes = PerAxis::from_fn(|axis| compile::axis_model(axis, &self[axis], vocabulary));
    }

    fn canonical(&self) -> Vec<String> {
        Axis::ALL.into_iter().flat_map(|axis| canonical::lines(axis, &self[axis])).collect()
    }

    fn describe(&self, _: &ModelView<'_>, say: &mut dyn FnMut(&str, String)) {
        for axis in Axis::ALL {
            describe::describe(axis, &self[axis], say);
        }
    }

    #[cfg(test)]
    fn cases(&self) -> &'static [Case] {
        &[
            Case::Fault(
                "[funnel]\nstages = [\"a\", \"b\"]\nmoves = [{ to = \"a\", on = \"page\" }]",
                "funnel.stages#2",
                "nothing leads to this stage",
            ),
            Case::OtherModel("[funnel]\nstages = [\"a\"]\nmoves = [{ to = \"a\", on = \"page\" }]"),
        ]
    }
}
