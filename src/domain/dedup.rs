//! Message ids seen before change nothing: a bounded memory per prospect.
//!
//! It is by far the largest part of a record and every event passes through it, so it is kept as it is stored: times as a chain
//! of gaps, nearly all of one byte, which nobody has to take apart to look an id up or to remember one more.

use super::{DAY_MS, Ms, SECOND_MS};

/// Most ids remembered per prospect (contract section 2).
pub const REMEMBERED_IDS: usize = 64;
/// How long an id is remembered, counted in the prospect's own event time; less than a second longer, since its time is
/// rounded up.
pub const REMEMBERED_MS: Ms = DAY_MS;

/// Hashes of message ids, oldest first, each with its time in whole seconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenIds {
    hashes: Vec<u64>,
    /// Times of the first and of the last one.
    oldest_s: i64,
    newest_s: i64,
    /// For each one but the first, the seconds since the one before it: zigzag varints.
    gaps: Vec<u8>,
}

impl SeenIds {
    /// Whether this message was seen before.
    #[must_use]
    pub fn contains(&self, hash: u64) -> bool {
        self.hashes.contains(&hash)
    }

    /// Remembers a message. `newest_ms` is the newest event time of the prospect: entries age by it, so that a late event's own
    /// id is remembered as long as any other.
    pub fn remember(&mut self, hash: u64, newest_ms: Ms) {
        let is_old = |time_s: i64| time_s.saturating_mul(SECOND_MS) < newest_ms.saturating_sub(REMEMBERED_MS);
        let (mut gone, mut read) = (0, 0);
        while gone < self.hashes.len() && (self.hashes.len() - gone >= REMEMBERED_IDS || is_old(self.oldest_s)) {
            gone += 1;
            if let Some((gap, length)) = self.gaps.get(read..).and_then(read_gap) {
                self.oldest_s = self.oldest_s.wrapping_add(gap);
                read += length;
            }
        }
        self.hashes.drain(..gone);
        self.gaps.drain(..read);
        self.push(hash, seconds(newest_ms));
    }

    /// Adds one behind the others.
    pub fn push(&mut self, hash: u64, time_s: i64) {
        if self.hashes.is_empty() {
            self.oldest_s = time_s;
        } else {
            write_gap(time_s.wrapping_sub(self.newest_s), &mut self.gaps);
        }
        self.newest_s = time_s;
        self.hashes.push(hash);
    }

    /// Whether at least so many of them are not older than `since_ms`.
    #[must_use]
    pub fn has_since(&self, count: usize, since_ms: Ms) -> bool {
        if self.hashes.len() < count {
            return false;
        }
        let (mut time_s, mut end) = (self.newest_s, self.gaps.len());
        for _ in 0..count {
            if time_s.saturating_mul(SECOND_MS) < since_ms {
                return false;
            }
            // The last byte of a gap has no high bit: the gap begins behind the one before that has none.
            let is_end = |byte: &u8| *byte < 0x80;
            let begin = self.gaps.get(..end.saturating_sub(1)).and_then(|g| g.iter().rposition(is_end)).map_or(0, |at| at + 1);
            let gap = self.gaps.get(begin..end).and_then(read_gap).map_or(0, |(gap, _)| gap);
            (time_s, end) = (time_s.wrapping_sub(gap), begin);
        }
        true
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether nothing was seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The hashes, the time of the first and the gaps, to be stored.
    #[must_use]
    pub fn parts(&self) -> (&[u64], i64, &[u8]) {
        (&self.hashes, self.oldest_s, &self.gaps)
    }

    /// Puts stored parts together; `None` when there is not one gap for each hash but the first.
    #[must_use]
    pub fn from_parts(hashes: Vec<u64>, oldest_s: i64, gaps: Vec<u8>) -> Option<Self> {
        let (mut newest_s, mut read, mut count) = (oldest_s, 0, usize::from(!hashes.is_empty()));
        while read < gaps.len() {
            let (gap, length) = read_gap(gaps.get(read..)?)?;
            newest_s = newest_s.wrapping_add(gap);
            read += length;
            count += 1;
        }
        (count == hashes.len()).then_some(Self { hashes, oldest_s, newest_s, gaps })
    }
}

/// Whole seconds, rounded up.
#[must_use]
pub fn seconds(time_ms: Ms) -> i64 {
    time_ms.div_euclid(SECOND_MS) + i64::from(time_ms.rem_euclid(SECOND_MS) > 0)
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

    #[test]
    fn the_last_64_of_the_last_day_are_remembered() {
        let mut seen = SeenIds::default();
        for n in 0..70 {
            seen.remember(n, 1_000);
        }
        assert!(!seen.contains(5) && seen.contains(6) && seen.contains(69) && seen.len() == REMEMBERED_IDS);
        seen.remember(100, 1_000 + REMEMBERED_MS);
        assert!(seen.contains(69), "exactly a day old");
        seen.remember(101, 1_001 + REMEMBERED_MS);
        assert!(!seen.contains(69) && seen.contains(100));
    }

    #[test]
    fn ids_age_one_by_one_whatever_lies_between_them() {
        let mut seen = SeenIds::default();
        let times_ms = [0, 1, 63_000, 200_000, 20_000_000, REMEMBERED_MS - 1, REMEMBERED_MS];
        for (hash, time_ms) in (0..).zip(times_ms) {
            seen.remember(hash, time_ms);
        }
        assert_eq!(seen.len(), 7);
        seen.remember(7, 200_000 + REMEMBERED_MS);
        assert_eq!((0..8).filter(|h| seen.contains(*h)).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
        let (hashes, oldest_s, gaps) = seen.parts();
        assert_eq!(oldest_s, 200);
        assert_eq!(SeenIds::from_parts(hashes.to_vec(), oldest_s, gaps.to_vec()), Some(seen.clone()));
        assert_eq!(SeenIds::from_parts(vec![1], oldest_s, gaps.to_vec()), None);
        assert_eq!(SeenIds::from_parts(vec![1, 2], 0, vec![0x80]), None);
    }

    #[test]
    fn how_many_are_recent_is_told_from_the_newest_backwards() {
        let mut seen = SeenIds::default();
        assert!(seen.has_since(0, 0) && !seen.has_since(1, 0));
        for (hash, time_ms) in (0..).zip([1_000, 200_000, 200_000, 20_000_000, 20_001_000]) {
            seen.remember(hash, time_ms);
        }
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
