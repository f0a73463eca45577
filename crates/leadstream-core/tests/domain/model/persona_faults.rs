//! Faults of personas, fit, grades and of models bound to personas: each at its place, with what to do.

use super::{assert_one_fault, show};
use leadstream_model::FileFault;
use leadstream_model::section::axis::graph::{FindingKind, findings};

/// A model without a fault; its lines are counted from 1.
const GOOD: &str = r#"name = "m"
for_personas = ["cook"]
[journey]
stages = ["one", "two", "three"]
moves = [
  { to = "one", on = "page" },
  { to = "two", on = "Product Viewed" },
  { to = "three", on = "Order Completed" },
]
[score]
labels = { cold = 0, mql = { score = 50, fit = 30 } }
[[score.groups]]
name = "g"
half_life = "7d"
rules = [ { on = "page", points = 1 } ]
[[personas]]
name = "cook"
where = { job = "cook", "group.employees" = { at_most = 50 } }
[[personas]]
name = "other"
[fit]
cap = 80
include = "bant"
rules = [ { where = { job = "cook" }, points = 20 } ]
[grades]
fit = { A = 60 }
[carry_over]
from = "shop"
journey = { seen = "two" }
"#;

/// The model that prospects come from.
const SHOP: &str = r#"name = "shop"
[journey]
stages = ["seen"]
moves = [ { to = "seen", on = "page" } ]
"#;

fn faults_of(texts: &[&str]) -> Vec<FileFault> {
    leadstream_model::from_texts(texts).err().unwrap_or_default()
}

/// `old` in the good model becomes `new`; exactly one fault must come of it: there, and saying that.
#[track_caller]
fn one_fault(old: &str, new: &str, line: usize, path: &str, says: &str) {
    assert!(GOOD.contains(old), "{old:?} is not in the good model");
    assert_one_fault(&faults_of(&[&GOOD.replacen(old, new, 1), SHOP]), line, path, says);
}

#[test]
fn the_good_model_has_no_fault_alone_or_beside_the_other() {
    assert_eq!(show(&faults_of(&[GOOD])), "");
    assert_eq!(show(&faults_of(&[SHOP, GOOD])), "");
}

#[test]
fn personas_that_nobody_can_be_are_found() {
    one_fault("name = \"other\"", "", 19, "personas#2.name", "is missing");
    one_fault("name = \"other\"", "name = \"cook\"", 20, "personas#2.name", "there twice");
    one_fault("name = \"other\"", "name = \"other\"\n[[personas]]\nname = \"last\"", 19, "personas#2", "put it last");
    one_fault(
        "name = \"other\"",
        "name = \"head cook\"\nwhere = { job = \"cook\", title = \"head\", \"group.employees\" = { at_most = 50 } }",
        19,
        "personas#2",
        "whoever fits is \"cook\" before",
    );
    one_fault("{ job = \"cook\", ", "{ \"traits.job\" = \"cook\", ", 18, "personas#1.where.traits.job", "write \"job\"");
    one_fault("at_most = 50", "at_most = 50, more_than = 60", 18, "personas#1.where.group.employees", "nothing fits");
}

#[test]
fn a_fit_that_says_nothing_is_found() {
    one_fault("points = 20", "points = 0", 24, "fit.rules#1.points", "change nothing");
    one_fault(", points = 20", "", 24, "fit.rules#1.points", "is missing");
    one_fault("where = { job = \"cook\" }, points = 20", "points = 20", 24, "fit.rules#1.where", "is missing");
    one_fault("\"bant\"", "\"bannt\"", 23, "fit.include", "did you mean \"bant\"?");
    one_fault("cap = 80", "cap = -1", 22, "fit.cap", "greater than 0");
    one_fault("fit = 30", "fit = 90", 11, "score.labels.mql.fit", "above what all rules give (80)");
    one_fault("fit = { A = 60 }", "fit = { A = 60, E = 1 }", 26, "grades.fit.E", "they are A, B, C, D");
    one_fault("fit = { A = 60 }", "fit = { A = 40 }", 26, "grades.fit.A", "B (50) must begin below A (40)");
    let without = GOOD.split("[fit]").next().unwrap().replace("{ score = 50, fit = 30 }", "50") + "[grades]\nfit = { A = 60 }\n";
    assert!(
        show(&faults_of(&[&without])).contains("grades: grades need a fit score: add [fit]"),
        "{}",
        show(&faults_of(&[&without]))
    );
}

#[test]
fn a_binding_to_nobody_and_a_way_from_nowhere_are_found() {
    one_fault("[\"cook\"]", "[\"kook\"]", 2, "for_personas#1", "did you mean \"cook\"?");
    one_fault("for_personas = [\"cook\"]\n", "\n", 27, "carry_over", "nobody comes over to a model that is for everybody");
    one_fault("from = \"shop\"", "from = \"m\"", 28, "carry_over.from", "is this model itself");
    one_fault("from = \"shop\"", "from = \"store\"", 28, "carry_over.from", "there is shop");
    one_fault("seen = \"two\"", "seen = \"tow\"", 29, "carry_over.journey.seen", "did you mean \"two\"?");
    one_fault("seen = \"two\"", "sen = \"two\"", 29, "carry_over.journey.sen", "did you mean \"seen\"?");
    one_fault("from = \"shop\"", "from = \"shop\"\notherwise = \"near\"", 29, "carry_over.otherwise", "not known here");
}

#[test]
fn the_personas_of_the_first_model_that_has_some_are_those_of_all() {
    let bound = "for_personas = [\"cook\"]\n".to_owned() + SHOP;
    let other = GOOD.replace("for_personas = [\"cook\"]\n", "").split("[carry_over]").next().unwrap().to_owned();
    assert_eq!(show(&faults_of(&[&bound, &other])), "");
    let unknown = bound.replace("cook", "plumber");
    assert!(show(&faults_of(&[&unknown, &other])).contains("unknown persona \"plumber\": the personas are cook, other"));
}

#[test]
fn what_changes_whom_a_model_is_for_changes_its_hash_and_nothing_else_does() {
    let hash = |text: &str| leadstream_model::from_texts(&[text]).unwrap_or_else(|f| panic!("{}", show(&f))).models[0].hash;
    let before = hash(GOOD);
    for (old, new) in [
        ("fit = 30", "fit = 31"),
        ("points = 20", "points = 21"),
        ("A = 60", "A = 61"),
        ("\"bant\"", "[\"bant\", \"champ\"]"),
        ("at_most = 50", "at_most = 51"),
        ("[\"cook\"]", "[\"other\"]"),
        ("seen = \"two\"", "seen = \"three\""),
    ] {
        assert!(GOOD.contains(old));
        assert_ne!(hash(&GOOD.replacen(old, new, 1)), before, "{new}");
    }
    assert_eq!(hash(&GOOD.replace("fit = { A = 60 }", "fit = { D = 0, A = 60, B = 50 } # the defaults said aloud")), before);
}

#[test]
fn the_graph_names_dead_ends_single_ways_in_and_moves_that_compete() {
    let text = r#"name = "m"
[funnel]
stages = ["one", "two", "side", "three", "four"]
moves = [
  { to = "one", on = "*" },
  { to = "two", on = "page", where = { path = { prefix = "/a" } }, from = "one" },
  { to = "side", on = "page", where = { path = "/a/b" }, from = "two" },
  { to = "three", on = "page", where = { path = { prefix = "/c" } }, from = ["one", "two"] },
  { to = "four", on = "page", where = { path = { contains = "d" } }, from = "two" },
]
"#;
    let spec = leadstream_model::parse("m", text).spec;
    let found: Vec<(FindingKind, usize)> =
        findings(&spec.axes.funnel).into_iter().map(|f| (f.kind, f.fault.place.line)).collect();
    assert_eq!(
        found,
        [
            (FindingKind::OneWayIn, 3),
            (FindingKind::DeadEnd, 3),
            (FindingKind::OneWayIn, 3),
            (FindingKind::DeadEnd, 3),
            (FindingKind::OneWayIn, 3),
            // /c… may contain a d; /a/b contains none, and /a… is not /c….
            (FindingKind::Overlap, 9),
        ]
    );
}

#[test]
fn the_models_of_the_documentation_load_side_by_side() {
    let page = include_str!("../../../../../docs/personas.md");
    let blocks = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let whole: Vec<&str> = blocks.filter(|block| block.starts_with("name ")).collect();
    assert_eq!(whole.len(), 2, "the shop's and the engineers'");
    assert_eq!(show(&faults_of(&whole)), "");
    for set in leadstream_model::FIT_SETS {
        assert!(page.contains(&format!("| `{}` |", set.0)), "{} is not in the table", set.0);
    }
}

#[test]
fn a_changed_fit_is_said_in_words() {
    use leadstream_model::describe::statements;
    use leadstream_model::diff::{Change, diff};
    let said = |text: &str| {
        leadstream_model::from_texts(&[text]).unwrap_or_else(|f| panic!("{}", show(&f)));
        statements(&leadstream_model::parse("m", text).spec)
    };
    let after = GOOD
        .replace("fit = 30", "fit = 40")
        .replace("points = 20", "points = 25")
        .replace("at_most = 50", "less_than = 50")
        .replace("A = 60", "A = 90")
        .replace("seen = \"two\"", "seen = \"three\"");
    let changes: Vec<String> = diff(&said(GOOD), &said(&after))
        .into_iter()
        .map(|change| match change {
            Change::Changed(about, before, after) => format!("{about}: {before} -> {after}"),
            Change::Added(s) => format!("+ {}: {}", s.about, s.says),
            Change::Removed(s) => format!("- {}: {}", s.about, s.says),
        })
        .collect();
    assert_eq!(
        changes,
        [
            "label mql: from 50 points and a fit of 30 -> from 50 points and a fit of 40",
            "persona cook: job = \"cook\" and the company's employees at most 50 -> job = \"cook\" and the company's employees less than 50",
            "fit: job = \"cook\": 20 points -> 25 points",
            "grades by fit: A from 60, B from 50, C from 25, D from 0 -> A from 90, B from 50, C from 25, D from 0",
            "journey: seen of shop becomes: two -> three",
        ]
    );
}
