//! Other ids of a prospect, and records of ids that point to others.

use super::everything::missing_of_forward;
use super::{NOW_MS, check_golden, encode, newcomer, optional_time, text, time};
use leadstream_core::domain::state::consent::Consent;
use leadstream_core::domain::state::erasure::Erasure;
use leadstream_core::domain::state::identity::{
    Claim, Device, DeviceUser, Forward, Identity, MAX_HOLDERS, MAX_NAMES, MAX_USERS, Name, Users,
};
use leadstream_core::domain::state::prospect::{Extras, Prospect};
use leadstream_core::domain::state::weight;
use leadstream_core::domain::terms::consent::ConsentState;
use leadstream_core::engine::codec::{Codec, CodecError};
use leadstream_core::state_record::{StateCodec, VERSION, decode_forward, encode_forward, is_forward};
use leadstream_proto as proto;
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;

fn users() -> impl Strategy<Value = Users> {
    let one = (any::<u32>(), time()).prop_map(|(hash, at_ms)| DeviceUser { hash, at_ms });
    vec(one, 0..=MAX_USERS).prop_map(Users::from_vec)
}

prop_compose! {
    fn name()(id in text(), rank in any::<u8>(), since_ms in time(), linked_ms in time()) -> Name {
        Name { id, rank, since_ms, linked_ms }
    }
}

prop_compose! {
    pub fn identity()(names in vec(name(), 0..5), crowded_until_ms in optional_time(), users in users(), shared in any::<bool>(),
                    detached_ms in optional_time()) -> Identity {
        Identity { names, crowded_until_ms, device: Device { users, shared, detached_ms } }
    }
}

prop_compose! {
    fn forward()(to in vec((text(), time()), 1..=MAX_HOLDERS), first_ms in time(), refreshed_ms in time(), users in users(),
                 consent in (0..4usize, optional_time(), optional_time()), erasure in proptest::option::of((time(), time()))) -> Forward {
        use ConsentState::{Complained, HardBounce, Open, Unsubscribed};
        Forward {
            to: to.into_iter().map(|(id, at_ms)| Claim { id, at_ms }).collect(), first_ms, refreshed_ms, users,
            consent: Consent { state: [Open, Unsubscribed, HardBounce, Complained][consent.0], since_ms: consent.1, granted_ms: consent.2 },
            erasure: erasure.map(|(before_ms, until_ms)| Erasure { before_ms, until_ms }),
        }
    }
}

fn encoded(forward: &Forward) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_forward(forward, &mut bytes);
    bytes
}

fn everything() -> Forward {
    let claim = |id: &str, at_ms| Claim { id: id.into(), at_ms };
    Forward {
        to: [claim("42", NOW_MS), claim("7", NOW_MS - 5)].into_iter().collect(),
        first_ms: NOW_MS - 1_000,
        refreshed_ms: NOW_MS + 1,
        users: std::iter::once(DeviceUser { hash: 7, at_ms: NOW_MS }).collect(),
        consent: Consent { state: ConsentState::HardBounce, since_ms: Some(NOW_MS - 2), granted_ms: Some(NOW_MS - 9) },
        erasure: Some(Erasure { before_ms: NOW_MS - 2_000, until_ms: NOW_MS + 2_000 }),
    }
}

#[test]
fn a_golden_record_of_an_id_that_points_to_others_has_every_field() {
    let bytes = encoded(&everything());
    check_golden("state-v7-forward.hex", &bytes);
    assert_eq!(decode_forward(&bytes), Ok(everything()));
    assert_eq!(missing_of_forward(&bytes), Vec::<String>::new());
    let message = proto::ProspectRecord::decode(&*bytes).unwrap();
    let read = message.forward.unwrap();
    assert_eq!((message.version, message.last_seen_ms), (VERSION, NOW_MS + 1));
    assert_eq!((read.to[0].id.as_str(), read.to[1].at, read.consent_state), ("42", Some(6), 2));
}

#[test]
fn an_id_that_points_to_one_user_takes_few_bytes() {
    let to = std::iter::once(Claim { id: "customer-1234567".into(), at_ms: NOW_MS }).collect();
    let users = std::iter::once(DeviceUser { hash: 7, at_ms: NOW_MS }).collect();
    let bytes = encoded(&Forward { to, first_ms: NOW_MS, refreshed_ms: NOW_MS, users, ..Forward::default() });
    assert!(bytes.len() <= 52, "{} bytes", bytes.len());
}

#[test]
fn a_prospect_without_other_ids_is_written_as_before_they_came() {
    assert_eq!(encode(&newcomer())[..2], [8, 6]);
    let mut named = newcomer();
    // Made, and empty again.
    named.extras_mut().identity.crowded_until_ms = Some(NOW_MS);
    assert_eq!(encode(&named)[..2], [8, 7]);
    named.extras_mut().identity.crowded_until_ms = None;
    assert_eq!(encode(&named), encode(&newcomer()));
}

#[test]
fn a_task_reads_both_kinds_of_record() {
    let bytes = encoded(&everything());
    let read = StateCodec.decode(&bytes).unwrap();
    assert_eq!(read.forward(), Some(&everything()), "and nothing else");
    assert_eq!(encode(&read), bytes);
    let (whole, damaged) = (everything(), &bytes[..bytes.len() - 1]);
    assert!(!whole.to.is_empty() && matches!(StateCodec.decode(damaged), Err(CodecError::Damaged(_))));
    assert!(matches!(decode_forward(&encode(&newcomer())), Err(CodecError::Damaged(_))));
    let mut newer = bytes;
    newer[1] = u8::try_from(VERSION).unwrap() + 1;
    assert_eq!(decode_forward(&newer), Err(CodecError::Newer { found: VERSION + 1, known: VERSION }));
    assert!(!is_forward(&newer) && !is_forward(&[]));
}

#[test]
fn as_many_ids_as_a_prospect_may_have_leave_room_for_the_rest_of_it() {
    let name = |_| Name { id: "x".repeat(256).into(), rank: u8::MAX, since_ms: i64::MIN, linked_ms: i64::MIN };
    let names: Vec<Name> = (0..MAX_NAMES).map(name).collect();
    let full = Identity { names, ..Identity::default() };
    let prospect = Prospect { extras: Some(Box::new(Extras { identity: full.into(), ..Extras::default() })), ..newcomer() };
    assert!(weight::record(&prospect) < 21 * 1024, "{}", weight::record(&prospect));
    let bytes = encode(&prospect);
    assert_eq!(StateCodec.decode(&bytes), Ok(prospect.clone()));
    // One more was never written.
    let mut more = proto::ProspectRecord::decode(&*bytes).unwrap();
    let identity = more.more.as_mut().unwrap().identity.as_mut().unwrap();
    identity.names.push(identity.names[0].clone());
    assert!(matches!(StateCodec.decode(&more.encode_to_vec()), Err(CodecError::Damaged(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_forward_comes_back_as_it_was_and_the_generated_message_agrees(forward in forward().boxed()) {
        let bytes = encoded(&forward);
        prop_assert!(is_forward(&bytes));
        prop_assert_eq!(&decode_forward(&bytes).unwrap(), &forward);
        prop_assert!(bytes.len() <= weight::forward(&forward));
        let message = proto::ProspectRecord::decode(bytes.as_slice()).unwrap();
        prop_assert_eq!(decode_forward(&message.encode_to_vec()).unwrap(), forward, "what the generated message writes");
    }

    #[test]
    fn a_prospect_with_other_ids_is_no_forward(identity in identity().boxed()) {
        let prospect = Prospect { extras: Some(Box::new(Extras { identity: identity.into(), ..Extras::default() })), ..newcomer() };
        prop_assert!(!is_forward(&encode(&prospect)));
    }

    #[test]
    fn a_damaged_forward_is_an_error_and_never_a_panic(forward in forward().boxed(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = encoded(&forward);
        for end in 0..bytes.len() {
            let cut = decode_forward(&bytes[..end]).ok();
            prop_assert_ne!(cut.as_ref(), Some(&forward), "cut at {}", end);
        }
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _: Result<_, _> = decode_forward(&bytes);
        let _: bool = is_forward(&bytes);
    }

    #[test]
    fn noise_is_no_forward_and_never_a_panic(bytes in vec(any::<u8>(), 0..300)) {
        let _: Result<_, _> = decode_forward(&bytes);
        let _: bool = is_forward(&bytes);
    }
}
