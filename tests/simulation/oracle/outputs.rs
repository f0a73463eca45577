//! The outputs of one transaction, to be explained one by one.

use super::evidence::Evidence;
use super::inputs::decode;
use crate::broker::history::Visible;
use leadstream::domain::Ms;
use leadstream::domain::identity::message::{Body as Told, Message};
use leadstream::domain::output::{Body, Output};
use leadstream::engine::effects::ProspectOutput;
use leadstream::runtime::ports::{Encode, Encoded, InputPartition, OutTopic};
use leadstream::wire::forwards;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One of them.
pub struct Sent<'a> {
    pub topic: OutTopic,
    pub partition: i32,
    pub visible: &'a Visible,
}

/// All of one transaction.
pub struct Sents<'a> {
    pub all: Vec<Sent<'a>>,
    pub is_explained: Vec<bool>,
    /// What other prospects have given of the transaction that is being explained: what ids are told may be the same of several.
    claimed: RefCell<BTreeSet<usize>>,
    by_key: BTreeMap<(OutTopic, &'a [u8]), Vec<usize>>,
    /// What nobody but this prospect can have given.
    by_giver: BTreeMap<&'a [u8], Vec<usize>>,
    may_shorten: bool,
}

impl<'a> Sents<'a> {
    /// What is visible of every transaction, but for the changelog.
    pub fn by_transaction(evidence: &Evidence<'a>) -> BTreeMap<usize, Self> {
        let mut sents: BTreeMap<usize, Self> = BTreeMap::new();
        for topic in OutTopic::ALL.into_iter().filter(|topic| !matches!(topic, OutTopic::State | OutTopic::Events)) {
            for partition in 0..evidence.topics.partitions {
                let at = evidence.topics.output(topic, partition);
                for visible in evidence.history.visible.get(&at).into_iter().flatten() {
                    let Some(transaction) = visible.transaction else { continue };
                    if evidence.is_of_router(transaction) || visible.is_progress() {
                        continue;
                    }
                    let sents = sents.entry(transaction).or_insert_with(|| Self::none(evidence));
                    sents
                        .by_key
                        .entry((topic, visible.record.key.as_deref().unwrap_or_default()))
                        .or_default()
                        .push(sents.all.len());
                    let sent = Sent { topic, partition, visible };
                    if let Some(giver) = sent.giver(evidence) {
                        sents.by_giver.entry(giver).or_default().push(sents.all.len());
                    }
                    sents.all.push(sent);
                    sents.is_explained.push(false);
                }
            }
        }
        sents
    }

    pub fn none(evidence: &Evidence<'_>) -> Self {
        let may_shorten = evidence.times.may_shorten;
        let claimed = RefCell::default();
        Self {
            all: Vec::new(),
            is_explained: Vec::new(),
            claimed,
            by_key: BTreeMap::new(),
            by_giver: BTreeMap::new(),
            may_shorten,
        }
    }

    /// Nobody has given any of it.
    pub fn unclaim(&self) {
        self.claimed.borrow_mut().clear();
    }

    /// Somebody has given these.
    pub fn claim(&self, given: &[usize]) {
        self.claimed.borrow_mut().extend(given);
    }

    /// Finds an output among those that nothing explains yet: the same id, headers and body. Of several that are alike the first that
    /// comes behind what is `taken`.
    pub fn find(&self, evidence: &Evidence<'_>, whose: &str, output: &Output, taken: &[usize]) -> Option<usize> {
        let key = match &output.body {
            Body::Member(update) => update.addressee().as_bytes(),
            _ => whose.as_bytes(),
        };
        let sent = ProspectOutput { prospect: Arc::from(whose), ids: Arc::default(), output: output.clone() };
        let mut encoded = Encoded::default();
        let topic = evidence.formats.encoder.output(&sent, &mut encoded);
        let candidates = self.by_key.get(&(topic, key))?;
        let place = |n: usize| (self.all[n].topic, self.all[n].partition, self.all[n].visible.offset);
        let comes_behind = |n: usize| {
            let (topic, partition, offset) = place(n);
            taken.iter().all(|other| !matches!(place(*other), (t, p, o) if (t, p) == (topic, partition) && o > offset))
        };
        let claimed = self.claimed.borrow();
        let find = |encoded: &Encoded| {
            let alike = candidates.iter().copied().filter(|n| {
                !self.is_explained[*n]
                    && !claimed.contains(n)
                    && !taken.contains(n)
                    && is_the_same(&self.all[*n].visible.record, encoded)
            });
            alike.min_by_key(|n| (!comes_behind(*n), self.all[*n].visible.offset))
        };
        find(&encoded).or_else(|| {
            if !self.may_shorten {
                return None;
            }
            evidence.formats.encoder.short_output(&sent, &mut encoded);
            find(&encoded)
        })
    }

    /// Something that a prospect must have given, but for what is explained by now.
    pub fn left_of(&self, key: &str, taken: &[usize]) -> Option<&Sent<'a>> {
        let given = self.by_giver.get(key.as_bytes()).into_iter().flatten();
        given.copied().find(|n| !self.is_explained[*n] && !taken.contains(n)).map(|n| &self.all[n])
    }

    /// What a prospect told its account, and until when it told sales to answer, as it can be shown.
    pub fn told_by(&self, evidence: &Evidence<'_>, key: &str) -> Vec<String> {
        let given = self.by_giver.get(key.as_bytes()).into_iter().flatten().map(|n| &self.all[*n]);
        let input = u16::try_from(evidence.topics.inputs.len() - 1).unwrap_or(0);
        let show = |sent: &Sent<'_>| match sent.topic {
            OutTopic::AccountMembers => {
                Some(format!(" {:?}", decode(evidence, InputPartition { partition: 0, input }, 0, sent.visible).event))
            }
            OutTopic::HandOvers => sent.answer_due_ms().map(|ms| format!(" {ms}")),
            _ => None,
        };
        given.filter_map(show).chain(self.moved(key)).collect()
    }

    /// The records of a prospect that became part of another, as they were given away.
    fn moved(&self, key: &str) -> impl Iterator<Item = String> {
        let told = self.all.iter().filter(|sent| sent.topic == OutTopic::Forwards).filter_map(Sent::told);
        told.filter_map(move |message| match message.body {
            Told::Move(moved) if *moved.from == *key => Some(format!(" {:?}", moved.prospect)),
            _ => None,
        })
    }

    /// What nothing explains.
    pub fn unexplained(&self) -> impl Iterator<Item = &Sent<'a>> {
        self.all.iter().zip(&self.is_explained).filter(|(_, explained)| !**explained).map(|(sent, _)| sent)
    }
}

impl<'a> Sent<'a> {
    /// The prospect that gave it, unless its account may have done so.
    fn giver(&self, evidence: &Evidence<'_>) -> Option<&'a [u8]> {
        let record = &self.visible.record;
        let subject = record.headers.iter().find(|(name, _)| name == "ce_subject").and_then(|(_, whose)| whose.as_deref())?;
        let has_accounts = evidence.formats.models.accounts().is_some();
        let is_own = match self.topic {
            OutTopic::DeadLetters | OutTopic::Accounts | OutTopic::State => false,
            OutTopic::HandOvers => !has_accounts || !self.tells_of_company(),
            // To its account, and not from there.
            OutTopic::AccountMembers => record.key.as_deref() != Some(subject),
            _ => true,
        };
        is_own.then_some(subject)
    }

    /// An account adds what it knows of the company to what it passes on; who belongs to none says it without.
    fn tells_of_company(&self) -> bool {
        !self.json()["company"].is_null()
    }

    /// Until when sales is to answer.
    fn answer_due_ms(&self) -> Option<Ms> {
        let time: jiff::Timestamp = self.json()["sla_due_at"].as_str()?.parse().ok()?;
        Some(time.as_millisecond())
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(self.visible.record.value.as_deref().unwrap_or_default()).unwrap_or_default()
    }

    /// What an id is told, but for events.
    fn told(&self) -> Option<Message> {
        let record = &self.visible.record;
        let value = record.value.as_deref().filter(|_| self.topic == OutTopic::Forwards && record.routed().is_none())?;
        forwards::decode(std::str::from_utf8(record.key.as_deref()?).ok()?, value).ok()
    }

    /// For people.
    pub fn show(&self) -> String {
        let Self { topic, partition, visible } = self;
        let text = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned();
        let key = visible.record.key.as_deref().map(text).unwrap_or_default();
        let value = visible.record.value.as_deref().map(text).unwrap_or_default();
        // What ids are told is no text.
        let value = self.told().map_or(value, |message| format!("{:?}", message.body));
        format!("{topic:?} partition {partition} offset {} of {key}: {value}", visible.offset)
    }
}

fn is_the_same(record: &crate::api::Record, encoded: &Encoded) -> bool {
    let headers = record.headers.iter().map(|(name, value)| (name.as_str(), value));
    record.value.as_deref() == Some(&encoded.value) && headers.eq(encoded.headers.iter().map(|(name, value)| (&**name, value)))
}
