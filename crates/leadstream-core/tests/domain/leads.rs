//! Between marketing and sales: what scenarios over shipped models can't show, with small models of its own.

use super::harness::{model, run_lines, say, script};
use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::Body;
use std::sync::Arc;

/// Points stay, so that every number can be added up by hand.
const LADDER: &str = r#"
name = "ladder"
[journey]
stages = ["one", "two", "three"]
moves = [
  { to = "one", on = "*" },
  { to = "two", on = "Two" },
  { to = "three", on = "Three" },
]
[score]
labels = { cold = 0, mql = 100, sql = 200 }
[[score.groups]]
name = "a"
half_life = "off"
rules = [ { on = "A", points = 50 }, { on = "Cold", points = -60 } ]
[[score.groups]]
name = "b"
half_life = "off"
rules = [ { on = "B", points = 50 } ]
"#;

fn ladder(sales: &str) -> Arc<Models> {
    model(&format!("{LADDER}{sales}\n"))
}

/// What leaves, each id once.
fn told(models: &[Arc<Models>], text: &str) -> Vec<String> {
    let outputs = run_lines(models, &script(text), 1);
    let mut seen = std::collections::BTreeSet::new();
    for output in &outputs {
        assert!(seen.insert(output.output.id), "an id came twice: {}", say(&output.output));
    }
    outputs.iter().map(|o| &o.output).filter(|o| matches!(o.body, Body::HandOver(_) | Body::ScoreChanged(_))).map(say).collect()
}

fn leads(models: &[Arc<Models>], text: &str) -> Vec<String> {
    told(models, text).into_iter().filter(|l| l.contains(" lead ")).collect()
}

fn score_after(models: &Arc<Models>, text: &str) -> f64 {
    let outputs = run_lines(std::slice::from_ref(models), &script(text), 1);
    let last = outputs.iter().rev().find_map(|o| if let Body::ScoreChanged(s) = &o.output.body { Some(s.score) } else { None });
    last.expect("a label changed")
}

#[test]
fn a_label_above_the_line_makes_it_an_sql_and_more_urgent() {
    let models =
        [ladder("[hand_over]\nmql = { label = \"mql\", sla = \"24h\" }\nsql = { label = \"sql\", sla = \"2h\", age = \"10d\" }")];
    assert_eq!(
        leads(&models, "0m A; 1m A; 2m A; 3m A; 3h wait"),
        [
            "1m lead handed-over MQL: label mql, a 100: A 100",
            "3m lead handed-over SQL: label sql, a 200: A 200",
            "2h3m lead reminded SQL",
        ]
    );
    // Accepted as an SQL: no second hand-over, and it ages from there.
    assert_eq!(
        leads(&models, "0m A; 0m A; 0m A; 0m A; 1h Lead_Accepted; 11d wait")[1..],
        ["0s lead handed-over SQL: label sql, a 200: A 200", "1h lead answered SQL accepted", "10days1h lead returned SQL: aged",]
    );
    // Two lines at one event: one hand-over, of the further one.
    let jump = [model(&format!(
        "{}[hand_over]\nmql = {{ label = \"mql\" }}\nsql = {{ label = \"sql\" }}",
        LADDER.replace("points = 50 }, {", "points = 250 }, {")
    ))];
    assert_eq!(leads(&jump, "0m A"), ["0s lead handed-over SQL: label sql, a 250: A 250"]);
}

#[test]
fn the_reminder_is_never_later_because_the_lead_is_an_sql_now() {
    let models = [ladder("[hand_over]\nmql = { label = \"mql\", sla = \"3h\" }\nsql = { label = \"sql\", sla = \"24h\" }")];
    let all = leads(&models, "0m A; 0m A; 2h A; 2h A; 4h wait");
    assert_eq!(all.last().map(String::as_str), Some("3h lead reminded SQL"));
}

#[test]
fn a_reset_takes_what_the_model_says_and_the_label_follows() {
    let with = |reset: &str| ladder(&format!("[hand_over]\nmql = {{ label = \"mql\" }}\nreset = {reset}"));
    let text = "0m A; 0m A; 0m B; 1h Lead_Rejected";
    assert!((score_after(&with("{ keep = 0.5 }"), text) - 75.0).abs() < 1e-9);
    assert!((score_after(&with("{ to = 20 }"), text) - 20.0).abs() < 1e-9);
    assert!((score_after(&with("{ groups = { a = 0 } }"), text) - 50.0).abs() < 1e-9);
    assert!((score_after(&with("{ keep = 1, rejected = { keep = 0 } }"), text) - 0.0).abs() < 1e-9);
    // A score below what is left is no reason to raise it.
    assert!((score_after(&with("{ to = 500 }"), text) - 100.0).abs() < 1e-9, "the label never fell");
}

#[test]
fn above_the_line_all_the_time_it_takes_a_rise_to_be_handed_over_again() {
    let with = |more: &str| {
        [ladder(&format!("[hand_over]\nmql = {{ label = \"mql\" }}\nreset = {{ keep = 1 }}\nagain_after = \"1h\"\n{more}"))]
    };
    let first = ["0s lead handed-over MQL: label mql, a 100: A 100", "1h lead returned MQL recycled"];
    // By 20 points, a fifth of what the label asks for, or by as many as the model says.
    let text = "0m A; 0m A; 1h Lead_Recycled; 3h A; 9h A; 30d wait";
    assert_eq!(leads(&with(""), text)[..3], [first[0], first[1], "3h lead handed-over MQL: label mql, a 150: A 150"]);
    assert_eq!(leads(&with("again_rise = 60"), text)[2], "9h lead handed-over MQL: label sql, a 200: A 200");
    for never in ["again_rise = 150", "again_rise = \"off\""] {
        assert_eq!(leads(&with(never), text), first, "{never}");
    }
    // What was given before it went back is no rise, nor is what goes up and down below where it was.
    assert_eq!(leads(&with("again_rise = 60"), "0m A; 0m A; 0m A; 0m A; 1h Lead_Recycled; 3h Cold; 4h A; 30d wait").len(), 2);
    // It fell and rose: that is another one, however little it is.
    let fell = "0m A; 0m A; 1h Lead_Recycled; 3h Cold; 4h A; 5h A";
    assert_eq!(leads(&with("again_rise = \"off\""), fell)[2..], ["5h lead handed-over MQL: label mql, a 140: A 200"]);
}

#[test]
fn silence_of_sales_takes_points_only_where_the_model_says_so() {
    let with = |reset: &str| ladder(&format!("[hand_over]\nmql = {{ label = \"mql\" }}\n{reset}"));
    let text = "0m A; 0m A; 0m B; 3d Cold; 3d A; 3d A";
    // 150 less 60 and 50 more: never halved.
    assert!((score_after(&with(""), text) - 140.0).abs() < 1e-9);
    assert!((score_after(&with("reset = { keep = 0.5 }"), text) - 115.0).abs() < 1e-9);
}

#[test]
fn a_model_that_learns_to_hand_over_finds_those_who_are_above_the_line_already() {
    let models = [ladder(""), ladder("[hand_over]\nmql = { label = \"mql\" }")];
    let all = leads(&models, "0m A; 0m A; 1d restart 1; 2d page; 3d page");
    assert_eq!(all, ["2days lead handed-over MQL: label mql, a 100: earlier 100"]);
}

#[test]
fn a_model_that_no_longer_hands_over_gives_back_what_sales_has() {
    let models = [ladder("[hand_over]\nmql = { label = \"mql\" }"), ladder("")];
    assert_eq!(leads(&models, "0m A; 0m A; 1h restart 1; 2h page; 9d wait")[1..], ["2h lead returned MQL: model-changed"]);
    // Also when nobody comes by: at the time at which somebody should have answered.
    let quiet = leads(&models, "0m A; 0m A; 1h restart 1; 9d wait");
    assert_eq!(quiet[1..], ["1day lead returned MQL: model-changed"]);
}

#[test]
fn an_event_that_scores_and_rejects_gives_two_labels_two_ids() {
    let text = LADDER.replace("{ on = \"Cold\", points = -60 }", "{ on = \"Lead Rejected\", points = 100 }");
    let models = [model(&format!("{text}[hand_over]\nmql = {{ label = \"mql\" }}\nreset = {{ keep = 0.1 }}"))];
    assert_eq!(
        told(&models, "0m A; 0m A; 1h Lead_Rejected"),
        [
            "0s label cold > mql",
            "0s lead handed-over MQL: label mql, a 100: A 100",
            "1h label mql > sql",
            "1h lead returned MQL rejected",
            "1h label sql > cold",
        ]
    );
}

#[test]
fn a_prospect_that_sales_won_and_lost_again_goes_back() {
    let models = [ladder("[hand_over]\nmql = { label = \"mql\" }")];
    assert_eq!(
        leads(&models, "0m A; 0m A; 1h Lead_Won; 2h Lead_Won; 3h Lead_Accepted; 4h Lead_Lost reason=withdrew; 5h Lead_Lost")[1..],
        ["1h lead answered MQL won", "4h lead returned MQL lost: withdrew"]
    );
}

#[test]
fn a_long_reason_is_cut_and_a_number_is_one() {
    let models = [ladder("[hand_over]\nmql = { label = \"mql\" }")];
    let long = "é".repeat(100);
    let all = leads(&models, &format!("0m A; 0m A; 1h Lead_Rejected reason={long}"));
    assert_eq!(all[1], format!("1h lead returned MQL rejected: {}", "é".repeat(60)));
    assert_eq!(leads(&models, "0m A; 0m A; 1h Lead_Rejected reason=7")[1], "1h lead returned MQL rejected: 7");
}

#[test]
fn a_return_leads_on_at_once_and_is_one_change() {
    let models = [ladder("[disqualify]\nrules = [ { on = \"Out\" } ]\n[re_entry]\nrules = [ { on = \"Three\" } ]")];
    let outputs = run_lines(&models, &script("0m Two; 1h Out; 2h Three; 3h Three"), 1);
    let stages: Vec<String> =
        outputs.iter().filter(|o| matches!(o.output.body, Body::StageChanged(_))).map(|o| say(&o.output)).collect();
    assert_eq!(
        stages,
        [
            "0s journey - > two enter event",
            "1h journey two > disqualified back disqualified",
            "2h journey disqualified > three forward re-entered",
        ]
    );
}

#[test]
fn who_comes_back_by_itself_follows_the_model_of_the_day() {
    let with = |after: &str| {
        ladder(&format!("[disqualify]\nrules = [ {{ on = \"Out\" }} ]\n[re_entry]\nafter = \"{after}\"\nto = \"anew\""))
    };
    let models = [with("10d"), with("5d")];
    let stages = |text: &str| -> Vec<String> {
        let outputs = run_lines(&models, &script(text), 1);
        outputs.iter().filter(|o| matches!(o.output.body, Body::StageChanged(_))).map(|o| say(&o.output)).collect()
    };
    assert_eq!(stages("0m Two; 1h Out; 30d wait")[2..], ["10days1h journey disqualified > one forward re-entered"]);
    assert_eq!(
        stages("0m Two; 1h Out; 1d restart 1; 2d page; 30d wait")[2..],
        ["5days1h journey disqualified > one forward re-entered"]
    );
}
