//! Fetched records with the decoded events that come next: events borrow from the records' bytes.
//!
//! Only a window of events is decoded ahead, and each goes when it is passed, so that they stay in the processor's cache. What is
//! taken again after an aborted batch is decoded again.

use super::ports::{Decode, RecordBatch, Rejected};
use crate::engine::codec::Codec;
use crate::engine::task::{AHEAD, Task, TaskInput};
use std::collections::VecDeque;

/// Number of events decoded together.
const DECODED_AT_ONCE: usize = 128;
/// Bytes of values after which decoding ahead stops: large values may hold many fields.
const DECODED_BYTES: usize = 256 * 1024;
/// Fewer than these ahead, and more are decoded: as many as [`AHEAD`] looks at.
const AT_LEAST: usize = AHEAD[0].0 + 1;

type Decoded<'a> = Result<TaskInput<'a>, Rejected>;

/// The decoded events from record `first` on.
#[derive(Default)]
pub struct Window<'a> {
    first: usize,
    inputs: VecDeque<Decoded<'a>>,
}

impl<'a> Window<'a> {
    /// Moves to record `n`, of which and of some after it the events are there then.
    fn move_to(&mut self, n: usize, records: &'a dyn RecordBatch, decoder: &impl Decode) {
        match n.checked_sub(self.first) {
            Some(passed) if passed <= self.inputs.len() => drop(self.inputs.drain(..passed)),
            _ => self.inputs.clear(),
        }
        self.first = n;
        if self.inputs.len() < AT_LEAST {
            let upto = records.len().min(n + DECODED_AT_ONCE);
            let mut bytes = 0;
            for n in n + self.inputs.len()..upto {
                let record = records.view(n);
                self.inputs.push_back(decoder.decode(&record));
                bytes += record.value.map_or(0, <[u8]>::len);
                if bytes > DECODED_BYTES {
                    break;
                }
            }
        }
    }
}

/// Records and what they weigh.
pub struct Weighed {
    records: Box<dyn RecordBatch>,
    bytes: usize,
}

self_cell::self_cell!(
    /// The records of one fetch and what those that come next say.
    pub struct Chunk {
        owner: Weighed,
        #[not_covariant]
        dependent: Window,
    }
);

impl Chunk {
    /// The records of a batch, none of which is decoded yet.
    pub fn of(batch: Box<dyn RecordBatch>) -> Self {
        let bytes = batch.bytes();
        Self::new(Weighed { records: batch, bytes }, |_| Window::default())
    }

    /// The records.
    pub fn records(&self) -> &dyn RecordBatch {
        self.borrow_owner().records.as_ref()
    }

    /// Bytes of its keys, values and headers.
    pub fn bytes(&self) -> usize {
        self.borrow_owner().bytes
    }

    /// The record at `n` is next: afterwards it can be asked for by [`Chunk::with_input`].
    pub fn move_to(&mut self, n: usize, decoder: &impl Decode) {
        self.with_dependent_mut(|owner, window| window.move_to(n, owner.records.as_ref(), decoder));
    }

    /// All its records are passed.
    pub fn leave(&mut self) {
        self.with_dependent_mut(|_, window| *window = Window::default());
    }

    /// Announces to a task whose events come after the next.
    pub fn announce<C: Codec>(&self, task: &Task<C>) {
        self.with_dependent(|_, window| {
            for (events_before, ahead) in AHEAD {
                if let Some(Ok(input)) = window.inputs.get(events_before) {
                    task.announce(&input.key(), ahead);
                }
            }
        });
    }

    /// What the next record says, and which it is. (A closure: events are not covariant in their lifetime.)
    ///
    /// # Panics
    /// Before [`Chunk::move_to`].
    pub fn with_input<R>(&self, f: impl FnOnce(&dyn RecordBatch, &Decoded<'_>) -> R) -> R {
        self.with_dependent(|owner, window| f(owner.records.as_ref(), &window.inputs[0]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::ports::{DeadReason, RecordView};
    use std::cell::Cell;

    /// Records 0, 1, 2, …
    struct Numbers(usize);

    impl RecordBatch for Numbers {
        fn len(&self) -> usize {
            self.0
        }

        fn view(&self, n: usize) -> RecordView<'_> {
            let offset = i64::try_from(n).unwrap_or_default();
            RecordView {
                input: 0,
                partition: 0,
                offset,
                timestamp_ms: None,
                key: None,
                value: None,
                content_type: None,
                ..RecordView::default()
            }
        }

        fn headers(&self, _: usize) -> Vec<(String, Option<Vec<u8>>)> {
            Vec::new()
        }
    }

    /// Says of each record its offset, and counts them.
    #[derive(Default)]
    struct Count(Cell<usize>);

    impl Decode for Count {
        fn decode<'a>(&self, record: &RecordView<'a>) -> Result<TaskInput<'a>, Rejected> {
            self.0.set(self.0.get() + 1);
            Err(Rejected { reason: DeadReason::ALL[0], detail: record.offset.to_string() })
        }
    }

    fn said(chunk: &mut Chunk, n: usize, decoder: &Count) -> String {
        chunk.move_to(n, decoder);
        chunk.with_input(|_, input| input.as_ref().err().map(|e| e.detail.clone()).unwrap_or_default())
    }

    #[test]
    fn each_record_is_decoded_once_and_not_long_before_it_is_next() {
        let decoder = Count::default();
        let mut chunk = Chunk::of(Box::new(Numbers(1_000)));
        assert_eq!(decoder.0.get(), 0);
        for n in 0..1_000 {
            assert_eq!(said(&mut chunk, n, &decoder), n.to_string());
            let ahead = decoder.0.get() - n;
            assert!((AT_LEAST.min(1_000 - n)..=DECODED_AT_ONCE).contains(&ahead), "{ahead} at {n}");
        }
        assert_eq!(decoder.0.get(), 1_000);
    }

    #[test]
    fn what_an_aborted_batch_takes_again_says_the_same() {
        let decoder = Count::default();
        let mut chunk = Chunk::of(Box::new(Numbers(300)));
        for n in (0..250).chain(20..300) {
            assert_eq!(said(&mut chunk, n, &decoder), n.to_string());
        }
        chunk.leave();
        for n in [7, 299, 0] {
            assert_eq!(said(&mut chunk, n, &decoder), n.to_string());
        }
    }
}
