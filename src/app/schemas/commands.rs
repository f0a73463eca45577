//! Answers of the commands that are not about events, against their schemas.

use super::answers::check_sorted;
use crate::app::cli::{CheckArgs, SettingsArgs};
use crate::app::deadletters::table::Table;
use crate::app::{check, deadletters, identity, model_check, model_diff, topics};
use crate::config::Settings;
use crate::kafka::dead_letters::DeadLetter;
use crate::view::dead_letters::RedriveView;
use crate::view::model_check::ModelCheckView;
use crate::wire::dead_letter::Info;

#[test]
fn what_check_answers_is_as_its_schema_says() {
    let set = vec!["engine.wokers=3".to_owned()];
    let args = CheckArgs { offline: true, identity: false, json: true, settings: SettingsArgs { config: None, set } };
    let answer = check::found(&args).view();
    assert!(!answer.ok && !answer.faults.is_empty() && !answer.warnings.is_empty() && !answer.good.is_empty(), "{answer:?}");
    check_sorted("check", &answer);
}

#[test]
fn what_topics_create_answers_is_as_its_schema_says() {
    let wanted = topics::wanted(&Settings::default(), true, 6, Some(3), true, 1);
    let outcomes = [("created", None), ("failed", Some("why".to_owned()))].into_iter().cycle();
    let report: Vec<_> = wanted.iter().zip(outcomes).map(|(topic, (state, note))| (topic, state, note)).collect();
    check_sorted("topics-create", &topics::view(&report));
}

#[test]
fn what_is_answered_about_dead_letters_is_as_the_schemas_say() {
    let mut table = Table::default();
    check_sorted("deadletters-list", &table.view());
    let info = Info { reason: "no-name".to_owned(), topic: "cart".to_owned(), timestamp_ms: -1, ..Info::default() };
    for (at_ms, is_redriven) in [(1_760_000_000_000, true), (-1, false)] {
        table.add(&info, at_ms, is_redriven);
    }
    check_sorted("deadletters-list", &table.view());
    let letter = DeadLetter { value: Some(b"{".to_vec()), ..DeadLetter::default() };
    let cut = Info { truncated_from_bytes: Some(7), key_truncated_from_bytes: Some(8), timestamp_ms: 1, ..info.clone() };
    for info in [info, cut] {
        check_sorted("deadletters-each", &deadletters::one(&letter, info, true));
    }
    let not_an_input = [("elsewhere".to_owned(), 2)].into();
    check_sorted("deadletters-redrive", &RedriveView { executed: true, not_an_input, redriven: 7, ..RedriveView::default() });
}

#[test]
fn what_is_answered_about_ids_is_as_its_schema_says() {
    for view in identity::show::tests::everything() {
        check_sorted("identity-show", &view);
    }
}

#[test]
fn what_is_answered_about_models_is_as_the_schemas_say() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let name = |name: &str| format!("{{\"type\":\"track\",\"userId\":\"ann\",\"event\":\"{name}\"}}\n");
    let events: String = ["Book a Demo", "Webinar Joind", "Zebra Painted"].map(name).concat() + "no event\n";
    let events = model_check::DataFile::of_events(write("events.jsonl", &events));
    let faulty = write("faulty.toml", "[journey]\nstages = [\"a\", \"b\"]\nmoves = [ { to = \"a\", on = \"page\" } ]\n");
    let alone = write(
        "alone.toml",
        "name = \"m\"\nfor_personas = [\"nobody\"]\n[journey]\nstages = [\"a\"]\nmoves = [ { to = \"a\", on = \"Product Veiwed\" } ]\n",
    );
    let check = |names: &[&str]| {
        let all: Vec<_> = names.iter().map(|name| leadstream_model::load(name)).collect();
        let answer = model_check::answer::of(&all, std::slice::from_ref(&events)).unwrap();
        check_sorted("model-check", &answer);
        answer
    };
    let (faulty, alone) = (faulty.display().to_string(), alone.display().to_string());
    let is_good = |answer: Vec<ModelCheckView>| answer.iter().map(ModelCheckView::is_good).collect::<Vec<_>>();
    assert_eq!(is_good(check(&leadstream_model::SHIPPED.map(|(name, _)| name))), leadstream_model::SHIPPED.map(|_| true));
    assert_eq!(is_good(check(&["b2b10", &faulty])), [true, false]);
    assert_eq!(is_good(check(&["b2b10", &alone])), [true, true, false], "which personas there are shows side by side");

    let described = |name: &str| model_diff::read(name).unwrap_or_else(|faults| panic!("{name}: {}", faults[0]));
    let (one, other) = (described("ecommerce"), described("b2b10"));
    let answer = model_diff::view(&one, &other);
    for change in ["added", "removed", "changed"] {
        assert!(answer.changes.iter().any(|c| c.change == change), "{change}");
    }
    check_sorted("model-diff", &answer);
    check_sorted("model-diff", &model_diff::view(&one, &one));
}
