//! What a record itself says of the order: it remembers the messages that it saw, one behind the other. And what the search
//! remembers of itself.

use super::{Node, Question};
use leadstream::domain::Ms;
use leadstream::domain::state::prospect::Prospect;
use leadstream::domain::state::seen::{Seen, SeenIds};
use leadstream::engine::codec::Codec;
use leadstream::wire::state_record::StateCodec;
use std::collections::BTreeSet;

/// From so many on, the oldest may have been forgotten for those that came.
const MAY_FORGET: usize = 64;

/// Messages as a record remembers them: hash and time.
type Remembered = Vec<([u8; 5], i64)>;

/// A place from which no order leads to what the transaction wrote.
type DeadEnd = (Option<Ms>, Vec<usize>, Vec<usize>, Vec<u8>);

/// What is known about the orders of a question.
#[derive(Default)]
pub(super) struct Memory {
    written: Option<[Remembered; 2]>,
    dead_ends: BTreeSet<DeadEnd>,
}

impl Memory {
    /// `written`: how the transaction left the record.
    pub fn of(written: Option<&[u8]>) -> Self {
        let written: Option<Prospect> = written.and_then(|bytes| StateCodec.decode(bytes).ok());
        Self { written: written.map(|prospect| both(&prospect.seen)), dead_ends: BTreeSet::new() }
    }

    /// It says nothing of orders any more.
    pub fn is_ignored(&mut self) {
        *self = Self::default();
    }

    /// Messages were seen up to here in the order in which they are written.
    fn allows(&self, seen: &Seen) -> bool {
        self.written
            .as_ref()
            .is_none_or(|written| both(seen).iter().zip(written).all(|(ours, theirs)| is_begun_with(theirs, ours)))
    }
}

/// `written` is what becomes of `begun` with more behind it, and perhaps less before.
fn is_begun_with(written: &Remembered, begun: &Remembered) -> bool {
    let Some(first) = written.first() else { return true };
    match begun.iter().position(|seen| seen == first) {
        Some(at) => written.starts_with(&begun[at..]),
        None => begun.is_empty() || written.len() >= MAY_FORGET,
    }
}

fn both(seen: &Seen) -> [Remembered; 2] {
    [&seen.changes, &seen.others].map(remembered)
}

fn remembered(ids: &SeenIds) -> Remembered {
    let (mut time_s, mut gaps) = ids.times();
    let mut all = Vec::with_capacity(ids.len());
    for (n, id) in ids.ids().iter().enumerate() {
        if n > 0 {
            time_s = time_s.wrapping_add(next_gap(&mut gaps));
        }
        all.push((*id, time_s));
    }
    all
}

/// A zigzag varint.
fn next_gap(gaps: &mut &[u8]) -> i64 {
    let mut value = 0u64;
    for n in 0.. {
        let Some((byte, rest)) = gaps.split_first() else { break };
        *gaps = rest;
        value |= u64::from(byte & 0x7f) << (7 * n).min(63);
        if *byte < 0x80 {
            break;
        }
    }
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

impl Question<'_, '_> {
    /// The record may have seen these messages in this order.
    pub(super) fn is_as_remembered(&self, node: &Node) -> bool {
        node.standing.is_erased || self.memory.borrow().allows(&node.standing.prospect.seen)
    }

    fn place(&self, node: &Node) -> DeadEnd {
        let mut explained = node.explained.clone();
        explained.sort_unstable();
        let mut bytes = node.standing.bytes();
        bytes.push(u8::from(node.standing.is_new) + 2 * u8::from(node.standing.is_erased));
        (self.wall_ms.get(), node.at.clone(), explained, bytes)
    }

    /// Everything from here on was tried.
    pub(super) fn is_dead_end(&self, node: &Node) -> bool {
        let place = self.place(node);
        self.memory.borrow().dead_ends.contains(&place)
    }

    pub(super) fn note_dead_end(&self, node: &Node) {
        let place = self.place(node);
        self.memory.borrow_mut().dead_ends.insert(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(ids: &[(u64, i64)]) -> Remembered {
        let mut all = SeenIds::default();
        ids.iter().for_each(|(id, time_s)| all.push(*id, *time_s));
        remembered(&all)
    }

    #[test]
    fn an_order_is_told_from_another_by_what_is_remembered() {
        let written = seen(&[(1, 10), (2, 500), (3, 400), (4, -9)]);
        assert_eq!(written.iter().map(|(_, time_s)| *time_s).collect::<Vec<_>>(), [10, 500, 400, -9]);
        for (begun, is_right) in [
            (seen(&[]), true),
            (seen(&[(1, 10)]), true),
            (seen(&[(1, 10), (2, 500)]), true),
            (seen(&[(9, 3), (1, 10), (2, 500)]), true),
            (seen(&[(2, 500)]), false),
            (seen(&[(1, 10), (3, 400)]), false),
            (seen(&[(1, 10), (2, 501)]), false),
        ] {
            assert_eq!(is_begun_with(&written, &begun), is_right, "{begun:?}");
        }
    }
}
