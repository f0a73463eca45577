//! A list of record headers in one reused buffer.

use std::ops::Range;

/// Headers to write with a record. Reused between records: nothing is allocated once it has grown.
#[derive(Debug, Default, Clone)]
pub struct HeaderBuf {
    bytes: Vec<u8>,
    entries: Vec<(&'static str, Range<usize>)>,
}

impl HeaderBuf {
    /// Forgets all headers, keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }

    /// Appends a header.
    pub fn push(&mut self, name: &'static str, value: &[u8]) {
        self.push_with(name, |out| out.extend_from_slice(value));
    }

    /// Appends a header whose value `write` appends to the buffer.
    pub fn push_with(&mut self, name: &'static str, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        self.entries.push((name, start..self.bytes.len()));
    }

    /// The headers, in the order in which they were appended.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        self.entries.iter().map(|(name, range)| (*name, self.bytes.get(range.clone()).unwrap_or_default()))
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
