//! Trips when too many of the latest records of an input of a task are dead letters: the input isn't drained into them.

use super::options::{OnPoison, Options, PoisonLimit, Role};

/// The breaker of an input has tripped: too many of its records can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tripped {
    pub input: u16,
    /// Of the record that was one too many.
    pub offset: i64,
    pub dead: usize,
    pub of: usize,
}

impl Tripped {
    /// What happened and what to do; `from`: the next offset of the input that is not committed.
    #[must_use]
    pub fn text(&self, topic: &str, partition: i32, from: i64, options: &Options) -> String {
        let Self { offset, dead, of, .. } = self;
        let what = match options.on_poison {
            OnPoison::Pause => format!(
                "This input is paused at offset {from}, the others are read on; cart steps of this partition wait, for an order may lie \
                 in it"
            ),
            OnPoison::Stop => {
                "Stopped instead of draining the topic into the dead letters; the last batch is not committed".to_owned()
            }
        };
        let (whose, then) = match options.role {
            Role::Engine => ("the group's offsets", " once with kafka.positions=\"group\""),
            Role::Router => ("the offsets of the routers' group (the group's name and `.router`)", ""),
        };
        format!(
            "{topic}, partition {partition}, offset {offset}: {dead} of the latest {of} records can't be used. {what}. Look at the newest \
             dead letters (`leadstream deadletters list`) and at what writes the topic; once it is fixed, start again: the input is \
             taken from the same offset. To send everything bad to the dead letters anyway, set deadletters.stop_ratio=\"off\" for \
             one run; to leave it out, stop leadstream, move {whose} past it (kafka-consumer-groups.sh --reset-offsets) and \
             start{then}"
        )
    }
}

/// A window over the latest records. What an aborted batch added is taken back.
#[derive(Debug, Clone)]
pub struct CircuitBreaker {
    limit: PoisonLimit,
    current: Window,
    confirmed: Window,
    touched: bool,
}

#[derive(Debug, Clone, Default)]
struct Window {
    bits: Vec<u64>,
    next: usize,
    filled: usize,
    dead: usize,
}

impl Window {
    fn push(&mut self, size: usize, dead: bool) {
        let (word, bit) = (self.next / 64, 1u64 << (self.next % 64));
        if self.filled == size && self.bits[word] & bit != 0 {
            self.dead -= 1;
        }
        self.filled = (self.filled + 1).min(size);
        if dead {
            self.bits[word] |= bit;
            self.dead += 1;
        } else {
            self.bits[word] &= !bit;
        }
        self.next = (self.next + 1) % size;
    }
}

impl CircuitBreaker {
    #[must_use]
    pub fn new(limit: PoisonLimit) -> Self {
        let limit = PoisonLimit { window: limit.window.max(1), ..limit };
        let window = Window { bits: vec![0; limit.window.div_ceil(64)], ..Window::default() };
        Self { limit, current: window.clone(), confirmed: window, touched: false }
    }

    /// Counts one record; `Some` (dead, of) when the limit is reached.
    pub fn count(&mut self, dead: bool) -> Option<(usize, usize)> {
        // Nothing bad in sight: the window need not move.
        if !dead && self.current.dead == 0 {
            return None;
        }
        self.touched = true;
        self.current.push(self.limit.window, dead);
        let (bad, of) = (self.current.dead, self.current.filled);
        let too_many = dead && bad >= self.limit.count && bad as f64 >= self.limit.ratio * of as f64;
        too_many.then_some((bad, of))
    }

    /// The batch is committed.
    pub fn confirm(&mut self) {
        if std::mem::take(&mut self.touched) {
            self.confirmed.clone_from(&self.current);
        }
    }

    /// The batch is discarded.
    pub fn discard(&mut self) {
        if std::mem::take(&mut self.touched) {
            self.current.clone_from(&self.confirmed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> CircuitBreaker {
        CircuitBreaker::new(PoisonLimit { window: 100, count: 10, ratio: 0.5 })
    }

    #[test]
    fn it_trips_only_when_both_the_count_and_the_share_are_reached() {
        let mut p = breaker();
        for _ in 0..9 {
            assert_eq!(p.count(true), None, "below the count");
        }
        assert_eq!(p.count(true), Some((10, 10)));

        let mut p = breaker();
        p.count(true);
        for _ in 0..98 {
            assert_eq!(p.count(false), None);
        }
        for _ in 0..20 {
            assert_eq!(p.count(true), None, "20 of 100 are no half");
        }
    }

    #[test]
    fn what_left_the_window_counts_no_more() {
        let mut p = breaker();
        for _ in 0..9 {
            p.count(true);
        }
        for _ in 0..200 {
            p.count(false);
        }
        for _ in 0..9 {
            assert_eq!(p.count(true), None);
        }
    }

    #[test]
    fn an_aborted_batch_is_not_counted_twice() {
        let mut p = breaker();
        for _ in 0..9 {
            p.count(true);
        }
        p.discard();
        for _ in 0..9 {
            assert_eq!(p.count(true), None);
        }
        p.confirm();
        p.discard();
        assert_eq!(p.count(true), Some((10, 10)));
    }
}
