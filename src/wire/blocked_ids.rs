//! Blocked ids, as the values of `leadstream.identity`; the key is the id. A tombstone unblocks it.

use super::proto;
use crate::domain::Ms;
use crate::runtime::ports::Encoded;
use prost::Message as _;

/// Version that this build writes, and the newest that it reads.
const VERSION: u32 = 1;

/// Replaces value and headers by those of a record that blocks an id.
pub fn write(at_ms: Ms, into: &mut Encoded) {
    into.value.clear();
    into.headers.clear();
    proto::BlockedId { version: VERSION, at_ms }.encode_raw(&mut into.value);
}

/// Since when an id is blocked.
///
/// # Errors
/// The bytes are damaged, or of a version that this build doesn't know.
pub fn read(value: &[u8]) -> Result<Ms, String> {
    let blocked = proto::BlockedId::decode(value).map_err(|error| error.to_string())?;
    match blocked.version {
        VERSION => Ok(blocked.at_ms),
        found => Err(format!("version {found}, and {VERSION} is known")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was_written_and_a_newer_one_is_refused() {
        let mut encoded = Encoded::default();
        write(1_760_000_000_000, &mut encoded);
        assert_eq!(read(&encoded.value), Ok(1_760_000_000_000));
        assert!(read(&proto::BlockedId { version: 2, at_ms: 0 }.encode_to_vec()).is_err_and(|error| error.contains("version 2")));
        assert!(read(b"\xff\xff").is_err());
    }
}
