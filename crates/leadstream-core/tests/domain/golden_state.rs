//! The state format: what was ever written is read for ever, by this build's hand-written code and by the generated message.
//!
//! `tests/golden/` is append-only: a file may be added for a new version, none may change.

mod carts;
mod contact;
mod everything;
mod identity;
mod orders;
mod people;

use leadstream_core::domain::Text;
use leadstream_core::domain::state::account::Source;
use leadstream_core::domain::state::account::{Barred, Belongs, Membership};
use leadstream_core::domain::state::acquisition::Customer;
use leadstream_core::domain::state::cart::{ArmedFor, Cart, CartLine, Removed, SentStep, Series, SeriesPhase};
use leadstream_core::domain::state::checkout::{Attempt, Step};
use leadstream_core::domain::state::consensus::Announced;
use leadstream_core::domain::state::consensus::{Ballot, Consensus, Settled, Vote};
use leadstream_core::domain::state::consent::Consent;
use leadstream_core::domain::state::decisions::Decision;
use leadstream_core::domain::state::erasure::Erasure;
use leadstream_core::domain::state::few::InlineVec;
use leadstream_core::domain::state::group::{Group, Member, Reason};
use leadstream_core::domain::state::lead::{Held, Lead, LeadStatus};
use leadstream_core::domain::state::prospect::{Extras, Prospect};
use leadstream_core::domain::state::seen::Seen;
use leadstream_core::domain::state::track::Disqualified;
use leadstream_core::domain::state::track::Entry;
use leadstream_core::domain::state::track::Opening;
use leadstream_core::domain::state::track::{
    EnteredBy, GroupPoints, Hit, Journeys, PastJourney, PastStage, RuleCount, RuleUse, StagePosition, Track,
};
use leadstream_core::domain::state::weight;
use leadstream_core::domain::terms::consent::ConsentState;
use leadstream_core::domain::terms::grade::Grade;
use leadstream_core::domain::terms::movement::Cause;
use leadstream_core::domain::terms::per_axis::PerAxis;
use leadstream_core::domain::terms::sales::{Answer, Bar, Qualification};
use leadstream_core::engine::codec::{Codec, CodecError};
use leadstream_core::state_record::{StateCodec, VERSION};
use leadstream_proto as proto;
use proptest::prelude::*;
use prost::Message;
use std::num::{NonZeroU32, NonZeroU64};

const NOW_MS: i64 = 1_795_348_800_123;
/// Rounded up, as version 1 is read.
const NOW_S: i64 = 1_795_348_801;
const HOUR_MS: i64 = 3_600_000;

fn encode(prospect: &Prospect) -> Vec<u8> {
    let mut bytes = Vec::new();
    StateCodec.encode(prospect, &mut bytes);
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.chunks(32).map(|line| line.iter().map(|b| format!("{b:02x}")).collect::<String>() + "\n").collect()
}

fn golden(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Compares with a golden file; `LEADSTREAM_TESTS_WRITE=1` writes one that is not there yet, and never changes one that is.
fn check_golden(name: &str, bytes: &[u8]) {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    #[allow(clippy::disallowed_methods, reason = "a switch for the person who adds a version")]
    if std::env::var_os("LEADSTREAM_TESTS_WRITE").is_some() && !std::path::Path::new(&path).exists() {
        std::fs::write(&path, hex(bytes)).unwrap();
    }
    assert_eq!(hex(&golden(name)), hex(bytes), "{name}: the bytes of a version are fixed; change the format under a new version");
}

/// Somebody about whom everything is known.
fn everything() -> Prospect {
    Prospect {
        first_seen_ms: NOW_MS - 40 * 24 * HOUR_MS,
        last_seen_ms: NOW_MS,
        last_activity_ms: Some(NOW_MS),
        last_cart_activity_ms: Some(NOW_MS - HOUR_MS),
        sessions: 300,
        seen: Seen { before: orders::old_ids(&[(u64::MAX, NOW_S - 5), (7, NOW_S)]), ..Seen::default() },
        consent: Consent { state: ConsentState::HardBounce, since_ms: Some(NOW_MS - 2 * HOUR_MS), granted_ms: None },
        carts: vec![
            Cart {
                id: Some("cart-1".into()),
                lines: vec![
                    CartLine {
                        product_id: "p-1".into(),
                        sku: Some("SKU-1".into()),
                        name: Some("Trail shoe, ünïcode".into()),
                        variant: Some("blue".into()),
                        url: Some("https://shop.example/p/1".into()),
                        image_url: Some("https://cdn.shop.example/p/1.jpg".into()),
                        quantity: 2.0,
                        price: Some(19.99),
                        currency: None,
                        added_ms: NOW_MS - HOUR_MS,
                    },
                    CartLine {
                        product_id: "p-2".into(),
                        quantity: 1.0,
                        price: Some(0.0),
                        added_ms: NOW_MS,
                        ..CartLine::default()
                    },
                ],
                removed: vec![Removed { product_hash: 99, time_ms: NOW_MS - 3 * HOUR_MS }],
                cleared_ms: Some(NOW_MS - 4 * HOUR_MS),
                touched_ms: NOW_MS,
                checkout_started: true,
                currency: Some("EUR".into()),
                series: Series {
                    phase: SeriesPhase::Running,
                    episode_ms: NOW_MS - 2 * HOUR_MS,
                    armed_by: 0xDEAD_BEEF_0BAD_CAFE,
                    done: 1,
                    abandoned_at_ms: NOW_MS - HOUR_MS,
                    last_step_ms: NOW_MS - 1,
                    last_step_left: true,
                    sent: vec![SentStep {
                        step: 1,
                        episode_ms: NOW_MS - 2 * HOUR_MS,
                        left_ms: NOW_MS - 1,
                        trigger_id: 0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF,
                        ..SentStep::default()
                    }],
                    due_ms: Some(NOW_MS + 24 * HOUR_MS),
                    fire_at_ms: Some(NOW_MS + 24 * HOUR_MS + 1_000),
                    ..Series::default()
                },
                forget_at_ms: Some(NOW_MS + 240 * HOUR_MS),
                ..Cart::default()
            },
            Cart { series: Series { phase: SeriesPhase::Ended, ..Series::default() }, ..Cart::default() },
        ],
        cooldown_from_ms: Some(NOW_MS - 1),
        cooldown_reported: true,
        tracks: vec![
            Track {
                model: "ecommerce".into(),
                model_hash: 0x1122_3344_5566_7788,
                positions: PerAxis {
                    journey: Some(StagePosition {
                        stage: "validation".into(),
                        entered_ms: NOW_MS - HOUR_MS,
                        stale_at_ms: Some(NOW_MS + 45 * 24 * HOUR_MS),
                        by: EnteredBy::default(),
                        history: vec![
                            PastStage { stage_hash: 1, entered_ms: NOW_MS - 40 * 24 * HOUR_MS, by: EnteredBy::default() },
                            PastStage { stage_hash: u32::MAX, entered_ms: NOW_MS - 2 * HOUR_MS, by: EnteredBy::default() },
                        ]
                        .into(),
                        journeys: None,
                        opening: None,
                    }),
                    funnel: Some(StagePosition {
                        stage: "intent".into(),
                        entered_ms: NOW_MS,
                        stale_at_ms: None,
                        by: EnteredBy::default(),
                        history: InlineVec::new(),
                        journeys: None,
                        opening: None,
                    }),
                },
                counts: vec![
                    RuleCount {
                        rule: 5,
                        hits: vec![Hit { time_ms: NOW_MS - 9, match_key: 3 }, Hit { time_ms: NOW_MS, match_key: 0 }].into(),
                    },
                    RuleCount { rule: 6, hits: vec![Hit { time_ms: NOW_MS, match_key: 0 }].into() },
                ]
                .into(),
                groups: vec![GroupPoints { group: 77, points: 12.345_678_9, as_of_ms: NOW_MS, carried_forward: 0.0 }].into(),
                uses: vec![RuleUse { rule: 8, since_ms: NOW_MS - HOUR_MS, count: 1_000 }].into(),
                label: Some(0xCAFE),
                label_since_ms: Some(NOW_MS - 77),
                label_falls_at_ms: Some(NOW_MS + 6 * HOUR_MS),
                ..Track::default()
            },
            Track { model: "shadow".into(), ..Track::default() },
        ]
        .into(),
        addressable: false,
        address: None,
        identified: false,
        extras: None,
    }
}

fn newcomer() -> Prospect {
    Prospect {
        first_seen_ms: NOW_MS,
        last_seen_ms: NOW_MS,
        last_activity_ms: Some(NOW_MS),
        sessions: 1,
        seen: Seen { before: orders::old_ids(&[(42, NOW_S)]), ..Seen::default() },
        ..Prospect::default()
    }
}

/// An account of which everything is known, and a member of it.
fn account() -> Group {
    let vote =
        |time_ms, voter, ballot, announced, revision| Vote { time_ms, voter, cause: voter ^ 5, ballot, announced, revision };
    Group {
        model_hash: 0x99,
        members: vec![
            Member {
                name: "ann".into(),
                role: Some("decision-maker".into()),
                stages: PerAxis { journey: Some("validation".into()), funnel: Some("intent".into()) },
                score: 42.5,
                disqualified: true,
                updated_ms: NOW_MS - 3,
                active_ms: Some(NOW_MS - 4),
                barred: Some(Bar::Customer),
                held_ms: Some(NOW_MS - 6),
            },
            Member { name: "ben".into(), updated_ms: NOW_MS, ..Member::default() },
        ],
        consensus: Consensus {
            settled: Settled {
                agreed: vec![(7, None), (u64::MAX, NonZeroU32::new(9))],
                undecided: vec![8],
                out: true,
                reached: true,
                until_ms: NOW_MS - 100,
            },
            votes: vec![
                vote(NOW_MS - 50, 1, Ballot::Agrees(NonZeroU32::new(77)), Announced::Reached, 1),
                vote(NOW_MS - 40, 1, Ballot::AgreesNot, Announced::Lost, 3),
                vote(NOW_MS - 35, 2, Ballot::Undecided, Announced::Lost, 255),
                vote(NOW_MS - 30, 0, Ballot::Out, Announced::Nothing, 0),
                vote(NOW_MS, 0, Ballot::Reopened, Announced::Nothing, 2),
            ],
        },
        verdict: Some(Reason { time_ms: NOW_MS - 30, by: 5, text: Some("budget".into()) }),
        known_as: vec!["Acme Inc.".into(), "acme.com".into()],
        stages: PerAxis { journey: Some("validation".into()), funnel: Some("evaluation".into()) },
        buyers: vec![(7, NOW_MS - 9), (u64::MAX, NOW_MS)],
        empty_since_ms: Some(NOW_MS),
    }
}

#[test]
fn accounts_and_members_come_back_as_they_were_and_the_generated_message_reads_them() {
    let belongs = Belongs {
        account: "acme.com".into(),
        source: Source::GroupCall,
        since_ms: NOW_MS - HOUR_MS,
        sent_ms: Some(NOW_MS - 1),
        sent_digest: NonZeroU64::new(0xFACE),
        group_id: Some("g-42".into()),
    };
    for membership in [
        Membership {
            role: Some("user".into()),
            belongs: Some(belongs),
            barred: Some(Barred { why: Bar::Disqualified, since_ms: NOW_MS }),
            group: None,
        },
        Membership { role: None, belongs: None, barred: None, group: Some(Box::new(account())) },
    ] {
        let extras = Extras { account: membership.into(), ..Extras::default() };
        let prospect = Prospect { extras: Some(Box::new(extras)), ..newcomer() };
        let bytes = encode(&prospect);
        assert_eq!(StateCodec.decode(&bytes).unwrap(), prospect);
        let message = proto::ProspectRecord::decode(&*bytes).unwrap();
        assert_eq!(message.encode_to_vec(), bytes);
        for end in 0..bytes.len() {
            assert_ne!(StateCodec.decode(&bytes[..end]).ok().as_ref(), Some(&prospect), "cut at {end}");
        }
    }
}

#[test]
fn golden_records_of_every_version_are_read() {
    for (name, prospect) in [("everything.hex", everything()), ("newcomer.hex", newcomer())] {
        for version in 1..=2 {
            assert_eq!(StateCodec.decode(&golden(&format!("state-v{version}-{name}"))).unwrap(), prospect, "{name} of {version}");
        }
    }
}

#[test]
fn a_golden_record_of_version_3_is_read_and_written_as_the_newest() {
    let bytes = golden("state-v3-everything.hex");
    let written = encode(&StateCodec.decode(&bytes).unwrap());
    assert_eq!((bytes[1], written[1]), (3, 6), "only the version differs");
    assert_eq!(hex(&written[2..]), hex(&bytes[2..]));
}

#[test]
fn a_golden_record_of_version_4_is_read_and_written_as_the_newest() {
    let bytes = golden("state-v4-everything.hex");
    let written = encode(&StateCodec.decode(&bytes).unwrap());
    assert_eq!((bytes[1], written[1]), (4, 6), "only the version differs");
    assert_eq!(hex(&written[2..]), hex(&bytes[2..]));
}

#[test]
fn a_golden_record_of_version_5_is_read_and_written_as_the_newest() {
    let bytes = golden("state-v5-everything.hex");
    let written = encode(&StateCodec.decode(&bytes).unwrap());
    assert_eq!((bytes[1], written[1]), (5, 6), "only the version differs");
    assert_eq!(hex(&written[2..]), hex(&bytes[2..]));
    assert!(StateCodec.decode(&golden("state-v5-erased.hex")).is_ok());
}

#[test]
fn a_golden_record_of_version_6_is_read_and_written_byte_for_byte() {
    let bytes = golden("state-v6-everything.hex");
    assert_eq!(hex(&encode(&StateCodec.decode(&bytes).unwrap())), hex(&bytes), "without what came later it stays as it is");
}

#[test]
fn a_golden_record_of_version_7_is_read_and_written_byte_for_byte() {
    let name = "state-v7-everything.hex";
    if std::env::var_os("LEADSTREAM_TESTS_WRITE").is_some() {
        check_golden(name, &encode(&everything::somebody()));
    }
    let bytes = golden(name);
    let prospect = StateCodec.decode(&bytes).unwrap();
    let missing = everything::missing(&bytes);
    assert!(
        missing.is_empty(),
        "nothing of the golden record shows {missing:?}: write it anew while its version is not released"
    );
    assert_eq!(hex(&encode(&prospect)), hex(&bytes));
}

#[test]
fn a_record_of_a_newer_version_is_refused_as_newer() {
    let mut bytes = encode(&everything());
    bytes[1] = u8::try_from(VERSION).unwrap() + 1;
    assert_eq!(StateCodec.decode(&bytes), Err(CodecError::Newer { found: VERSION + 1, known: VERSION }));
}

#[test]
fn a_field_that_this_version_does_not_have_is_refused_instead_of_being_lost() {
    let mut bytes = encode(&newcomer());
    bytes.extend_from_slice(&[0xF8, 0x01, 0x01]); // field 31, varint 1
    assert!(matches!(StateCodec.decode(&bytes), Err(CodecError::Damaged(_))));
}

#[test]
fn a_record_that_is_cut_anywhere_is_damaged_or_at_least_not_the_same() {
    let prospect = everything();
    let bytes = encode(&prospect);
    for end in 0..bytes.len() {
        assert_ne!(StateCodec.decode(&bytes[..end]).ok().as_ref(), Some(&prospect), "cut at {end}");
    }
    assert!(matches!(StateCodec.decode(&[]), Err(CodecError::Damaged(_))));
}

#[test]
fn what_stays_of_an_erasure_takes_few_bytes_and_none_of_them_is_of_the_person() {
    let erasure = Erasure { before_ms: NOW_MS, until_ms: NOW_MS + 90 * 24 * HOUR_MS };
    let erased =
        Prospect { extras: Some(Box::new(Extras { erasure: Some(erasure), ..Extras::default() })), ..Prospect::default() };
    let bytes = encode(&erased);
    check_golden("state-v6-erased.hex", &bytes);
    assert_eq!(StateCodec.decode(&bytes), Ok(erased));
    assert!(bytes.len() <= 24, "{} bytes", bytes.len());
}

#[test]
fn a_newcomer_takes_few_bytes() {
    assert!(encode(&newcomer()).len() <= 40, "{} bytes", encode(&newcomer()).len());
}

#[test]
fn the_generated_message_reads_the_bytes_written_by_hand() {
    let prospect = everything();
    let bytes = encode(&prospect);
    let message = proto::ProspectRecord::decode(bytes.as_slice()).unwrap();
    assert_eq!(message.version, VERSION - 1, "it has nothing of the newest version");
    assert_eq!(message.last_seen_ms, NOW_MS);
    assert_eq!(message.first_seen, Some(40 * 24 * HOUR_MS));
    assert_eq!(message.seen_hashes, [u64::MAX, 7]);
    assert_eq!(message.seen_seconds, [4, 5], "4 s before the base, rounded up, then 5 s after that");
    assert_eq!(message.consent_state, 2);
    let track = &message.tracks[0];
    assert_eq!((track.model.as_str(), track.model_hash), ("ecommerce", 0x1122_3344_5566_7788));
    assert_eq!(track.journey.as_ref().unwrap().stage, "validation");
    assert_eq!(track.group_points, [12.345_678_9]);
    assert_eq!(track.use_counts, [1_000]);
    assert_eq!(track.label, Some(0xCAFE));
    let cart = &message.carts[0];
    assert_eq!(cart.id.as_deref(), Some("cart-1"));
    assert_eq!(cart.lines[0].price, Some(19.99));
    assert_eq!(cart.lines[1].sku, None);
    let series = cart.series.as_ref().unwrap();
    assert_eq!(series.sent[0].trigger_id, 0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF_u128.to_be_bytes());
    assert_eq!(series.due, Some(-24 * HOUR_MS));
}

#[test]
fn what_is_known_of_contact_takes_a_bounded_number_of_bytes() {
    let prospect = |extras| Prospect { extras: Some(Box::new(extras)), ..newcomer() };
    let traits =
        encode(&prospect(Extras { traits: people::all_that_fits(), ..Extras::default() })).len() - encode(&newcomer()).len();
    assert_eq!(traits, 4_612, "every trait as long as it may be");
    let full = encode(&prospect(contact::all_that_fits()));
    assert_eq!(StateCodec.decode(&full).unwrap(), prospect(contact::all_that_fits()));
    assert_eq!(full.len(), 5_668, "every list as long as it may become");
    // Who was reminded once has few of them.
    let mut once = contact::all_that_fits();
    once.contact = Default::default();
    once.internal = Default::default();
    once.triggers = Default::default();
    once.decisions.list.truncate(1);
    once.decisions.list[0] = Decision { at_ms: NOW_MS, due_ms: NOW_MS, step: 1, ..Decision::default() };
    let bytes = encode(&prospect(once)).len() - encode(&newcomer()).len();
    assert!(bytes <= 12, "{bytes} bytes");
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![Just(String::new()), "[a-zé]{1,200}"].prop_map(Text::from)
}

fn optional_text() -> impl Strategy<Value = Option<Text>> {
    proptest::option::of(text())
}

fn time() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), Just(NOW_MS), any::<i64>(), NOW_MS - 90 * 24 * HOUR_MS..NOW_MS]
}

fn optional_time() -> impl Strategy<Value = Option<i64>> {
    proptest::option::of(time())
}

fn many<S: Strategy>(one: S) -> impl Strategy<Value = Vec<S::Value>> {
    proptest::collection::vec(one, 0..5)
}

fn finite() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("NaN is not equal to itself", |n| !n.is_nan())
}

prop_compose! {
    fn journeys()(began_ms in time(), closed_ms in optional_time(), past in many((time(), time())), forgotten in any::<u32>()) -> Box<Journeys> {
        let past = past.into_iter().map(|(began_ms, closed_ms)| PastJourney { began_ms, closed_ms }).collect();
        Box::new(Journeys { began_ms, closed_ms, past, forgotten })
    }
}

fn opening() -> impl Strategy<Value = Box<Opening>> {
    let one = (optional_time(), optional_time()).prop_map(|(since_ms, won_ms)| Opening { since_ms, won_ms });
    one.prop_filter("it says nothing", |opening| *opening != Opening::default()).prop_map(Box::new)
}

prop_compose! {
    fn position()(stage in text(), entered_ms in time(), stale_at_ms in optional_time(), by in by(),
                  history in many((any::<u32>(), time(), by())), journeys in proptest::option::of(journeys()),
                  opening in proptest::option::of(opening())) -> StagePosition {
        let past = |(stage_hash, entered_ms, by)| PastStage { stage_hash, entered_ms, by };
        StagePosition { stage, entered_ms, stale_at_ms, by, history: history.into_iter().map(past).collect(), journeys, opening }
    }
}

prop_compose! {
    fn by()(cause in prop_oneof![Just(Cause::Event), Just(Cause::Stale), Just(Cause::Disqualified), Just(Cause::ReEntered),
                              Just(Cause::CarriedOver), Just(Cause::OrderReversed), Just(Cause::NextJourney), Just(Cause::Merged)],
            event in any::<u16>()) -> EnteredBy {
        EnteredBy::marked(cause, event)
    }
}

prop_compose! {
    fn entry()(what in any::<u32>(), time_ms in time(), hundredths in any::<i32>()) -> Entry {
        Entry { what, time_ms, hundredths }
    }
}

prop_compose! {
    fn track()(model in text(), model_hash in any::<u64>(), journey in proptest::option::of(position().boxed()),
               funnel in proptest::option::of(position().boxed()),
               counts in many((any::<u32>(), many((time(), prop_oneof![Just(0), any::<u32>()]))).boxed()),
               groups in many((any::<u32>(), finite(), time(), prop_oneof![Just(0.0), finite()]).boxed()), ledger in many(entry()), uses in many((any::<u32>(), time(), any::<u32>())),
               label in any::<Option<u32>>(), label_since_ms in optional_time(), label_falls_at_ms in optional_time(),
               rest in (proptest::option::of(out()), any::<Option<u32>>(), finite(), 0..=16_u8, any::<bool>()).boxed()) -> Track {
        let (disqualified, persona, fit, grade, paused) = rest;
        let hits = |hits: Vec<(i64, u32)>| hits.into_iter().map(|(time_ms, match_key)| Hit { time_ms, match_key }).collect();
        let groups: Vec<GroupPoints> = groups
            .into_iter()
            .map(|(group, points, as_of_ms, carried_forward)| GroupPoints { group, points, as_of_ms, carried_forward })
            .collect();
        Track {
            model, model_hash, positions: PerAxis { journey, funnel },
            counts: counts.into_iter().map(|(rule, h)| RuleCount { rule, hits: hits(h) }).collect(),
            groups: groups.into(), ledger: ledger.into(),
            uses: uses.into_iter().map(|(rule, since_ms, count)| RuleUse { rule, since_ms, count }).collect(),
            label, label_since_ms, label_falls_at_ms, disqualified, persona, fit, grade: Grade::of_code(grade), paused,
        }
    }
}

prop_compose! {
    fn out()(since_ms in time(), reason in optional_text(), journey in proptest::option::of(position().boxed()),
             funnel in proptest::option::of(position().boxed()), back_at_ms in optional_time(), event in any::<u16>()) -> Box<Disqualified> {
        Box::new(Disqualified { since_ms, reason, stood: PerAxis { journey, funnel }, back_at_ms, event })
    }
}

prop_compose! {
    fn lead()(status in prop_oneof![Just(LeadStatus::Open), Just(LeadStatus::AwaitingAnswer), Just(LeadStatus::Reminded), Just(LeadStatus::Accepted),
                                   Just(LeadStatus::Returned), Just(LeadStatus::Won)],
              sql in any::<bool>(), times in (time(), time(), time(), optional_time()), due_ms in optional_time(),
              answer in prop_oneof![Just(None), Just(Some(Answer::Accepted)), Just(Some(Answer::Rejected)),
                                    Just(Some(Answer::Recycled)), Just(Some(Answer::Won)), Just(Some(Answer::Lost)),
                                    Just(Some(Answer::NoShow))],
              renewed in any::<bool>(), (raised, found) in any::<(bool, bool)>(), held in proptest::option::of((any::<bool>(), time())), (source, persona) in (proptest::option::of(text()), proptest::option::of(any::<u32>())), lowest in proptest::option::of(-1e6_f64..1e6)) -> Lead {
        let qualification = if sql { Qualification::Sql } else { Qualification::Mql };
        let (handed_over_ms, answered_ms, again_from_ms, re_entered_ms) = times;
        let held = held.map(|(out, since_ms)| Held { why: if out { Bar::Disqualified } else { Bar::Customer }, since_ms });
        Lead { status, qualification, handed_over_ms, due_ms, answer, answered_ms, again_from_ms, renewed, lowest, raised, found, held, re_entered_ms, source, persona }
    }
}

prop_compose! {
    fn customer()(source in proptest::option::of((text(), text())), campaign in proptest::option::of((text(), text())),
                  orders in any::<u32>(), first_order_ms in optional_time(), spent in many((text(), any::<i64>()))) -> Customer {
        // Whoever came by one has a first and a last; without an order nothing of them is kept.
        let (first_source, last_source) = source.unzip();
        let (first_campaign, last_campaign) = campaign.unzip();
        Customer {
            first_source, first_campaign, last_source, last_campaign, orders,
            first_order_ms: first_order_ms.filter(|_| orders > 0), spent,
        }
    }
}

/// Whole numbers, and what is weighed or measured.
fn quantity() -> impl Strategy<Value = f64> {
    prop_oneof![any::<u32>().prop_map(f64::from), (1..4_000_000_000_u32).prop_map(|n| f64::from(n) / 1e6)]
}

prop_compose! {
    fn line()(product_id in text(), sku in optional_text(), name in optional_text(), variant in optional_text(),
              url in optional_text(), image_url in optional_text(), quantity in quantity(), currency in optional_text(),
              price in proptest::option::of(finite()), added_ms in time()) -> CartLine {
        CartLine { product_id, sku, name, variant, url, image_url, quantity, price, currency, added_ms }
    }
}

prop_compose! {
    fn series()(phase in prop_oneof![Just(SeriesPhase::Idle), Just(SeriesPhase::Armed), Just(SeriesPhase::Running), Just(SeriesPhase::Complete),
                                     Just(SeriesPhase::Ended)],
                times in (time(), time(), time()), armed_by in any::<u64>(), done in any::<u8>(), last_step_left in any::<bool>(),
                (sent, goods) in (many(carts::sent().boxed()), many(any::<u32>())), due_ms in optional_time(), fire_at_ms in optional_time(),
                (failed, armed_as, armed_under) in (any::<bool>(), optional_text(), optional_text()), arming in proptest::option::of(contact::arming())) -> Series {
        let armed_for = if failed { ArmedFor::PaymentFailed } else { ArmedFor::Abandoned };
        Series {
            phase, armed_for, episode_ms: times.0, armed_by, done, abandoned_at_ms: times.1, last_step_ms: times.2, last_step_left,
            sent, goods: goods.into(), due_ms, fire_at_ms, arming, armed_as, armed_under,
        }
    }
}

prop_compose! {
    fn cart()(id in optional_text(), lines in many(line().boxed()), removed in many((any::<u64>(), time())), cleared_ms in optional_time(),
              touched_ms in time(), (checkout_started, skip_told) in any::<(bool, bool)>(), currency in optional_text(), series in series().boxed(),
              forget_at_ms in optional_time(), (checkout_step, aliases, origin, address) in (optional_text(), many(text()), optional_text(), contact::address()), lines_left_out in any::<u32>()) -> Cart {
        let removed = removed.into_iter().map(|(product_hash, time_ms)| Removed { product_hash, time_ms }).collect();
        Cart {
            id, aliases, skip_told, lines, removed, cleared_ms, touched_ms, checkout_started, checkout_step, currency, series, forget_at_ms, lines_left_out, origin, address,
        }
    }
}

prop_compose! {
    fn prospect()(times in (time(), time(), optional_time(), optional_time(), optional_time()), sessions in any::<u32>(),
                  seen in orders::seen().boxed(), consent in (0..4usize, optional_time(), optional_time()), carts in many(cart().boxed()).boxed(),
                  cooldown_reported in any::<bool>(), tracks in many(track().boxed()).boxed(), (addressable, identified, address) in any::<(bool, bool, u32)>(),
                  extras in proptest::option::of(contact::extras()).boxed(), lead in lead().boxed(),
                  (bots, past, customer, bought, checkout) in (carts::bots().boxed(), many(carts::order().boxed()), customer().boxed(),
                                                          proptest::option::of(carts::bought().boxed()),
                                                          proptest::option::of((any::<u8>(), time(), any::<u32>()))).boxed(),
                  (known, forgotten) in (orders::known_orders().boxed(), many(carts::forgotten().boxed())).boxed(),
                  identity in identity::identity().boxed(), (traits, erasure) in (people::traits().boxed(), proptest::option::of((time(), time())))) -> Prospect {
        use ConsentState::{Complained, HardBounce, Open, Unsubscribed};
        let extras = Extras {
            traits, lead: lead.into(), bots: bots.into(), orders: past, known_orders: known.into(), forgotten, bought: bought.map(Box::new), customer: customer.into(), identity: identity.into(),
            checkout: checkout.map(|(step, since_ms, visit)| Attempt { step: Step(step), since_ms, visit }),
            erasure: erasure.map(|(before_ms, until_ms)| Erasure { before_ms, until_ms }), ..extras.unwrap_or_default()
        };
        Prospect {
            first_seen_ms: times.0, last_seen_ms: times.1, last_activity_ms: times.2, last_cart_activity_ms: times.3, sessions,
            seen,
            consent: Consent { state: [Open, Unsubscribed, HardBounce, Complained][consent.0], since_ms: consent.1, granted_ms: consent.2 },
            carts, cooldown_from_ms: times.4, cooldown_reported, tracks: tracks.into(), addressable, identified, address: NonZeroU32::new(address),
            extras: (!extras.is_empty()).then(|| Box::new(extras)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_prospect_comes_back_as_it_was_and_the_generated_message_agrees(prospect in prospect().boxed()) {
        let bytes = encode(&prospect);
        prop_assert_eq!(&StateCodec.decode(&bytes).unwrap(), &prospect);
        prop_assert_eq!(&encode(&prospect), &bytes, "the same prospect always gives the same bytes");
        let message = proto::ProspectRecord::decode(bytes.as_slice()).unwrap();
        prop_assert_eq!(StateCodec.decode(&message.encode_to_vec()).unwrap(), prospect, "what the generated message writes");
    }

    #[test]
    fn a_record_never_takes_more_bytes_than_it_weighs(prospect in prospect().boxed()) {
        prop_assert!(encode(&prospect).len() <= weight::record(&prospect));
    }

    #[test]
    fn damaged_bytes_are_an_error_and_never_a_panic(prospect in prospect().boxed(), at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = encode(&prospect);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _: Result<_, _> = StateCodec.decode(&bytes);
    }

    #[test]
    fn noise_is_an_error_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _: Result<_, _> = StateCodec.decode(&bytes);
    }
}
