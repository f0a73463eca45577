//! Where an event that a router wrote comes from, as the header [`ROUTED`](crate::runtime::route::ROUTED) of its record.

use super::proto;
use crate::runtime::ports::Progress;
use prost::Message;

/// Version that this build writes, and the newest that it reads.
pub const VERSION: u32 = 1;

pub use proto::{ForwardedBy, Routed};

/// How far a router is, as the header of a record of its own.
#[must_use]
pub fn encode_progress(progress: &Progress) -> Vec<u8> {
    let own = progress.own.iter().map(|(topic, partition, level)| proto::LaneProgress {
        topic: topic.clone(),
        partition: *partition,
        level: u32::from(*level),
    });
    let progress = proto::Progress { wall_ms: progress.wall_ms, lanes: progress.lanes, own: own.collect() };
    encode(&Routed { version: VERSION, progress: Some(progress), ..Routed::default() })
}

/// What a record says of its router; `None`: it is an event.
#[must_use]
pub fn progress(header: &[u8]) -> Option<Progress> {
    let proto::Progress { wall_ms, lanes, own } = decode(header).ok()?.progress?;
    let own = own.into_iter().map(|lane| (lane.topic, lane.partition, u8::try_from(lane.level).unwrap_or(u8::MAX))).collect();
    Some(Progress { wall_ms, lanes, own })
}

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
            progress: None,
            forwarded: None,
            address: "email:ada@mail.example".to_owned(),
        };
        assert_eq!(decode(&encode(&routed)), Ok(routed.clone()));
        assert!(decode(&encode(&Routed { version: 2, ..routed.clone() })).is_err_and(|error| error.contains("version 2")));
        assert!(decode(b"\xff\xff").is_err());
        assert_eq!(progress(&encode(&routed)), None, "an event");
        let own = vec![("shop.webhooks".to_owned(), 2, 1), ("shop.webhooks".to_owned(), 0, 0)];
        let said = Progress { wall_ms: 1_760_000_000_000, lanes: 3, own };
        assert_eq!(progress(&encode_progress(&said)), Some(said));
    }
}
