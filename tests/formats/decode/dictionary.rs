//! The dictionary of event names: what the shipped models make of the names that teams use, and that its page says what it is.

use super::*;
use leadstream::domain::model::Models;
use leadstream::domain::names::{DICTIONARY, Kind, NameId, OF_MODELS, all_known, normal, usual};
use leadstream::domain::origin::Position;
use leadstream_model::{SHIPPED, from_texts};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const B2B: &str = include_str!("dictionary/b2b.txt");
const CONSUMERS: &str = include_str!("dictionary/consumers.txt");

fn decode(models: &Models, name: &str) -> (Kind, NameId, String) {
    let topics = vec![Topic { name: "cart".into(), is_email: false, is_trusted: true, format: Format::Json }];
    let decoder = Decoder::new(Options { topics, ..Options::default() }, &models.vocabulary);
    let line = format!(
        r#"{{"type":"track","event":"{name}","userId":"ann","timestamp":"2026-03-02T09:00:00Z","receivedAt":"2026-03-02T09:00:00Z"}}"#
    );
    let event = decoder.decode_line(line.as_bytes(), Position::default()).unwrap();
    (event.kind, event.name_id, event.name.into_owned())
}

/// A move or a score rule is about it, or it is what sales says, or what becomes of consent.
fn does_something(models: &Models, name: &str) -> bool {
    let (kind, id, _) = decode(models, name);
    let model = models.in_charge();
    let rules = |id: NameId| {
        let at = usize::from(id.0);
        model.axes.iter().any(|axis| axis.moves_by_name.get(at).is_some_and(|moves| !moves.is_empty()))
            || model.score.rules_by_name.get(at).is_some_and(|rules| !rules.is_empty())
    };
    (id != NameId::NONE && rules(id)) || matches!(kind, Kind::Sales | Kind::Subscribed | Kind::Unsubscribed | Kind::Complained)
}

fn lines(text: &'static str) -> Vec<&'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// How many of a list do something in each shipped model.
fn counts(list: &str, names: &[&str]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for (model, text) in SHIPPED {
        let models = from_texts(&[text]).unwrap();
        let (done, nothing): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| does_something(&models, name));
        eprintln!("{list} in {model}: {} of {}; nothing: {}", done.len(), names.len(), nothing.join(", "));
        counts.insert(model, done.len());
    }
    counts
}

#[test]
fn the_shipped_models_understand_what_teams_call_their_events() {
    let (b2b, consumers) = (lines(B2B), lines(CONSUMERS));
    assert!(b2b.len() >= 63 && consumers.len() >= 40, "{} and {}", b2b.len(), consumers.len());
    let least = |counts: BTreeMap<&str, usize>, all: usize, least: &[(&str, usize)]| {
        for (model, percent) in least {
            assert!(counts[model] * 100 >= all * percent, "{model}: {} of {all}, not {percent} in a hundred", counts[model]);
        }
    };
    least(counts("b2b", &b2b), b2b.len(), &[("b2b10", 95), ("ecommerce", 70), ("buyer5", 70), ("aida", 70), ("aarrr", 70)]);
    least(counts("consumers", &consumers), consumers.len(), &[("ecommerce", 70), ("buyer5", 55), ("aida", 55), ("aarrr", 35)]);
}

#[test]
fn what_is_something_else_does_nothing() {
    for (model, text) in SHIPPED {
        let models = from_texts(&[text]).unwrap();
        for name in [
            "Demo Mode Toggled",
            "Demo Data Loaded",
            "Trial Banner Viewed",
            "Meeting Room Created",
            "Contract Template Created",
            "Deal",
            "Pricing Rule Created",
            "Webinar Settings Opened",
            "Lead Import Started",
            "Quote of the Day Viewed",
            "Contact Imported",
            "Account Settings Viewed",
            "Form Field Focused",
            "Won",
            "Lost",
            "Closed",
            "Case Opened",
            "Order Form Viewed",
            "Signed",
            "Chat Closed",
        ] {
            let (kind, id, shown) = decode(&models, name);
            assert!(id == NameId::NONE && !matches!(kind, Kind::Sales | Kind::OrderCompleted), "{model}: {name} is {kind:?}");
            assert_eq!(shown, name, "{model}: it keeps its name");
        }
    }
}

const OWN: &str = r#"
name = "own"
[journey]
stages = ["one", "two"]
moves = [ { to = "one", on = "demo_booked" }, { to = "two", on = "Contract Signed" } ]
"#;

#[test]
fn a_model_s_own_name_goes_before_the_dictionary() {
    let models = from_texts(&[OWN]).unwrap();
    for name in ["demo_booked", "Demo Booked", "demoBooked"] {
        let (_, id, shown) = decode(&models, name);
        assert_eq!((id, shown.as_str()), (models.vocabulary.name("demo_booked"), "demo_booked"), "{name}");
    }
    // No model names Demo Requested: what means it means nothing here and keeps its name.
    assert_eq!(decode(&models, "Book a Demo").2, "Book a Demo");
    for name in ["Contract Signed", "Signed Contract"] {
        assert_eq!(decode(&models, name).2, "Contract Signed", "{name}");
    }
}

#[test]
fn every_usual_name_is_found_in_every_spelling_and_means_a_canonical_one() {
    let canonical: BTreeSet<&str> = DICTIONARY.iter().map(|(name, _)| *name).chain(OF_MODELS.iter().copied()).collect();
    let all: String = OF_MODELS.iter().map(|name| format!("{name:?},")).collect();
    let models = from_texts(&[&format!(
        "name = \"all\"\n[journey]\nstages = [\"one\"]\nmoves = [{{ to = \"one\", on = [{all} \"Signed Up\", \"Signed In\"] }}]"
    )])
    .unwrap();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (name, of) in usual() {
        assert!(canonical.contains(of), "{of} is no canonical name");
        assert!(name != of && !name.is_empty() && name == name.trim() && !name.contains("  "), "{name:?}");
        let normal = normal(name, &mut [0; 64]).unwrap().to_owned();
        // Where every canonical name is named, a canonical name is itself, and the first row counts.
        let is_canonical = canonical.contains(name) || all_known().any(|(spelling, _)| spelling == name);
        let first = *seen.entry(normal).or_insert(of);
        for spelling in [name.to_owned(), name.to_lowercase().replace(' ', "_"), name.to_uppercase(), name.replace(' ', "")] {
            let (_, _, shown) = decode(&models, &spelling);
            assert!(is_canonical || shown == first, "{spelling} is {shown}, not {first}");
        }
    }
}

/// The page of the dictionary.
fn page() -> String {
    let mut text = String::from(
        "# The dictionary of event names\n\n\
         Made of the table in `crates/leadstream-core/src/domain/names`; a test holds that it is the same (`LEADSTREAM_TESTS_WRITE=1 cargo test --release --test formats dictionary` writes it again). What the columns mean is said in [events.md](events.md#what-teams-call-it).\n\n\
         ## What teams call it\n\n\
         | canonical name | is heard under |\n|---|---|\n",
    );
    for (name, kind) in DICTIONARY {
        let others: Vec<&str> =
            all_known().filter(|(spelling, known)| known.name == *name && spelling != name).map(|(s, _)| s).collect();
        row(&mut text, name, &others, *kind != Kind::Other);
    }
    for name in OF_MODELS {
        row(&mut text, name, &[], false);
    }
    text
}

fn row(text: &mut String, name: &str, others: &[&str], has_meaning: bool) {
    let usual: Vec<&str> = usual().filter(|(_, of)| *of == name).map(|(usual, _)| usual).collect();
    let all: Vec<&str> = others.iter().copied().chain(usual).collect();
    let mark = if has_meaning { "**" } else { "" };
    writeln!(text, "| {mark}{name}{mark} | {} |", all.join(", ")).unwrap();
}

#[test]
fn the_page_of_the_dictionary_is_the_table() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/dictionary.md");
    if std::env::var_os("LEADSTREAM_TESTS_WRITE").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(
        written == page(),
        "docs/dictionary.md is old: LEADSTREAM_TESTS_WRITE=1 cargo test --release --test formats dictionary writes it again"
    );
}
