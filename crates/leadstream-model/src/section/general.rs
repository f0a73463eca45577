//! `name`, `title`, `session_gap`: what stands at the top of a model file.

pub mod spec;

use crate::common::check::check_name;
use crate::fault::{Faults, Place};
use crate::fields::Fields;
#[cfg(test)]
use crate::section::cases::Case;
use crate::section::interface::Section;
use crate::section::view::ModelView;
use leadstream_core::domain::model::Model;
use leadstream_core::domain::model::words::length;
use leadstream_core::domain::names::Vocabulary;
use spec::GeneralSpec;

impl Section for GeneralSpec {
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        Self {
            name: file.text("name", faults),
            title: file.text("title", faults).map(|t| t.value),
            session_gap_ms: file.duration("session_gap", faults),
        }
    }

    fn check(&self, _: &ModelView<'_>, faults: &mut Faults) {
        match &self.name {
            None => faults.missing(&Place::default(), "name", "name = \"my-model\""),
            Some(name) => check_name(name, "a model", faults),
        }
        if let Some(gap) = self.session_gap_ms.as_ref().filter(|gap| gap.value <= 0) {
            faults.add(&gap.place, "must be longer than nothing: the usual pause between two sessions is \"30m\"");
        }
    }

    fn compile(&self, _: &ModelView<'_>, _: &mut Vocabulary, model: &mut Model) {
        self.name().clone_into(&mut model.name);
        model.title = self.title.clone().unwrap_or_else(|| self.name().to_owned());
        model.session_gap_ms = self.session_gap_ms();
    }

    /// The title is left out: it changes no output.
    fn canonical(&self) -> Vec<String> {
        vec![format!("name {:?}", self.name()), format!("session gap {}", self.session_gap_ms())]
    }

    fn describe(&self, _: &ModelView<'_>, say: &mut dyn FnMut(&str, String)) {
        say("name", self.name().to_owned());
        say("a new visit begins after a pause of", length(self.session_gap_ms()));
    }

    #[cfg(test)]
    fn cases(&self) -> &'static [Case] {
        &[
            Case::Fault("session_gap = \"0s\"", "session_gap", "longer than nothing"),
            Case::SameModel("title = \"T\""),
            Case::SameModel("session_gap = \"1800s\""),
            Case::OtherModel("session_gap = \"10m\""),
        ]
    }
}
