//! Answers as people write them.

use super::*;
use std::borrow::Cow;

fn answer(text: &str) -> Answer {
    read(&Value::Text(Cow::Borrowed(text)))
}

#[test]
fn answers_are_read_as_people_write_them() {
    for (text, want) in [
        ("yes", Answer::Yes),
        ("Yes, approved!", Answer::Yes),
        ("Ja", Answer::Yes),
        ("Budget approved", Answer::Yes),
        ("we have budget", Answer::Yes),
        ("identified", Answer::Yes),
        ("No", Answer::No),
        ("none", Answer::No),
        ("not approved yet", Answer::No),
        ("No budget", Answer::No),
        ("€0", Answer::No),
        ("I am not the decision maker", Answer::No),
        ("I don't decide", Answer::No),
        ("", Answer::Unknown),
        ("N/A", Answer::Unknown),
        ("tbd", Answer::Unknown),
        ("?", Answer::Unknown),
        ("Don't know", Answer::Unknown),
        ("I am the final decision maker", Answer::Decides),
        ("decision-maker", Answer::Decides),
        ("I have the final say", Answer::Decides),
        ("decides", Answer::Decides),
        ("CEO", Answer::Decides),
        ("He decides", Answer::Decides),
        ("the one who signs", Answer::Decides),
        ("CEO's assistant", Answer::Other),
        ("Einkauf entscheidet", Answer::Influences),
        ("The CFO approves", Answer::Influences),
        ("just curious", Answer::Low),
        ("I am only looking", Answer::No),
        ("noch offen", Answer::Unknown),
        ("Ich entscheide", Answer::Decides),
        ("Economic Buyer", Answer::Decides),
        ("I recommend to the decision maker", Answer::Influences),
        ("Influencer", Answer::Influences),
        ("I decide together with my team", Answer::Influences),
        ("€20,000", Answer::Amount),
        ("20k", Answer::Amount),
        ("10,000 - 25,000 EUR", Answer::Amount),
        ("$1.5M", Answer::Amount),
        ("urgent", Answer::High),
        ("Top priority", Answer::High),
        ("this quarter", Answer::High),
        ("nice-to-have", Answer::Medium),
        ("low", Answer::Low),
        ("Maria Lopez", Answer::Other),
        ("We lose leads between marketing and sales", Answer::Other),
        ("Save 20% of the cost per lead", Answer::Other),
        ("Nora Knott", Answer::Other),
        ("decided by Q3", Answer::Other),
    ] {
        assert_eq!(answer(text), want, "{text:?}");
    }
    assert_eq!(read(&Value::Bool(true)), Answer::Yes);
    assert_eq!((read(&Value::Number(20_000.0)), read(&Value::Number(0.0))), (Answer::Amount, Answer::No));
}

#[test]
fn amounts_of_budgets_are_read() {
    for (text, want) in [
        ("€20,000", 20_000.0),
        ("20.000 €", 20_000.0),
        ("20 000 EUR", 20_000.0),
        ("20000", 20_000.0),
        ("$12,500.50", 12_500.5),
        ("20k", 20_000.0),
        ("EUR 20k – 50k", 20_000.0),
        ("10-25k", 10_000.0),
        ("1.5M", 1_500_000.0),
        ("2 Mio. €", 2_000_000.0),
        ("€0 - €5,000", 5_000.0),
        ("> 50,000", 50_000.0),
        ("up to 10,000", 10_000.0),
        ("We have set aside 30,000 euros for this", 30_000.0),
        ("0", 0.0),
        ("CHF 1’200’000", 1_200_000.0),
    ] {
        let found = amount_of(&Value::Text(Cow::Borrowed(text)));
        assert!(found.is_some_and(|found| (found - want).abs() < 1e-6), "{text:?}: {found:?}, not {want}");
    }
    for text in ["soon", "in 3 months", "Q3", "our team of 12 decides in the second half", "20%", ""] {
        assert_eq!(amount_of(&Value::Text(Cow::Borrowed(text))), None, "{text:?}");
    }
}

#[test]
fn months_are_read_at_most() {
    for (text, want) in [
        ("0–3 months", 3.0),
        ("0-3 months", 3.0),
        ("3 months", 3.0),
        ("within 3 months", 3.0),
        ("< 3 months", 3.0),
        ("3", 3.0),
        ("in two weeks", 0.5),
        ("6 to 12 months", 12.0),
        ("1 year", 12.0),
        ("now", 0.0),
        ("ASAP", 0.0),
        ("Immediately!", 0.0),
        ("this quarter", 3.0),
        ("next quarter", 6.0),
        ("this year", 12.0),
        ("3-6 Monate", 6.0),
        ("30 days", 1.0),
        ("less than 6 months", 6.0),
        ("yes", 0.0),
        ("one month", 1.0),
    ] {
        let found = months(&Value::Text(Cow::Borrowed(text)));
        assert!(found.is_some_and(|found| (found - want).abs() < 1e-6), "{text:?}: {found:?}, not {want}");
    }
    for text in
        ["12+ months", "> 12 months", "more than a year", "over 6 months", "someday", "not now", "no plans", "20 people", ""]
    {
        assert_eq!(months(&Value::Text(Cow::Borrowed(text))), None, "{text:?}");
    }
    assert_eq!(
        (months(&Value::Number(2.0)), months(&Value::Bool(true)), months(&Value::Bool(false))),
        (Some(2.0), Some(0.0), None)
    );
}

#[test]
fn no_answer_is_too_long_and_names_are_each_their_own() {
    for (name, one) in Asked::ALL {
        assert_eq!(one.name(), name);
    }
    assert_eq!(answer(&"né ".repeat(10_000)), Answer::Other);
    assert_eq!(answer(&"9".repeat(10_000)), Answer::Amount);
}
