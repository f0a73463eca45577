//! Samples of which it is known what identity would do with them.

use super::*;
use crate::app::registry::SchemaSource;
use crate::app::route::input_mappings;
use crate::config::{load_all, load_from};
use crate::view::identity::SuspectView;
use serde_json::{Value, json};

const START_MS: i64 = 1_795_348_800_000;

/// Records of `clickstream`, a second apart, under these settings.
struct Sample {
    settings: Settings,
    ids: Ids,
    seen: Seen,
    offset: i64,
}

impl Sample {
    fn new(set: &[&str]) -> Self {
        let set: Vec<String> = set.iter().map(|set| (*set).to_owned()).collect();
        let settings = load_from(None, [], &set).expect("settings").settings;
        let mut report = Report::default();
        let ids = ids(&settings, true, &[], &mut report).expect("ids can be read");
        assert!(!report.has_faults());
        Self { settings, ids, seen: Seen::default(), offset: 0 }
    }

    fn record(&mut self, key: Option<&str>, value: &[u8]) {
        let all = input_mappings(&self.settings, &mut SchemaSource::of_command(&self.settings)).expect("mappings");
        let input = all.iter().position(|(topic, _)| topic.name == "clickstream").expect("it is one of the inputs");
        let models = crate::config::models(&self.settings).expect("the shipped model loads");
        let decoder = Decoder::new(service::decoder_options(&self.settings), &models.vocabulary);
        let reader = Reader { decoder: decoder.reading_ids(Arc::clone(&self.ids.reader)), ids: &self.ids };
        let view = RecordView {
            input: u16::try_from(input).expect("few inputs"),
            offset: self.offset,
            timestamp_ms: Some(START_MS + 1_000 * self.offset),
            key: key.map(str::as_bytes),
            value: Some(value),
            ..RecordView::default()
        };
        self.offset += 1;
        reader.count(&mut self.seen, "clickstream", all[input].1.as_ref(), &view, &[]).expect("needs no schema");
    }

    /// An event that names these ids.
    fn event(&mut self, key: Option<&str>, ids: &Value) {
        let at = jiff::Timestamp::from_millisecond(START_MS + 1_000 * self.offset).expect("a time").to_string();
        let mut event =
            json!({"type": "track", "event": "Product Viewed", "messageId": self.offset.to_string(), "timestamp": at});
        ids.as_object().expect("ids").iter().for_each(|(name, id)| event[name] = id.clone());
        self.record(key, event.to_string().as_bytes());
    }

    fn figures(self) -> IdentitySampleView {
        figures::of(self.seen, &self.ids)
    }

    /// What `check` prints of it.
    fn report(self) -> Report {
        let mut report = Report::default();
        found(self.seen, &self.ids, &BTreeMap::from([("clickstream".to_owned(), 7)]), &mut report);
        report
    }
}

const PLAIN: &str = "identity.hash=[]";

fn mail(address: &str) -> Value {
    json!({"email": address})
}

/// A visitor who logs in, orders and comes back; somebody who reads a mail; one who never said who they are.
fn usual(sample: &mut Sample) {
    sample.event(Some("anon:v1"), &json!({"anonymousId": "v1"}));
    sample.event(Some("42"), &json!({"anonymousId": "v1", "userId": "42", "traits": mail("Ada@mail.example")}));
    sample.event(Some("42"), &json!({"userId": "42", "properties": {"cart_id": "c1"}}));
    sample.event(Some("anon:v1"), &json!({"anonymousId": "v1", "userId": "undefined"}));
    // Keyed by its source's own number.
    sample.event(Some("message-1"), &json!({"context": {"traits": mail("ada@mail.example")}}));
    sample.event(Some("anon:v2"), &json!({"anonymousId": "v2"}));
    sample.event(Some("v3"), &json!({}));
}

#[test]
fn persons_ids_and_hops_are_those_of_the_rules() {
    let mut sample = Sample::new(&[PLAIN]);
    usual(&mut sample);
    let figures = sample.figures();
    let of_type = |name: &str| {
        let kind = figures.by_type.iter().find(|kind| kind.kind == name).expect(name);
        (kind.distinct, kind.events, kind.no_ids.clone())
    };
    let none = BTreeMap::new();
    // `v3` is one, since bare keys are users.
    assert_eq!(of_type("user"), (2, 2, BTreeMap::from([("placeholder".to_owned(), 1)])));
    assert_eq!(of_type("email"), (1, 2, none.clone()));
    assert_eq!(of_type("anon"), (2, 4, none.clone()));
    assert_eq!(of_type("cart"), (1, 1, none));
    let events = (figures.records, figures.events, figures.events_by_key, figures.nobodys, figures.unusable);
    assert_eq!(events, (7, 7, 1, 0, 0));
    let by = &figures.persons_by_ids;
    assert_eq!((figures.persons, by.one, by.two, by.three, by.more), (3, 2, 0, 0, 1));
    // 42's two, v2 and v3; the two of v1, which points to 42; the mail, which lies elsewhere and points on.
    assert_eq!((figures.hops.none, figures.hops.one, figures.hops.two), (4, 2, 1));
    let [cluster] = &figures.clusters[..] else { panic!("{:?}", figures.clusters) };
    assert_eq!((cluster.ids, cluster.persons, cluster.tied_by.as_str(), cluster.tied_others), (4, 1, "42", 3));
    assert_eq!((cluster.events, figures.span_ms), (5, 6_000));
    assert!(figures.suspects.is_empty() && figures.crowded == 0 && figures.contested == 0, "{figures:?}");
}

#[test]
fn figures_are_told_as_text() {
    let mut sample = Sample::new(&[PLAIN]);
    usual(&mut sample);
    let want = "
What identity would do with the newest 7 records of the inputs, which span 6s:

events   6 of 7 with ids
         1 name nobody, and are known by the key of their record
          57.1 % stay where they lie
          28.6 % take one hop: by a router, or from an id that points to another
          14.3 % take two: they name nobody but by an id that points to another
ids
  user     2 in 2 events; no ids: placeholder 1
  email    1 in 2 events
  phone    0 in 0 events
  anon     2 in 4 events
  cart     1 in 1 events
persons  3: 2 with one id, 0 with two, 0 with three, 1 with more
largest sets of ids that events name together
  4 ids (anon 1, cart 1, email 1, user 1) in 5 events, one person: 42 is named with 3 others
A sample shows only";
    let text = text::of(&sample.figures());
    assert!(text.starts_with(want), "{text}");
}

#[test]
fn what_is_routed_takes_a_hop_and_what_names_nobody_else_another() {
    let mut sample = Sample::new(&[PLAIN, "route.topics=[\"clickstream\"]"]);
    usual(&mut sample);
    let figures = sample.figures();
    // What names nobody has no key either.
    assert_eq!((figures.events, figures.events_by_key, figures.nobodys), (6, 0, 1));
    assert_eq!((figures.hops.none, figures.hops.one, figures.hops.two), (0, 3, 3));
    assert_eq!(figures.persons, 2);
}

#[test]
fn no_address_is_shown_where_it_is_hashed() {
    let mut sample = Sample::new(&[]);
    usual(&mut sample);
    for n in 0..6 {
        sample.event(Some("k"), &json!({"userId": format!("u{n}"), "traits": mail("office@shop.example")}));
    }
    let report = sample.report();
    let shown = format!("{:?}{}", report.view(), text::of(report.view().identity.as_ref().expect("figures")));
    assert!(!shown.contains("shop.example") && !shown.contains("mail.example"), "{shown}");
    let view = report.view().identity.expect("figures");
    let [office] = &view.suspects[..] else { panic!("{:?}", view.suspects) };
    assert!(office.why == "many-holders" && office.id.starts_with("email:") && office.id.len() == 38, "{office:?}");
    assert!(view.by_type.iter().all(|kind| kind.is_hashed == ["email", "phone"].contains(&kind.kind.as_str())));
}

fn suspect<'a>(figures: &'a IdentitySampleView, id: &str) -> &'a SuspectView {
    figures.suspects.iter().find(|suspect| suspect.id == id).unwrap_or_else(|| panic!("{id}: {:?}", figures.suspects))
}

#[test]
fn an_ugly_sample_is_told_with_what_to_do() {
    let mut sample = Sample::new(&[PLAIN, "identity.max_links_per_day=20"]);
    // A till where everybody who has no account is the same user.
    for n in 0..40 {
        sample.event(Some("till"), &json!({"userId": "till", "anonymousId": format!("t{n}")}));
    }
    // A family's computer, and an office's address.
    for n in 0..4 {
        sample.event(Some("k"), &json!({"userId": format!("f{n}"), "anonymousId": "family"}));
    }
    for n in 0..6 {
        sample.event(Some("k"), &json!({"userId": format!("o{n}"), "traits": mail("office@shop.example")}));
    }
    // An app that numbers its carts from 1, for each visitor; and one that every guest uses.
    for n in 0..50 {
        sample.event(Some("k"), &json!({"anonymousId": format!("c{n}"), "properties": {"cart_id": "1"}}));
        sample.event(Some("k"), &json!({"anonymousId": "kiosk", "traits": mail(&format!("guest-{n}@mail.example"))}));
    }
    let good = sample.seen.sighted.len() as u64;
    for value in [&b"no JSON"[..], b"\xff\xfe", b"[1]", b"", b"null"] {
        sample.record(Some("k"), value);
    }
    sample.event(None, &json!({"userId": "42"}));
    sample.event(Some("k"), &json!({"userId": "null", "anonymousId": "00000000-0000-0000-0000-000000000000"}));
    let figures = sample.figures();
    assert_eq!((figures.records, figures.events, figures.unusable, figures.events_by_key), (good + 7, good + 1, 6, 1));
    let all: Vec<(&str, &str, u64)> =
        figures.suspects.iter().map(|suspect| (suspect.id.as_str(), suspect.why.as_str(), suspect.others)).collect();
    let want = [
        ("anon:kiosk", "changes-hands", 50),
        ("cart:1", "joins", 50),
        ("till", "crowded", 40),
        ("email:office@shop.example", "many-holders", 6),
        ("anon:family", "shared", 4),
    ];
    assert_eq!(all, want);
    for (id, _, others) in want {
        let message = &suspect(&figures, id).message;
        let block = format!("identity.block = [{id:?}]");
        assert!(message.starts_with(&format!("{id}: {others} ")) || message.contains(&others.to_string()), "{message}");
        assert!(message.contains(&block), "{message}");
    }
    assert!(suspect(&figures, "till").message.contains("raise identity.max_links_per_day"));
    // The till, and twice whoever the carts made one.
    assert_eq!(figures.crowded, 3);
    assert_eq!(figures.clusters.len(), 5);
    assert_eq!((figures.clusters[0].tied_by.as_str(), figures.clusters[0].tied_others), ("anon:kiosk", 50));
    let no_ids = |name: &str| figures.by_type.iter().find(|kind| kind.kind == name).expect(name).no_ids.clone();
    assert_eq!(no_ids("user"), BTreeMap::from([("placeholder".to_owned(), 1)]));
    assert_eq!(no_ids("anon"), BTreeMap::from([("placeholder".to_owned(), 1)]));
}

#[test]
fn what_the_settings_block_as_advised_is_no_suspect_any_more() {
    for block in ["till", "TILL", "user:till"] {
        let mut sample = Sample::new(&[PLAIN, &format!("identity.block=[\"{block}\"]")]);
        for n in 0..40 {
            sample.event(Some("k"), &json!({"userId": "till", "anonymousId": format!("t{n}")}));
        }
        let figures = sample.figures();
        assert!(figures.suspects.is_empty() && figures.persons == 40, "{block}: {figures:?}");
        assert_eq!(figures.by_type[0].no_ids, BTreeMap::from([("blocked".to_owned(), 40)]));
    }
}

#[test]
fn two_users_are_two_persons_whatever_they_share() {
    let mut sample = Sample::new(&[PLAIN]);
    for user in ["ada", "bob"] {
        sample.event(Some(user), &json!({"userId": user, "anonymousId": "d1", "traits": mail("we@mail.example")}));
        sample.event(Some(user), &json!({"userId": user, "properties": {"cart_id": "c1"}}));
    }
    let figures = sample.figures();
    assert_eq!((figures.persons, figures.contested), (2, 1), "the cart stays with one of them");
    assert_eq!((figures.clusters[0].ids, figures.clusters[0].persons), (5, 2));
    assert!(figures.suspects.is_empty(), "{:?}", figures.suspects);
}

#[test]
fn many_names_by_many_ways_are_told_too() {
    let mut sample = Sample::new(&[PLAIN, "identity.max_links_per_day=5"]);
    for device in 0..3 {
        for cart in 0..3 {
            let ids = json!({"anonymousId": format!("d{device}"), "properties": {"cart_id": format!("c{device}-{cart}")}});
            sample.event(Some("k"), &ids);
        }
        sample.event(Some("ada"), &json!({"userId": "ada", "anonymousId": format!("d{device}")}));
    }
    let figures = sample.figures();
    let ada = suspect(&figures, "ada");
    assert!(ada.why == "crowded" && ada.others > 5, "{ada:?}");
    assert_eq!(figures.suspects.len(), 1);
}

#[test]
fn ids_can_be_tried_before_there_is_a_secret_and_faulty_settings_are_said() {
    let mut report = Report::default();
    let settings = Settings::default();
    assert!(ids(&settings, false, &[], &mut report).is_none() && report.view().warnings.is_empty(), "nobody asked");
    let tried = ids(&settings, true, &[], &mut report).expect("with a secret of its own");
    let view = report.view();
    assert!(view.ok && view.warnings[0].message.contains("set identity.secret_file before identity.enabled"), "{view:?}");
    let email = tried.linking.types.find("email").expect("a type");
    assert!(tried.reader.naming().is_hashed(email));
    let mut report = Report::default();
    let set = ["identity.enabled=true", "identity.secret_file=/no/such/file"].map(str::to_owned);
    let settings = load_from(None, [], &set).expect("settings").settings;
    assert!(ids(&settings, false, &[], &mut report).is_none());
    assert!(report.view().faults[0].message.contains("identity.secret_file /no/such/file can't be read"), "{:?}", report.view());
    let (_, faults) = load_all(None, &["identity.max_links_per_day=0".to_owned()]);
    let mut report = Report::default();
    assert!(ids(&settings, true, &faults, &mut report).is_none() && report.view().ok);
    assert!(report.view().warnings[0].message.contains("its settings have faults"));
}
