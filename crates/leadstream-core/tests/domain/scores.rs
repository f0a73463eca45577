//! Scores: decay, caps, labels, and the exact instant at which a label falls.

use super::harness::{START_MS, model, ms, run_lines, said, script};
use leadstream_core::domain::output::Body;

const MODEL: &str = r#"
name = "scores"
[journey]
stages = ["a"]
moves = [{ to = "a", on = "*" }]
[funnel]
stages = ["a"]
moves = [{ to = "a", on = "*" }]
[score]
cap = 100
labels = { cold = 0, warm = 20, hot = 50 }
[[score.groups]]
name = "fast"
half_life = "1d"
cap = 40
rules = [
  { on = "Read", points = 10 },
  { on = ["Big", "All"], points = 40 },
  { on = "Once", points = 5, at_most = "2 per 1d" },
  { on = "Spam", points = -25 },
]
[[score.groups]]
name = "slow"
half_life = "10d"
rules = [{ on = "Big", points = 20 }, { on = ["Huge", "All"], points = 90 }]
[[score.groups]]
name = "kept"
half_life = "off"
rules = [{ on = "Member", points = 30 }]
"#;

fn labels(text: &str) -> Vec<String> {
    said(&[model(MODEL)], text, |b| matches!(b, Body::ScoreChanged(_)))
}

/// Score after the last stage or score output of a script.
fn last_score(text: &str) -> f64 {
    let outputs = run_lines(&[model(MODEL)], &script(text), 1);
    let scores = outputs.iter().filter_map(|o| match &o.output.body {
        Body::ScoreChanged(s) => Some(s.score),
        Body::StageChanged(s) => Some(s.score),
        _ => None,
    });
    scores.fold(None, |_, score| Some(score)).expect("an output")
}

#[test]
fn labels_rise_by_events_and_fall_at_the_computed_instant() {
    // 20 points with a half-life of one day are below 20 one millisecond later, and below 19.5 after 53 minutes: it is that with
    // the minute that follows.
    assert_eq!(labels("0m Read; 0m Read; 10d wait"), ["0s label cold > warm", "53m35s836ms label warm > cold"]);
    // 30 points fall to 19.5 after log2(30 / 19.5) days, and a label is kept for a minute more.
    let got = labels("0m Read; 0m Read; 0m Read; 10d wait");
    assert_eq!(got.len(), 2);
    let outputs = run_lines(&[model(MODEL)], &script("0m Read; 0m Read; 0m Read; 10d wait"), 1);
    let fall = outputs.iter().rev().find(|o| matches!(o.output.body, Body::ScoreChanged(_))).expect("it falls");
    #[allow(clippy::cast_possible_truncation, reason = "days in ms")]
    let exact = ((30.0_f64 / 19.5).log2() * 86_400_000.0).floor() as i64 + 1 + 60_000;
    assert_eq!(fall.output.at_ms - START_MS, exact, "the first millisecond below the line and its margin");
    assert_eq!(fall.output.event, None, "time was the cause");
}

#[test]
fn several_groups_decay_together_to_one_instant() {
    let text = "0m Big; 60d wait";
    let got = labels(text);
    assert_eq!(got[0], "0s label cold > hot");
    let outputs = run_lines(&[model(MODEL)], &script(text), 1);
    let falls: Vec<(i64, f64)> = outputs
        .iter()
        .filter_map(|o| {
            if let Body::ScoreChanged(s) = &o.output.body {
                (!s.up).then_some((o.output.at_ms - START_MS, s.score))
            } else {
                None
            }
        })
        .collect();
    assert_eq!(falls.len(), 2);
    #[allow(clippy::cast_precision_loss, reason = "days in ms")]
    let score = |t: i64| 40.0 * (-(t as f64) / 86_400_000.0).exp2() + 20.0 * (-(t as f64) / 864_000_000.0).exp2();
    for ((at, told), line) in falls.into_iter().zip([49.5, 19.5]) {
        assert!(score(at - 60_000) < line && score(at - 60_001) >= line, "{at}: {}", score(at));
        assert!((told - score(at)).abs() < 1e-9);
    }
}

#[test]
fn what_never_decays_never_falls() {
    assert_eq!(labels("0m Member; 3650d wait"), ["0s label cold > warm"]);
}

#[test]
fn an_event_before_the_fall_postpones_it() {
    let got = labels("0m Read; 0m Read; 0m Read; 13h Read; 20d wait");
    assert_eq!(got.len(), 2, "{got:?}");
    assert!(got[1].starts_with("1day"), "{got:?}");
}

#[test]
fn caps_bound_group_rule_and_total() {
    assert!((last_score("0m Read; 0m Read; 0m Read; 0m Read; 0m Read; 0m Member") - 70.0).abs() < 1e-9, "group cap 40, kept 30");
    assert_eq!(labels("0m Once; 1m Once; 2m Once; 3m Once; 4m Read"), [""; 0], "2 x 5 + 10 is just under 20 by then");
    assert_eq!(labels("0m Once; 1m Once; 1d Once; 1d Once; 1d Read")[0], "1day label cold > warm");
    assert!((last_score("0m All") - 100.0).abs() < 1e-9, "total cap");
}

#[test]
fn negative_points_count() {
    assert_eq!(labels("0m Read; 0m Read; 0m Read; 1m Spam")[1], "1m label warm > cold");
}

#[test]
fn with_negative_points_that_decay_faster_the_fall_is_still_exact() {
    // -25 of half-life 1 d under +90 of half-life 10 d: rises first, then falls below 50.
    let outputs = run_lines(&[model(MODEL)], &script("0m Huge; 0m Spam; 60d wait"), 1);
    #[allow(clippy::cast_precision_loss, reason = "days in ms")]
    let score = |t: i64| 90.0 * (-(t as f64) / 864_000_000.0).exp2() - 25.0 * (-(t as f64) / 86_400_000.0).exp2();
    let fall = outputs.iter().find(|o| matches!(&o.output.body, Body::ScoreChanged(s) if !s.up)).expect("falls");
    let at = fall.output.at_ms - START_MS;
    assert!(score(at - 60_000) < 49.5 && score(at - 60_001) >= 49.5, "{at}");
    assert!(at > ms("5d"));
}

#[test]
fn a_late_event_counts_with_its_own_time() {
    let in_order = last_score("0m Read; 12h Big; 13h Member");
    let late = last_score("12h Big; 12h30m < 0m Read; 13h Member");
    // The group's cap of 40 is already reached by Big in both.
    assert!((in_order - late).abs() < 1.0, "{in_order} {late}");
    let in_order = last_score("0m Once; 12h Read; 13h Member");
    let late = last_score("12h Read; 12h30m < 0m Once; 13h Member");
    assert!((in_order - late).abs() < 1e-9, "{in_order} {late}");
}

#[test]
fn a_newcomer_with_the_lowest_label_is_no_change() {
    assert_eq!(labels("0m Read"), [""; 0]);
}

#[test]
fn another_model_judges_the_label_anew() {
    let strict = MODEL.replace("warm = 20", "warm = 25");
    let got =
        said(&[model(MODEL), model(&strict)], "0m Read; 0m Read; 0m Member; 1m restart 1; 1m wait; 1m Read; 3m wait", |b| {
            matches!(b, Body::ScoreChanged(_))
        });
    assert_eq!(got[0], "0s label cold > warm");
    assert!(got.iter().any(|g| g.contains("> hot")), "{got:?}");
}

/// Fit and engagement, with the answers of a form worth 90 points that don't fade.
const GATED: &str = r#"
name = "gated"
[journey]
stages = ["a"]
moves = [{ to = "a", on = "*" }]
[score]
cap = 100
labels = { cold = 0, hot = 60, mql = { score = 80, fit = 50, engagement = 30 } }
[[score.groups]]
name = "fast"
half_life = "1d"
rules = [ { on = "Read", points = 10 }, { on = "Demo", points = 40 }, { on = "Spam", points = -40 } ]
[fit]
cap = 90
rules = [ { name = "budget", where = { budget = "yes" }, points = 90 } ]
"#;

fn gated(text: &str) -> Vec<String> {
    let labels = said(&[model(GATED)], text, |b| matches!(b, Body::ScoreChanged(s) if s.from != s.to));
    // Without the grade.
    labels.iter().map(|line| line.rsplit_once(' ').map_or(line.as_str(), |(label, _)| label).to_owned()).collect()
}

#[test]
fn a_label_that_asks_for_engagement_takes_a_deed_also_where_the_cap_hides_it() {
    // The fit alone is above the line, and with 10 points more the score is at its cap.
    let fit_alone = gated("0m identify budget=yes; 1h Read; 2h Read; 90d wait");
    assert_eq!(fit_alone, ["0s label cold > hot"]);
    assert_eq!(gated("0m identify budget=yes; 1h Demo")[..2], ["0s label cold > hot", "1h label hot > mql"]);
    // Deeds alone are none either.
    assert!(!gated("0m Demo; 1m Demo; 2m Demo").iter().any(|line| line.contains("mql")));
}

#[test]
fn it_falls_at_the_instant_at_which_the_deed_has_faded() {
    let text = "0m identify budget=yes; 0m Demo; 90d wait";
    let outputs = run_lines(&[model(GATED)], &script(text), 1);
    let falls = |body: &Body| matches!(body, Body::ScoreChanged(s) if !s.up && s.from != s.to);
    let fall = outputs.iter().find(|o| falls(&o.output.body)).expect("it falls");
    #[allow(clippy::cast_possible_truncation, reason = "days in ms")]
    let exact = ((40.0_f64 / 29.5).log2() * 86_400_000.0).floor() as i64 + 1 + 60_000;
    assert_eq!(fall.output.at_ms - START_MS, exact, "the first millisecond below the line and its margin, and a minute");
    assert_eq!(gated(text).len(), 3, "cold, hot and mql by the events, and one fall");
}

#[test]
fn it_is_reached_with_no_event_when_negative_points_fade() {
    let text = "0m identify budget=yes; 0m Spam; 0m Demo; 0m Demo; 90d wait";
    let slow = GATED.replace("half_life = \"1d\"\nrules", "half_life = \"10d\"\nrules").replace(
        ", { on = \"Spam\", points = -40 } ]",
        " ]\n[[score.groups]]\nname = \"bad\"\nhalf_life = \"1d\"\nrules = [ { on = \"Spam\", points = -60 } ]",
    );
    let outputs = run_lines(&[model(&slow)], &script(text), 1);
    let rise = outputs.iter().find(|o| o.output.event.is_none() && matches!(&o.output.body, Body::ScoreChanged(s) if s.up));
    let at = rise.expect("it rises").output.at_ms - START_MS;
    #[allow(clippy::cast_precision_loss, reason = "days in ms")]
    let done = |t: i64| 80.0 * (-(t as f64) / 864_000_000.0).exp2() - 60.0 * (-(t as f64) / 86_400_000.0).exp2();
    assert!(done(at) >= 30.0 && done(at - 1) < 30.0, "{at}: {}", done(at));
}
