//! What a router makes of a record: each of its events under its prospect's key, as the decoder reads it, with where it came from.

use super::dead_letter;
use super::decode::{Decoder, Topic};
use super::mapped::{Mapper, record, want};
use super::routed::{self, Routed};
use crate::domain::Ms;
use crate::runtime::ports::{DeadLetter, Headers, MappingOutcome, Progress, RecordBatch, RecordView, Rejected};
use crate::runtime::route::{ROUTED, Route, RoutedEvent, RoutedPart};
use std::borrow::Cow;

/// An input that is routed.
#[derive(Debug, Clone)]
pub struct RoutedInput {
    pub topic: Topic,
    pub mapper: Mapper,
}

/// Routes the records of these inputs.
#[derive(Debug, Clone)]
pub struct Router {
    inputs: Vec<RoutedInput>,
    /// As the engine will read what is written.
    decoder: Decoder,
}

impl Router {
    /// By number of the input. `decoder`: the engine's. What that can't use is a dead letter here already, where the whole record is
    /// known, and the mapping that has to be mended.
    #[must_use]
    pub fn new(inputs: Vec<RoutedInput>, decoder: Decoder) -> Self {
        Self { inputs, decoder }
    }

    /// The event, if the engine can use it.
    fn usable(&self, event: RoutedEvent, timestamp_ms: Option<Ms>) -> Result<RoutedEvent, Rejected> {
        let view = RecordView {
            input: self.decoder.routed_input().unwrap_or(u16::MAX),
            key: Some(event.key.as_bytes()),
            value: Some(&event.value),
            routed: event.headers.iter().find(|(name, _)| name == ROUTED).and_then(|(_, value)| value.as_deref()),
            timestamp_ms,
            ..RecordView::default()
        };
        self.decoder.decode_event(&view)?;
        Ok(event)
    }

    fn input(&self, input: u16) -> Option<&RoutedInput> {
        self.inputs.get(usize::from(input))
    }
}

impl Route for Router {
    fn route(&self, records: &dyn RecordBatch, n: usize) -> Result<Vec<RoutedPart>, String> {
        let view = records.view(n);
        let Some(RoutedInput { topic, mapper }) = self.input(view.input) else { return Ok(Vec::new()) };
        let headers = records.headers(n);
        let mut parts = mapper.map(&record(&view, &topic.name, &headers)).map_err(|not_ready| {
            want(mapper, &topic.name, records, n + 1);
            not_ready.to_string()
        })?;
        let is_one = parts.len() <= 1;
        if let Some(element) = redriven_element(&headers) {
            // The others of the record are where they belong.
            parts.retain(|part| part.element == element);
        }
        let mut before = None;
        let routed = |(n, part): (usize, super::mapped::Part)| {
            // Several events of one element are numbered, too.
            let first = before.filter(|(element, _)| *element == part.element).map_or(n, |(_, first)| first);
            before = Some((part.element, first));
            let origin = Routed {
                version: routed::VERSION,
                topic: topic.name.clone(),
                partition: view.partition,
                offset: view.offset,
                element: part.element,
                part: u32::try_from(n - first).unwrap_or(u32::MAX),
                record_ms: view.timestamp_ms,
                is_mail: topic.is_email,
                is_trusted: topic.is_trusted,
                progress: None,
            };
            let event = |event: super::mapped::MappedEvent| RoutedEvent {
                key: event.prospect,
                value: event.json.into_bytes(),
                headers: headers_of(&origin),
            };
            let what = part.what.map(|what| what.and_then(|one| self.usable(event(one), view.timestamp_ms)));
            let is_refused = part.outcome != MappingOutcome::NoPerson && matches!(what, Some(Err(_)));
            RoutedPart {
                outcome: if is_refused { MappingOutcome::Dead } else { part.outcome },
                what,
                element: (!is_one).then_some(part.element),
            }
        };
        Ok(parts.into_iter().enumerate().map(routed).collect())
    }

    fn progress(&self, progress: &Progress) -> Headers {
        vec![(Cow::Borrowed(ROUTED), Some(routed::encode_progress(progress)))]
    }

    fn mapping(&self, input: u16) -> &str {
        self.input(input).map_or("", |input| input.mapper.name())
    }

    fn dead_letter<'a>(
        &self,
        records: &'a dyn RecordBatch,
        n: usize,
        element: Option<u32>,
        rejected: &Rejected,
        budget_bytes: usize,
    ) -> DeadLetter<'a> {
        let view = records.view(n);
        let topic = self.input(view.input).map_or("", |input| input.topic.name.as_str());
        dead_letter::write_element(&view, records.headers(n), topic, element, rejected, budget_bytes)
    }
}

/// The one element of a record that `deadletters redrive` has sent again.
fn redriven_element(headers: &[(String, Option<Vec<u8>>)]) -> Option<u32> {
    let find = |name: &str| headers.iter().rfind(|(known, _)| known == name)?.1.as_deref();
    find(dead_letter::REDRIVEN)?;
    std::str::from_utf8(find(dead_letter::ELEMENT)?).ok()?.parse().ok()
}

fn headers_of(origin: &Routed) -> Headers {
    vec![(Cow::Borrowed(ROUTED), Some(routed::encode(origin)))]
}
