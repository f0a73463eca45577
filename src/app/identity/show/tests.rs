//! What `identity show` says of ids.

use super::*;
use crate::domain::state::erasure::Erasure;
use crate::domain::state::identity::{Claim, Device, Forward, Identity, Name};

const AT_MS: i64 = 1_772_409_601_234;

/// Records as a broker would have them.
#[derive(Default)]
struct Kept {
    records: BTreeMap<String, Prospect>,
    blocked: BTreeMap<String, i64>,
}

impl Records for Kept {
    fn partition_of(&self, id: &str) -> i32 {
        i32::try_from(id.len() % 3).unwrap()
    }

    fn records(&self, ids: &[String]) -> anyhow::Result<(BTreeMap<String, Prospect>, BTreeMap<String, i64>)> {
        let of = |id: &String| Some((id.clone(), self.records.get(id)?.clone()));
        let blocked = |id: &String| Some((id.clone(), *self.blocked.get(id)?));
        Ok((ids.iter().filter_map(of).collect(), ids.iter().filter_map(blocked).collect()))
    }
}

fn pointing(to: &[&str]) -> Prospect {
    let to = to.iter().map(|id| Claim { id: (*id).into(), at_ms: AT_MS }).collect();
    let forward = Forward { to, first_ms: AT_MS - 3_600_000, refreshed_ms: AT_MS, ..Forward::default() };
    let mut record = Prospect::default();
    record.extras_mut().forward = Some(Box::new(forward));
    record
}

fn name(id: &str, linked_ms: i64) -> Name {
    Name { id: id.into(), rank: 0, since_ms: AT_MS - 60_000, linked_ms }
}

fn person(identity: Identity) -> Prospect {
    let mut prospect = Prospect { last_seen_ms: AT_MS, ..Prospect::default() };
    prospect.extras_mut().identity = identity.into();
    prospect
}

/// Everything that can be.
pub(in crate::app) fn everything() -> Vec<IdsView> {
    let mut kept = Kept::default();
    let names = vec![name("anon:v-1", AT_MS), name("email:ada@mail.example", 0)];
    let identity = Identity { names, crowded_until_ms: Some(AT_MS + 86_400_000), device: Device::default() };
    kept.records.insert("42".to_owned(), person(identity));
    kept.records.insert("7".to_owned(), person(Identity::default()));
    let shared = Device { shared: true, detached_ms: Some(AT_MS), ..Device::default() };
    kept.records.insert("anon:kiosk".to_owned(), person(Identity { device: shared, ..Identity::default() }));
    kept.records.insert("anon:v-1".to_owned(), pointing(&["email:ada@mail.example"]));
    kept.records.insert("email:ada@mail.example".to_owned(), pointing(&["42", "7"]));
    let mut gone = Prospect::default();
    gone.extras_mut().erasure = Some(Erasure { before_ms: AT_MS, until_ms: AT_MS + 1_000 });
    kept.records.insert("8".to_owned(), gone);
    kept.blocked.insert("anon:kiosk".to_owned(), AT_MS);
    let ids = ["anon:v-1", "42", "anon:kiosk", "8", "9"];
    ids.iter().map(|id| shown(id, &IdTypes::default(), &kept).unwrap()).collect()
}

#[test]
fn an_id_is_followed_to_all_whom_it_stands_for_and_says_what_is_held_under_each() {
    let texts: Vec<String> = everything().iter().map(|view| text(view, "leadstream.state")).collect();
    let lines: Vec<&str> = texts[0].lines().collect();
    assert_eq!(
        lines[0],
        "anon:v-1: points to email:ada@mail.example (last linked 2026-03-02T00:00:01Z); since 2026-03-01T23:00:01Z"
    );
    assert!(lines[1].starts_with("email:ada@mail.example: points to 42 (last linked"), "{}", lines[1]);
    assert_eq!(
        lines[2],
        "42: a prospect, last seen 2026-03-02T00:00:01Z; too many ids came to it: nothing leaves for it until 2026-03-03T00:00:01Z"
    );
    assert_eq!(lines[3], "  email:ada@mail.example  email  since 2026-03-01T23:59:01Z");
    assert_eq!(lines[4], "  anon:v-1                anon   since 2026-03-01T23:59:01Z, last linked 2026-03-02T00:00:01Z");
    assert_eq!(lines[5], "7: a prospect, last seen 2026-03-02T00:00:01Z");
    assert_eq!(lines[6], "anon:v-1 stands for 42, 7");
    assert!(lines[7].starts_with("(from leadstream.state, partition ") && lines[7].contains("as committed"), "{}", lines[7]);
    assert!(!texts[1].contains("stands for"), "{}", texts[1]);
    let kiosk = "anon:kiosk: a prospect, last seen 2026-03-02T00:00:01Z; a shared device, which stands for none of its users; logged out \
                 2026-03-02T00:00:01Z; BLOCKED since 2026-03-02T00:00:01Z: `leadstream identity unblock anon:kiosk`\n";
    assert!(texts[2].starts_with(kiosk), "{}", texts[2]);
    assert!(texts[3].starts_with("8: nothing but that it was erased; erased: what happened up to"), "{}", texts[3]);
    assert!(texts[4].starts_with("9: nobody: there is no record of it\n9 stands for nobody\n"), "{}", texts[4]);
}

#[test]
fn records_that_point_in_a_circle_are_shown_once_each() {
    let mut kept = Kept::default();
    kept.records.insert("1".to_owned(), pointing(&["2"]));
    kept.records.insert("2".to_owned(), pointing(&["1"]));
    let view = shown("1", &IdTypes::default(), &kept).unwrap();
    assert_eq!((view.chain.len(), view.prospects.len()), (2, 0));
}
