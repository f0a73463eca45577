//! What tasks and routers tell each other about ids, as the values of `leadstream.forwards` ([`Message`]); the key is its receiver.
//!
//! An event that is sent on lies there as it lay in its own topic, with the header of a router that says where it comes from.

use super::proto;
use super::proto::told::Body as Wire;
use super::routed;
use super::state_record::StateCodec;
use crate::domain::identity::message::{
    Body, ConsentFact, Erase, Forwarded, Holder, Link, LinkCause, MAX_HOPS, Message, Move, Unlink,
};
use crate::domain::state::identity::{MAX_NAMES, Name};
use crate::domain::terms::consent::ConsentState;
use crate::engine::codec::{Codec, CodecError};
use crate::runtime::ports::{Encoded, Headers, Progress};
use crate::runtime::route::ROUTED;
use prost::Message as _;
use std::borrow::Cow;

/// Version that this build writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// Replaces value and headers by those of a record that tells it.
pub fn write(message: &Message, into: &mut Encoded) {
    into.value.clear();
    into.headers.clear();
    if let Body::Forwarded(forwarded) = &message.body {
        let Forwarded { via: _, routed, value, content_type, address: _ } = &**forwarded;
        into.value.extend_from_slice(value);
        into.headers.push((Cow::Borrowed(ROUTED), Some(routed.clone())));
        if let Some(content_type) = content_type {
            into.headers.push((Cow::Borrowed("content-type"), Some(content_type.clone())));
        }
        return;
    }
    encode(message, &mut into.value);
}

/// The headers of a record that says how far somebody is.
#[must_use]
pub fn progress(progress: &Progress) -> Headers {
    vec![(Cow::Borrowed(ROUTED), Some(routed::encode_progress(progress)))]
}

/// Appends the bytes of what is told; of an event that is sent on none.
pub fn encode(message: &Message, out: &mut Vec<u8>) {
    let body = match &message.body {
        Body::Forwarded(_) => return,
        Body::Link(Link { target, at_ms, cause }) => {
            let (cause, from) = write_cause(cause);
            Wire::Link(proto::Link { target: target.to_string(), at_ms: *at_ms, cause, from })
        }
        Body::Unlink(Unlink { at_ms, of: Holder(of) }) => Wire::Unlink(proto::Unlink { at_ms: *at_ms, of: of.clone() }),
        Body::Move(moved) => Wire::Move(write_move(moved)),
        Body::Return(moved) => Wire::Returned(write_move(moved)),
        Body::Consent(ConsentFact { state, at_ms }) => {
            Wire::Consent(proto::ConsentFact { state: write_consent(*state), at_ms: *at_ms })
        }
        Body::Erase(Erase { at_ms, whole_person, of: Holder(of) }) => {
            Wire::Erase(proto::Erase { at_ms: *at_ms, whole_person: *whole_person, of: of.clone() })
        }
    };
    let told = proto::Told { version: VERSION, hops: u32::from(message.hops), body: Some(body) };
    told.encode_raw(out);
}

fn write_move(moved: &Move) -> proto::Move {
    let Move { from, at_ms, prospect, names, cause } = moved;
    let mut record = Vec::new();
    if let Some(prospect) = prospect {
        StateCodec.encode(prospect, &mut record);
    }
    let name = |Name { id, rank, since_ms, linked_ms }: &Name| proto::MovedName {
        id: id.to_string(),
        rank: u32::from(*rank),
        since_ms: *since_ms,
        linked_ms: *linked_ms,
    };
    let (cause, cause_from) = write_cause(cause);
    proto::Move { from: from.to_string(), at_ms: *at_ms, record, names: names.iter().map(name).collect(), cause, cause_from }
}

fn write_cause(cause: &LinkCause) -> (i32, String) {
    let (cause, from) = match cause {
        LinkCause::Event => (proto::LinkCause::Event, String::new()),
        LinkCause::Alias => (proto::LinkCause::Alias, String::new()),
        LinkCause::Join => (proto::LinkCause::Join, String::new()),
        LinkCause::Shortcut(from) => (proto::LinkCause::Shortcut, from.to_string()),
    };
    (cause.into(), from)
}

fn write_consent(state: ConsentState) -> u32 {
    match state {
        ConsentState::Open => 0,
        ConsentState::Unsubscribed => 1,
        ConsentState::HardBounce => 2,
        ConsentState::Complained => 3,
    }
}

/// Reads a record: its key and its value.
///
/// # Errors
/// The bytes are damaged, or of a version that this build doesn't know.
pub fn decode(key: &str, value: &[u8]) -> Result<Message, CodecError> {
    let proto::Told { version, hops, body } = proto::Told::decode(value).map_err(damaged)?;
    match version {
        VERSION => {}
        0 => return Err(damaged("the message about ids has no version")),
        found => return Err(CodecError::Newer { found, known: VERSION }),
    }
    let hops = u8::try_from(hops).ok().filter(|hops| *hops <= MAX_HOPS).ok_or_else(|| damaged(format!("{hops} hops")))?;
    let body = match body.ok_or_else(|| damaged("the message about ids says nothing"))? {
        Wire::Link(proto::Link { target, at_ms, cause, from }) => {
            Body::Link(Link { target: target.into(), at_ms, cause: read_cause(cause, from)? })
        }
        Wire::Unlink(proto::Unlink { at_ms, of }) => Body::Unlink(Unlink { at_ms, of: Holder(of) }),
        Wire::Move(moved) => Body::Move(Box::new(read_move(moved)?)),
        Wire::Returned(moved) => Body::Return(Box::new(read_move(moved)?)),
        Wire::Consent(proto::ConsentFact { state, at_ms }) => Body::Consent(ConsentFact { state: read_consent(state)?, at_ms }),
        Wire::Erase(proto::Erase { at_ms, whole_person, of }) => Body::Erase(Erase { at_ms, whole_person, of: Holder(of) }),
    };
    Ok(Message { to: key.into(), hops, body })
}

fn damaged(why: impl ToString) -> CodecError {
    CodecError::Damaged(why.to_string())
}

fn read_move(moved: proto::Move) -> Result<Move, CodecError> {
    let proto::Move { from, at_ms, record, names, cause, cause_from } = moved;
    // Those of a prospect, and its own.
    if names.len() > MAX_NAMES + 1 {
        return Err(damaged(format!("{} names", names.len())));
    }
    let name = |proto::MovedName { id, rank, since_ms, linked_ms }| {
        let rank = u8::try_from(rank).map_err(damaged)?;
        Ok(Name { id: id.into(), rank, since_ms, linked_ms })
    };
    Ok(Move {
        from: from.into(),
        at_ms,
        prospect: if record.is_empty() { None } else { Some(Box::new(StateCodec.decode(&record)?)) },
        names: names.into_iter().map(name).collect::<Result<_, CodecError>>()?,
        cause: read_cause(cause, cause_from)?,
    })
}

fn read_cause(cause: i32, from: String) -> Result<LinkCause, CodecError> {
    match proto::LinkCause::try_from(cause) {
        Ok(proto::LinkCause::Event) => Ok(LinkCause::Event),
        Ok(proto::LinkCause::Alias) => Ok(LinkCause::Alias),
        Ok(proto::LinkCause::Join) => Ok(LinkCause::Join),
        Ok(proto::LinkCause::Shortcut) => Ok(LinkCause::Shortcut(from.into())),
        Ok(proto::LinkCause::Unspecified) | Err(_) => Err(damaged(format!("cause {cause} of a link is unknown"))),
    }
}

fn read_consent(state: u32) -> Result<ConsentState, CodecError> {
    match state {
        0 => Ok(ConsentState::Open),
        1 => Ok(ConsentState::Unsubscribed),
        2 => Ok(ConsentState::HardBounce),
        3 => Ok(ConsentState::Complained),
        _ => Err(damaged(format!("consent {state} is unknown"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Text;
    use crate::domain::state::prospect::Prospect;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn id() -> impl Strategy<Value = Text> {
        "[a-z:é]{0,30}".prop_map(Text::from)
    }

    fn cause() -> impl Strategy<Value = LinkCause> {
        let plain = prop::sample::select(vec![LinkCause::Event, LinkCause::Alias, LinkCause::Join]);
        prop_oneof![plain, id().prop_map(LinkCause::Shortcut)]
    }

    fn holder() -> impl Strategy<Value = Holder> {
        vec(any::<u32>(), 0..5).prop_map(Holder)
    }

    fn moved() -> impl Strategy<Value = Move> {
        let name = (id(), any::<u8>(), any::<i64>(), any::<i64>());
        let name = name.prop_map(|(id, rank, since_ms, linked_ms)| Name { id, rank, since_ms, linked_ms });
        let prospect = (1..i64::MAX, any::<u32>());
        let prospect = prospect.prop_map(|(last_seen_ms, sessions)| Prospect { last_seen_ms, sessions, ..Prospect::default() });
        (id(), any::<i64>(), prop::option::of(prospect), vec(name, 0..5), cause()).prop_map(
            |(from, at_ms, prospect, names, cause)| Move { from, at_ms, prospect: prospect.map(Box::new), names, cause },
        )
    }

    fn body() -> impl Strategy<Value = Body> {
        let states = [ConsentState::Open, ConsentState::Unsubscribed, ConsentState::HardBounce, ConsentState::Complained];
        prop_oneof![
            (id(), any::<i64>(), cause()).prop_map(|(target, at_ms, cause)| Body::Link(Link { target, at_ms, cause })),
            (any::<i64>(), holder()).prop_map(|(at_ms, of)| Body::Unlink(Unlink { at_ms, of })),
            moved().prop_map(|moved| Body::Move(Box::new(moved))),
            moved().prop_map(|moved| Body::Return(Box::new(moved))),
            (prop::sample::select(states.to_vec()), any::<i64>())
                .prop_map(|(state, at_ms)| Body::Consent(ConsentFact { state, at_ms })),
            (any::<i64>(), any::<bool>(), holder()).prop_map(|(at_ms, whole_person, of)| Body::Erase(Erase {
                at_ms,
                whole_person,
                of
            })),
        ]
    }

    fn message() -> impl Strategy<Value = Message> {
        (id(), 0..=MAX_HOPS, body()).prop_map(|(to, hops, body)| Message { to, hops, body })
    }

    fn encoded(message: &Message) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(message, &mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn every_message_comes_back_as_it_was(message in message()) {
            prop_assert_eq!(decode(&message.to, &encoded(&message)), Ok(message));
        }

        #[test]
        fn noise_is_an_error_and_never_a_panic(bytes in vec(any::<u8>(), 0..200), message in message(), at in any::<prop::sample::Index>()) {
            _ = decode("a", &bytes);
            let mut damaged = encoded(&message);
            let at = at.index(damaged.len());
            damaged[at] ^= 0x55;
            _ = decode("a", &damaged);
        }
    }

    fn told(change: impl FnOnce(&mut proto::Told)) -> Result<Message, CodecError> {
        let consent = proto::ConsentFact { state: 1, at_ms: 5 };
        let mut told = proto::Told { version: VERSION, hops: 0, body: Some(Wire::Consent(consent)) };
        change(&mut told);
        decode("email:e", &told.encode_to_vec())
    }

    #[test]
    fn what_can_not_be_is_refused() {
        assert!(told(|_| {}).is_ok());
        assert_eq!(told(|told| told.version = 2), Err(CodecError::Newer { found: 2, known: 1 }));
        let is_damaged = |change: &dyn Fn(&mut proto::Told)| matches!(told(change), Err(CodecError::Damaged(_)));
        assert!(is_damaged(&|told| told.version = 0));
        assert!(is_damaged(&|told| told.hops = u32::from(MAX_HOPS) + 1));
        assert!(is_damaged(&|told| told.body = None));
        assert!(is_damaged(&|told| told.body = Some(Wire::Consent(proto::ConsentFact { state: 4, at_ms: 0 }))));
        assert!(is_damaged(&|told| told.body = Some(Wire::Link(proto::Link { target: "a".into(), ..proto::Link::default() }))));
        let many = vec![proto::MovedName::default(); MAX_NAMES + 2];
        let moved = proto::Move { names: many, cause: 1, ..proto::Move::default() };
        assert!(is_damaged(&|told| told.body = Some(Wire::Move(moved.clone()))));
        let record = proto::Move { record: vec![8, 99], cause: 1, ..proto::Move::default() };
        assert!(matches!(told(|told| told.body = Some(Wire::Move(record))), Err(CodecError::Newer { found: 99, .. })));
    }
}
