//! One input of a task: what is fetched of it, and how far it is applied.

use crate::domain::Ms;
use crate::engine::merge::Head;
use crate::planted;
use crate::runtime::chunk::Chunk;
use crate::runtime::circuit_breaker::CircuitBreaker;
use crate::runtime::horizon::Now;
use crate::runtime::ports::{Decode, Prepared, Waiting};
use std::collections::VecDeque;
use std::time::Duration;

/// An input that reached its end counts as caught up this much longer.
const AT_END_COUNTS_FOR: Duration = Duration::from_secs(1);

/// One input of a task.
pub(super) struct Input {
    /// Its place among the inputs of the task.
    pub(super) number: u16,
    pub(super) chunks: VecDeque<Chunk>,
    /// The head: chunk, record.
    pub(super) at: (usize, usize),
    /// The first record of the first chunk that is not committed.
    pub(super) confirmed: usize,
    pub(super) next_offset: i64,
    pub(super) confirmed_offset: i64,
    /// Records fetched and not applied.
    pub(super) ahead: usize,
    /// Bytes of the chunks that are not applied to their end, and of those that are, by the open batch.
    pub(super) ahead_bytes: usize,
    pub(super) applied_bytes: usize,
    /// The end as of the last fetch, when everything before it is fetched.
    pub(super) end: Option<i64>,
    pub(super) last_at_end: Option<Duration>,
    pub(super) head: Head,
    pub(super) head_record_ms: Ms,
    pub(super) breaker: Option<CircuitBreaker>,
    /// Nothing of it is taken any more.
    pub(super) is_paused: bool,
    /// What comes next can't be read yet. Nothing more is fetched meanwhile.
    pub(super) held: Option<Held>,
}

/// Records whose schema is not known yet.
pub(in crate::runtime) struct Held {
    pub waiting: Waiting,
    /// The input's end after them.
    pub end: Option<i64>,
    /// Since when the first of them is waited for.
    pub since: Duration,
}

impl Input {
    pub(super) fn new(number: u16, offset: i64, breaker: Option<CircuitBreaker>) -> Self {
        Self {
            number,
            chunks: VecDeque::new(),
            at: (0, 0),
            confirmed: 0,
            next_offset: offset,
            confirmed_offset: offset,
            ahead: 0,
            ahead_bytes: 0,
            applied_bytes: 0,
            end: None,
            last_at_end: None,
            head: Head::Pending,
            head_record_ms: 0,
            breaker,
            is_paused: false,
            held: None,
        }
    }

    /// Whether the end is reached isn't known any more, and what comes may cancel what is due.
    pub(super) fn forget_end(&mut self, decoder: &impl Decode) {
        (self.end, self.last_at_end) = (None, None);
        self.look(decoder);
    }

    pub(super) fn push(&mut self, prepared: Prepared, end: Option<i64>, since: Duration, decoder: &impl Decode) {
        let Prepared { records, waiting } = prepared;
        self.held = waiting.map(|waiting| Held { waiting, end, since });
        // It is not at its end before what waits is through.
        let end = end.filter(|_| self.held.is_none());
        if self.held.is_some() {
            self.forget_end(decoder);
        }
        if let Some(chunk) = records.filter(|records| !records.is_empty()).map(Chunk::of) {
            self.ahead += chunk.records().len();
            self.ahead_bytes += chunk.bytes();
            self.end = None;
            self.chunks.push_back(chunk);
        }
        self.end = end.or(self.end);
        self.look(decoder);
    }

    /// Finds the head.
    pub(super) fn look(&mut self, decoder: &impl Decode) {
        let Some(chunk) = self.chunks.get_mut(self.at.0) else {
            self.head = Head::Pending;
            if let Some(end) = self.end {
                self.head = Head::AtEnd;
                // Commit markers take offsets too: an input that is read to its end shows no lag.
                self.next_offset = self.next_offset.max(end);
            }
            return;
        };
        chunk.move_to(self.at.1, decoder);
        let at = self.at.1;
        let (time_ms, record_ms) = chunk.with_input(|records, input| match input {
            Ok(input) => (input.time_ms(), input.record_ms()),
            // Of no use, and without a time: it holds nothing back.
            Err(_) => [records.record_ms(at).unwrap_or(Ms::MIN); 2].into(),
        });
        (self.head, self.head_record_ms) = (Head::At(time_ms), record_ms);
    }

    pub(super) fn step(&mut self, offset: i64, decoder: &impl Decode) {
        self.next_offset = offset + if planted!(StepTooLow) { 0 } else { 1 + i64::from(planted!(StepTooHigh)) };
        self.ahead -= 1;
        self.at.1 += 1;
        let chunk = &mut self.chunks[self.at.0];
        if self.at.1 == chunk.records().len() {
            chunk.leave();
            self.ahead_bytes -= chunk.bytes();
            self.applied_bytes += chunk.bytes();
            self.at = (self.at.0 + 1, 0);
        }
        self.look(decoder);
    }

    pub(super) fn confirm(&mut self) {
        self.chunks.drain(..self.at.0);
        self.at.0 = 0;
        self.confirmed = self.at.1;
        self.confirmed_offset = self.next_offset;
        self.applied_bytes = 0;
    }

    pub(super) fn discard(&mut self, decoder: &impl Decode) {
        if self.at != (0, self.confirmed) && !planted!(EndOutlivesDiscard) {
            // It is before the end again, and what it takes anew may cancel what is due: that it was there says nothing now.
            self.last_at_end = None;
        }
        let applied: usize = self.chunks.iter().map(|c| c.records().len()).sum();
        let confirmed = if self.confirmed > 0 && planted!(DiscardGoesTooFarBack) { 0 } else { self.confirmed };
        self.ahead = applied - confirmed;
        self.ahead_bytes = self.chunks.iter().map(Chunk::bytes).sum();
        self.applied_bytes = 0;
        self.at = (0, confirmed);
        self.next_offset = self.confirmed_offset;
        self.look(decoder);
    }

    /// The head lies so far ahead of the wall clock that it is refused: it has no place in the merge order.
    pub(super) fn is_refused(&self, now: &Now) -> bool {
        self.has_records() && now.refuses(self.head_record_ms)
    }

    /// How it stands in the merge: a paused input holds nothing back.
    pub(super) fn head(&self) -> Head {
        if self.is_paused { Head::AtEnd } else { self.head }
    }

    pub(super) fn has_records(&self) -> bool {
        matches!(self.head(), Head::At(_))
    }

    pub(super) fn is_caught_up(&self, now: &Now) -> bool {
        // What lies in a paused input, or can't be read yet, is unknown: an order may be in it.
        if self.is_paused || self.held.is_some() {
            return false;
        }
        match self.head {
            Head::AtEnd => true,
            Head::At(_) if now.is_present(self.head_record_ms) => true,
            Head::Pending if planted!(PendingIsCaughtUp) => true,
            _ => self.last_at_end.is_some_and(|at| {
                let since = now.monotonic.saturating_sub(at);
                since < AT_END_COUNTS_FOR || (since < 100 * AT_END_COUNTS_FOR && planted!(AtEndForLong))
            }),
        }
    }
}
