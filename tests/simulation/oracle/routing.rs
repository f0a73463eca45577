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
use leadstream::runtime::ports::OutTopic;
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
