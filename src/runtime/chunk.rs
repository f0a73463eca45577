//! Fetched records with the decoded events that come next: events borrow from the records' bytes.
//!
//! Only a window of events is decoded ahead, and each goes when it is passed, so that they stay in the processor's cache. What is
//! taken again after an aborted batch is decoded again.

use super::ports::{Decode, RecordBatch, Rejected};
use crate::domain::event::Event;
use crate::engine::codec::Codec;
use crate::engine::task::{AHEAD, Task};
use std::collections::VecDeque;

/// Events that are decoded at once.
const DECODED_AT_ONCE: usize = 128;
/// Fewer than these ahead, and more are decoded: as many as [`AHEAD`] looks at.
const AT_LEAST: usize = AHEAD[0].0 + 1;

type Decoded<'a> = Result<Event<'a>, Rejected>;

/// The decoded events from record `first` on.
#[derive(Default)]
pub struct Window<'a> {
    first: usize,
    events: VecDeque<Decoded<'a>>,
}

impl<'a> Window<'a> {
    /// Moves to record `n`, of which and of some after it the events are there then.
    fn move_to(&mut self, n: usize, records: &'a dyn RecordBatch, decoder: &impl Decode) {
        match n.checked_sub(self.first) {
            Some(passed) if passed <= self.events.len() => drop(self.events.drain(..passed)),
            _ => self.events.clear(),
        }
        self.first = n;
        if self.events.len() < AT_LEAST {
            let upto = records.len().min(n + DECODED_AT_ONCE);
            self.events.extend((n + self.events.len()..upto).map(|n| decoder.decode(&records.view(n))));
        }
    }
}

self_cell::self_cell!(
    /// The records of one fetch and what those that come next say.
    pub struct Chunk {
        owner: Box<dyn RecordBatch>,
        #[not_covariant]
        dependent: Window,
    }
);

impl Chunk {
    /// The records of a batch, none of which is decoded yet.
    pub fn of(batch: Box<dyn RecordBatch>) -> Self {
        Self::new(batch, |_| Window::default())
    }

    /// The records.
    pub fn records(&self) -> &dyn RecordBatch {
        self.borrow_owner().as_ref()
    }

    /// The record at `n` is next: afterwards it can be asked for by [`Chunk::with_event`].
    pub fn move_to(&mut self, n: usize, decoder: &impl Decode) {
        self.with_dependent_mut(|records, window| window.move_to(n, records.as_ref(), decoder));
    }

    /// All its records are passed.
    pub fn leave(&mut self) {
        self.with_dependent_mut(|_, window| *window = Window::default());
    }

    /// Tells a task whose events come after the next.
    pub fn announce<C: Codec>(&self, task: &Task<C>) {
        self.with_dependent(|_, window| {
            for (events_before, ahead) in AHEAD {
                if let Some(Ok(event)) = window.events.get(events_before) {
                    task.announce(&event.prospect, ahead);
                }
            }
        });
    }

    /// What the next record says, and which it is. (A closure: events are not covariant in their lifetime.)
    ///
    /// # Panics
    /// Before [`Chunk::move_to`].
    pub fn with_event<R>(&self, f: impl FnOnce(&dyn RecordBatch, &Decoded<'_>) -> R) -> R {
        self.with_dependent(|records, window| f(records.as_ref(), &window.events[0]))
    }
}
