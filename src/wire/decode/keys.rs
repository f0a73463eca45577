//! Tables of keys that are looked at. Few, so a scan of those of one length beats a hash.

/// Keys and what they mean.
#[derive(Debug, Clone)]
pub(super) struct Keys<T> {
    /// By length, once sorted.
    rows: Vec<Row<T>>,
    /// Where the keys of a length begin; the last number is that of all.
    starts: [u16; LENGTHS + 1],
}

#[derive(Debug, Clone)]
struct Row<T> {
    mark: u128,
    key: Box<str>,
    meaning: T,
}

/// Longer keys are taken for this long.
const LENGTHS: usize = 40;

/// Up to this length two keys of one length are the same if their marks are.
const MARKED: usize = 16;

impl<T> Default for Keys<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), starts: [0; LENGTHS + 1] }
    }
}

impl<T> Keys<T> {
    /// A table that is complete.
    pub(super) fn new<'k>(rows: impl IntoIterator<Item = (&'k str, T)>) -> Self {
        let row = |(key, meaning): (&str, T)| Row { mark: mark(key.as_bytes()), key: key.into(), meaning };
        let mut keys = Self { rows: rows.into_iter().map(row).collect(), ..Self::default() };
        keys.sort();
        keys
    }

    /// The meaning of a key in a table that is still being made.
    pub(super) fn add(&mut self, key: &str) -> &mut T
    where
        T: Default,
    {
        let n = self.rows.iter().position(|row| *row.key == *key).unwrap_or_else(|| {
            self.rows.push(Row { mark: mark(key.as_bytes()), key: key.into(), meaning: T::default() });
            self.rows.len() - 1
        });
        &mut self.rows[n].meaning
    }

    /// Has to be called before anything can be found.
    pub(super) fn sort(&mut self) {
        self.rows.sort_by_key(|row| length(row.key.as_bytes()));
        for (n, start) in self.starts.iter_mut().enumerate() {
            let shorter = self.rows.iter().filter(|row| length(row.key.as_bytes()) < n).count();
            *start = u16::try_from(shorter).unwrap_or(u16::MAX);
        }
    }

    #[inline]
    pub(super) fn get(&self, key: &[u8]) -> Option<&T> {
        let length = length(key);
        let rows = self.rows.get(usize::from(self.starts[length])..usize::from(self.starts[length + 1]))?;
        if rows.is_empty() {
            return None;
        }
        let mark = mark(key);
        let row = rows.iter().find(|row| row.mark == mark && (length <= MARKED || row.key.as_bytes() == key))?;
        Some(&row.meaning)
    }
}

/// Which place in [`Keys::starts`] a key has.
#[inline]
fn length(key: &[u8]) -> usize {
    key.len().min(LENGTHS - 1)
}

/// The first and the last bytes of a key as one number, so that most comparisons need no call.
#[inline]
fn mark(key: &[u8]) -> u128 {
    if let (Some(first), Some(last)) = (key.first_chunk::<8>(), key.last_chunk::<8>()) {
        return u128::from(u64::from_le_bytes(*first)) << 64 | u128::from(u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (key.first_chunk::<4>(), key.last_chunk::<4>()) {
        return u128::from(u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last)));
    }
    key.iter().fold(0, |mark, byte| mark << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_and_no_other() {
        let all: Vec<String> = (0..60).flat_map(|length| (0..length).map(move |place| (length, place))).map(key).collect();
        let (known, unknown): (Vec<_>, Vec<_>) = all.iter().enumerate().partition(|(n, _)| n % 3 > 0);
        let keys = Keys::new(known.iter().map(|(n, key)| (key.as_str(), *n)));
        assert!(known.iter().all(|(n, key)| keys.get(key.as_bytes()) == Some(n)));
        assert!(unknown.iter().all(|(_, key)| keys.get(key.as_bytes()).is_none()));
        assert_eq!(keys.get(b""), None);
        assert_eq!(Keys::new([("", 1)]).get(b""), Some(&1));
    }

    /// A key that differs from the others of its length in one byte.
    fn key((length, place): (usize, usize)) -> String {
        (0..length).map(|n| if n == place { 'y' } else { 'x' }).collect()
    }
}
