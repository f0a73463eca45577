//! Fetched records with their decoded events: decoding happens once, events borrow from the records' bytes.

use super::ports::{Decode, RecordBatch, Rejected};
use crate::domain::event::Event;
use crate::engine::codec::Codec;
use crate::engine::task::{AHEAD, Task};

type Decoded<'a> = Vec<Result<Event<'a>, Rejected>>;

self_cell::self_cell!(
    /// The records of one fetch and what they say.
    pub struct Chunk {
        owner: Box<dyn RecordBatch>,
        #[not_covariant]
        dependent: Decoded,
    }
);

impl Chunk {
    /// Decodes every record of a batch.
    pub fn decode(batch: Box<dyn RecordBatch>, decoder: &impl Decode) -> Self {
        Self::new(batch, |records| (0..records.len()).map(|n| decoder.decode(&records.view(n))).collect())
    }

    /// The records.
    pub fn records(&self) -> &dyn RecordBatch {
        self.borrow_owner().as_ref()
    }

    /// Tells a task whose events come after that of the record at `n`.
    pub fn announce<C: Codec>(&self, n: usize, task: &Task<C>) {
        self.with_dependent(|_, events| {
            for (events_before, ahead) in AHEAD {
                if let Some(Ok(event)) = events.get(n + events_before) {
                    task.announce(&event.prospect, ahead);
                }
            }
        });
    }

    /// What the record at `n` says. (A closure: events are not covariant in their lifetime.)
    pub fn with_event<R>(&self, n: usize, f: impl FnOnce(&dyn RecordBatch, &Result<Event<'_>, Rejected>) -> R) -> R {
        self.with_dependent(|records, events| f(records.as_ref(), &events[n]))
    }
}
