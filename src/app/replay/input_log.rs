//! One input of one task: its log, decoded a block at a time, and the event at its head.

use super::people;
use super::record::{self, Order, Refused, Source, What};
use super::shared::Shared;
use super::spill::Blocks;
use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::origin::Position;
use crate::engine::merge::Head;
use crate::runtime::ports::{DeadReason, Rejected};
use self_cell::self_cell;

/// One record of an input.
pub(super) struct Item<'a> {
    /// Where the merge puts it: the event's time; of a record that can't be used its own, else that of the one before.
    pub head_ms: Ms,
    /// When a router would take it: its record's time.
    pub order: Order,
    pub offset: i64,
    pub source: Source,
    pub what: What<'a>,
    /// Why its mapping could not use it.
    pub refused: Option<Refused<'a>>,
    pub event: Result<Event<'a>, Rejected>,
}

type Items<'a> = Vec<Item<'a>>;

self_cell! {
    struct Decoded {
        owner: Vec<u8>,
        // `SmallVec` is invariant in what it holds.
        #[not_covariant]
        dependent: Items,
    }
}

/// One input of a task.
pub(super) struct InputLog<'a> {
    shared: &'a Shared<'a>,
    blocks: Blocks,
    position: Position,
    decoded: Option<Decoded>,
    at: usize,
    last_head_ms: Ms,
}

impl<'a> InputLog<'a> {
    pub(super) fn new(blocks: Blocks, shared: &'a Shared<'a>, input: u16, partition: i32) -> Self {
        let position = Position { input, partition, offset: 0 };
        Self { shared, blocks, position, decoded: None, at: 0, last_head_ms: Ms::MIN }
    }

    /// How the input stands to the merge; reads on when a block is used up.
    pub(super) fn head(&mut self) -> anyhow::Result<Head> {
        loop {
            if let Some(head_ms) = self.with_item(|item| item.head_ms) {
                return Ok(Head::At(head_ms));
            }
            let Some(block) = self.blocks.next(self.shared.spill)? else { return Ok(Head::AtEnd) };
            self.at = 0;
            let (shared, position, last_ms) = (self.shared, self.position, &mut self.last_head_ms);
            let decoded = Decoded::new(block, |block| decode(shared, block, position, last_ms));
            let count = decoded.with_dependent(|_, items| items.len());
            self.position.offset += i64::try_from(count).unwrap_or(0);
            self.decoded = Some(decoded);
        }
    }

    /// Looks at the record at the head, if there is one.
    pub(super) fn with_item<T>(&self, look: impl FnOnce(&Item<'_>) -> T) -> Option<T> {
        self.decoded.as_ref()?.with_dependent(|_, items| items.get(self.at).map(look))
    }

    /// When a router would take the record at the head, if there is one.
    pub(super) fn order(&self) -> Option<Order> {
        self.with_item(|item| item.order)
    }

    pub(super) fn pass(&mut self) {
        self.at += 1;
    }
}

fn decode<'a>(shared: &Shared<'_>, block: &'a [u8], first: Position, last_head_ms: &mut Ms) -> Items<'a> {
    let mut items = Vec::new();
    let mut rest = block;
    while let Some(stored) = record::take(&mut rest) {
        let offset = first.offset + i64::try_from(items.len()).unwrap_or(0);
        let mut event = match (stored.refused, stored.what.view(first.input)) {
            (Some(refused), _) => Err(refused.rejected()),
            (None, None) => shared.decoder.decode_line(stored.what.bytes(), Position { offset, ..first }),
            (None, Some(record)) => match &shared.options.ids {
                Some(ids) => people::decode(&record, ids, shared.decoder),
                None => shared.decoder.decode_event(&record),
            },
        };
        let horizon = &shared.options.horizon;
        if let Some(record_ms) = event.as_ref().ok().map(|event| event.record_ms).filter(|ms| horizon.is_behind(*ms)) {
            event = Err(horizon.refuse(record_ms));
        }
        let head_ms = match &event {
            Ok(event) => event.time_ms,
            // What is refused for its time has no place in the order: it is taken at once.
            Err(rejected) if rejected.reason == DeadReason::AbsurdTime => *last_head_ms,
            Err(_) => stored.order.ms.max(*last_head_ms),
        };
        *last_head_ms = head_ms;
        let record::Stored { order, source, what, refused } = stored;
        items.push(Item { head_ms, order, offset, source, what, refused, event });
    }
    items
}
