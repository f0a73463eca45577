//! What a router makes of a record: each of its events under its prospect's key, as the decoder reads it, with where it came from.

use super::decode::{Decoder, Topic};
use super::event_ids::IdReader;
use super::mapped::{Mapper, record, want};
use super::routed::{self, Routed};
use super::{dead_letter, forwards};
use crate::domain::Ms;
use crate::domain::identity::message::Message;
use crate::domain::identity::naming::EventIds;
use crate::domain::model::Models;
use crate::domain::rules::contact::of_address;
use crate::runtime::ports::{DeadLetter, Encoded, Headers, MappingOutcome, Progress, RecordBatch, RecordView, Rejected};
use crate::runtime::route::{ROUTED, Route, RoutedEvent, RoutedPart, Sighted};
use std::borrow::Cow;
use std::sync::Arc;

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
    /// Where identity is on: what an event says of an address is decided by the first model.
    ids: Option<(Arc<IdReader>, Arc<Models>)>,
}

impl Router {
    /// By number of the input. `decoder`: the engine's. What that can't use is a dead letter here already, where the whole record is
    /// known, and the mapping that has to be mended.
    #[must_use]
    pub fn new(inputs: Vec<RoutedInput>, decoder: Decoder) -> Self {
        Self { inputs, decoder, ids: None }
    }

    /// Events say which ids they name.
    #[must_use]
    pub fn reading_ids(self, reader: Arc<IdReader>, models: Arc<Models>) -> Self {
        let with = |input: RoutedInput| RoutedInput { mapper: input.mapper.reading_ids(Arc::clone(&reader)), ..input };
        let inputs = self.inputs.into_iter().map(with).collect();
        Self { inputs, ids: Some((reader, models)), ..self }
    }

    /// The event, if the engine can use it.
    fn usable(&self, mut event: RoutedEvent, ids: Option<&EventIds>, timestamp_ms: Option<Ms>) -> Result<RoutedEvent, Rejected> {
        let view = RecordView {
            input: self.decoder.routed_input().unwrap_or(u16::MAX),
            key: Some(event.key.as_bytes()),
            value: Some(&event.value),
            routed: event.headers.iter().find(|(name, _)| name == ROUTED).and_then(|(_, value)| value.as_deref()),
            timestamp_ms,
            ..RecordView::default()
        };
        let decoded = self.decoder.decode_event(&view)?;
        let sighted = self.ids.as_ref().zip(ids).map(|((reader, models), ids)| {
            let consent = models.models.first().and_then(|model| of_address(&decoded, &model.contact));
            let (time_ms, record_ms) = (decoded.time_ms, decoded.record_ms);
            Box::new(Sighted { said: reader.said_ids(ids, &decoded), time_ms, record_ms, consent })
        });
        drop(decoded);
        event.sighted = sighted;
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
                forwarded: None,
                address: String::new(),
            };
            let usable = |event: super::mapped::MappedEvent| {
                let address =
                    self.ids.as_ref().zip(event.ids.as_ref()).and_then(|((reader, _), ids)| reader.address(&ids.ids, ""));
                let origin = Routed { address: address.map(Into::into).unwrap_or_default(), ..origin };
                let (key, value, headers) = (event.prospect, event.json.into_bytes(), headers_of(&origin));
                self.usable(RoutedEvent { key, value, headers, sighted: None }, event.ids.as_ref(), view.timestamp_ms)
            };
            let what = part.what.map(|what| what.and_then(usable));
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
        forwards::progress(progress)
    }

    fn told(&self, message: &Message, into: &mut Encoded) {
        forwards::write(message, into);
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
