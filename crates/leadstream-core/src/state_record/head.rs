//! How every record begins.

use super::reader::{Read, Reader, Value, damaged};
use super::version::VERSION;
use crate::engine::codec::CodecError;

/// A reader behind the version, which is one that this build knows.
pub(super) fn version_first<'b>(bytes: &'b [u8], what: &'static str) -> Read<Reader<'b>> {
    let mut r = Reader::new(bytes, 0, what);
    match r.next()? {
        Some((1, Value::Varint(version))) if (1..=u64::from(VERSION)).contains(&version) => Ok(r),
        Some((1, Value::Varint(found))) if found > u64::from(VERSION) => {
            Err(Box::new(CodecError::Newer { found: u32::try_from(found).unwrap_or(u32::MAX), known: VERSION }))
        }
        _ => damaged(r.what, "no version at its beginning"),
    }
}
