//! Shipped models, from the JSON that a shop sends to the stage: the default model keeps every row of its two tables, and what calls
//! say of person and company arrives.

use leadstream::domain::model::Models;
use leadstream::domain::origin::Position;
use leadstream::domain::output::Effects;
use leadstream::domain::state::prospect::Prospect;
use leadstream::domain::step::step;
use leadstream::domain::terms::movement::Axis;
use leadstream::domain::terms::per_axis::PerAxis;
use leadstream::wire::decode::{Decoder, Options, Topic};
use leadstream_model::CartSpec;
use leadstream_model::default_models;
use serde_json::json;

const DAY_MS: i64 = 86_400_000;
const START_MS: i64 = 1_772_323_200_000;

/// What somebody did: the event, its properties as JSON, and after how many days.
type Did<'a> = (&'a str, &'a str, i64);

struct Shop {
    models: Models,
    decoder: Decoder,
}

impl Shop {
    fn new() -> Self {
        Self::of(default_models())
    }

    fn of(models: Models) -> Self {
        let topics = vec![Topic { name: "all".to_owned(), is_email: false, is_trusted: true, format: Default::default() }];
        let decoder = Decoder::new(Options { topics, ..Options::default() }, &models.vocabulary);
        Self { models, decoder }
    }

    /// Journey and funnel stage after all of this.
    fn after(&self, did: &[Did<'_>]) -> PerAxis<Option<String>> {
        let (mut prospect, mut effects) = (Prospect::default(), Effects::default());
        for (n, (event, properties, day)) in did.iter().enumerate() {
            let time = jiff::Timestamp::from_millisecond(START_MS + day * DAY_MS + n as i64).expect("a time").to_string();
            let properties: serde_json::Value = serde_json::from_str(properties).expect("JSON");
            let mut line = json!({
                "userId": "ann", "messageId": format!("m{n}"), "timestamp": time, "receivedAt": time, "properties": properties,
            });
            if *event == "page" {
                line["type"] = "page".into();
            } else {
                line["type"] = "track".into();
                line["event"] = (*event).into();
            }
            let line = line.to_string();
            let position = Position { input: 0, partition: 0, offset: n as i64 };
            let event = self.decoder.decode_line(line.as_bytes(), position).expect("a good event");
            step(&mut prospect, n == 0, &event, &self.models, &mut effects);
        }
        let track = &prospect.tracks[0];
        PerAxis::from_fn(|axis| track.positions[axis].as_ref().map(|p| p.stage.to_string()))
    }

    #[track_caller]
    fn leads_to(&self, axis: Axis, stage: &str, did: &[Did<'_>]) {
        assert_eq!(self.after(did)[axis].as_deref(), Some(stage), "{did:?}");
    }
}

#[test]
fn every_behaviour_of_the_journeys_table_leads_to_its_stage() {
    let shop = Shop::new();
    for (stage, did) in [
        ("problem-identification", ("page", r#"{"path": "/magazine/damp-cellar"}"#, 0)),
        ("problem-identification", ("page", r#"{"path": "/help/what-is-mould"}"#, 0)),
        ("problem-identification", ("Email Opened", r#"{"campaign_type": "education"}"#, 0)),
        ("solution-exploration", ("White Paper Downloaded", "{}", 0)),
        ("solution-exploration", ("Webinar Attended", "{}", 0)),
        ("solution-exploration", ("Guide Downloaded", "{}", 0)),
        ("solution-exploration", ("Product List Viewed", r#"{"category": "dryers"}"#, 0)),
        ("solution-exploration", ("Products Searched", r#"{"query": "dryer"}"#, 0)),
        ("requirements-building", ("Products Compared", "{}", 0)),
        ("requirements-building", ("Product List Filtered", r#"{"filters": [{"type": "size", "value": "L"}]}"#, 0)),
        ("requirements-building", ("Product Added to Wishlist", r#"{"product_id": "p"}"#, 0)),
        ("supplier-selection", ("page", r#"{"path": "/pricing"}"#, 0)),
        ("supplier-selection", ("page", r#"{"path": "/case-studies/baker"}"#, 0)),
        ("supplier-selection", ("Product Viewed", r#"{"product_id": "p"}"#, 0)),
        ("validation", ("Reviews Viewed", r#"{"product_id": "p"}"#, 0)),
        ("validation", ("Price Checked", "{}", 0)),
        ("validation", ("Trial Started", "{}", 0)),
        ("validation", ("Product Added", r#"{"product_id": "p"}"#, 0)),
        ("consensus-creation", ("Cart Shared", "{}", 0)),
        ("consensus-creation", ("Product Shared", "{}", 0)),
        ("consensus-creation", ("Order Completed", r#"{"order_id": "o"}"#, 0)),
    ] {
        shop.leads_to(Axis::Journey, stage, &[did]);
    }
    let shelf = |category: &'static str, day| ("Product List Viewed", category, day);
    let (a, b) = (r#"{"category": "a"}"#, r#"{"category": "b"}"#);
    shop.leads_to(Axis::Journey, "requirements-building", &[shelf(a, 0), shelf(b, 1), shelf(a, 2), shelf(a, 6)]);
    shop.leads_to(Axis::Journey, "solution-exploration", &[shelf(a, 0), shelf(b, 1), shelf(a, 2)]);
    shop.leads_to(Axis::Journey, "solution-exploration", &[shelf(a, 0), shelf(a, 1), shelf(a, 8)]);
}

#[test]
fn every_behaviour_of_the_funnels_table_leads_to_its_stage() {
    let shop = Shop::new();
    let (p, q) = (r#"{"product_id": "p"}"#, r#"{"product_id": "q"}"#);
    let order = |day| ("Order Completed", r#"{"total": 50}"#, day);
    for (stage, did) in [
        ("awareness", &[("page", r#"{"path": "/"}"#, 0)][..]),
        ("awareness", &[("Something Of Our Own", "{}", 0)]),
        ("interest", &[("page", r#"{"path": "/"}"#, 0), ("page", r#"{"path": "/"}"#, 3)]),
        ("interest", &[("Email Link Clicked", "{}", 0)]),
        ("interest", &[("Subscribed", "{}", 0)]),
        ("consideration", &[("Product Viewed", p, 0), ("Product Viewed", q, 9)]),
        ("awareness", &[("Product Viewed", p, 0), ("Product Viewed", q, 15)]),
        ("consideration", &[("Guide Downloaded", "{}", 0)]),
        ("consideration", &[("Trial Started", "{}", 0)]),
        ("intent", &[("Product Added", p, 0)]),
        ("intent", &[("Demo Requested", "{}", 0)]),
        ("intent", &[("Quote Requested", "{}", 0)]),
        ("intent", &[("Survey Answered", "{}", 0)]),
        ("evaluation", &[("Checkout Started", "{}", 0)]),
        ("evaluation", &[("Price Negotiated", "{}", 0)]),
        ("purchase", &[order(0)]),
        ("retention", &[order(0), order(30)]),
        ("retention", &[order(0), ("Support Ticket Solved", "{}", 30)]),
        ("retention", &[order(0), order(30), order(60)]),
        ("loyalty", &[order(0), order(30), order(60), order(90)]),
        ("retention", &[order(0), order(30), order(60), order(370)]),
        ("loyalty", &[order(0), ("Loyalty Programme Joined", "{}", 1)]),
        ("advocacy", &[order(0), ("Product Reviewed", r#"{"product_id": "p", "rating": "4/5"}"#, 9)]),
        ("purchase", &[order(0), ("Product Reviewed", p, 9)]),
        ("purchase", &[order(0), ("Product Reviewed", r#"{"product_id": "p", "rating": 3}"#, 9)]),
        ("advocacy", &[order(0), ("Reference Given", "{}", 9)]),
        ("advocacy", &[order(0), ("Invite Sent", "{}", 9)]),
        ("awareness", &[("Invite Sent", "{}", 0)]),
    ] {
        shop.leads_to(Axis::Funnel, stage, did);
    }
}

#[test]
fn somebody_at_the_first_stage_of_the_journey_can_be_won_over_by_a_white_paper_read_to_its_end() {
    let shop = Shop::new();
    let magazine = ("page", r#"{"path": "/magazine/damp-cellar"}"#, 0);
    let read = |percent: &'static str| ("White Paper Read", percent, 1);
    let some = |text: &str| Some(text.to_owned());
    let done = shop.after(&[magazine, read(r#"{"percent": 100}"#)]);
    assert_eq!(done, PerAxis { journey: some("problem-identification"), funnel: some("intent") });
    let begun = shop.after(&[magazine, read(r#"{"percent": 40}"#)]);
    assert_eq!(begun, PerAxis { journey: some("problem-identification"), funnel: some("awareness") });
}

#[test]
fn whoever_takes_a_product_out_again_looks_for_something_else() {
    let shop = Shop::new();
    let p = r#"{"product_id": "p", "quantity": 1}"#;
    shop.leads_to(Axis::Journey, "requirements-building", &[("Product Added", p, 0), ("Product Removed", p, 0)]);
    shop.leads_to(Axis::Journey, "consensus-creation", &[("Cart Shared", "{}", 0), ("Product Removed", p, 0)]);
}

#[test]
fn what_calls_say_of_person_and_company_arrives() {
    let Shop { models, decoder } = Shop::of(leadstream_model::models(&["b2b10".to_owned()], &CartSpec::default()).unwrap());
    let mut prospect = Prospect::default();
    let lines = [
        r#"{"type":"identify","userId":"ann","timestamp":"2026-03-02T00:00:00Z","traits":{"title":"Software Engineer","budget":20000,"email":"a@b.c"}}"#,
        r#"{"type":"group","userId":"ann","timestamp":"2026-03-02T00:01:00Z","groupId":"acme","traits":{"industry":"software","employees":"250","title":"Inc"}}"#,
        r#"{"type":"track","event":"Form Submitted","userId":"ann","timestamp":"2026-03-02T00:02:00Z","context":{"traits":{"authority":true}}}"#,
        r#"{"type":"identify","userId":"ann","timestamp":"2026-03-02T00:03:00Z","traits":{"need":null,"timing":["now"]}}"#,
    ];
    for (n, line) in lines.into_iter().enumerate() {
        let event = decoder.decode_line(line.as_bytes(), Position::default()).expect("a good event");
        step(&mut prospect, n == 0, &event, &models, &mut Effects::default());
    }
    let (track, people) = (&prospect.tracks[0], &models.models[0].people);
    assert_eq!(people.persona_of(track).as_deref(), Some("engineering"), "the company's title is not the person's");
    let traits = &prospect.extras.as_ref().unwrap().traits;
    let because: Vec<&str> = people.fit_reasons(traits).map(|r| r.words.as_str()).collect();
    assert_eq!(because, ["industry", "company size", "budget", "authority"]);
    assert_eq!(people.fit_of(track), Some(90.0));
    assert_eq!(traits.known.len(), 5, "only what the model names: no address, nothing empty");
}
