//! `name`, `title`, `session_gap`: what stands at the top of a model file.

pub mod spec;

use crate::common::check::check_name;
use crate::fault::{Faults, Place};
use crate::fields::Fields;
use crate::section::{ModelSpec, Section};
use leadstream_core::domain::model::Model;
use leadstream_core::domain::model::words::length;
use leadstream_core::domain::names::Vocabulary;
use spec::GeneralSpec;

impl Section for GeneralSpec {
    type Compiled = Model;

    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self {
        Self {
            name: file.text("name", faults),
            title: file.text("title", faults).map(|t| t.value),
            session_gap_ms: file.duration("session_gap", faults),
        }
    }

    fn check(&self, _: &ModelSpec, faults: &mut Faults) {
        match &self.name {
            None => faults.missing(&Place::default(), "name", "name = \"my-model\""),
            Some(name) => check_name(name, "a model", faults),
        }
        if let Some(gap) = self.session_gap_ms.as_ref().filter(|gap| gap.value <= 0) {
            faults.add(&gap.place, "must be longer than nothing: the usual pause between two sessions is \"30m\"");
        }
    }

    /// A model of this name in which every other section is still as it is without a word in the file.
    fn compile(&self, _: &ModelSpec, _: &mut Vocabulary) -> Model {
        Model {
            name: self.name().to_owned(),
            title: self.title.clone().unwrap_or_else(|| self.name().to_owned()),
            session_gap_ms: self.session_gap_ms(),
            ..Model::default()
        }
    }

    /// The title is left out: it changes no output.
    fn canonical(&self) -> Vec<String> {
        vec![format!("name {:?}", self.name()), format!("session gap {}", self.session_gap_ms())]
    }

    fn describe(&self, _: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
        say("name", self.name().to_owned());
        say("a new visit begins after a pause of", length(self.session_gap_ms()));
    }
}
