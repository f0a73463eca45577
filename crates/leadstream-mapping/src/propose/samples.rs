//! Records to learn from: of a long file some, spread over all of it.

use crate::record::Record;

/// Most records that are kept, and most bytes of them: whenever it is more, every second one goes.
const MOST_RECORDS: usize = 2_000;
const MOST_BYTES: usize = 16 << 20;
/// A larger one says nothing that smaller ones don't.
const MOST_RECORD_BYTES: usize = 1 << 20;

/// A record that is kept.
#[derive(Debug, Clone, Default)]
struct Kept {
    topic: String,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(String, Vec<u8>)>,
    bytes: usize,
}

/// Records of samples, as many as memory shall hold.
#[derive(Debug, Default)]
pub struct Samples {
    kept: Vec<Kept>,
    seen: u64,
    too_large: u64,
    bytes: usize,
    /// One of so many is kept; 0: all.
    every: u64,
}

impl Samples {
    /// Adds a record, or leaves it out where enough like it are there.
    pub fn add(&mut self, record: &Record<'_>) {
        let number = self.seen;
        self.seen += 1;
        let headers = || record.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let bytes = record.topic.len() + record.key.map_or(0, <[u8]>::len) + record.value.map_or(0, <[u8]>::len) + headers();
        if bytes > MOST_RECORD_BYTES {
            self.too_large += 1;
            return;
        }
        if !number.is_multiple_of(self.every.max(1)) {
            return;
        }
        self.bytes += bytes;
        self.kept.push(Kept {
            topic: record.topic.to_owned(),
            key: record.key.map(<[u8]>::to_vec),
            value: record.value.map(<[u8]>::to_vec),
            headers: record.headers.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec())).collect(),
            bytes,
        });
        while self.kept.len() > MOST_RECORDS || self.bytes > MOST_BYTES && self.kept.len() > 1 {
            let mut is_kept = false;
            self.kept.retain(|_| {
                is_kept = !is_kept;
                is_kept
            });
            self.bytes = self.kept.iter().map(|kept| kept.bytes).sum();
            self.every = self.every.max(1) * 2;
        }
    }

    /// The records that were kept.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.kept.iter().map(|kept| Record {
            topic: &kept.topic,
            key: kept.key.as_deref(),
            value: kept.value.as_deref(),
            headers: kept.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect(),
        })
    }

    /// How many were kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many there were, and how many of them were too large to look at.
    #[must_use]
    pub fn seen(&self) -> (u64, u64) {
        (self.seen, self.too_large)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_records_some_of_all_parts_are_kept() {
        let mut samples = Samples::default();
        for n in 0..100_000_u32 {
            samples.add(&Record { value: Some(n.to_string().as_bytes()), ..Record::default() });
        }
        let kept: Vec<u32> = samples.records().filter_map(|r| std::str::from_utf8(r.value?).ok()?.parse().ok()).collect();
        assert!((MOST_RECORDS / 2..=MOST_RECORDS).contains(&kept.len()), "{}", kept.len());
        assert!(kept[0] == 0 && kept[kept.len() - 1] > 99_000 && kept.is_sorted(), "spread over all");
        assert_eq!(samples.seen(), (100_000, 0));
    }

    #[test]
    fn large_records_cost_no_more_memory_than_small_ones() {
        let mut samples = Samples::default();
        let large = vec![b'x'; 900_000];
        for _ in 0..100 {
            samples.add(&Record { value: Some(&large), ..Record::default() });
        }
        samples.add(&Record { value: Some(&vec![b'x'; 2 << 20]), ..Record::default() });
        assert!(samples.bytes <= MOST_BYTES && !samples.is_empty());
        assert_eq!(samples.seen(), (101, 1));
    }
}
