//! One partition of an input that is routed: what is fetched of it, and how far it is routed.
//!
//! Records stay until their batch is committed, so that an aborted one is routed again from memory.

use super::turn::Head;
use crate::domain::Ms;
use crate::runtime::circuit_breaker::CircuitBreaker;
use crate::runtime::ports::{FetchRoom, RecordBatch};
use std::collections::VecDeque;
use std::time::Duration;

/// One partition of an input.
pub(super) struct Lane {
    chunks: VecDeque<Box<dyn RecordBatch>>,
    /// The head: chunk, record.
    at: (usize, usize),
    /// The first record of the first chunk that is not committed.
    confirmed: usize,
    pub next_offset: i64,
    pub confirmed_offset: i64,
    /// Records and bytes fetched, of chunks that are not routed to their end.
    ahead: FetchRoom,
    /// The end as of the last fetch, when everything before it is fetched.
    end: Option<i64>,
    /// When everything that was there was last seen to be routed.
    pub was_at_end: Option<Duration>,
    /// Since when it can't be read, or nothing comes of it.
    pub unread_since: Option<Duration>,
    /// What was last said of it is that nothing is known.
    pub is_said_unknown: bool,
    /// Of the latest record that was routed.
    last_ms: Ms,
    /// Part of the open batch.
    pub is_touched: bool,
    /// The head can't be read before its schema is known: since when, and what to do.
    pub waits: Option<(Duration, String)>,
    /// `None`: however much can't be used, it is read on.
    pub breaker: Option<CircuitBreaker>,
    /// Too many of its records can't be used: nothing of it is read any more. What happened, and what to do.
    pub paused: Option<String>,
}

impl Lane {
    pub fn new(offset: i64, breaker: Option<CircuitBreaker>) -> Self {
        Self {
            chunks: VecDeque::new(),
            at: (0, 0),
            confirmed: 0,
            next_offset: offset,
            confirmed_offset: offset,
            ahead: FetchRoom { records: 0, bytes: 0 },
            end: None,
            was_at_end: None,
            unread_since: None,
            is_said_unknown: false,
            last_ms: Ms::MIN,
            is_touched: false,
            waits: None,
            breaker,
            paused: None,
        }
    }

    /// Room for more, when so much may be fetched ahead.
    pub fn room(&self, most: FetchRoom) -> FetchRoom {
        let FetchRoom { records, bytes } = self.ahead;
        FetchRoom { records: most.records.saturating_sub(records), bytes: most.bytes.saturating_sub(bytes) }
    }

    /// Whether the end is reached isn't known any more.
    pub fn forget_end(&mut self) {
        self.end = None;
    }

    pub fn push(&mut self, records: Box<dyn RecordBatch>, end: Option<i64>) {
        if !records.is_empty() {
            self.ahead.records += records.len();
            self.ahead.bytes += records.bytes();
            self.chunks.push_back(records);
            self.end = None;
        }
        self.end = end.or(self.end);
        self.pass_markers();
    }

    /// Markers of transactions take offsets too: a lane that is read to its end shows no lag.
    fn pass_markers(&mut self) {
        if self.head().is_none()
            && let Some(end) = self.end
        {
            self.next_offset = self.next_offset.max(end);
        }
    }

    /// The next record: its batch, and which of it.
    pub fn head(&self) -> Option<(&dyn RecordBatch, usize)> {
        self.chunks.get(self.at.0).map(|chunk| (chunk.as_ref(), self.at.1))
    }

    /// The time of the next record; one without a time comes at once.
    pub fn head_ms(&self) -> Option<Ms> {
        self.head().map(|(records, n)| records.record_ms(n).unwrap_or(Ms::MIN))
    }

    /// What is known of the next record; one that has not come yet is taken to be no earlier than those before it.
    pub fn what_is_next(&self) -> Head {
        match self.head_ms() {
            // It holds up nobody.
            _ if self.paused.is_some() => Head::AtEnd,
            Some(ms) => Head::At(ms),
            None if self.end.is_none() => Head::Unseen(self.last_ms),
            None => Head::AtEnd,
        }
    }

    /// Everything that is there is routed.
    pub fn is_at_end(&self) -> bool {
        self.head().is_none() && self.end.is_some() && self.paused.is_none()
    }

    /// The head has to wait.
    pub fn wait(&mut self, why: String, now: Duration) {
        let since = self.waits.take().map_or(now, |(since, _)| since);
        self.waits = Some((since, why));
    }

    /// The head is routed.
    pub fn step(&mut self) {
        self.waits = None;
        let Some(chunk) = self.chunks.get(self.at.0) else { return };
        self.next_offset = chunk.offset(self.at.1) + 1;
        self.last_ms = self.last_ms.max(chunk.record_ms(self.at.1).unwrap_or(self.last_ms));
        self.is_touched = true;
        self.at.1 += 1;
        if self.at.1 == chunk.len() {
            self.ahead.records -= chunk.len();
            self.ahead.bytes -= chunk.bytes();
            self.at = (self.at.0 + 1, 0);
            self.pass_markers();
        }
    }

    /// The batch is committed.
    pub fn confirm(&mut self) {
        self.chunks.drain(..self.at.0);
        self.at.0 = 0;
        self.confirmed = self.at.1;
        self.confirmed_offset = self.next_offset;
        self.is_touched = false;
        self.breaker.iter_mut().for_each(CircuitBreaker::confirm);
    }

    /// The batch is aborted: everything is routed again.
    pub fn discard(&mut self) {
        self.at = (0, self.confirmed);
        self.next_offset = self.confirmed_offset;
        self.breaker.iter_mut().for_each(CircuitBreaker::discard);
        let bytes = self.chunks.iter().map(|chunk| chunk.bytes()).sum();
        self.ahead = FetchRoom { records: self.chunks.iter().map(|chunk| chunk.len()).sum(), bytes };
        self.is_touched = false;
        self.pass_markers();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::ports::RecordView;

    /// Records of these offsets, a second apart.
    struct Offsets(Vec<i64>);

    impl RecordBatch for Offsets {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn view(&self, n: usize) -> RecordView<'_> {
            RecordView { offset: self.0[n], timestamp_ms: Some(1_700_000_000_000 + 1_000 * self.0[n]), ..RecordView::default() }
        }

        fn headers(&self, _: usize) -> Vec<(String, Option<Vec<u8>>)> {
            Vec::new()
        }
    }

    fn head(lane: &Lane) -> Option<i64> {
        lane.head().map(|(records, n)| records.offset(n))
    }

    #[test]
    fn an_aborted_batch_is_routed_again_from_where_it_began() {
        let mut lane = Lane::new(10, None);
        assert_eq!(lane.what_is_next(), Head::Unseen(Ms::MIN), "nothing is known of it");
        lane.push(Box::new(Offsets(vec![10, 11, 14])), None);
        lane.push(Box::new(Offsets(vec![15])), Some(17));
        (0..2).for_each(|_| lane.step());
        lane.confirm();
        assert_eq!((head(&lane), lane.next_offset), (Some(14), 12));
        (0..2).for_each(|_| lane.step());
        assert_eq!((head(&lane), lane.next_offset, lane.is_at_end()), (None, 17, true), "a marker is passed");
        lane.discard();
        assert_eq!((head(&lane), lane.next_offset, lane.is_at_end()), (Some(14), 12, false));
        (0..2).for_each(|_| lane.step());
        lane.confirm();
        assert_eq!((lane.chunks.len(), lane.next_offset, lane.ahead.records), (0, 17, 0));
        lane.discard();
        assert_eq!(lane.next_offset, 17, "what is committed stays");
    }

    #[test]
    fn what_is_ahead_is_counted_until_its_chunk_is_passed() {
        let mut lane = Lane::new(0, None);
        let most = FetchRoom { records: 5, bytes: 0 };
        lane.push(Box::new(Offsets(vec![0, 1, 2])), None);
        assert_eq!(lane.room(most).records, 2);
        lane.step();
        assert_eq!(lane.room(most).records, 2);
        (0..2).for_each(|_| lane.step());
        assert_eq!((lane.room(most).records, lane.what_is_next()), (5, Head::Unseen(1_700_000_002_000)));
    }

    #[test]
    fn a_lane_that_is_fetched_anew_is_not_read_until_its_end_is_seen_again() {
        let mut lane = Lane::new(10, None);
        lane.push(Box::new(Offsets(Vec::new())), Some(10));
        assert!(lane.is_at_end());
        lane.forget_end();
        assert_eq!((lane.is_at_end(), lane.what_is_next()), (false, Head::Unseen(Ms::MIN)));
        lane.push(Box::new(Offsets(vec![10])), Some(11));
        lane.step();
        assert!(lane.is_at_end());
    }
}
