//! Partitions that a router can't read on, whose records wait for their schemas, or which have lost records.

use super::lane::Lane;
use super::parts::Router;
use super::turn::Head;
use crate::runtime::horizon::Now;
use crate::runtime::ports::{CommitLog, EventSource, InputPartition};
use crate::runtime::route::Route;
use crate::runtime::trouble::{BROKEN_AFTER, NO_SCHEMA_AFTER, Place, TroubleKind, broken_input, no_schema};
use std::collections::BTreeMap;
use std::time::Duration;

impl<S: EventSource, L: CommitLog, R: Route> Router<S, L, R> {
    pub(super) fn look_after_inputs(&mut self, now: &Now) {
        for (at, records) in self.source.lost() {
            self.observer.gap(self.options.worker, at.input, records);
        }
        let broken = self.source.broken();
        let text = |at: InputPartition| broken.iter().find(|broken| broken.at == at).map(|broken| broken.text.clone());
        for (at, lane) in &mut self.lanes {
            let is_unread = text(*at).is_some() || matches!(lane.what_is_next(), Head::Unseen(_));
            lane.unread_since = is_unread.then(|| lane.unread_since.unwrap_or(now.monotonic));
        }
        let topic = |at: InputPartition| self.options.input(at.input).map_or("", String::as_str);
        let unread = longest(&self.lanes, now, BROKEN_AFTER, |lane| Some((lane.unread_since?, ())));
        let unread =
            unread.map(|(at, ())| (topic(at), broken_input(&text(at).unwrap_or_else(|| unseen(topic(at), at.partition)))));
        let waiting = longest(&self.lanes, now, NO_SCHEMA_AFTER, |lane| lane.waits.as_ref().map(|(since, why)| (*since, why)));
        let waiting = waiting.map(|(at, why)| (topic(at), no_schema(topic(at), at.partition, why)));
        let paused = self.lanes.iter().find_map(|(at, lane)| Some((topic(*at), lane.paused.clone()?)));
        let all = [(TroubleKind::BrokenInput, unread), (TroubleKind::NoSchema, waiting), (TroubleKind::PoisonedInput, paused)];
        for (kind, found) in all {
            let place = Place::task(-1, kind);
            match found {
                Some((topic, text)) => self.troubles.raise(place, Some(topic), &text, now),
                None => self.troubles.clear(place, now),
            }
        }
    }
}

/// The lane for which something has held for the longest, if for long enough. They stand behind each other: one is named.
fn longest<'a, T>(
    lanes: &'a BTreeMap<InputPartition, Lane>,
    now: &Now,
    after: Duration,
    held: impl Fn(&'a Lane) -> Option<(Duration, T)>,
) -> Option<(InputPartition, T)> {
    let held = lanes.iter().filter_map(|(at, lane)| held(lane).map(|(since, what)| (since, *at, what)));
    let held = held.filter(|(since, ..)| now.monotonic.saturating_sub(*since) >= after);
    held.min_by_key(|(since, at, _)| (*since, *at)).map(|(_, at, what)| (at, what))
}

/// One without a leader says nothing at all.
fn unseen(topic: &str, partition: i32) -> String {
    format!("{topic}, partition {partition}: nothing comes, not even where it ends, and what came later in others waits for it")
}
