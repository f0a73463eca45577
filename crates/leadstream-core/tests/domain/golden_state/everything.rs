//! Somebody of whom everything is known: the golden record has every field of every message of `state.proto`, so that none can be
//! added, and forgotten here.

use super::{account, encode, prospect};
use leadstream_core::domain::state::account::Barred;
use leadstream_core::domain::state::account::Source;
use leadstream_core::domain::state::account::{Belongs, Membership};
use leadstream_core::domain::state::erasure::Erasure;
use leadstream_core::domain::state::few::InlineVec;
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::terms::sales::Bar;
use proptest::strategy::{Strategy, ValueTree};
use prost::encoding::{WireType, decode_key, decode_varint};
use std::collections::{BTreeMap, BTreeSet};

/// What this version reads of old records, and writes no more; what no record of a prospect has.
const ONLY_READ: &[&str] = &["ProspectRecord.seen_times", "ProspectRecord.forward"];

/// The messages of `state.proto` with their fields: name and type by number.
type Messages = BTreeMap<String, BTreeMap<u32, (String, String)>>;

fn messages() -> Messages {
    let path = format!("{}/../../proto/leadstream/v1/state.proto", env!("CARGO_MANIFEST_DIR"));
    let mut all = Messages::new();
    let mut message = String::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let line = line.split("//").next().unwrap().trim();
        if let Some(name) = line.strip_prefix("message ") {
            name.trim_end_matches([' ', '{']).clone_into(&mut message);
        }
        let Some((declared, rest)) = line.split_once('=').filter(|_| !message.is_empty()) else { continue };
        let number = rest.split([';', '[']).next().unwrap().trim().parse().unwrap();
        let words: Vec<&str> = declared.split_whitespace().collect();
        let [.., kind, name] = words[..] else { panic!("{line}") };
        all.entry(message.clone()).or_default().insert(number, (name.to_owned(), kind.to_owned()));
    }
    all
}

/// Every field that is there, in a message and in those that it holds.
fn present(mut bytes: &[u8], message: &str, all: &Messages, found: &mut BTreeSet<String>) {
    while !bytes.is_empty() {
        let (number, wire) = decode_key(&mut bytes).unwrap();
        let (name, kind) = all[message].get(&number).unwrap_or_else(|| panic!("{message} has no field {number}"));
        found.insert(format!("{message}.{name}"));
        let length = match wire {
            WireType::Varint => {
                decode_varint(&mut bytes).unwrap();
                continue;
            }
            WireType::SixtyFourBit => 8,
            WireType::ThirtyTwoBit => 4,
            WireType::LengthDelimited => usize::try_from(decode_varint(&mut bytes).unwrap()).unwrap(),
            other => panic!("{other:?}"),
        };
        let (value, rest) = bytes.split_at(length);
        bytes = rest;
        if all.contains_key(kind) {
            present(value, kind, all, found);
        }
    }
}

/// The fields of a record of an id that points to others.
pub fn missing_of_forward(bytes: &[u8]) -> Vec<String> {
    let all = messages();
    let found = fields_of(bytes, &all);
    let of_it = ["ForwardRecord", "ClaimRecord", "UsersRecord", "ErasureRecord"];
    let expected = of_it.iter().flat_map(|message| all[*message].values().map(move |(name, _)| format!("{message}.{name}")));
    expected.filter(|field| !found.contains(field)).collect()
}

fn fields_of(bytes: &[u8], all: &Messages) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    present(bytes, "ProspectRecord", all, &mut found);
    found
}

/// The fields of `state.proto` that a record of somebody doesn't have.
pub fn missing(bytes: &[u8]) -> Vec<String> {
    let all = messages();
    let found = fields_of(bytes, &all);
    // A record of an id that points to others is none of a prospect: `golden_state/identity.rs` has one with every field.
    let of_others = ["TaskRecord", "InputPosition", "RoutedTopic", "ForwardRecord", "ClaimRecord"];
    let of_people = |message: &&String| !of_others.contains(&message.as_str());
    let expected =
        all.keys().filter(of_people).flat_map(|message| all[message].values().map(move |(name, _)| format!("{message}.{name}")));
    expected.filter(|field| !found.contains(field) && !ONLY_READ.contains(&field.as_str())).collect()
}

/// Takes a change if the record says more with it.
fn take(all: &mut Prospect, known: &mut usize, messages: &Messages, change: impl FnOnce(&mut Prospect)) {
    let mut with = all.clone();
    change(&mut with);
    let fields = fields_of(&encode(&with), messages).len();
    if fields > *known {
        (*all, *known) = (with, fields);
    }
}

/// Put together from many, of each what says more.
pub fn somebody() -> Prospect {
    let messages = messages();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = prospect().boxed();
    let mut all = strategy.new_tree(&mut runner).unwrap().current();
    let belongs = Belongs {
        account: "acme.com".into(),
        source: Source::GroupCall,
        since_ms: super::NOW_MS - super::HOUR_MS,
        sent_ms: Some(super::NOW_MS - 1),
        sent_digest: std::num::NonZeroU64::new(0xFACE),
        group_id: Some("g-42".into()),
    };
    let barred = Barred { why: Bar::Customer, since_ms: super::NOW_MS - 2 };
    all.extras_mut().account =
        Membership { role: Some("user".into()), belongs: Some(belongs), barred: Some(barred), group: Some(Box::new(account())) }
            .into();
    all.extras_mut().erasure = Some(Erasure { before_ms: super::NOW_MS - 1, until_ms: super::NOW_MS + super::HOUR_MS });
    let mut known = fields_of(&encode(&all), &messages).len();
    for _ in 0..3_000 {
        // A lead that has it hardly ever has everything else, too.
        all.extras_mut().lead.persona.get_or_insert(0xFACE);
        known = known.max(fields_of(&encode(&all), &messages).len());
        if missing(&encode(&all)).is_empty() {
            break;
        }
        let one = strategy.new_tree(&mut runner).unwrap().current();
        let mut take = |change: &dyn Fn(&mut Prospect, Prospect)| {
            let one = one.clone();
            take(&mut all, &mut known, &messages, |all| change(all, one));
        };
        take(&|all, one| all.tracks.extend(one.tracks));
        take(&|all, one| all.carts.extend(one.carts));
        take(&|all, one| all.seen = one.seen);
        take(&|all, one| all.consent = one.consent);
        // What stands for itself.
        take(&|all, one| {
            let (tracks, carts) = (std::mem::take(&mut all.tracks), std::mem::take(&mut all.carts));
            let (seen, consent, extras) = (std::mem::take(&mut all.seen), all.consent, all.extras.take());
            *all = Prospect { tracks, carts, seen, consent, extras, ..one };
        });
        let Some(extras) = one.extras.as_deref() else { continue };
        macro_rules! parts {
            ($($part:ident),*) => { $(take(&|all, _| all.extras_mut().$part = extras.$part.clone());)* };
        }
        parts!(traits, lead, contact, triggers, bots, internal, customer, decisions, known_orders, checkout, bought, identity);
        take(&|all, _| all.extras_mut().orders.extend(extras.orders.clone()));
        take(&|all, _| all.extras_mut().forgotten.extend(extras.forgotten.clone()));
    }
    // Bounded, as records are: what adds nothing goes again.
    for list in [0, 1] {
        let length = if list == 0 { all.tracks.len() } else { all.carts.len() };
        for at in (0..length).rev() {
            let mut without = all.clone();
            if list == 0 {
                without.tracks = without
                    .tracks
                    .iter()
                    .enumerate()
                    .filter(|(n, _)| *n != at)
                    .map(|(_, t)| t.clone())
                    .collect::<InlineVec<_, 1>>();
            } else {
                without.carts.remove(at);
            }
            if fields_of(&encode(&without), &messages).len() == known {
                all = without;
            }
        }
    }
    all
}
