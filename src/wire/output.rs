//! Outputs as records: the value as JSON or protobuf, the headers as CloudEvents 1.0 in Kafka's binary mode.

mod catalog;
mod fields;
mod json;
mod protobuf;

pub use fields::type_name;

use super::time::Rfc3339;
use super::{blocked_ids, dead_letter, forwards, task_record};
use crate::domain::Text;
use crate::domain::model::Models;
use crate::domain::output::trigger::CartAbandoned;
use crate::domain::output::{Body, Output};
use crate::domain::state::limits::MAX_OUTPUT_BYTES;
use crate::engine::codec::CodecError;
use crate::engine::task::ProspectOutput;
use crate::runtime::ports::{DeadLetter, Encode, Encoded, Headers, OutTopic, Progress, RecordView, Rejected, TaskRecord};
use catalog::Catalog;
use fields::hex;
use std::borrow::Cow;
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
    format: Format,
    source: String,
    catalog: Catalog,
}

impl Encoder {
    #[must_use]
    pub fn new(options: Options, models: Arc<Models>) -> Self {
        let Options { format, source, input_topics } = options;
        Self { format, source, catalog: Catalog { models, input_topics } }
    }

    /// `ids`: the prospect's others, where outputs say them. Appends the record's value and says which topic it belongs to. JSON is one line, without the line break at its end.
    pub fn encode(&self, (prospect, ids): (&str, &[Text]), output: &Output, value: &mut Vec<u8>) -> OutTopic {
        match self.format_of(output) {
            Format::Json => json::write(&self.catalog, (prospect, ids), output, value),
            Format::Protobuf => protobuf::write(&self.catalog, (prospect, ids), output, value),
        }
        topic_of(output)
    }

    /// Replaces `headers` by the CloudEvents headers of an output, reusing its memory.
    pub fn headers(&self, prospect: &str, output: &Output, headers: &mut Headers) {
        let content_type = match self.format_of(output) {
            Format::Json => "application/json",
            Format::Protobuf => "application/protobuf",
        };
        let mut id = [0; 32];
        let at = Rfc3339::new(output.at_ms);
        let all: [(&'static str, &str); 7] = [
            ("ce_specversion", "1.0"),
            ("ce_id", hex(output.id, &mut id)),
            ("ce_type", type_name(output)),
            ("ce_source", &self.source),
            ("ce_time", at.as_str()),
            ("ce_subject", prospect),
            ("content-type", content_type),
        ];
        headers.truncate(all.len());
        for (n, (name, value)) in all.into_iter().enumerate() {
            if let Some((old_name, old_value)) = headers.get_mut(n) {
                *old_name = Cow::Borrowed(name);
                let old_value = old_value.get_or_insert_default();
                old_value.clear();
                old_value.extend_from_slice(value.as_bytes());
            } else {
                headers.push((Cow::Borrowed(name), Some(value.as_bytes().to_vec())));
            }
        }
    }

    /// Updates from members to their account are read by this program alone.
    fn format_of(&self, output: &Output) -> Format {
        if matches!(output.body, Body::Member(_)) { Format::Protobuf } else { self.format }
    }
}

impl Encode for Encoder {
    fn output(&self, output: &ProspectOutput, into: &mut Encoded) -> OutTopic {
        match &output.output.body {
            Body::Told(message) => {
                forwards::write(message, into);
                return OutTopic::Forwards;
            }
            Body::Blocked => {
                blocked_ids::write(output.output.at_ms, into);
                return OutTopic::Identity;
            }
            _ => {}
        }
        into.value.clear();
        self.headers(&output.prospect, &output.output, &mut into.headers);
        let topic = self.encode((&output.prospect, &output.ids), &output.output, &mut into.value);
        if into.value.len() > MAX_OUTPUT_BYTES { self.short_output(output, into) } else { topic }
    }

    fn short_output(&self, output: &ProspectOutput, into: &mut Encoded) -> OutTopic {
        if matches!(output.output.body, Body::Told(_) | Body::Blocked) {
            return self.output(output, into);
        }
        into.value.clear();
        self.headers(&output.prospect, &output.output, &mut into.headers);
        let short = without_lines(&output.output);
        self.encode((&output.prospect, &output.ids), short.as_ref().unwrap_or(&output.output), &mut into.value)
    }

    fn dead_letter<'a>(
        &self,
        record: &RecordView<'a>,
        original: Vec<(String, Option<Vec<u8>>)>,
        topic: &str,
        rejected: &Rejected,
        budget_bytes: usize,
    ) -> DeadLetter<'a> {
        dead_letter::write(record, original, topic, rejected, budget_bytes)
    }

    fn progress(&self, progress: &Progress) -> Headers {
        forwards::progress(progress)
    }

    fn task_record(&self, record: &TaskRecord, into: &mut Vec<u8>) {
        task_record::encode(record, &self.catalog.input_topics, into);
    }

    fn read_task_record(&self, bytes: &[u8]) -> Result<TaskRecord, CodecError> {
        task_record::decode(bytes, &self.catalog.input_topics)
    }
}

/// A reminder that says only how many lines there are: for one that could not be written with them.
#[must_use]
pub fn without_lines(output: &Output) -> Option<Output> {
    let Body::CartAbandoned(cart) = &output.body else { return None };
    let left_out = u32::try_from(cart.lines.len()).unwrap_or(u32::MAX).saturating_add(cart.lines_left_out);
    let cart = CartAbandoned { lines: Vec::new(), lines_left_out: left_out, ..(**cart).clone() };
    Some(Output { body: Body::CartAbandoned(Box::new(cart)), ..output.clone() })
}

/// Which topic an output belongs to.
#[must_use]
pub fn topic_of(output: &Output) -> OutTopic {
    match output.body {
        Body::StageChanged(_) => OutTopic::StageChanges,
        Body::ScoreChanged(_) => OutTopic::ScoreChanges,
        Body::CartAbandoned(_) => OutTopic::CartAbandoned,
        Body::CartOutcome(_) => OutTopic::CartOutcomes,
        Body::Triggered(_) => OutTopic::Triggers,
        Body::HandOver(_) => OutTopic::HandOvers,
        Body::AccountChanged(_) => OutTopic::Accounts,
        Body::Member(_) => OutTopic::AccountMembers,
        Body::IdentityChanged(_) => OutTopic::Identities,
        Body::Told(_) => OutTopic::Forwards,
        Body::Blocked => OutTopic::Identity,
    }
}
