//! What a router makes of what the others say beside the offsets: who is dead, and how far the slowest is.

use crate::domain::Ms;
use crate::runtime::ports::{InputPartition, Mark, PeerLane, Reached};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A router that has said nothing new for this long is dead, or too slow.
pub(super) const DEAD_AFTER: Duration = Duration::from_secs(3);
/// So many answers must have come meanwhile …
const LEAST_ANSWERS: u32 = 3;
/// … with no longer time between two: while the broker is away, everybody says nothing.
const LONGEST_BETWEEN: Duration = Duration::from_millis(2_500);
/// A partition that gets no further holds the others up for this long …
const HOLDS_FOR: Duration = Duration::from_secs(30);
/// … and one of which nothing is known for this long.
const UNKNOWN_HOLDS_FOR: Duration = Duration::from_secs(10);

/// The part of how far back the slowest is that others may be ahead of it.
const STEP_OF_AGE: Ms = 3_600;

/// How far others may be ahead of the slowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    None,
    /// Records up to this time may be routed.
    Until(Ms),
    /// It is not known how far the slowest is: only what is young may be routed.
    Unknown,
}

/// A partition, as the answers showed it.
struct Seen {
    mark: Option<Mark>,
    router: Option<String>,
    /// Since when it says the same, how many answers in a row have said so, …
    since: Duration,
    answers: u32,
    /// … and since when it is at the same place.
    there_since: Duration,
}

/// All partitions that are routed.
pub(super) struct Watch {
    /// The transactional id of this router.
    own: String,
    seen: BTreeMap<InputPartition, Seen>,
    begun: Duration,
    /// When the last answer came.
    answered: Option<Duration>,
    /// Routers that were taken over from, with the last thing that each had said.
    taken: BTreeMap<String, Ms>,
}

impl Watch {
    pub fn new(own: &str, now: Duration) -> Self {
        Self { own: own.to_owned(), seen: BTreeMap::new(), begun: now, answered: None, taken: BTreeMap::new() }
    }

    /// An answer to what was asked then. Gives the routers that are dead, each once.
    pub fn heard(&mut self, lanes: Vec<PeerLane>, asked: Duration, now: Duration) -> Vec<String> {
        let is_in_a_row = self.answered.is_some_and(|at| now.saturating_sub(at) <= LONGEST_BETWEEN);
        self.answered = Some(now);
        let is_own = |router: &Option<String>| router.as_ref() == Some(&self.own);
        let is_new = |lane: &PeerLane| self.seen.get(&lane.at).is_none_or(|seen| seen.mark != lane.mark);
        // Who commits nothing itself can't tell whether others could.
        let is_heard = !lanes.iter().any(|lane| is_own(&lane.router)) || lanes.iter().any(|l| is_own(&l.router) && is_new(l));
        let mut seen = BTreeMap::new();
        for PeerLane { at, mark, router } in lanes {
            let before = self.seen.remove(&at);
            let reached = |mark: Option<Mark>| mark.map(|mark| mark.reached);
            let there_since =
                before.as_ref().filter(|seen| reached(seen.mark) == reached(mark)).map_or(now, |seen| seen.there_since);
            let same = before.filter(|seen| is_in_a_row && seen.mark == mark && seen.router == router);
            let (since, answers) = same.map_or((now, 0), |seen| (seen.since, seen.answers + u32::from(is_heard)));
            seen.insert(at, Seen { mark, router, since, answers, there_since });
        }
        self.seen = seen;
        self.dead(asked)
    }

    fn dead(&mut self, asked: Duration) -> Vec<String> {
        let mut dead = BTreeSet::new();
        for seen in self.seen.values() {
            let (Some(router), Some(mark)) = (&seen.router, seen.mark) else { continue };
            let is_silent = asked.saturating_sub(seen.since) >= DEAD_AFTER && seen.answers >= LEAST_ANSWERS;
            let is_taken = self.taken.get(router).is_some_and(|said_ms| *said_ms >= mark.said_ms);
            if *router != self.own && is_silent && !is_taken {
                dead.insert(router.clone());
            }
        }
        dead.iter().for_each(|router| self.took(router));
        dead.into_iter().collect()
    }

    /// Partitions were given to this router: whoever had not given them back is dead, or has lost them unseen.
    pub fn left_behind(&mut self, partitions: &[InputPartition]) -> BTreeSet<String> {
        let routers = partitions.iter().filter_map(|at| self.seen.get(at)?.router.clone());
        let dead: BTreeSet<String> = routers.filter(|router| *router != self.own).collect();
        dead.iter().for_each(|router| self.took(router));
        dead
    }

    /// Once for what it has said so far, whatever partitions it read.
    fn took(&mut self, router: &str) {
        let of_it = self.seen.values().filter(|seen| seen.router.as_deref() == Some(router));
        let said_ms = of_it.filter_map(|seen| Some(seen.mark?.said_ms)).max().unwrap_or(Ms::MIN);
        self.taken.insert(router.to_owned(), said_ms);
        // One that is forgotten is at worst taken over from once more.
        while self.taken.len() > self.seen.len() {
            self.taken.pop_first();
        }
    }

    /// A take-over has failed: it is tried again when the router has been silent for as long again.
    pub fn not_taken(&mut self, router: &str, now: Duration) {
        self.taken.remove(router);
        for seen in self.seen.values_mut().filter(|seen| seen.router.as_deref() == Some(router)) {
            (seen.since, seen.answers) = (now, 0);
        }
    }

    /// How far this router may go, which reads the partitions `own`: `ahead_ms` further than the slowest of the others, or a second for
    /// each hour that that is back, whichever is more. Routers go through a backlog in step, and a step costs a commit: so a year is some
    /// ten thousand steps, and not a million.
    pub fn bound(&self, own: impl Fn(InputPartition) -> bool, ahead_ms: Ms, wall_ms: Ms, now: Duration) -> Bound {
        match self.answered {
            // Nothing is heard of anybody.
            Some(answered) if now.saturating_sub(answered) > HOLDS_FOR => return Bound::None,
            None if now.saturating_sub(self.begun) > UNKNOWN_HOLDS_FOR => return Bound::None,
            None => return Bound::Unknown,
            Some(_) => {}
        }
        let mut bound = Bound::None;
        for (at, seen) in &self.seen {
            let holds = now.saturating_sub(seen.there_since);
            match seen.mark.map(|mark| mark.reached) {
                _ if own(*at) => {}
                Some(Reached::Now) => {}
                Some(Reached::Until(_)) if holds >= HOLDS_FOR => {}
                Some(Reached::Until(ms)) => {
                    let until_ms = ms.saturating_add(ahead_ms.max(wall_ms.saturating_sub(ms) / STEP_OF_AGE));
                    bound = match bound {
                        Bound::Until(other) => Bound::Until(other.min(until_ms)),
                        Bound::None => Bound::Until(until_ms),
                        Bound::Unknown => Bound::Unknown,
                    };
                }
                Some(Reached::Unknown) | None if holds >= UNKNOWN_HOLDS_FOR => {}
                Some(Reached::Unknown) | None => bound = Bound::Unknown,
            }
        }
        bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [String; 0] = [];

    fn at(partition: i32) -> InputPartition {
        InputPartition { partition, input: 0 }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A partition of this router, of which this was said last.
    fn lane(partition: i32, router: &str, said_ms: Ms, reached: Reached) -> PeerLane {
        let mark = Some(Mark { said_ms, reached, is_held: !router.is_empty() });
        PeerLane { at: at(partition), mark, router: Some(router.to_owned()).filter(|router| !router.is_empty()) }
    }

    fn live(partition: i32, router: &str, said_ms: Ms) -> PeerLane {
        lane(partition, router, said_ms, Reached::Now)
    }

    /// The second at which `b`, which says nothing new from the start, is dead; an answer comes each second from 0 on, a moment after it
    /// was asked for.
    fn dies_at(mut answer: impl FnMut(u64) -> Option<Vec<PeerLane>>) -> Option<u64> {
        let mut watch = Watch::new("a", Duration::ZERO);
        let mut died = None;
        for second in 0..20 {
            let Some(lanes) = answer(second) else { continue };
            let dead = watch.heard(lanes, ms(1_000 * second), ms(1_000 * second + 5));
            if !dead.is_empty() {
                assert_eq!((dead, died), (vec!["b".to_owned()], None), "once, and nobody else");
                died = Some(second);
            }
        }
        died
    }

    #[test]
    fn a_router_that_says_nothing_new_is_dead_once() {
        let own = |second: u64| live(0, "a", second as Ms);
        assert_eq!(dies_at(|second| Some(vec![own(second), live(1, "b", 0), live(2, "b", 0)])), Some(4));
        assert_eq!(dies_at(|second| Some(vec![own(second), live(1, "b", second as Ms / 3)])), None, "it is slow, but lives");
        assert_eq!(dies_at(|_| Some(vec![live(1, "b", 0)])), Some(4), "who has no partitions sees it too");
        assert_eq!(dies_at(|second| Some(vec![own(second), live(1, "", 0)])), None, "it was given back");
        assert_eq!(dies_at(|_| Some(vec![live(0, "a", 0), live(1, "a", 0)])), None, "it is oneself");
    }

    #[test]
    fn while_the_broker_is_away_nobody_dies() {
        let all = |said_ms: Ms| vec![live(0, "a", said_ms), live(1, "b", 0)];
        assert_eq!(dies_at(|second| Some(all(0)).filter(|_| second < 30)), None, "nobody else commits either");
        assert_eq!(dies_at(|second| Some(all(second as Ms)).filter(|_| second % 4 == 0)), None, "answers are far between");
        assert_eq!(dies_at(|second| Some(all(second as Ms)).filter(|_| !(3..9).contains(&second))), Some(13), "counted anew");
    }

    #[test]
    fn one_that_lives_on_after_all_can_die_again_and_a_failed_take_over_is_tried_again() {
        let mut watch = Watch::new("a", Duration::ZERO);
        let dead = |watch: &mut Watch, from: u64, said_ms: Ms| -> usize {
            (from..from + 6).map(|s| watch.heard(vec![live(1, "b", said_ms)], ms(1_000 * s), ms(1_000 * s + 5)).len()).sum()
        };
        assert_eq!(dead(&mut watch, 0, 7), 1);
        assert_eq!(dead(&mut watch, 6, 7), 0);
        assert_eq!(dead(&mut watch, 12, 8), 1, "it had said something since");
        watch.not_taken("b", ms(18_000));
        assert_eq!(dead(&mut watch, 18, 8), 1);
    }

    #[test]
    fn whoever_left_partitions_behind_is_taken_over_from_once() {
        let mut watch = Watch::new("a", Duration::ZERO);
        let lanes = vec![live(0, "b", 1), live(1, "b", 2), live(2, "c", 3), live(3, "", 4), live(4, "a", 5)];
        assert_eq!(watch.heard(lanes, ms(0), ms(1)), NONE);
        let taken = watch.left_behind(&[at(0), at(1), at(3), at(4), at(9)]);
        assert_eq!(taken.into_iter().collect::<Vec<_>>(), ["b"]);
        let later: Vec<String> =
            (1..9).flat_map(|s| watch.heard(vec![live(1, "b", 2), live(2, "c", 3)], ms(1_000 * s), ms(1_000 * s))).collect();
        assert_eq!(later, ["c"], "b said nothing since");
    }

    const WALL_MS: Ms = 1_795_000_000_000;
    const AHEAD_MS: Ms = 30_000;

    /// The bound of who reads partition 0, so many seconds after the others have said this, and now and then again.
    fn bound(lanes: &[PeerLane], after: u64) -> Bound {
        let mut watch = Watch::new("a", Duration::ZERO);
        for second in 0..=after {
            watch.heard(lanes.to_vec(), ms(1_000 * second), ms(1_000 * second));
        }
        watch.bound(|lane| lane == at(0), AHEAD_MS, WALL_MS, ms(1_000 * after))
    }

    #[test]
    fn nobody_goes_further_than_a_little_ahead_of_the_slowest_of_the_others() {
        let until = |partition, back_ms: Ms| lane(partition, "b", 0, Reached::Until(WALL_MS - back_ms));
        let hour = 3_600_000;
        assert_eq!(bound(&[until(0, 9 * hour), live(1, "b", 0)], 0), Bound::None, "one's own, and one at its end");
        assert_eq!(bound(&[until(1, hour), until(2, 2 * hour)], 0), Bound::Until(WALL_MS - 2 * hour + AHEAD_MS));
        assert_eq!(bound(&[until(1, 240 * hour)], 0), Bound::Until(WALL_MS - 240 * hour + 240_000), "a second for each hour");
        assert_eq!(bound(&[until(1, hour)], 29), Bound::Until(WALL_MS - hour + AHEAD_MS), "dead or given back, it counts");
        assert_eq!(bound(&[until(1, hour)], 30), Bound::None, "but not for ever");
    }

    #[test]
    fn one_of_which_nothing_is_known_holds_only_what_is_old_and_not_for_long() {
        let unsaid = || PeerLane { at: at(1), mark: None, router: None };
        for unknown in [unsaid(), lane(1, "b", 0, Reached::Unknown)] {
            let until = lane(2, "b", 0, Reached::Until(WALL_MS));
            assert_eq!(bound(&[unknown.clone(), until.clone()], 9), Bound::Unknown);
            assert_eq!(bound(&[unknown, until], 10), Bound::Until(WALL_MS + AHEAD_MS));
        }
        let watch = Watch::new("a", Duration::ZERO);
        let unheard = |after| watch.bound(|_| false, AHEAD_MS, WALL_MS, ms(after));
        assert_eq!((unheard(9_000), unheard(11_000)), (Bound::Unknown, Bound::None), "no answer has come");
        let mut watch = Watch::new("a", Duration::ZERO);
        watch.heard(vec![lane(1, "b", 0, Reached::Until(WALL_MS))], ms(0), ms(0));
        assert_eq!(watch.bound(|_| false, AHEAD_MS, WALL_MS, ms(31_000)), Bound::None, "no answer comes any more");
    }
}
