//! The names behind the numbers of an output: its model, and the topics of the events that it names.

use crate::domain::model::{Model, Models};
use crate::domain::output::Output;
use std::sync::Arc;

/// What the formats look names up in.
#[derive(Debug, Clone)]
pub(super) struct Catalog {
    pub models: Arc<Models>,
    /// In configured order: `Position::input` is an index into it.
    pub input_topics: Vec<String>,
}

impl Catalog {
    pub(super) fn model(&self, output: &Output) -> Option<&Model> {
        self.models.models.get(output.model)
    }

    pub(super) fn topic(&self, input: u16) -> &str {
        self.input_topics.get(usize::from(input)).map_or("", String::as_str)
    }
}
