//! The instants at which a timer may have fired: at its deadline, or late, by the wall clock, which nobody has written down.

use super::super::evidence::wall_ms;
use super::{Node, Question};
use leadstream::domain::Ms;
use leadstream::domain::state::timers::{Timer, TimerKind};
use leadstream::engine::codec::Codec;
use leadstream::wire::state_record::StateCodec;
use std::collections::BTreeSet;

/// Wall clocks that are tried one by one.
const MOST_WALLS: usize = 6;
/// A timer that fires within this time of its deadline counts as on time: it has happened at the deadline itself.
const ON_TIME_MS: Ms = 5_000;

impl Question<'_, '_> {
    /// The instants at which a timer may have fired, as far as they make a difference.
    pub(super) fn nows(&self, node: &Node, timer: Timer) -> Vec<Ms> {
        let deadline_ms = timer.deadline_ms;
        let end_ms = self.commit.record.time_ms;
        let by_task_ms = self.time_of_firing_ms(node, deadline_ms).min(end_ms).max(self.time_ms);
        let mut all = vec![deadline_ms.max(by_task_ms), deadline_ms.max(self.time_ms)];
        if timer.kind.is_held() {
            all.push(end_ms);
            all.extend(self.hints());
            if timer.kind == TimerKind::Lead {
                // Of a reminder of a lead its record shows only until when there is time after it.
                let grace_ms = self.evidence.grace_ms();
                all.extend(self.hints().iter().map(|ms| ms - grace_ms));
            }
            // Not everything that fires leaves the instant behind: the end of a lead's grace is the same whenever it is seen.
            all.push(wall_ms(self.commit.begun));
        }
        let skew_ms = self.evidence.times.skew_ms;
        let latest_ms = wall_ms(self.commit.decided) + skew_ms;
        let earliest_wall_ms = wall_ms(self.since) - skew_ms;
        let holds = self.evidence.holds();
        let mut kept = Vec::new();
        for now_ms in all {
            let is_late = now_ms - deadline_ms > ON_TIME_MS;
            let is_by_task = now_ms <= end_ms && now_ms >= self.time_ms;
            let is_by_wall = holds && is_late && now_ms <= latest_ms;
            // Who is caught up measures lateness by the wall clock.
            let must_be_wall = holds && timer.kind.is_held() && earliest_wall_ms - deadline_ms > ON_TIME_MS;
            let is_possible = now_ms >= deadline_ms && (is_by_task || is_by_wall);
            if is_possible && !(must_be_wall && now_ms < earliest_wall_ms) && !kept.contains(&now_ms) {
                kept.push(now_ms);
            }
        }
        // Mostly all of a commit happened at one instant.
        if let Some(wall_ms) = self.wall_ms.get().filter(|wall_ms| kept.contains(wall_ms) && wall_ms - deadline_ms > ON_TIME_MS) {
            return vec![wall_ms];
        }
        kept
    }

    /// The task's time as the timer fires, in the order that is begun with: what a late record sets may be due in the past of the task,
    /// whose time the records of others have moved on.
    fn time_of_firing_ms(&self, node: &Node, deadline_ms: Ms) -> Ms {
        let order = &self.orders[self.order.get()];
        let taken = self.records.iter().zip(&node.at).enumerate().flat_map(|(input, (records, at))| {
            let ranks = &order.ranks[input];
            records[..*at].iter().map(|(_, taken)| ranks[taken.place] + 1)
        });
        order.time_of_firing_ms(deadline_ms, taken.max().unwrap_or(0))
    }

    /// What the wall clock may have shown: instants that stand in the record and are those of none of its events, the likeliest first.
    pub(super) fn walls(&self) -> Vec<Ms> {
        let begun_ms = wall_ms(self.commit.begun);
        let skew_ms = self.evidence.times.skew_ms;
        let times = self.records.iter().flatten().flat_map(|(event, _)| [event.time_ms(), event.record_ms()]);
        let times: BTreeSet<Ms> = times.collect();
        let is_possible = |ms: &Ms| *ms >= wall_ms(self.since) - skew_ms && *ms <= wall_ms(self.commit.decided) + skew_ms;
        let mut walls: Vec<Ms> = self.hints().iter().copied().filter(|ms| is_possible(ms) && !times.contains(ms)).collect();
        walls.sort_by_key(|ms| (begun_ms - ms).abs());
        walls.truncate(MOST_WALLS);
        walls
    }

    /// Instants that stand in the record as it was written: when a step left is among them.
    pub(super) fn hints(&self) -> &[Ms] {
        self.hints.get_or_init(|| {
            let written = self.wanted.flatten().and_then(|bytes| StateCodec.decode(bytes).ok());
            let mut text = written.map(|prospect| format!("{prospect:?}")).unwrap_or_default();
            text.extend(self.sents.told_by(self.evidence, self.key));
            let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 13);
            let mut all: Vec<Ms> = numbers.filter_map(|digits| digits.parse().ok()).collect();
            all.sort_unstable();
            all.dedup();
            all
        })
    }
}
