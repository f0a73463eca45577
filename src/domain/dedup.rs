//! Message ids seen before change nothing: a bounded memory per prospect.

use super::prospect::Seen;
use super::{DAY_MS, Ms};

/// Most ids remembered per prospect (contract section 2).
pub const REMEMBERED_IDS: usize = 64;
/// How long an id is remembered, counted in the prospect's own event time.
pub const REMEMBERED_MS: Ms = DAY_MS;

/// Whether this message was seen before.
#[must_use]
pub fn is_duplicate(seen: &[Seen], hash: u64) -> bool {
    // Newest first: a duplicate mostly follows its original closely.
    seen.iter().rev().any(|s| s.hash == hash)
}

/// Remembers a message. `newest_ms` is the newest event time of the prospect: entries age by it, so that a late event's own
/// id is remembered as long as any other.
pub fn remember(seen: &mut Vec<Seen>, hash: u64, newest_ms: Ms) {
    let aged = seen.iter().take_while(|s| s.time_ms < newest_ms.saturating_sub(REMEMBERED_MS)).count();
    let crowded = (seen.len() + 1).saturating_sub(REMEMBERED_IDS);
    let gone = aged.max(crowded).min(seen.len());
    if gone > 0 {
        seen.drain(..gone);
    }
    seen.push(Seen { hash, time_ms: newest_ms });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_64_of_the_last_day_are_remembered() {
        let mut seen = Vec::new();
        for n in 0..70 {
            remember(&mut seen, n, 1_000);
        }
        assert!(!is_duplicate(&seen, 5) && is_duplicate(&seen, 6) && is_duplicate(&seen, 69));
        remember(&mut seen, 100, 1_000 + REMEMBERED_MS);
        assert!(is_duplicate(&seen, 69), "exactly a day old");
        remember(&mut seen, 101, 1_001 + REMEMBERED_MS);
        assert!(!is_duplicate(&seen, 69) && is_duplicate(&seen, 100));
    }
}
