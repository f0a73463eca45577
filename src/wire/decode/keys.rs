//! Tables of keys that are looked at. Few, so a scan of those of one length beats a hash. Keys that are also known in other spellings
//! are found by their normal form; nearly all that are unknown are told by three of their bytes before it is made.

use super::spelled::{MAX_KEY_BYTES, normal_key};

/// Keys and what they mean.
#[derive(Debug, Clone)]
pub(super) struct Keys<T> {
    /// By length, once sorted.
    rows: Vec<Row<T>>,
    /// Where the keys of a length begin; the last number is that of all.
    starts: [u16; LENGTHS + 1],
    /// By normal form.
    otherwise: hashbrown::HashMap<Box<[u8]>, T, foldhash::fast::FixedState>,
    /// A bit for what [`ends`] says of each of them.
    ends: [u64; ENDS / 64],
}

/// How many different ends are told apart.
const ENDS: usize = 1024;

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
        Self { rows: Vec::new(), starts: [0; LENGTHS + 1], otherwise: hashbrown::HashMap::default(), ends: [0; ENDS / 64] }
    }
}

impl<T> Keys<T> {
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

    /// The meaning of all spellings of a key that have no row of their own, in a table that is still being made.
    pub(super) fn add_otherwise(&mut self, key: &str) -> &mut T
    where
        T: Default,
    {
        let mut buffer = [0; MAX_KEY_BYTES];
        let normal = normal_key(key.as_bytes(), &mut buffer).unwrap_or_default();
        let end = ends(normal);
        self.ends[end / 64] |= 1 << (end % 64);
        self.otherwise.entry(normal.into()).or_default()
    }

    /// Rows and what they mean, in a table that is still being made.
    pub(super) fn rows_mut(&mut self) -> impl Iterator<Item = (&str, &mut T)> {
        self.rows.iter_mut().map(|row| (&*row.key, &mut row.meaning))
    }

    /// What a key means in another spelling than that of a row.
    #[inline(never)]
    pub(super) fn get_otherwise(&self, key: &[u8]) -> Option<&T> {
        self.otherwise.get(normal_key(key, &mut [0; MAX_KEY_BYTES])?)
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
        if !rows.is_empty() {
            let mark = mark(key);
            if let Some(row) = rows.iter().find(|row| row.mark == mark && (length <= MARKED || row.key.as_bytes() == key)) {
                return Some(&row.meaning);
            }
        }
        let end = ends(key);
        if self.ends[end / 64] >> (end % 64) & 1 == 0 {
            return None;
        }
        self.get_otherwise(key)
    }
}

/// Which place in [`Keys::starts`] a key has.
#[inline]
fn length(key: &[u8]) -> usize {
    key.len().min(LENGTHS - 1)
}

/// The same number for all spellings of a key, out of its first letter and its last two. A key that begins or ends with something
/// else than a letter or a digit is found in the spelling of its row only.
#[inline]
fn ends(key: &[u8]) -> usize {
    match key {
        [first, .., before, last] => {
            let fold = |byte: u8| usize::from(byte & 0x1f);
            (fold(*first) << 5 ^ fold(*before) << 2 ^ fold(*last) << 4 ^ fold(*last)) % ENDS
        }
        _ => 0,
    }
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
        let mut keys = Keys::default();
        known.iter().for_each(|(n, key)| *keys.add(key) = *n);
        keys.sort();
        assert!(known.iter().all(|(n, key)| keys.get(key.as_bytes()) == Some(n)));
        assert!(unknown.iter().all(|(_, key)| keys.get(key.as_bytes()).is_none()));
        assert_eq!(keys.get(b""), None);
        *keys.add("") = 1;
        keys.sort();
        assert_eq!(keys.get(b""), Some(&1));
    }

    #[test]
    fn a_key_is_found_in_any_spelling_but_the_row_comes_first() {
        let mut keys: Keys<u8> = Keys::default();
        *keys.add("order_id") = 1;
        *keys.add_otherwise("order_id") = 2;
        *keys.add_otherwise("qty") = 3;
        keys.sort();
        assert_eq!(keys.get(b"order_id"), Some(&1));
        for key in ["orderId", "OrderID", "ORDER_ID", "order-id", "Order ID", "orderid", "order__id"] {
            assert_eq!(keys.get(key.as_bytes()), Some(&2), "{key}");
        }
        assert_eq!((keys.get(b"QTY"), keys.get(b"q_ty")), (Some(&3), Some(&3)));
        for key in ["order", "order_ids", "id", "ordered", "orderäid", "", "_", "order_id_of_something_that_is_long"] {
            assert_eq!(keys.get(key.as_bytes()), None, "{key}");
        }
    }

    /// A key that differs from the others of its length in one byte.
    fn key((length, place): (usize, usize)) -> String {
        (0..length).map(|n| if n == place { 'y' } else { 'x' }).collect()
    }
}
