//! How a task stands to those that write its inputs besides producers: routers, and the other tasks.

use super::routers::Routers;
use crate::planted;
use crate::runtime::horizon::Now;
use std::time::Duration;

/// A task is sure that nothing is on its way to it when all others are, but for one step: what one sends may make the next one send.
/// As many steps as what is due may take: a prospect that is given to an id that refuses it comes back by a link, the link of whom that
/// one stands for, its move and its return, and what the return says goes one further. One more is for what is said of an address.
const SURE: u8 = 6;
/// A task whose own inputs are read waits at most so long for the others.
const HELD_AT_MOST: Duration = Duration::from_secs(30);
/// So far an input may be read without a commit, where it holds nothing to apply.
const IDLE_OFFSETS: i64 = 500;

/// An input that others of the service write: its number, and how far it is committed.
#[derive(Debug, Default)]
struct Own {
    input: Option<u16>,
    offset: i64,
}

impl Own {
    fn position(&self, positions: &[i64]) -> Option<i64> {
        positions.get(usize::from(self.input?)).copied()
    }

    fn has_idled(&self, positions: &[i64]) -> bool {
        self.position(positions).is_some_and(|offset| offset - self.offset >= IDLE_OFFSETS)
    }

    fn committed(&mut self, positions: &[i64]) {
        self.offset = self.position(positions).unwrap_or(0);
    }
}

/// What a task knows of routers and of the other tasks.
#[derive(Debug, Default)]
pub struct Others {
    pub routers: Routers,
    pub tasks: Routers,
    routed: Own,
    forwards: Own,
    /// How sure it was last that nothing is on its way to it; since when the others keep it from that.
    level: u8,
    held_since: Option<Duration>,
}

impl Others {
    /// `routed`: the input that routers write. `forwards`: the one by which ids are told, where they may point to others.
    pub fn new(routed: Option<u16>, forwards: Option<u16>, positions: &[i64]) -> Self {
        let own = |input| {
            let mut own = Own { input, offset: 0 };
            own.committed(positions);
            own
        };
        Self { routed: own(routed), forwards: own(forwards), ..Self::default() }
    }

    /// Nobody but producers writes its inputs.
    pub fn are_none(&self) -> bool {
        self.routed.input.is_none() && self.forwards.input.is_none()
    }

    /// Everything is routed, where that is asked for.
    pub fn are_routed(&self, now: &Now) -> bool {
        self.routed.input.is_none() || self.routers.are_caught_up(now)
    }

    /// Nothing is on its way from another task, or that was waited for long enough.
    pub fn have_told(&self, now: &Now) -> bool {
        let is_held_for_long = || self.held_since.is_some_and(|since| now.monotonic.saturating_sub(since) >= HELD_AT_MOST);
        self.forwards.input.is_none() || self.level >= SURE || is_held_for_long() || planted!(OthersNotAwaited)
    }

    /// Asks anew how sure the task is that nothing is on its way to it: one step more than the others are. `is_read`: it has read its own
    /// inputs.
    pub fn look(&mut self, is_read: bool, now: &Now) -> u8 {
        if self.forwards.input.is_none() {
            return 0;
        }
        self.level = if is_read { self.tasks.level(now).saturating_add(1).min(SURE) } else { 0 };
        if is_read && self.level < SURE {
            self.held_since.get_or_insert(now.monotonic);
        } else {
            self.held_since = None;
        }
        self.level
    }

    /// Much of an input was nothing but what others say of themselves: its offset must be committed before that is deleted.
    pub fn have_idled(&self, positions: &[i64]) -> bool {
        self.routed.has_idled(positions) || self.forwards.has_idled(positions)
    }

    /// The offsets are committed.
    pub fn committed(&mut self, positions: &[i64]) {
        self.routed.committed(positions);
        self.forwards.committed(positions);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::ports::Progress;

    fn now(ms: u64) -> Now {
        Now {
            wall_ms: 1_760_000_000_000 + ms.cast_signed(),
            monotonic: Duration::from_millis(ms),
            behind_after_ms: 5_000,
            max_ahead_ms: 0,
            said_within_ms: 60_000,
        }
    }

    fn hear(others: &mut Others, levels: [u8; 2], at: u64) {
        let own = (0..).zip(levels).map(|(partition, level)| ("forwards".to_owned(), partition, level)).collect();
        others.tasks.heard(Progress { wall_ms: now(at).wall_ms, lanes: 2, own }, now(at).monotonic);
    }

    #[test]
    fn a_task_is_sure_one_step_after_all_others() {
        let mut others = Others::new(None, Some(1), &[0, 0]);
        assert_eq!((others.look(true, &now(0)), others.have_told(&now(0))), (1, false));
        hear(&mut others, [1, 0], 100);
        assert_eq!(others.look(true, &now(100)), 1, "one is behind");
        hear(&mut others, [1, 1], 200);
        assert_eq!(others.look(true, &now(200)), 2);
        hear(&mut others, [SURE - 1, SURE - 1], 300);
        assert_eq!((others.look(true, &now(300)), others.have_told(&now(300))), (SURE, true));
        assert_eq!((others.look(false, &now(400)), others.have_told(&now(400))), (0, false), "it has something to read");
        assert!(Others::new(None, None, &[0]).have_told(&now(0)), "identity is off");
    }

    /// Nothing that one message leads to, over as many tasks as it may, is still on its way when somebody is sure of all.
    #[test]
    fn nobody_is_sure_before_what_one_sends_has_made_the_next_ones_send_and_come_back() {
        // A chain of messages: whoever has one waiting has something to read. Tasks look and are heard in any order.
        const CHAIN: usize = 4;
        fn others() -> [Others; 2] {
            [Others::new(None, Some(1), &[0, 0]), Others::new(None, Some(1), &[0, 0])]
        }
        // Each round: which of the two look (bits 0 and 1), and whether the message in flight is taken (bit 2) after that.
        let choices = 8_usize.pow(5);
        for choice in 0..choices {
            let (mut tasks, mut said) = (others(), [0_u8; 2]);
            let (mut taken, mut at) = (0, 0);
            let mut rest = choice;
            for _ in 0..5 {
                let round = rest % 8;
                rest /= 8;
                for (n, task) in tasks.iter_mut().enumerate() {
                    if round & (1 << n) == 0 {
                        continue;
                    }
                    at += 10;
                    hear(task, said, at);
                    // The message in flight lies before task `taken % 2`.
                    let has_message = taken < CHAIN && taken % 2 == n;
                    said[n] = task.look(!has_message, &now(at));
                    let is_on_its_way = taken < CHAIN;
                    assert!(!(is_on_its_way && task.have_told(&now(at))), "choice {choice}: sure after {taken} of {CHAIN} steps");
                }
                if round & 4 != 0 {
                    taken += 1;
                }
            }
        }
    }

    #[test]
    fn nobody_waits_for_the_others_for_ever() {
        let mut others = Others::new(None, Some(1), &[0, 0]);
        others.look(true, &now(0));
        assert!(!others.have_told(&now(29_999)) && others.have_told(&now(30_000)));
        others.look(false, &now(30_001));
        others.look(true, &now(30_002));
        assert!(!others.have_told(&now(30_003)), "it was behind itself");
    }

    #[test]
    fn what_others_say_of_themselves_is_committed_now_and_then() {
        let mut others = Others::new(Some(1), Some(2), &[9, 10, 10]);
        assert!(!others.have_idled(&[900, 509, 509]));
        assert!(others.have_idled(&[900, 510, 10]) && others.have_idled(&[900, 10, 510]));
        others.committed(&[900, 510, 510]);
        assert!(!others.have_idled(&[9_000, 1_009, 1_009]));
    }
}
