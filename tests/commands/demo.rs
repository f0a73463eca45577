//! The demo as a newcomer would run it.

use crate::program::{code, run, stdout, succeed};

fn line<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines().rev().find(|l| l.trim_start().starts_with(name)).unwrap_or_else(|| panic!("{name}: {text}"))
}

fn number(line: &str, after: &str) -> u64 {
    let rest = line.split_once(after).unwrap_or_else(|| panic!("{after} in {line}")).1.trim_start();
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

#[test]
fn the_demo_shows_every_step_recoveries_and_no_output_twice() {
    // Five days of the shop: the third reminder goes out after three.
    let text = &stdout(&succeed(&["demo", "--duration", "22s", "--speed", "20000", "--listen", "127.0.0.1:0"]));
    for axis in ["journey", "funnel"] {
        assert!(number(line(text, &format!("stage changes, {axis}")), axis) > 100, "{text}");
    }
    assert!(number(line(text, "score changes"), "changes") > 50, "{text}");
    for step in ["1:", "2:", "3:"] {
        assert!(number(line(text, "cart triggers by step"), step) > 0, "{text}");
    }
    let outcomes = line(text, "outcomes");
    assert!(number(outcomes, "recovered by a reminder") > 0 && number(outcomes, "came back by themselves") > 0, "{text}");
    assert!(text.contains("by itself, after reminder") || text.contains("after a click in a reminder"), "{text}");
    assert_eq!(number(line(text, "read twice"), "twice"), 0, "{text}");
    assert!(text.contains("kcat -b 127.0.0.1:"), "where to look is said: {text}");
    assert!(!text.contains('\u{1b}'), "no terminal codes in a pipe");
}

#[test]
fn the_demo_for_companies_shows_hand_overs_contracts_and_consensus() {
    // Five weeks, after a history: a deal takes two or three months.
    let text = &stdout(&succeed(&["demo", "--shop", "b2b", "--duration", "12s", "--listen", "127.0.0.1:0"]));
    assert!(number(line(text, "stage changes, journey"), "journey") > 100, "{text}");
    let handed_over = line(text, "hand-overs");
    for qualification in ["MQL", "SQL"] {
        assert!(number(handed_over, qualification) > 3, "{text}");
    }
    assert!(number(line(text, "outcomes"), "accepted") > 3, "{text}");
    let outcomes = line(text, "outcomes");
    assert!(number(outcomes, "customers") > 3 && number(outcomes, "won") > 3, "{text}");
    assert!(text.contains("after 56 days of history"), "what was before the demo is said: {text}");
    assert!(number(line(text, "accounts"), "consensus-reached") > 0, "{text}");
    assert_eq!(number(line(text, "read twice"), "twice"), 0, "{text}");
    assert!(text.contains("goes to sales as MQL"), "who is handed over is told: {text}");
}

#[test]
fn with_identity_visitors_users_and_addresses_are_persons_and_reminders_leave() {
    let set = "identity.enabled=true";
    let args = ["demo", "--set", set, "--duration", "15s", "--speed", "20000", "--listen", "127.0.0.1:0"];
    let text = &stdout(&succeed(&args));
    let persons = line(text, "persons");
    let (all, ids) = (number(persons, "persons"), number(persons, " by "));
    assert!(all > 100 && ids > all + 100, "{text}");
    assert!(number(persons, "ids,") > 50, "{text}");
    assert!(number(line(text, "cart triggers by step"), "1:") > 20, "{text}");
    assert!(text.contains("too: one person"), "who turns out to be whom is told: {text}");
    assert_eq!(number(line(text, "read twice"), "twice"), 0, "{text}");
}

#[test]
fn a_demo_without_a_trigger_fails() {
    // An hour never passes.
    let output = run(&["demo", "--duration", "1s", "--speed", "60", "--listen", "127.0.0.1:0"]);
    assert_eq!(code(&output), 1, "{}", stdout(&output));
}
