//! Faults of `[hand_over]`, `[disqualify]` and `[re_entry]`, and what they do to the hash.

use super::{GOOD, faults_of, hash};
use crate::model::show;

/// A section at the end of the good model; its first line is the 19th.
#[track_caller]
fn section_fault(section: &str, line: usize, path: &str, says: &str) {
    let faults = faults_of(&format!("{GOOD}{section}\n"));
    assert_eq!(faults.len(), 1, "{}", show(&faults));
    let fault = &faults[0].fault;
    assert_eq!((fault.place.line, fault.place.path.as_str()), (line, path), "{}", show(&faults));
    assert!(fault.message.contains(says), "{says:?} is not in: {}", fault.message);
}

#[test]
fn faults_of_the_hand_over_are_found() {
    let hand_over = |more: &str| format!("[hand_over]\nmql = {{ label = \"warm\" }}\n{more}");
    section_fault("[hand_over]", 19, "hand_over.mql.label", "the label from which on a lead goes to sales");
    section_fault("[hand_over]\nmql = { sla = \"24h\" }", 20, "hand_over.mql.label", "is missing");
    section_fault("[hand_over]\nmql = { label = \"wram\" }", 20, "hand_over.mql.label", "did you mean \"warm\"?");
    section_fault("[hand_over]\nmql = { label = \"cold\" }", 20, "hand_over.mql.label", "everybody would go to sales");
    section_fault("[hand_over]\nmql = { label = \"warm\", slaa = \"1h\" }", 20, "hand_over.mql.slaa", "did you mean \"sla\"?");
    section_fault("[hand_over]\nmql = { label = \"warm\", sla = \"0s\" }", 20, "hand_over.mql.sla", "longer than nothing");
    section_fault("[hand_over]\nmql = { label = \"warm\", grace = 5 }", 20, "hand_over.mql.grace", "without a unit");
    section_fault(&hand_over("sql = { label = \"warm\" }"), 21, "hand_over.sql.label", "is not above the label of the MQL");
    section_fault(&hand_over("sql = { age = \"0s\" }"), 21, "hand_over.sql.age", "or \"off\"");
    section_fault(&hand_over("reset = { keep = 50 }"), 21, "hand_over.reset.keep", "50 is no share of the points");
    section_fault(&hand_over("reset = { to = -1 }"), 21, "hand_over.reset.to", "less than 0");
    section_fault(&hand_over("reset = { to = 1, keep = 1 }"), 21, "hand_over.reset.to", "write only one of");
    section_fault(&hand_over("reset = { groups = { h = 0 } }"), 21, "hand_over.reset.groups.h", "is no group of this score");
    section_fault(&hand_over("reset = { rejected = {} }"), 21, "hand_over.reset.rejected", "says nothing");
    section_fault(
        &hand_over("reset = { no-anser = { keep = 0 } }"),
        21,
        "hand_over.reset.no-anser",
        "did you mean \"no-answer\"?",
    );
    section_fault(&hand_over("answers = { won = \"*\" }"), 21, "hand_over.answers.won", "every event an answer");
    section_fault(
        &hand_over("answers = { won = \"Lead Lost\" }"),
        21,
        "hand_over.answers.won",
        "the same as the answer \"lost\"",
    );
    section_fault(&hand_over("answers = { wun = \"x\" }"), 21, "hand_over.answers.wun", "did you mean \"won\"?");
    section_fault(&hand_over("answers = { won = 3 }"), 21, "hand_over.answers.won", "must be text");
    section_fault(&hand_over("reason = \"\""), 21, "hand_over.reason", "must name the property");
}

#[test]
fn faults_of_what_hands_over_again_and_of_office_hours_are_found() {
    let hand_over = |more: &str| format!("[hand_over]\nmql = {{ label = \"warm\" }}\n{more}");
    section_fault(&hand_over("again_rise = 0"), 21, "hand_over.again_rise", "more than nothing");
    section_fault(&hand_over("hand_raise = \"*\""), 21, "hand_over.hand_raise", "name the events");
    section_fault(&hand_over("hand_raise = \"Lead Won\""), 21, "hand_over.hand_raise", "the other sales'");
    section_fault(&hand_over("hand_raise_waits = false"), 21, "hand_over.hand_raise_waits", "without hand_raise");
    section_fault(&hand_over("customers = 1"), 21, "hand_over.customers", "must be true or false");
    let hours = |from: &str, more: &str| {
        hand_over(&format!("office_hours = {{ from = {from:?}, to = \"17:30\" }}\ntime_zone = \"Europe/Berlin\"\n{more}"))
    };
    section_fault(&hours("17:30", ""), 21, "hand_over.office_hours", "at the same time");
    let no_time = hand_over("office_hours = { from = \"9 o'clock\", to = \"17:30\" }");
    section_fault(&no_time, 21, "hand_over.office_hours.from", "is no time of day");
    section_fault(&hours("09:00", "weekdays = []"), 23, "hand_over.weekdays", "names no day");
    section_fault(&hours("09:00", "weekdays = [\"tues\"]"), 23, "hand_over.weekdays#1", "did you mean \"tue\"?");
    section_fault(&hours("09:00", "holidays = [\"2026-02-30\"]"), 23, "hand_over.holidays#1", "is no day");
    section_fault(&hours("09:00", "holidays = [\"25.12.\"]"), 23, "hand_over.holidays#1", "\"12-25\" for every year");
    let no_zone = hand_over("office_hours = { from = \"09:00\", to = \"17:30\" }");
    section_fault(&no_zone, 19, "hand_over.time_zone", "the clock of the office");
    section_fault(&hand_over("holidays = [\"12-25\"]"), 21, "hand_over.holidays#1", "no effect without office_hours");
}

#[test]
fn faults_of_what_is_won_are_found() {
    section_fault("[won]", 19, "won.stage", "the stage that is won");
    section_fault("[won]\nstage = \"tow\"", 20, "won.stage", "did you mean \"two\"?");
    section_fault("[won]\nstage = \"one\"", 20, "won.stage", "everybody would be a customer");
    section_fault("[won]\nstage = \"two\"\nopen = \"two\"", 21, "won.open", "not before the stage that is won");
    section_fault("[won]\nstage = \"two\"\nlost_to = \"two\"", 21, "won.lost_to", "an opportunity still");
    section_fault("[won]\nstage = \"two\"\non = \"page\"", 21, "won.on", "has another meaning");
}

#[test]
fn a_label_may_ask_for_no_engagement_that_nobody_reaches() {
    let with = |least: &str| GOOD.replace("warm = 20", &format!("warm = {{ score = 20, engagement = {least} }}"));
    assert!(faults_of(&with("4")).is_empty());
    for (least, says) in [("0", "which everybody has"), ("-3", "which everybody has"), ("101", "nobody can reach it")] {
        let faults = faults_of(&with(least));
        assert_eq!(faults.len(), 1, "{least}: {}", show(&faults));
        assert!(faults[0].fault.message.contains(says), "{}", show(&faults));
    }
}

#[test]
fn faults_of_disqualification_and_return_are_found() {
    let out = "[disqualify]\nrules = [ { on = \"Out\" } ]\n";
    section_fault("[disqualify]", 19, "disqualify.rules", "Lead Disqualified");
    section_fault("[disqualify]\nrules = [ { } ]", 20, "disqualify.rules#1.on", "is missing");
    section_fault("[disqualify]\nrules = [ { on = \"a\" }, { on = \"a\" } ]", 20, "disqualify.rules#2", "as rule #1 (line 20)");
    let both = "[disqualify]\nrules = [ { on = \"a\", reason = \"x\", reason_from = \"y\" } ]";
    section_fault(both, 20, "disqualify.rules#1.reason_from", "never looked at");
    section_fault("[re_entry]\nafter = \"180d\"", 19, "re_entry", "nothing disqualifies: add [disqualify]");
    section_fault(&format!("{out}[re_entry]"), 21, "re_entry.rules", "or after = \"180d\"");
    section_fault(&format!("{out}[re_entry]\nafter = \"0s\""), 22, "re_entry.after", "longer than nothing");
    section_fault(
        &format!("{out}[re_entry]\nafter = \"1d\"\nto = \"there\""),
        23,
        "re_entry.to",
        "known are \"resume\", \"anew\"",
    );
    let same = format!("{out}[re_entry]\nrules = [ {{ on = \"Out\" }} ]");
    section_fault(&same, 22, "re_entry.rules#1", "the same event can't take out and bring back");
    let faults = faults_of(&GOOD.replace("\"one\"", "\"disqualified\""));
    assert_eq!(faults.len(), 1, "{}", show(&faults));
    assert!(show(&faults).starts_with("model 1:3: journey.stages#1: \"disqualified\" is where outputs say"), "{}", show(&faults));
}

#[test]
fn a_model_that_says_the_defaults_of_the_hand_over_has_the_hash_of_one_that_says_nothing_of_them() {
    let with =
        |section: &str| leadstream_model::from_texts(&[&format!("{GOOD}{section}\n")]).unwrap_or_else(|f| panic!("{}", show(&f)));
    let short = with("[hand_over]\nmql = { label = \"warm\" }");
    let long = with(
        "[hand_over]\nmql = { label = \"warm\", sla = \"24h\", grace = \"1d\" }\nsql = { age = \"90d\" }\nagain_after = \"30d\"\nreset = { keep = 0.5, no-answer = { keep = 1 }, aged = { keep = 1 } }\nreason = \"reason\"\n[hand_over.answers]\nwon = \"Lead Won\"\nno-show = [\"Lead No-Show\"]",
    );
    assert_eq!(hash(&short), hash(&long));
    for other in ["mql = { label = \"warm\", sla = \"2h\" }", "mql = { label = \"warm\" }\nreset = { keep = 0.4 }"] {
        assert_ne!(hash(&short), hash(&with(&format!("[hand_over]\n{other}"))), "{other}");
    }
    assert_ne!(hash(&short), hash(&leadstream_model::from_texts(&[GOOD]).expect("good")));
}
