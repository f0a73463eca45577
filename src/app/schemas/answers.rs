//! Answers about simulated shops, against their schemas.

use super::fits::faults;
use crate::app::cli::{SettingsArgs, ShopKind};
use crate::app::replay::{self, Options, Until};
use crate::app::report::{Costs, Measures};
use crate::app::simulate::{Record, ShopOptions, Topic, Traffic};
use crate::runtime::snapshot::recovery::{Follows, Recovery};
use crate::runtime::snapshot::router::RouterSnapshot;
use crate::runtime::snapshot::{Identity, StatusBoard, TaskSnapshot, TaskState};
use crate::runtime::trouble::{Trouble, TroubleKind};
use crate::view::account::AccountView;
use crate::view::carts::{CartsView, StepCount};
use crate::view::figures::FiguresView;
use crate::view::funnel::{FunnelView, Named, OfModel, OfPersona};
use crate::view::health;
use crate::view::problem::Problem;
use crate::view::prospect::ProspectView;
use crate::view::recovery::RecoveryView;
use crate::view::replay::ReplaySummary;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// It is as its schema says, and reading it gives it back.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, answer: &T) -> String {
    let text = serde_json::to_string(answer).unwrap();
    compare(name, &serde_json::from_str(&text).unwrap());
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), answer, "{name}");
    text
}

/// The same, with fields in alphabetical order.
pub(super) fn check_sorted<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, answer: &T) {
    let text = check(name, answer);
    assert_eq!(text, serde_json::to_value(answer).unwrap().to_string(), "{name}: fields in alphabetical order");
}

fn compare(name: &str, answer: &Value) {
    let (_, schema) = super::all().into_iter().find(|(of, _)| *of == name).unwrap();
    let faults = faults(schema.as_value(), answer);
    assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
}

/// A simulated shop as files, and how to replay them.
fn shop(dir: &Path, kind: ShopKind, model: &str) -> Options {
    let path = |topic: Topic| dir.join(format!("{}.jsonl", topic.name()));
    let mut files = Topic::ALL.map(|topic| std::fs::File::create(path(topic)).unwrap());
    let options = ShopOptions { prospects: 60, start_ms: 1_760_000_000_000, corrupt_share: 0.02, ..ShopOptions::default() };
    let (mut traffic, mut record) = (Traffic::new(kind, options), Record::default());
    for _ in 0..3_000 {
        traffic.next_into(&mut record);
        let file = &mut files[record.topic.index()];
        file.write_all(&record.value).unwrap();
        file.write_all(b"\n").unwrap();
    }
    // Changes nothing, but is applied: it could skip something.
    let mapping = dir.join("mails.toml");
    let ids = "user = \"userId\"\nanon = \"anonymousId\"\n";
    std::fs::write(
        &mapping,
        format!("name = \"mails\"\nas_is = true\nname_from = [\"event\", \"type\"]\nskip = {{ x = 1 }}\n[ids]\n{ids}"),
    )
    .unwrap();
    let set = vec![format!("model.files={model}"), format!("topics.mappings.email={}", mapping.display())];
    let settings = SettingsArgs { config: None, set };
    let inputs = Topic::ALL.map(|topic| format!("{}={}", topic.name(), path(topic).display()));
    let from = replay::From { settings: &settings, inputs: &inputs, partitions: 2, as_of_ms: 1_900_000_000_000 };
    from.options(dir.join("out"), Until::End).unwrap()
}

/// What a field of the records of an output says, and some of it.
fn some(dir: &Path, output: &str, field: &str) -> Vec<String> {
    let text = std::fs::read_to_string(dir.join(format!("out/{output}.jsonl"))).unwrap();
    let named = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()?[field].as_str().map(str::to_owned));
    let all: BTreeSet<String> = named.collect();
    all.into_iter().take(8).collect()
}

fn check_shop(dir: &Path, options: &Options, with_outputs: &[&str]) {
    replay::replay(options, &replay::spinner()).unwrap();
    let summary = std::fs::read_to_string(dir.join("out/summary.json")).unwrap();
    let summary: ReplaySummary = serde_json::from_str(&summary).unwrap();
    assert!(summary.events > 2_000 && !summary.dead_letter_examples.is_empty(), "{summary:?}");
    assert!(summary.mappings["mails"]["mapped"] > 0, "{summary:?}");
    check_sorted("replay-summary", &summary);
    for prospect in with_outputs.iter().flat_map(|output| some(dir, output, "prospect")) {
        let one = replay::one(options, &prospect, &replay::spinner()).unwrap();
        let mut view = ProspectView::of(&prospect, &one.record.unwrap(), &options.models, one.at_ms);
        check_sorted("prospect", &view);
        view.outputs = Some(one.outputs.into_iter().map(|(_, as_written)| as_written).collect());
        check_sorted("prospect", &view);
    }
    let (figures, _) = replay::figures(options, &replay::spinner()).unwrap();
    let named = |name: Option<&str>| vec![Named { name: name.map(str::to_owned), prospects: 1 }];
    let persona = OfPersona { funnel: named(None), journey: named(Some("a")), name: None, prospects: 1 };
    let model = OfModel { funnel: named(Some("b")), personas: vec![persona], ..OfModel::default() };
    let funnel = FunnelView { figures: FiguresView::of(&figures), models: vec![model], ..FunnelView::default() };
    check_sorted("funnel", &funnel);
    assert_eq!(funnel.figures.read(), Ok((figures.clone(), 0)));
    compare("report", &serde_json::to_value(Measures::of(&figures, &Costs::default(), None)).unwrap());
}

#[test]
fn what_is_answered_about_a_shop_of_consumers_is_as_the_schemas_say() {
    let dir = tempfile::tempdir().unwrap();
    let options = shop(dir.path(), ShopKind::Consumer, "ecommerce");
    check_shop(dir.path(), &options, &["cart-abandoned", "cart-outcomes", "stage-changes"]);
}

#[test]
fn what_is_answered_about_a_shop_of_companies_is_as_the_schemas_say() {
    let dir = tempfile::tempdir().unwrap();
    let options = shop(dir.path(), ShopKind::B2b, "b2b10");
    check_shop(dir.path(), &options, &["hand-overs"]);
    let accounts = some(dir.path(), "accounts", "account");
    assert!(!accounts.is_empty());
    for account in accounts {
        let found = replay::account(&options, &[account.as_str().into()], &replay::spinner()).unwrap();
        let (name, record, at_ms) = found.unwrap();
        check_sorted("account", &AccountView::of(&name, &record, &options.models, at_ms).unwrap());
    }
}

#[test]
fn what_is_answered_about_an_instance_is_as_the_schemas_say() {
    let mut recovery = Recovery::default();
    recovery.add(Follows::Click, false, Some(80.0), Some("EUR"));
    let carts = CartsView {
        outcomes: [("cart.recovered".to_owned(), 1)].into(),
        partitions: vec![1],
        recovery: RecoveryView::of(&recovery),
        triggers: vec![StepCount { left: 3, step: 1 }],
        ..CartsView::default()
    };
    check_sorted("carts", &carts);
    for problem in [Problem::new("why"), Problem { partition: Some(7), group: Some("shop".to_owned()), ..Problem::new("why") }] {
        check_sorted("error", &problem);
    }
    let board = StatusBoard::new(Identity::default());
    board.heartbeat(0, Duration::from_secs(1));
    for now in [1, 1_000].map(Duration::from_secs) {
        check_sorted("livez", &health::liveness(&board, now));
    }
    check("readyz", &health::readiness(&board));
    board.publish(TaskSnapshot::new(0, 0, TaskState::Restoring { done: 1, total: 4 }, 1_000));
    let mut stuck = TaskSnapshot::new(1, 0, TaskState::Stuck { reason: "why".to_owned() }, 1_000);
    let topic = Some("cart".to_owned());
    stuck.troubles = vec![Trouble { kind: TroubleKind::PoisonedInput, topic, text: "why".to_owned(), since_ms: 1_000 }];
    board.publish(stuck);
    board.show_router(RouterSnapshot::starting(1, "it is not connected yet".to_owned()));
    let troubles = vec![Trouble { kind: TroubleKind::NoCommit, topic: None, text: "why".to_owned(), since_ms: 1_000 }];
    board.show_router(RouterSnapshot { worker: 2, has_joined: true, troubles, ..RouterSnapshot::default() });
    check("readyz", &health::readiness(&board));
}

#[test]
fn what_is_not_as_a_schema_says_is_found() {
    let (_, schema) = super::all().into_iter().find(|(name, _)| *name == "prospect").unwrap();
    let good = serde_json::to_value(ProspectView::default()).unwrap();
    let broken = |field: &str, value: Value| {
        let mut answer = good.clone();
        answer[field] = value;
        faults(schema.as_value(), &answer).len()
    };
    assert_eq!(faults(schema.as_value(), &good), Vec::<String>::new());
    for (field, value) in [
        ("weather", "fine".into()),
        ("at", "soon".into()),
        ("sessions", (-1).into()),
        ("sessions", 1.5.into()),
        ("carts", Value::Null),
        ("lead", 7.into()),
        ("prospect", Value::Null),
    ] {
        assert_eq!(broken(field, value), 1, "{field}");
    }
    let mut less = good.clone();
    less.as_object_mut().unwrap().remove("timers");
    assert_eq!(faults(schema.as_value(), &less), ["$ lacks timers"]);
}
