//! Do all inputs deal keys to partitions in the same way? Producers in Java (murmur2) and librdkafka (crc32) don't, and then
//! one prospect's events are split between two tasks without a sound.

use crate::domain::ids::murmur2_partition;

/// How an input's producers choose the partition of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partitioner {
    Murmur2,
    Crc32,
    Other,
}

impl Partitioner {
    /// For messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Murmur2 => "murmur2 (Java, `partitioner=murmur2_random`)",
            Self::Crc32 => "crc32 (the default of librdkafka and its bindings, `consistent_random`)",
            Self::Other => "neither murmur2 nor crc32",
        }
    }
}

/// Keys needed for a verdict: with 2 partitions, a wrong partitioner agrees by chance 32 times with probability 2^-32.
const ENOUGH_KEYS: u32 = 32;
/// Share of keys that must agree; a few may be sent to a partition by hand.
const SHARE: f64 = 0.95;

/// Counts of one input.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sample {
    keys: u32,
    murmur2: u32,
    crc32: u32,
}

impl Sample {
    /// Counts a record with a key.
    pub fn add(&mut self, key: &[u8], partition: i32, partitions: u32) {
        let Ok(partition) = u32::try_from(partition) else { return };
        self.keys += 1;
        self.murmur2 += u32::from(murmur2_partition(key, partitions) == partition);
        self.crc32 += u32::from(crc32fast::hash(key) % partitions.max(1) == partition);
    }

    /// The verdict, once there are enough keys.
    #[must_use]
    pub fn partitioner(&self) -> Option<Partitioner> {
        if self.keys < ENOUGH_KEYS {
            return None;
        }
        let agrees = |count: u32| f64::from(count) >= SHARE * f64::from(self.keys);
        Some(match (agrees(self.murmur2), agrees(self.crc32)) {
            (true, _) => Partitioner::Murmur2,
            (_, true) => Partitioner::Crc32,
            _ => Partitioner::Other,
        })
    }
}

/// `Some(what is wrong and what to set)` when two inputs disagree. With one partition nothing can be wrong.
#[must_use]
pub fn disagreement(inputs: &[String], samples: &[Sample], partitions: u32) -> Option<String> {
    if partitions < 2 {
        return None;
    }
    let verdicts: Vec<(&String, Partitioner)> =
        inputs.iter().zip(samples).filter_map(|(topic, sample)| Some((topic, sample.partitioner()?))).collect();
    let (first_topic, first) = verdicts.first()?;
    let (topic, other) = verdicts.iter().find(|(_, p)| p != first)?;
    Some(format!(
        "the inputs disagree about which partition a key belongs to: {first_topic} uses {}, {topic} uses {}. The events of one prospect \
         would be split between tasks. Set `partitioner=murmur2_random` in the producers that don't use murmur2 and resend their \
         topic, name in route.topics those whose keys shall lie as they do, or set topics.allow_mixed_partitioners=true to start anyway",
        first.name(),
        other.name()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(deal: impl Fn(&[u8]) -> u32) -> Sample {
        let mut sample = Sample::default();
        for n in 0..200 {
            let key = format!("prospect-{n}");
            sample.add(key.as_bytes(), i32::try_from(deal(key.as_bytes())).unwrap(), 4);
        }
        sample
    }

    #[test]
    fn murmur2_and_crc32_are_told_apart() {
        assert_eq!(sample(|k| murmur2_partition(k, 4)).partitioner(), Some(Partitioner::Murmur2));
        assert_eq!(sample(|k| crc32fast::hash(k) % 4).partitioner(), Some(Partitioner::Crc32));
        assert_eq!(sample(|k| u32::from(k[k.len() - 1]) % 4).partitioner(), Some(Partitioner::Other));
        assert_eq!(Sample::default().partitioner(), None);
    }

    #[test]
    fn inputs_that_disagree_are_named_with_what_to_set() {
        let inputs = ["clickstream".to_owned(), "cart".to_owned()];
        let (murmur2, crc32) = (sample(|k| murmur2_partition(k, 4)), sample(|k| crc32fast::hash(k) % 4));
        assert_eq!(disagreement(&inputs, &[murmur2, murmur2], 4), None);
        assert_eq!(disagreement(&inputs, &[crc32, crc32], 4), None);
        let text = disagreement(&inputs, &[murmur2, crc32], 4).unwrap();
        assert!(text.contains("partitioner=murmur2_random") && text.contains("cart uses crc32"), "{text}");
    }
}
