//! Lists of ids with their times, as they are stored.

use crate::domain::{Ms, SECOND_MS};

/// Hashes of messages, oldest first, each with its time in whole seconds. All in one piece of memory: each event of a prospect that
/// nobody touched for a while waits for every piece.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenIds {
    /// Of each hash 40 bits; behind them, for each one but the first, the seconds since the one before it: zigzag varints.
    bytes: Vec<u8>,
    count: u32,
    /// Of the first and of the last one.
    oldest_s: i64,
    newest_s: i64,
}

/// What is kept of a hash: its low 32 bits, and the next eight.
type Id = [u8; ID_BYTES];

const ID_BYTES: usize = 5;

/// Events for which a list that is read has room, with gaps of a byte: nearly every record is read for one more.
const ROOM: usize = 4;

fn id_of(hash: u64) -> Id {
    let mut id = [0; ID_BYTES];
    id.copy_from_slice(&hash.to_le_bytes()[..ID_BYTES]);
    id
}

/// Times that rarely differ by much.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Times {
    /// Of the first and of the last one.
    oldest_s: i64,
    newest_s: i64,
    /// For each one but the first, the seconds since the one before it: zigzag varints.
    gaps: Vec<u8>,
}

impl SeenIds {
    /// Whether this hash is among them, as far as 40 bits tell.
    #[must_use]
    pub fn contains(&self, hash: u64) -> bool {
        let [low @ .., high] = id_of(hash);
        // Two numbers: five bytes are compared by a call.
        let low = u32::from_le_bytes(low);
        self.ids().iter().any(|[rest @ .., last]| u32::from_le_bytes(*rest) == low && *last == high)
    }

    /// Drops the oldest: all that are older than `oldest_ms` but the last `at_least`, and what is more than `at_most`.
    pub fn forget(&mut self, at_least: usize, at_most: usize, oldest_ms: Ms) {
        let (mut gone, mut read) = (0, 0);
        let all = self.len();
        while all - gone > at_most || (all - gone > at_least && is_older(self.oldest_s, oldest_ms)) {
            gone += 1;
            if let Some((gap, length)) = self.gaps().get(read..).and_then(read_gap) {
                self.oldest_s = self.oldest_s.wrapping_add(gap);
                read += length;
            }
        }
        if gone == 0 {
            return;
        }
        let gaps_at = all * ID_BYTES;
        self.bytes.drain(gaps_at..gaps_at + read);
        self.bytes.drain(..gone * ID_BYTES);
        self.set_count(all - gone);
    }

    /// Adds one behind the others.
    pub fn push(&mut self, hash: u64, time_s: i64) {
        let (count, end) = (self.len(), self.bytes.len());
        let at = count * ID_BYTES;
        self.bytes.extend_from_slice(&[0; ID_BYTES]);
        self.bytes.copy_within(at..end, at + ID_BYTES);
        if let Some(place) = self.bytes.get_mut(at..at + ID_BYTES) {
            place.copy_from_slice(&id_of(hash));
        }
        if count == 0 {
            self.oldest_s = time_s;
        } else {
            write_gap(time_s.wrapping_sub(self.newest_s), &mut self.bytes);
        }
        self.newest_s = time_s;
        self.set_count(count + 1);
    }

    /// Whether at least so many of them are not older than `since_ms`.
    #[must_use]
    pub fn has_since(&self, count: usize, since_ms: Ms) -> bool {
        if self.len() < count {
            return false;
        }
        let gaps = self.gaps();
        let (mut time_s, mut end) = (self.newest_s, gaps.len());
        for _ in 0..count {
            if is_older(time_s, since_ms) {
                return false;
            }
            // The last byte of a gap has no high bit: the gap begins behind the one before that has none.
            let is_end = |byte: &u8| *byte < 0x80;
            let begin = gaps.get(..end.saturating_sub(1)).and_then(|g| g.iter().rposition(is_end)).map_or(0, |at| at + 1);
            let gap = gaps.get(begin..end).and_then(read_gap).map_or(0, |(gap, _)| gap);
            (time_s, end) = (time_s.wrapping_sub(gap), begin);
        }
        true
    }

    /// Those of both, each once, in the order of their times.
    #[must_use]
    pub fn united(&self, other: &Self) -> Self {
        let mut all: Vec<(i64, u64)> = self.iter().chain(other.iter()).collect();
        all.sort_by_key(|(time_s, _)| *time_s);
        let mut united = Self::default();
        for (time_s, hash) in all {
            if !united.contains(hash) {
                united.push(hash, time_s);
            }
        }
        united
    }

    /// Each with its time; of the hash what is kept.
    fn iter(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        let times = times(self.len(), self.oldest_s, self.gaps());
        times.zip(self.ids()).map(|(time_s, id)| {
            let mut whole = [0; 8];
            whole[..ID_BYTES].copy_from_slice(id);
            (time_s, u64::from_le_bytes(whole))
        })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What is kept of the hashes.
    #[must_use]
    pub fn ids(&self) -> &[Id] {
        self.bytes.get(..self.len() * ID_BYTES).unwrap_or_default().as_chunks().0
    }

    /// The time of the first in whole seconds, and the gaps as they are stored.
    #[must_use]
    pub fn times(&self) -> (i64, &[u8]) {
        (self.oldest_s, self.gaps())
    }

    /// All of it, as it lies in memory.
    #[must_use]
    pub fn memory(&self) -> &[u8] {
        &self.bytes
    }

    /// Puts stored parts together: of each hash the low 32 bits, the next eight, and the times. `None` when there is not one of each.
    #[must_use]
    pub fn from_parts(low: &[[u8; 4]], high: &[u8], oldest_s: i64, gaps: &[u8]) -> Option<Self> {
        if low.len() != high.len() {
            return None;
        }
        let newest_s = newest(low.len(), oldest_s, gaps)?;
        let mut bytes = Vec::with_capacity(low.len() * ID_BYTES + gaps.len() + ROOM * (ID_BYTES + 1));
        for (low, high) in low.iter().zip(high) {
            bytes.extend_from_slice(low);
            bytes.push(*high);
        }
        bytes.extend_from_slice(gaps);
        Some(Self { bytes, count: u32::try_from(low.len()).ok()?, oldest_s, newest_s })
    }

    fn gaps(&self) -> &[u8] {
        self.bytes.get(self.len() * ID_BYTES..).unwrap_or_default()
    }

    #[allow(clippy::cast_possible_truncation, reason = "some hundreds at most")]
    fn set_count(&mut self, count: usize) {
        self.count = count as u32;
    }
}

/// Whole hashes of message ids, as records before version 5 have them. They are only looked at and forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OldIds {
    hashes: Vec<u64>,
    times: Times,
}

impl OldIds {
    /// Of hashes and their times in seconds.
    #[must_use]
    pub fn of(ids: impl IntoIterator<Item = (u64, i64)>) -> Self {
        let mut old = Self::default();
        for (hash, time_s) in ids {
            old.times.push(old.hashes.is_empty(), time_s);
            old.hashes.push(hash);
        }
        old
    }

    /// Those of both, in the order of their times.
    #[must_use]
    pub fn united(&self, other: &Self) -> Self {
        let of = |old: &Self| {
            let all = times(old.len(), old.times.oldest_s, &old.times.gaps).zip(old.hashes.clone());
            all.map(|(time_s, hash)| (hash, time_s)).collect::<Vec<_>>()
        };
        let mut all = [of(self), of(other)].concat();
        all.sort_by_key(|(_, time_s)| *time_s);
        Self::of(all)
    }

    pub(super) fn contains(&self, hash: u64) -> bool {
        self.hashes.contains(&hash)
    }

    pub(super) fn is_older_than(&self, oldest_ms: Ms) -> bool {
        is_older(self.times.newest_s, oldest_ms)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The hashes, the time of the first and the gaps, to be stored.
    #[must_use]
    pub fn parts(&self) -> (&[u64], i64, &[u8]) {
        (&self.hashes, self.times.oldest_s, &self.times.gaps)
    }

    /// Puts stored parts together; `None` when there is not one gap for each hash but the first.
    #[must_use]
    pub fn from_parts(hashes: Vec<u64>, oldest_s: i64, gaps: Vec<u8>) -> Option<Self> {
        let times = Times::from_parts(hashes.len(), oldest_s, gaps)?;
        Some(Self { hashes, times })
    }
}

impl Times {
    fn push(&mut self, is_first: bool, time_s: i64) {
        if is_first {
            self.oldest_s = time_s;
        } else {
            write_gap(time_s.wrapping_sub(self.newest_s), &mut self.gaps);
        }
        self.newest_s = time_s;
    }

    fn from_parts(ids: usize, oldest_s: i64, gaps: Vec<u8>) -> Option<Self> {
        let newest_s = newest(ids, oldest_s, &gaps)?;
        Some(Self { oldest_s, newest_s, gaps })
    }
}

/// The times of so many.
fn times(ids: usize, oldest_s: i64, gaps: &[u8]) -> impl Iterator<Item = i64> + '_ {
    let (mut time_s, mut read) = (oldest_s, 0);
    (0..ids).map(move |n| {
        if n > 0
            && let Some((gap, length)) = gaps.get(read..).and_then(read_gap)
        {
            time_s = time_s.wrapping_add(gap);
            read += length;
        }
        time_s
    })
}

/// The time of the last of so many; `None` when there is not one gap for each but the first.
fn newest(ids: usize, oldest_s: i64, gaps: &[u8]) -> Option<i64> {
    let (mut newest_s, mut read, mut count) = (oldest_s, 0, usize::from(ids > 0));
    while read < gaps.len() {
        let (gap, length) = read_gap(gaps.get(read..)?)?;
        newest_s = newest_s.wrapping_add(gap);
        read += length;
        count += 1;
    }
    (count == ids).then_some(newest_s)
}

fn is_older(time_s: i64, oldest_ms: Ms) -> bool {
    time_s.saturating_mul(SECOND_MS) < oldest_ms
}

#[allow(clippy::cast_possible_truncation, reason = "seven bits at a time")]
fn write_gap(gap: i64, gaps: &mut Vec<u8>) {
    let mut rest = ((gap << 1) ^ (gap >> 63)).cast_unsigned();
    while rest >= 0x80 {
        gaps.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    gaps.push(rest as u8);
}

/// A gap and how many bytes it takes; `None`: cut off, or longer than any.
fn read_gap(bytes: &[u8]) -> Option<(i64, usize)> {
    let mut value = 0u64;
    for (n, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * n);
        if *byte < 0x80 {
            return Some(((value >> 1).cast_signed() ^ -(value & 1).cast_signed(), n + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(times_s: &[i64]) -> SeenIds {
        let mut ids = SeenIds::default();
        (0..).zip(times_s).for_each(|(hash, time_s)| ids.push(hash, *time_s));
        ids
    }

    #[test]
    fn ids_age_one_by_one_whatever_lies_between_them() {
        let mut seen = ids(&[0, 1, 63, 200, 20_000, 86_399, 86_400]);
        seen.push(7, 86_600);
        seen.forget(0, 64, 200_000);
        assert_eq!((0..8).filter(|h| seen.contains(*h)).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
        let (oldest_s, gaps) = seen.times();
        assert_eq!(oldest_s, 200);
        let (low, high): (Vec<_>, Vec<_>) = seen.ids().iter().map(|[low @ .., high]| (*low, *high)).unzip();
        assert_eq!(SeenIds::from_parts(&low, &high, oldest_s, gaps), Some(seen.clone()));
        assert_eq!(SeenIds::from_parts(&[[1; 4]], &[1], oldest_s, gaps), None);
        assert_eq!(SeenIds::from_parts(&low, &[1], oldest_s, gaps), None);
        assert_eq!(SeenIds::from_parts(&[[1; 4]; 2], &[1, 2], oldest_s, &[0x80]), None);
    }

    #[test]
    fn two_lists_become_one_in_which_each_is_once_and_ages_by_its_time() {
        let (mut one, mut other) = (ids(&[10, 500, 70_000]), SeenIds::default());
        other.push(7, 5);
        other.push(1, 600);
        other.push(8, 80_000);
        let mut both = one.united(&other);
        assert_eq!(both.len(), 5);
        assert_eq!(both.iter().collect::<Vec<_>>(), [(5, 7), (10, 0), (500, 1), (70_000, 2), (80_000, 8)]);
        both.forget(0, 64, 400_000);
        assert!(!both.contains(0) && both.contains(1) && both.contains(8));
        assert_eq!(one.united(&SeenIds::default()), one);
        assert_eq!(SeenIds::default().united(&one), one);
        one.push(9, 70_000);
        assert_eq!(one.united(&one), one);
    }

    #[test]
    fn forty_bits_are_compared() {
        let mut seen = SeenIds::default();
        seen.push(0x12_3456_789a, 0);
        assert!(seen.contains(0x12_3456_789a) && seen.contains(0xff00_0012_3456_789a));
        assert!(!seen.contains(0x13_3456_789a) && !seen.contains(0x12_3456_789b));
    }

    #[test]
    fn how_many_are_recent_is_told_from_the_newest_backwards() {
        let empty = SeenIds::default();
        assert!(empty.has_since(0, 0) && !empty.has_since(1, 0));
        let seen = ids(&[1, 200, 200, 20_000, 20_001]);
        for (count, since_ms, want) in [
            (1, 20_001_000, true),
            (1, 20_001_001, false),
            (2, 20_000_000, true),
            (3, 20_000_000, false),
            (4, 200_000, true),
            (5, 200_000, false),
            (5, 1_000, true),
            (6, 0, false),
        ] {
            assert_eq!(seen.has_since(count, since_ms), want, "{count} since {since_ms}");
        }
    }
}
