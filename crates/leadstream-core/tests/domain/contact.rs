//! The contact policy and triggers of absence where a scenario's line of text doesn't say enough: proofs, what is remembered,
//! limits, changes of the model, waiting.

use super::harness::{START_MS, commit, model, play, run_lines, said, script, shop};
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::trigger::CartAbandoned;
use leadstream_core::domain::output::{Body, Proof, Triggered};
use leadstream_core::domain::state::decisions::{Check, Decision, MAX_DECISIONS, TriggerFate};
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::state::triggers::MAX_PENDING;
use leadstream_core::domain::terms::cart::Reason;
use leadstream_core::engine::codec::Codec;
use leadstream_core::engine::task::Task;
use leadstream_core::state_record::StateCodec;
use std::sync::Arc;

const HOUR_MS: i64 = 3_600_000;

const BROWSE: &str = r#"
[[triggers]]
name = "browse-abandoned"
after = { on = "Product Viewed" }
unless = { on = ["Product Added", "Order Completed"] }
within = "4h"
"#;

fn with(sections: &str) -> Arc<Models> {
    shop(&format!("steps = [\"1h\", \"2h\"]\n{sections}"))
}

fn is_trigger(body: &Body) -> bool {
    matches!(body, Body::Triggered(_))
}

fn triggered(models: &Arc<Models>, text: &str) -> Vec<Triggered> {
    let body = |body| if let Body::Triggered(t) = body { Some(*t) } else { None };
    run_lines(&[Arc::clone(models)], &script(text), 1).into_iter().filter_map(|o| body(o.output.body)).collect()
}

fn abandoned(models: &Arc<Models>, text: &str) -> Vec<CartAbandoned> {
    let body = |body| if let Body::CartAbandoned(c) = body { Some(*c) } else { None };
    run_lines(&[Arc::clone(models)], &script(text), 1).into_iter().filter_map(|o| body(o.output.body)).collect()
}

/// The record of Ann as it stands after a script.
fn ann(models: &Arc<Models>, text: &str) -> Prospect {
    let mut task = Task::new(Arc::clone(models), StateCodec);
    play(&mut task, models, text, |_| ());
    commit(&mut task);
    let record = task.records().find(|(key, _)| *key == "ann").map(|(_, bytes)| bytes.to_vec()).expect("Ann is there");
    StateCodec.decode(&record).expect("own record")
}

fn decisions(models: &Arc<Models>, text: &str) -> Vec<Decision> {
    ann(models, text).extras.map(|m| m.decisions.list.to_vec()).unwrap_or_default()
}

fn shown(proof: &Proof) -> (String, Vec<(String, i64, i64)>, Vec<&str>) {
    let events = proof.because.iter().map(|b| (b.name.to_string(), (b.at_ms - START_MS) / HOUR_MS, b.position.offset)).collect();
    (proof.rule.to_string(), events, proof.checks.clone())
}

#[test]
fn a_reminder_carries_its_proof() {
    let models = with("");
    let steps = abandoned(&models, "1h page; 2h add A; 2h10m page; 9h wait");
    let event = vec![("Product Added".to_owned(), 2, 1)];
    let checks = vec!["cooldown", "max-lateness", "consent"];
    assert_eq!(
        shown(&steps[0].proof),
        ("cart step 1 of 2: 1 hour after the cart was left".to_owned(), event.clone(), checks.clone())
    );
    assert_eq!(shown(&steps[1].proof), ("cart step 2 of 2: 2 hours after the cart was left".to_owned(), event, checks));
    let careful = with(
        "cooldown = \"off\"\nmax_lateness = \"off\"\n[contact]\ncaps = [\"9 per 1d\"]\npriority = [\"cart\"]\nweekdays = [\"mon\"]\ntime_zone = \"UTC\"\nspread = \"off\"",
    );
    let steps = abandoned(&careful, "2h add A; 9h wait");
    assert_eq!(steps[0].proof.checks, ["consent", "quiet-hours", "cap", "priority"]);
}

#[test]
fn a_trigger_carries_its_proof_and_its_reasons_in_words() {
    let models = with(&format!("{BROWSE}at_most = \"1 per 7d\"\nrestart = true\n"));
    let got = triggered(&models, "1h view A; 2h view B; 9h wait");
    assert_eq!(got.len(), 1);
    let rule = "4 hours after Product Viewed, counted from the latest, unless Product Added or Order Completed";
    let event = vec![("Product Viewed".to_owned(), 2, 1)];
    let checks = vec!["not-disqualified", "at-most", "max-lateness", "consent"];
    assert_eq!(shown(&got[0].proof), (rule.to_owned(), event, checks));
    assert_eq!(got[0].reasons, ["Product Viewed", "no Product Added or Order Completed for 4 hours"]);
    assert_eq!((got[0].episode_ms, got[0].due_at_ms), (START_MS + HOUR_MS, START_MS + 6 * HOUR_MS));
    assert_eq!(got[0].product_id.as_deref(), Some("B"));
    assert!(got[0].score > 0.0 && got[0].label.is_some());
}

#[test]
fn a_recall_says_what_should_have_prevented_it() {
    let got = triggered(&with(BROWSE), "1h view A; 6h wait; 7h < 2h add A; 9h wait");
    assert_eq!(got.len(), 2);
    assert_eq!(got[1].reasons, ["Product Added"]);
    assert_eq!(shown(&got[1].proof).1, [("Product Added".to_owned(), 2, 2)]);
    assert_eq!((got[0].episode_ms, got[0].due_at_ms), (got[1].episode_ms, got[1].due_at_ms));
}

#[test]
fn decisions_are_remembered_with_their_reasons() {
    let models = with(&format!("cooldown = \"off\"\n[contact]\ncaps = [\"1 per 1d\"]\n{BROWSE}"));
    let got = decisions(&models, "0m add A; 1m view B; 9h wait");
    let told: Vec<_> = got.iter().map(|d| (d.trigger.as_str(), d.step, d.done)).collect();
    assert_eq!(
        told,
        [
            ("", 1, TriggerFate::Left),
            ("", 2, TriggerFate::Suppressed(Reason::Cap)),
            ("browse-abandoned", 0, TriggerFate::Suppressed(Reason::Cap)),
        ]
    );
    assert!(got[0].checks.has(Check::Cap) && !got[1].checks.has(Check::Cap) && got[1].checks.has(Check::Consent));
    assert_eq!((got[0].at_ms, got[0].due_ms), (START_MS + 61 * 60_000, START_MS + 61 * 60_000));
}

#[test]
fn what_waited_for_the_morning_is_remembered_as_due_in_the_night() {
    let models = with("[contact]\nquiet_hours = { from = \"22:00\", to = \"08:00\" }\ntime_zone = \"UTC\"\nspread = \"off\"");
    let got = decisions(&models, "22h add A; 32h30m wait");
    let times: Vec<_> = got.iter().map(|d| ((d.due_ms - START_MS) / HOUR_MS, (d.at_ms - START_MS) / HOUR_MS, d.done)).collect();
    assert_eq!(times, [(23, 32, TriggerFate::Left)]);
    let outputs = abandoned(&models, "22h add A; 40h wait");
    assert_eq!((outputs[0].due_at_ms - START_MS) / HOUR_MS, 23);
}

#[test]
fn only_the_latest_decisions_are_remembered() {
    let models = shop("steps = [\"1h\"]\ncooldown = \"off\"");
    let days: Vec<String> = (0..12).map(|day| format!("{}h add A; {}h order A", day * 24, day * 24 + 2)).collect();
    let got = decisions(&models, &format!("{}; 400h wait", days.join("; ")));
    assert_eq!(got.len(), MAX_DECISIONS);
    assert_eq!((got[MAX_DECISIONS - 1].at_ms - START_MS) / HOUR_MS, 11 * 24 + 1);
    assert!(got.is_sorted_by_key(|d| d.at_ms));
}

#[test]
fn a_model_without_these_sections_keeps_nothing_of_them() {
    let prospect = ann(&shop("steps = [\"1h\"]"), "0m view A; 1m softbounce; 2m page timezone=UTC; 3m order A");
    let extras = prospect.extras.unwrap_or_default();
    assert!(extras.contact.get().is_none() && extras.triggers.get().is_none() && extras.decisions.get().is_none(), "{extras:?}");
}

#[test]
fn the_oldest_pending_trigger_makes_place_and_no_more_than_the_limit_are_pending() {
    let models = with(&format!("{BROWSE}same = \"product_id\"\n"));
    let views: Vec<String> = (0..MAX_PENDING + 4).map(|n| format!("{n}m view P{n}")).collect();
    let got = said(&[Arc::clone(&models)], &format!("{}; 9h wait", views.join("; ")), is_trigger);
    assert_eq!(got.len(), MAX_PENDING);
    assert_eq!(got[0], "4h4m trigger browse-abandoned fired P4");
    let prospect = ann(&models, &views.join("; "));
    assert_eq!(prospect.extras.expect("known").triggers.pending.len(), MAX_PENDING);
}

#[test]
fn a_changed_model_never_sends_a_trigger_whose_due_time_lies_before_the_change() {
    let slow = with(&BROWSE.replace("4h", "24h"));
    let fast = with(BROWSE);
    let without = with("");
    let got = said(&[slow.clone(), fast.clone()], "0m view A; 10h wait; 10h restart 1; 11h open; 30h wait", is_trigger);
    assert_eq!(got, Vec::<String>::new(), "it would have been due six hours before the change");
    let got = said(&[slow.clone(), fast.clone()], "0m view A; 2h wait; 2h restart 1; 3h open; 30h wait", is_trigger);
    assert_eq!(got, ["4h trigger browse-abandoned fired A"]);
    let got = said(&[fast.clone(), slow], "0m view A; 2h restart 1; 3h open; 30h wait", is_trigger);
    assert_eq!(got, ["1day trigger browse-abandoned fired A"]);
    let got = said(&[fast, without], "0m view A; 2h restart 1; 30h wait", is_trigger);
    assert_eq!(got, Vec::<String>::new(), "the model doesn't know it any more");
}

#[test]
fn an_id_survives_a_change_of_the_model_and_differs_by_product() {
    let ids = |models: &Arc<Models>, text: &str| -> Vec<u128> {
        let outputs = run_lines(&[Arc::clone(models)], &script(text), 1);
        outputs.iter().filter(|o| is_trigger(&o.output.body)).map(|o| o.output.id).collect()
    };
    let replenish =
        "[[triggers]]\nname = \"again\"\nafter = { on = \"Order Completed\" }\nsame = \"product_id\"\nwithin = \"1d\"\n";
    let text = "0m order A B; 2d wait";
    let both = ids(&with(replenish), text);
    assert_eq!(both.len(), 2);
    assert_ne!(both[0], both[1]);
    assert_eq!(ids(&with(&replenish.replace("1d", "2h")), text), both);
}

#[test]
fn nothing_leaves_for_who_is_disqualified_unless_they_are_back() {
    use leadstream_core::domain::state::track::Disqualified;
    let models = with(BROWSE);
    let mut prospect = ann(&models, "0m view A");
    prospect.tracks[0].disqualified = Some(Box::new(Disqualified::default()));
    let timer = prospect.next_timer(false).expect("pending");
    let mut effects = leadstream_core::domain::output::Effects::default();
    leadstream_core::domain::step::fire("ann", &mut prospect, timer.kind, timer.deadline_ms, &models, &mut effects);
    assert!(effects.outputs.is_empty());
    let decision = prospect.extras.as_ref().and_then(|m| m.decisions.list.last().cloned()).expect("remembered");
    assert_eq!(decision.done, TriggerFate::Suppressed(Reason::Disqualified));
}

#[test]
fn a_repeated_message_moves_no_clock() {
    let models = with(&format!("{BROWSE}restart = true\n"));
    let got = said(&[models], "0m view A id=x; 1h view A id=x; 9h wait", is_trigger);
    assert_eq!(got, ["4h trigger browse-abandoned fired A"]);
}

#[test]
fn a_model_without_a_cart_section_has_triggers_all_the_same() {
    let text = "name = \"m\"\n[journey]\nstages = [\"a\"]\nmoves = [{ to = \"a\", on = \"page\" }]\n[[triggers]]\nname = \"t\"\nafter = { on = \"*\" }\nrestart = true\nwithin = \"30d\"\n";
    let got = said(&[model(text)], "0m page; 5d Anything; 40d wait", is_trigger);
    assert_eq!(got, ["1month 4days 13h 26m 24s".replace(' ', "") + " trigger t fired"]);
}
