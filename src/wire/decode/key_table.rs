//! Tables of keys that are looked at. A key is found by a hash of its first and last bytes, mostly at the first look. Keys that are
//! also known in other spellings are found by their normal form; nearly all that are unknown are told by three of their bytes before
//! it is made.

use super::property_names::{MAX_KEY_BYTES, normal_key};

/// Keys and what they mean.
#[derive(Debug, Clone)]
pub(super) struct KeyTable<T> {
    rows: Vec<Row<T>>,
    /// Once sealed: by the hash of a key, the next free place where two have the same, one more than the number of its row; 0 where
    /// there is none. A power of two, at most one in eight is taken.
    slots: Vec<u16>,
    /// By normal form.
    otherwise: hashbrown::HashMap<Box<[u8]>, T, foldhash::fast::FixedState>,
    /// A bit for what [`ends`] says of each of them.
    ends: [u64; ENDS / 64],
}

/// How many different ends are distinguished.
const ENDS: usize = 4096;

#[derive(Debug, Clone)]
struct Row<T> {
    mark: u128,
    key: Box<str>,
    meaning: T,
}

/// Up to this length two keys of one length are the same if their marks are.
const MARKED: usize = 16;

impl<T> Default for KeyTable<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), slots: Vec::new(), otherwise: hashbrown::HashMap::default(), ends: [0; ENDS / 64] }
    }
}

impl<T> KeyTable<T> {
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
    pub(super) fn seal(&mut self) {
        // A table without rows has room for what is never there, so that each look ends.
        self.slots = vec![0; (8 * self.rows.len()).next_power_of_two().max(1)];
        let places = self.slots.len() - 1;
        for (n, row) in self.rows.iter().enumerate() {
            let mut place = hash(row.mark, row.key.len()) & places;
            while self.slots[place] != 0 {
                place = (place + 1) & places;
            }
            self.slots[place] = u16::try_from(n + 1).unwrap_or(u16::MAX);
        }
    }

    /// What a key means.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "some twenty times for each event")]
    pub(super) fn get(&self, key: &[u8]) -> Option<&T> {
        let mark = mark(key);
        let places = self.slots.len().wrapping_sub(1);
        let mut place = hash(mark, key.len());
        while let Some(&slot @ 1..) = self.slots.get(place & places) {
            let row = self.rows.get(usize::from(slot) - 1)?;
            if row.mark == mark && row.key.len() == key.len() && (key.len() <= MARKED || row.key.as_bytes() == key) {
                return Some(&row.meaning);
            }
            place = place.wrapping_add(1);
        }
        let end = ends(key);
        if self.ends[end / 64] >> (end % 64) & 1 == 0 {
            return None;
        }
        self.get_otherwise(key)
    }
}

/// A number that most keys have for themselves: the upper bits of a product depend on all bits of what is multiplied.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "a hash")]
fn hash(mark: u128, length: usize) -> usize {
    let folded = (mark >> 64) as u64 ^ (mark as u64).rotate_left(29) ^ length as u64;
    (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize
}

/// The same number for all spellings of a key, out of its first letter and its last two. A key that begins or ends with something
/// else than a letter or a digit is found in the spelling of its row only.
#[inline]
fn ends(key: &[u8]) -> usize {
    match key {
        [first, .., before, last] => {
            let fold = |byte: u8| u32::from(byte & 0x1f);
            let all = fold(*first) << 10 | fold(*before) << 5 | fold(*last);
            (all.wrapping_mul(0x9E37_79B1) >> 20) as usize % ENDS
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
        let mut keys = KeyTable::default();
        known.iter().for_each(|(n, key)| *keys.add(key) = *n);
        keys.seal();
        assert!(known.iter().all(|(n, key)| keys.get(key.as_bytes()) == Some(n)));
        assert!(unknown.iter().all(|(_, key)| keys.get(key.as_bytes()).is_none()));
        assert_eq!(keys.get(b""), None);
        *keys.add("") = 1;
        keys.seal();
        assert_eq!(keys.get(b""), Some(&1));
    }

    #[test]
    fn a_key_is_found_in_any_spelling_but_the_row_comes_first() {
        let mut keys: KeyTable<u8> = KeyTable::default();
        *keys.add("order_id") = 1;
        *keys.add_otherwise("order_id") = 2;
        *keys.add_otherwise("qty") = 3;
        keys.seal();
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
