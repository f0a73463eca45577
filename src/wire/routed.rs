//! Where an event that a router wrote comes from, as the header [`ROUTED`](crate::runtime::ports::ROUTED) of its record.

use super::proto;
use prost::Message;

/// Version that this build writes, and the newest that it reads.
pub const VERSION: u32 = 1;

pub use proto::Routed;

/// The header's bytes.
#[must_use]
pub fn encode(routed: &Routed) -> Vec<u8> {
    routed.encode_to_vec()
}

/// # Errors
/// The bytes are damaged, or of a version that this build doesn't know.
pub fn decode(bytes: &[u8]) -> Result<Routed, String> {
    let routed = Routed::decode(bytes).map_err(|error| error.to_string())?;
    match routed.version {
        VERSION => Ok(routed),
        found => Err(format!("version {found}, and {VERSION} is known")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_comes_back_as_it_was_written_and_a_newer_one_is_refused() {
        let routed = Routed {
            version: VERSION,
            topic: "shop.webhooks".to_owned(),
            partition: 2,
            offset: 41,
            element: 3,
            part: 1,
            record_ms: Some(1_760_000_000_000),
            is_mail: false,
            is_trusted: true,
        };
        assert_eq!(decode(&encode(&routed)), Ok(routed.clone()));
        assert!(decode(&encode(&Routed { version: 2, ..routed })).is_err_and(|error| error.contains("version 2")));
        assert!(decode(b"\xff\xff").is_err());
    }
}
