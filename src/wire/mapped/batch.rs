//! Fetched records of a topic whose mapping the engine itself applies: each is one event, or none.

use super::mapper::{MappedEvent, Mapper, Part};
use crate::domain::Ms;
use crate::runtime::ports::{DeadReason, MappingOutcome, Prepared, Progress, RecordBatch, RecordView, Rejected, Waiting};
use leadstream_mapping::Record;
use std::rc::Rc;

/// Counts what became of records: mapping, outcome, how many.
pub type Count = dyn Fn(&str, MappingOutcome, u64) + Send + Sync;

/// Records of routers, without what they say of themselves, which `progress` gets.
pub fn routed(records: Box<dyn RecordBatch>, progress: &mut dyn FnMut(Progress)) -> Box<dyn RecordBatch> {
    let mut said = |n: usize| {
        let view = records.view(n);
        // Events have keys.
        let found = view.routed.filter(|_| view.key.is_none()).and_then(crate::wire::routed::progress);
        found.map(&mut *progress).is_some()
    };
    let kept: Vec<usize> = (0..records.len()).filter(|n| !said(*n)).collect();
    if kept.len() == records.len() { records } else { Box::new(KeptBatch { records, kept }) }
}

/// Records that are events already, without those that have no value: nothing is to be read of them.
pub fn without_tombstones(mapper: &Mapper, records: Box<dyn RecordBatch>, count: &Count) -> Box<dyn RecordBatch> {
    let has_value = |n: &usize| records.value(*n).is_some_and(|value| value != b"null");
    if (0..records.len()).all(|n| has_value(&n)) {
        return records;
    }
    let kept: Vec<usize> = (0..records.len()).filter(has_value).collect();
    count(mapper.name(), MappingOutcome::Skipped, (records.len() - kept.len()) as u64);
    Box::new(KeptBatch { records, kept })
}

/// Some of the records of a batch.
struct KeptBatch {
    records: Box<dyn RecordBatch>,
    kept: Vec<usize>,
}

impl RecordBatch for KeptBatch {
    fn len(&self) -> usize {
        self.kept.len()
    }

    fn view(&self, n: usize) -> RecordView<'_> {
        self.records.view(self.kept[n])
    }

    fn offset(&self, n: usize) -> i64 {
        self.records.offset(self.kept[n])
    }

    fn value(&self, n: usize) -> Option<&[u8]> {
        self.records.value(self.kept[n])
    }

    fn record_ms(&self, n: usize) -> Option<Ms> {
        self.records.record_ms(self.kept[n])
    }

    fn bytes(&self) -> usize {
        self.records.bytes()
    }

    fn headers(&self, n: usize) -> Vec<(String, Option<Vec<u8>>)> {
        self.records.headers(self.kept[n])
    }
}

/// Records, without those that the mapping skips.
struct MappedBatch {
    records: Rc<dyn RecordBatch>,
    /// Which of them, and what became of it.
    kept: Vec<(usize, Result<MappedEvent, Rejected>)>,
    /// What they all weigh, with those that are skipped.
    bytes: usize,
}

/// Maps the records of a batch of one topic from one on, up to the first whose schema is not known yet.
pub fn mapped(mapper: &Mapper, topic: &str, records: Rc<dyn RecordBatch>, from: usize, count: &Count) -> Prepared {
    let mut counts = [0; MappingOutcome::ALL.len()];
    let mut kept = Vec::with_capacity(records.len() - from);
    let mut waiting = None;
    let mut upto = records.len();
    for n in from..records.len() {
        let view = records.view(n);
        let headers = if mapper.reads_headers() { records.headers(n) } else { Vec::new() };
        match mapper.map(&record(&view, topic, &headers)) {
            Ok(parts) => {
                parts.iter().for_each(|part| counts[part.outcome as usize] += 1);
                kept.extend(one(parts).map(|what| (n, what)));
            }
            Err(not_ready) => {
                want(mapper, topic, &*records, n + 1);
                upto = n;
                waiting = Some(Waiting { records: Rc::clone(&records), from: n, why: not_ready.to_string() });
                break;
            }
        }
    }
    for (outcome, counted) in MappingOutcome::ALL.into_iter().zip(counts).filter(|(_, counted)| *counted > 0) {
        count(mapper.name(), outcome, counted);
    }
    let is_whole = from == 0 && waiting.is_none();
    let bytes = if is_whole { records.bytes() } else { (from..upto).map(|n| weight(&records.view(n))).sum() };
    let records = (upto > from).then(|| -> Box<dyn RecordBatch> { Box::new(MappedBatch { records, kept, bytes }) });
    Prepared { records, waiting }
}

/// Says which schemas the records from one on want, while those before them wait for theirs: else a second goes by for each that the
/// registry doesn't know.
pub fn want(mapper: &Mapper, topic: &str, records: &dyn RecordBatch, from: usize) {
    let headers: Vec<_> = (from..records.len()).map(|n| records.headers(n)).collect();
    mapper.want((from..records.len()).zip(&headers).map(|(n, headers)| record(&records.view(n), topic, headers)));
}

fn weight(view: &RecordView<'_>) -> usize {
    view.key.map_or(0, <[u8]>::len) + view.value.map_or(0, <[u8]>::len)
}

/// A record as mappings see it.
#[must_use]
pub fn record<'a>(view: &RecordView<'a>, topic: &'a str, headers: &'a [(String, Option<Vec<u8>>)]) -> Record<'a> {
    let headers = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?))).collect();
    Record { topic, key: view.key, value: view.value, headers }
}

/// The event of a record of a topic that isn't routed, which has no more than one. `None`: the record is skipped.
#[must_use]
pub fn one(parts: Vec<Part>) -> Option<Result<MappedEvent, Rejected>> {
    let mut all = parts.into_iter().filter_map(|part| part.what);
    let first = all.next()?;
    Some(match all.count() {
        0 => first,
        more => {
            let detail =
                format!("{} events of one record: name its topic in route.topics, so that each is an event of its own", more + 1);
            Err(Rejected { reason: DeadReason::TooManyEvents, detail })
        }
    })
}

impl RecordBatch for MappedBatch {
    fn len(&self) -> usize {
        self.kept.len()
    }

    fn view(&self, n: usize) -> RecordView<'_> {
        let (at, what) = &self.kept[n];
        let ids = what.as_ref().ok().and_then(|event| event.ids.as_ref());
        RecordView { mapped: Some(what.as_ref().map(|event| event.json.as_str())), ids, ..self.records.view(*at) }
    }

    fn offset(&self, n: usize) -> i64 {
        self.records.offset(self.kept[n].0)
    }

    fn record_ms(&self, n: usize) -> Option<Ms> {
        self.records.record_ms(self.kept[n].0)
    }

    fn bytes(&self) -> usize {
        let mapped = |what: &Result<MappedEvent, Rejected>| what.as_ref().map_or(0, |event| event.json.len());
        self.bytes + self.kept.iter().map(|(_, what)| mapped(what)).sum::<usize>()
    }

    fn headers(&self, n: usize) -> Vec<(String, Option<Vec<u8>>)> {
        self.records.headers(self.kept[n].0)
    }
}
