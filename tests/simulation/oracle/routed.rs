//! What routers made of the records of the inputs that are routed: each of their events once, under its prospect's key and in order, in
//! the transaction that passes the record; what can't be used as a dead letter; and whether what they said of themselves was true.

use super::evidence::{Evidence, seconds, wall_ms};
use super::{Findings, Rule};
use crate::api::{TopicPartition, Us};
use crate::broker::history::{Transaction, Visible};
use crate::client::records::InputRecords;
use leadstream::domain::identity::message::{Body, LinkCause, Message};
use leadstream::domain::identity::route::Router as IdRouter;
use leadstream::domain::ids::murmur2_partition;
use leadstream::domain::{Ms, Text};
use leadstream::runtime::ports::{DeadReason, Encoded, OutTopic, Progress, Rejected, credible_ms};
use leadstream::runtime::route::{Route, RoutedEvent};
use leadstream::wire::dead_letter::{self, Info};
use leadstream::wire::route::Router;
use leadstream::wire::routed;
use std::collections::{BTreeMap, BTreeSet};

/// Settled so long before the end: what came until then is routed.
const LAST_ROUTED: Us = 8_000_000;

/// What one transaction of a router wrote.
#[derive(Default)]
struct Written<'a> {
    /// With their partition; without those that routers write of themselves.
    events: Vec<(i32, &'a Visible)>,
    letters: Vec<(Info, &'a Visible)>,
    /// What it told ids.
    told: Vec<(i32, &'a Visible)>,
    said: Vec<Progress>,
}

/// Links that were told so far: an id, and whom it stands for. None is told again for some minutes.
type Links = BTreeSet<(Text, Text)>;

/// How far each partition is routed.
type Positions = BTreeMap<TopicPartition, i64>;

/// Judges all that routers did.
pub fn check(evidence: &Evidence<'_>, findings: &mut Findings) {
    let Some(route) = &evidence.formats.route else { return };
    let mut written = by_transaction(evidence, findings);
    let mut positions = Positions::new();
    let mut links = Links::new();
    // What is behind a transaction that can't be seen as a whole can't be judged.
    let mut is_cut = false;
    for (n, transaction) in evidence.history.transactions.iter().enumerate() {
        if !transaction.is_committed() || !evidence.is_of_router(n) {
            continue;
        }
        is_cut |= transaction.completed.is_none();
        let mut its = written.remove(&n).unwrap_or_default();
        if is_cut {
            continue;
        }
        its.events.sort_by_key(|(partition, event)| (*partition, event.offset));
        let written = (its.events, its.letters, its.told);
        covered(evidence, route, (n, transaction), &positions, written, &mut links, findings);
        positions.extend(&transaction.positions);
        its.said.dedup();
        its.said.iter().for_each(|said| told(evidence, (n, transaction), said, &positions, findings));
    }
    for n in written.keys() {
        let who = &evidence.history.transactions[*n].transactional_id;
        findings.add(Rule::RoutedOnce, format!("transaction {n} of {who}: events of somebody who is no router"));
    }
    in_order(evidence, findings);
    if !is_cut {
        at_the_end(evidence, &positions, findings);
    }
}

/// Everything that was ever visible of events, and of the dead letters of routers.
fn by_transaction<'a>(evidence: &Evidence<'a>, findings: &mut Findings) -> BTreeMap<usize, Written<'a>> {
    let mut all: BTreeMap<usize, Written<'a>> = BTreeMap::new();
    for partition in 0..evidence.topics.partitions {
        let at = evidence.topics.output(OutTopic::Events, partition);
        for visible in evidence.history.visible.get(&at).into_iter().flatten() {
            let Some(transaction) = visible.transaction else {
                findings.add(
                    Rule::InTransactions,
                    format!("events, partition {partition}, offset {}: written outside of any transaction", visible.offset),
                );
                continue;
            };
            let its = all.entry(transaction).or_default();
            match visible.progress() {
                Some(said) => its.said.push(said),
                None => its.events.push((partition, visible)),
            }
        }
        let at = evidence.topics.output(OutTopic::Forwards, partition);
        for visible in evidence.history.visible.get(&at).into_iter().flatten().filter(|visible| !visible.is_progress()) {
            // Those outside of any are found with the outputs.
            if let Some(transaction) = visible.transaction.filter(|n| evidence.is_of_router(*n)) {
                all.entry(transaction).or_default().told.push((partition, visible));
            }
        }
        let at = evidence.topics.output(OutTopic::DeadLetters, partition);
        for visible in evidence.history.visible.get(&at).into_iter().flatten() {
            let Some(transaction) = visible.transaction.filter(|n| evidence.is_of_router(*n)) else { continue };
            let headers = visible.record.headers.iter().map(|(name, value)| (name.as_str(), value.as_deref()));
            match dead_letter::parse(headers) {
                Some(info) => all.entry(transaction).or_default().letters.push((info, visible)),
                None => findings.add(Rule::RoutedOnce, format!("a dead letter of a router at {} says nothing", visible.offset)),
            }
        }
    }
    all
}

/// What a transaction has written and nothing explains yet.
struct Left<'e, 'a> {
    evidence: &'e Evidence<'a>,
    who: String,
    events: Vec<(i32, &'a Visible)>,
    letters: Vec<(Info, &'a Visible)>,
    told: Vec<(i32, &'a Visible)>,
    /// Links of this transaction, and those that it doesn't tell for an event.
    links: Links,
    untold: Vec<(Text, Text)>,
}

/// A transaction has the events and dead letters of the records that its offsets pass, and nothing else.
fn covered<'a>(
    evidence: &Evidence<'a>,
    route: &Router,
    (n, transaction): (usize, &Transaction),
    before: &Positions,
    (events, letters, told): (Vec<(i32, &'a Visible)>, Vec<(Info, &'a Visible)>, Vec<(i32, &'a Visible)>),
    links: &mut Links,
    findings: &mut Findings,
) {
    let who = format!("transaction {n} of {}, decided at {}", transaction.transactional_id, seconds(transaction.decided));
    let mut left = Left { evidence, who, events, letters, told, links: Links::new(), untold: Vec::new() };
    for (lane, to) in &transaction.positions {
        let from = before.get(lane).copied().unwrap_or(0);
        if *to < from {
            let (who, name) = (&left.who, evidence.topics.name(lane.topic));
            findings.add(Rule::RangesAdjoin, format!("{who}: {name}, {}, goes back from {from} to {to}", lane.partition));
        }
        let mut records: Vec<&Visible> = evidence.history.visible.get(lane).into_iter().flatten().collect();
        records.retain(|record| (from..*to).contains(&record.offset) && record.since <= transaction.decided);
        records.sort_by_key(|record| record.offset);
        records.into_iter().for_each(|record| left.passed(route, *lane, record, findings));
    }
    let Left { who, events, letters, told, links: of_it, untold, .. } = left;
    links.extend(of_it);
    for (weak, strong) in untold.into_iter().filter(|link| !links.contains(link)) {
        findings.add(Rule::RoutedOnce, format!("{who}: nobody has told {weak} that it stands for {strong}"));
    }
    for (partition, told) in told {
        let key = told.record.key.as_deref().map(String::from_utf8_lossy);
        let text = format!("{who}: nothing that it passes tells {key:?} what is at {} of partition {partition}", told.offset);
        findings.add(Rule::RoutedOnce, text);
    }
    for (partition, event) in events {
        let origin = event.record.routed().map(routed::decode);
        let text =
            format!("{who}: nothing that it passes gives the event at {} of partition {partition}: {origin:?}", event.offset);
        findings.add(Rule::RoutedOnce, text);
    }
    for (info, _) in letters {
        findings.add(Rule::DeadLetters, format!("{who}: nothing that it passes gives the dead letter {info:?}"));
    }
}

impl Left<'_, '_> {
    /// A record of a lane is passed: takes what came of it.
    fn passed(&mut self, route: &Router, lane: TopicPartition, record: &Visible, findings: &mut Findings) {
        let topics = self.evidence.topics;
        let input = topics.routed.iter().position(|topic| *topic == lane.topic).and_then(|n| u16::try_from(n).ok());
        let records = vec![(record.offset, record.record.clone())];
        let batch = InputRecords { input: input.unwrap_or_default(), partition: lane.partition, records };
        let place = (topics.name(lane.topic), lane.partition, record.offset);
        let of_record = |info: &Info| (info.topic.as_str(), info.partition, info.offset) == place;
        // What the broker refuses for its size, or a part of it, is one dead letter.
        let too_large = |info: &Info| of_record(info) && info.element.is_none() && info.reason == TOO_LARGE;
        if self.evidence.times.may_shorten
            && let Some(n) = self.letters.iter().position(|(info, _)| too_large(info))
        {
            self.letters.remove(n);
            return;
        }
        let who = self.who.clone();
        for part in route.route(&batch, 0).unwrap_or_default() {
            let element = part.element;
            match part.what {
                None => {}
                Some(Ok(mut event)) => {
                    if let Some((sighted, linking)) = event.sighted.as_deref().zip(self.evidence.linking())
                        && let Some(routed) = IdRouter::default().route(&sighted.sighting(), linking.rules())
                    {
                        event.key = routed.key.to_string();
                        if let Err(message) = self.tells(route, &routed.messages, sighted.record_ms) {
                            findings.add(Rule::RoutedOnce, format!("{who}: {place:?} doesn't tell {message:?}"));
                        }
                    }
                    match find(self.evidence, &self.events, &event) {
                        Some(n) => _ = self.events.remove(n),
                        None => {
                            findings.add(Rule::RoutedOnce, format!("{who}: an event of {} is not there: {place:?}", event.key))
                        }
                    }
                }
                Some(Err(Rejected { reason, .. })) => {
                    let is_it = |info: &Info| of_record(info) && info.element == element && info.reason == reason.name();
                    match self.letters.iter().position(|(info, visible)| is_it(info) && holds(info, visible, record)) {
                        Some(n) => _ = self.letters.remove(n),
                        None => {
                            let why = reason.name();
                            let text = format!("{who}: no dead letter says that element {element:?} of {place:?} is {why}");
                            findings.add(Rule::DeadLetters, text);
                        }
                    }
                }
            }
        }
    }

    /// Takes what an event tells ids; a link may have been told for another one.
    fn tells(&mut self, route: &Router, messages: &[Message], record_ms: Ms) -> Result<(), Message> {
        for message in messages {
            let mut encoded = Encoded::default();
            route.told(message, &mut encoded);
            let partition = murmur2_partition(message.to.as_bytes(), self.evidence.topics.partitions.unsigned_abs());
            let found = self.told.iter().position(|(at, visible)| {
                let record = &visible.record;
                i32::try_from(partition) == Ok(*at)
                    && record.key.as_deref() == Some(message.to.as_bytes())
                    && record.value.as_deref() == Some(encoded.value.as_slice())
                    && record.timestamp_ms == Some(record_ms)
            });
            let link = match &message.body {
                Body::Link(link) if link.cause == LinkCause::Event => Some((message.to.clone(), link.target.clone())),
                _ => None,
            };
            match (found, link) {
                (Some(n), link) => {
                    self.told.remove(n);
                    self.links.extend(link);
                }
                (None, Some(link)) => self.untold.push(link),
                (None, None) => return Err(message.clone()),
            }
        }
        Ok(())
    }
}

/// The reason of what the broker refuses.
const TOO_LARGE: &str = "value-too-large";

/// The same bytes, under the same key, where that belongs.
fn find(evidence: &Evidence<'_>, events: &[(i32, &Visible)], wanted: &RoutedEvent) -> Option<usize> {
    let partition = murmur2_partition(wanted.key.as_bytes(), evidence.topics.partitions.unsigned_abs());
    events.iter().position(|(at, visible)| {
        let record = &visible.record;
        let headers = record.headers.iter().map(|(name, value)| (name.as_str(), value));
        i32::try_from(partition) == Ok(*at)
            && record.key.as_deref() == Some(wanted.key.as_bytes())
            && record.value.as_deref() == Some(wanted.value.as_slice())
            && headers.eq(wanted.headers.iter().map(|(name, value)| (&**name, value)))
    })
}

/// Whether a dead letter has the record's bytes, or says that it has not.
fn holds(info: &Info, letter: &Visible, record: &Visible) -> bool {
    !info.is_complete() || (letter.record.value == record.record.value && letter.record.key == record.record.key)
}

/// Events of a partition that is routed come in its order in each partition of the events.
fn in_order(evidence: &Evidence<'_>, findings: &mut Findings) {
    for partition in 0..evidence.topics.partitions {
        let at = evidence.topics.output(OutTopic::Events, partition);
        let mut all: Vec<&Visible> = evidence.history.visible.get(&at).into_iter().flatten().collect();
        all.sort_by_key(|visible| visible.offset);
        let mut last: BTreeMap<(String, i32), (i64, u32, u32)> = BTreeMap::new();
        for visible in all.into_iter().filter(|visible| !visible.is_progress()) {
            let Some(Ok(origin)) = visible.record.routed().map(routed::decode) else {
                findings.add(Rule::RoutedOnce, format!("events, partition {partition}, offset {}: no origin", visible.offset));
                continue;
            };
            let place = (origin.offset, origin.element, origin.part);
            let lane = (origin.topic.clone(), origin.partition);
            if let Some(before) = last.insert(lane, place).filter(|before| *before >= place) {
                let text = format!("events, partition {partition}: {origin:?} at {} comes after {before:?}", visible.offset);
                findings.add(Rule::RoutedInOrder, text);
            }
        }
    }
}

/// Where a router says that it is caught up, it has not had anything old in its hands that this transaction does not pass.
fn told(
    evidence: &Evidence<'_>,
    (n, transaction): (usize, &Transaction),
    said: &Progress,
    after: &Positions,
    findings: &mut Findings,
) {
    let who = &transaction.transactional_id;
    let begun = evidence.routing.begun(who, transaction.begun);
    let lanes = evidence.topics.all_of(&evidence.topics.routed).count();
    if said.lanes as usize != lanes {
        findings.add(Rule::RoutersTellTheTruth, format!("{who} says that there are {} partitions of {lanes}", said.lanes));
    }
    for (topic, partition, _) in said.own.iter().filter(|(.., level)| *level > 0) {
        let Some(lane) = evidence.topics.named(topic).map(|topic| TopicPartition { topic, partition: *partition }) else {
            findings.add(Rule::RoutersTellTheTruth, format!("{who} says something of {topic}, which nobody routes"));
            continue;
        };
        let position = after.get(&lane).copied().unwrap_or(0);
        let visible = evidence.history.visible.get(&lane).into_iter().flatten();
        let next = visible.filter(|v| v.offset >= position && v.gone.is_none()).min_by_key(|v| v.offset);
        let Some(next) = next else { continue };
        let record_ms = credible_ms(next.record.timestamp_ms).unwrap_or(Ms::MIN);
        let times = &evidence.times;
        let is_old = record_ms.saturating_add(times.behind_after_ms + times.skew_ms) < wall_ms(begun);
        let started = evidence.routing.started(lane, begun);
        let handed = evidence.routing.handed(lane, next, begun, who);
        let is_in_hand = handed.is_some_and(|handed| started.is_none_or(|started| started.when <= handed));
        let is_blind = started.is_some_and(|start| {
            next.since < start.when && start.offset <= next.offset && handed.is_none_or(|handed| handed < start.when)
        });
        if (is_in_hand && is_old) || is_blind {
            let (offset, begun, since) = (next.offset, seconds(begun), seconds(next.since));
            findings.add(
                Rule::RoutersTellTheTruth,
                format!(
                    "transaction {n} of {who}, begun at {begun}, says that {topic}, partition {partition}, is caught up, and offset \
                     {offset} is not routed, there since {since} (in hand: {is_in_hand}, not seen since the start: {is_blind})"
                ),
            );
        }
    }
}

/// Everything is routed, and the group is where the last transaction of each partition was.
fn at_the_end(evidence: &Evidence<'_>, positions: &Positions, findings: &mut Findings) {
    for lane in evidence.topics.all_of(&evidence.topics.routed) {
        let (name, partition) = (evidence.topics.name(lane.topic), lane.partition);
        let (committed, last) = (evidence.routing.committed.get(&lane), positions.get(&lane));
        if committed != last {
            let text =
                format!("{name}, partition {partition}: the routers' group ends at {committed:?}, what is routed at {last:?}");
            findings.add(Rule::OffsetsAreTheStates, text);
        }
        let settled = evidence.times.ended.saturating_sub(LAST_ROUTED);
        let visible = evidence.history.visible.get(&lane).into_iter().flatten();
        let end = visible.filter(|v| v.gone.is_none() && v.since <= settled).map(|v| v.offset + 1).max().unwrap_or(0);
        let routed = committed.copied().unwrap_or(0);
        if routed < end {
            findings.add(Rule::EverythingRead, format!("{name}, partition {partition}: routed up to {routed} of {end}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_broker_refuses_has_a_reason_of_its_own() {
        assert_eq!(TOO_LARGE, DeadReason::ValueTooLarge.name());
    }
}
