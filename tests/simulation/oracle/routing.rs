//! What is known of routers, and what tasks heard of them.

use super::commits::Commit;
use super::evidence::{Evidence, seconds, wall_ms};
use super::{Findings, Rule};
use crate::api::{TopicPartition, Us};
use crate::broker::history::Visible;
use crate::process::WorkerId;
use crate::vigil::{Handed, Start, Started};
use crate::world::{MS, SECOND};
use leadstream::domain::Ms;
use leadstream::runtime::ports::{OutTopic, Progress};
use std::collections::{BTreeMap, BTreeSet};

/// What a router has said counts for so long, and a little.
const COUNTS_FOR: Us = 5 * SECOND + 50 * MS;
/// It was said no longer ago than this.
const MOST_AGE_MS: Ms = 60_000;

/// What a run shows of its routers, whatever its workload.
pub struct Routing<'a> {
    pub handed: &'a Handed,
    pub started: &'a Started,
    pub names: &'a BTreeMap<WorkerId, String>,
    pub begins: &'a BTreeMap<String, Vec<Us>>,
    /// What their group had committed as the run ended.
    pub committed: BTreeMap<TopicPartition, i64>,
}

impl Routing<'_> {
    /// When a transaction was begun by its router.
    pub fn begun(&self, who: &str, known_since: Us) -> Us {
        let begins = self.begins.get(who).into_iter().flatten();
        begins.copied().filter(|at| *at <= known_since).max().unwrap_or(known_since)
    }

    /// When a partition was last begun to be fetched.
    pub fn started(&self, at: TopicPartition, until: Us) -> Option<Start> {
        let all = self.started.get(&at).into_iter().flatten();
        all.filter(|start| start.when <= until).max_by_key(|start| start.when).copied()
    }

    /// When a record was last handed to whoever writes under this name.
    pub fn handed(&self, at: TopicPartition, visible: &Visible, until: Us, who: &str) -> Option<Us> {
        let all = self.handed.get(&(at, visible.offset)).into_iter().flatten();
        let is_its = |worker: &WorkerId| self.names.get(worker).is_some_and(|name| name == who);
        all.filter(|handing| is_its(&handing.worker) && (visible.since..=until).contains(&handing.when)).map(|h| h.when).max()
    }
}

/// Nothing that leads to a mail has fired unless every partition that is routed was said to be caught up a moment before.
pub fn check_held(evidence: &Evidence<'_>, commit: &Commit<'_>, findings: &mut Findings) {
    if evidence.formats.route.is_none() || !evidence.holds() {
        return;
    }
    let events = evidence.topics.output(OutTopic::Events, commit.task);
    let begun = evidence.routing.begun(&commit.record.writer, commit.begun);
    let topics = evidence.topics;
    let mut caught_up: BTreeSet<TopicPartition> = BTreeSet::new();
    let mut last: BTreeMap<TopicPartition, (Us, bool)> = BTreeMap::new();
    for visible in evidence.history.visible.get(&events).into_iter().flatten() {
        let Some(said) = visible.progress() else { continue };
        let Some(heard) = evidence.routing.handed(events, visible, commit.decided, &commit.record.writer) else { continue };
        let is_fresh = heard + COUNTS_FOR > begun;
        let is_recent = wall_ms(begun) - said.wall_ms < MOST_AGE_MS + 2 * evidence.times.skew_ms;
        for (topic, partition, level) in said.own {
            let Some(topic) = topics.named(&topic) else { continue };
            let lane = TopicPartition { topic, partition };
            if level > 0 && is_fresh && is_recent {
                caught_up.insert(lane);
            }
            if heard < begun && last.get(&lane).is_none_or(|(before, _)| *before <= heard) {
                last.insert(lane, (heard, level > 0));
            } else if heard >= begun && level > 0 {
                // Said while the batch was open.
                last.insert(lane, (heard, true));
            }
        }
    }
    for lane in topics.all_of(&topics.routed) {
        let is_last = last.get(&lane).is_some_and(|(_, is_caught_up)| *is_caught_up);
        if !caught_up.contains(&lane) || !is_last {
            let (name, partition) = (topics.name(lane.topic), lane.partition);
            findings.add(
                Rule::HeldWhileRoutersBehind,
                format!(
                    "{}: what leads to a mail has fired, and of {name}, partition {partition}, nobody had said that it was caught up \
                     when the batch was begun at {} (last heard: {:?})",
                    commit.name(),
                    seconds(begun),
                    last.get(&lane)
                ),
            );
        }
    }
}

/// Others are sure of themselves from this level on: one step more, and nothing can be on its way from them.
const SURE: u8 = 2;
/// A task waits for the others for so long, and then goes on: what is known of a shorter time says that it should have waited.
const WAITS_FOR: Us = 25 * SECOND;

/// Nothing that leads to a mail has fired unless all tasks had said a moment before that nothing is on its way from them, or that was
/// waited for long enough.
pub fn check_told(evidence: &Evidence<'_>, commit: &Commit<'_>, findings: &mut Findings) {
    if evidence.formats.ids.is_none() || !evidence.holds() {
        return;
    }
    let forwards = evidence.topics.output(OutTopic::Forwards, commit.task);
    let writer = &commit.record.writer;
    let begun = evidence.routing.begun(writer, commit.begun);
    let told = evidence.history.visible.get(&forwards).into_iter().flatten();
    let heard: Vec<(Us, Progress)> = told
        .filter_map(|visible| Some((evidence.routing.handed(forwards, visible, commit.decided, writer)?, visible.progress()?)))
        .collect();
    let is_sure = |at: Us, partition: i32| {
        let of_it = heard.iter().filter(|(heard, _)| *heard <= at && heard + COUNTS_FOR > at);
        let counts = of_it.filter(|(_, said)| wall_ms(at) - said.wall_ms < MOST_AGE_MS + 2 * evidence.times.skew_ms);
        let levels = counts.flat_map(|(heard, said)| said.own.iter().map(move |(_, lane, level)| (*heard, *lane, *level)));
        levels.filter(|(_, lane, _)| *lane == partition).max_by_key(|(heard, ..)| *heard).is_some_and(|(.., level)| level >= SURE)
    };
    let are_sure = |at: Us| (0..evidence.topics.partitions).all(|partition| is_sure(at, partition));
    let instants = || std::iter::once(begun).chain(heard.iter().map(|(at, _)| *at));
    if instants().filter(|at| *at >= begun).any(are_sure) {
        return;
    }
    // Whoever was sure a short while ago has not waited for long.
    if let Some(last) = instants().filter(|at| *at < begun && at + WAITS_FOR > begun).filter(|at| are_sure(*at)).max() {
        findings.add(
            Rule::HeldWhileOthersBehind,
            format!(
                "{}: what leads to a mail has fired, and not all tasks had said that nothing was on its way from them when the batch \
                 was begun at {}, but last at {}",
                commit.name(),
                seconds(begun),
                seconds(last)
            ),
        );
    }
}
