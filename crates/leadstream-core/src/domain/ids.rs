//! Deterministic ids and hashes. They are part of the contract: changing one breaks every mailer's deduplication.

use std::num::{NonZeroU32, NonZeroU64};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// 64-bit hash of a message id, product id or name.
#[must_use]
pub fn hash64(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// The low half of a hash.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "the other half is meant to go")]
pub fn low32(hash: u64) -> u32 {
    hash as u32
}

/// The low half of a hash, never 0.
#[must_use]
pub fn some32(hash: u64) -> NonZeroU32 {
    NonZeroU32::new(low32(hash)).unwrap_or(NonZeroU32::MIN)
}

/// A hash, never 0.
#[must_use]
pub fn some64(hash: u64) -> NonZeroU64 {
    NonZeroU64::new(hash).unwrap_or(NonZeroU64::MIN)
}

/// The low quarter of a hash.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "the rest is meant to go")]
pub fn low16(hash: u64) -> u16 {
    hash as u16
}

/// The low half of an id.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "the other half is meant to go")]
pub fn low64(id: u128) -> u64 {
    id as u64
}

/// What an output is about; the first part of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    Stage(u8),
    Score,
    CartStep,
    CartOutcome(u8),
    Trigger,
    TriggerRecalled,
    HandOver(u8),
    /// What a member tells its account; 1: that it left.
    Member(u8),
    /// What an account came to.
    Account(u8),
    /// Another prospect became part of this one.
    Merged,
    /// Another prospect claims an id of this one.
    Conflict,
    /// The id is nobody's.
    Blocked,
}

/// Builds the id of an output: a hash of prospect, model **name**, kind, cart, the arming (or causing) event's time and
/// message id, and step. It survives a restart, a redeploy, a new model hash and a forgotten prospect.
#[must_use]
pub fn output_id(
    prospect: &str,
    model: &str,
    kind: IdKind,
    cart: Option<&str>,
    cause_ms: i64,
    cause_hash: u64,
    step: u8,
) -> u128 {
    let (tag, sub) = match kind {
        IdKind::Stage(axis) => (1u8, axis),
        IdKind::Score => (2, 0),
        IdKind::CartStep => (3, 0),
        IdKind::CartOutcome(outcome) => (4, outcome),
        // With the trigger's name for the cart.
        IdKind::Trigger => (5, 0),
        IdKind::TriggerRecalled => (5, 1),
        IdKind::HandOver(sub) => (6, sub),
        IdKind::Member(left) => (20, left),
        IdKind::Account(kind) => (21, kind),
        // With the other's name for the cart.
        IdKind::Merged => (22, 0),
        // With the name of whoever is refused for the cart.
        IdKind::Conflict => (22, 1),
        IdKind::Blocked => (22, 2),
    };
    let what = [tag, sub, step, u8::from(cart.is_some())];
    let (cause_ms, cause_hash) = (cause_ms.to_le_bytes(), cause_hash.to_le_bytes());
    let cart = cart.unwrap_or_default();
    let parts: [&[u8]; 6] = [prospect.as_bytes(), model.as_bytes(), &what, cart.as_bytes(), &cause_ms, &cause_hash];
    // Put together before they are hashed: that costs a third of hashing them one after the other.
    let mut on_stack = [0; 256];
    if let Some(length) = put_together(parts, &mut on_stack) {
        return xxh3_128(on_stack.get(..length).unwrap_or_default());
    }
    let mut long = vec![0; parts.iter().map(|part| 8 + part.len()).sum()];
    put_together(parts, &mut long);
    xxh3_128(&long)
}

/// Each part with its length before it, so that no two lists of parts have the same bytes; `None` when there is no room for all.
fn put_together(parts: [&[u8]; 6], room: &mut [u8]) -> Option<usize> {
    let whole = room.len();
    let mut room = room;
    for part in parts {
        let (length, rest) = room.split_first_chunk_mut()?;
        *length = (part.len() as u64).to_le_bytes();
        let (place, rest) = rest.split_at_mut_checked(part.len())?;
        place.copy_from_slice(part);
        room = rest;
    }
    Some(whole - room.len())
}

/// Kafka's default partitioner for a keyed record (Java's murmur2), as `murmur2(key) & 0x7fffffff % partitions`.
#[must_use]
pub fn murmur2_partition(key: &[u8], partitions: u32) -> u32 {
    (murmur2(key) & 0x7fff_ffff) % partitions.max(1)
}

/// Java Kafka's murmur2 (seed 0x9747b28c), as the Java client computes it.
#[must_use]
pub fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    const R: u32 = 24;
    let mut h: u32 = 0x9747_b28c ^ u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut chunks = data.chunks_exact(4);
    for c in &mut chunks {
        let mut k = u32::from_le_bytes([c[0], c[1], c[2], c[3]]).wrapping_mul(M);
        k ^= k >> R;
        h = h.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        for (i, b) in rest.iter().enumerate() {
            h ^= u32::from(*b) << (8 * i);
        }
        h = h.wrapping_mul(M);
    }
    h ^= h >> 13;
    h = h.wrapping_mul(M);
    h ^ (h >> 15)
}

/// Low 32 bits of the hash of a stage, group or rule name.
#[must_use]
pub fn name_hash(name: &str) -> u32 {
    low32(hash64(name.as_bytes()))
}

/// What finds an event's name again among those that models use: 11 bits.
#[must_use]
pub fn event_mark(name: &str) -> u16 {
    low16(hash64(name.as_bytes())) & 0x7ff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn murmur2_is_kafkas_own() {
        // Vectors of org.apache.kafka.common.utils.UtilsTest.testMurmur2.
        for (text, want) in [
            ("21", -973_932_308_i32),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(text.as_bytes()).cast_signed(), want, "{text}");
        }
    }
}
