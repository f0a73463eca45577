//! Every key of a model file that can be wrong has a case: in its section, here or beside.

use super::{GOOD, faults_of, one_fault, one_fault_at_the_end};
use crate::model::show;
use std::path::{Path, PathBuf};

/// Lines behind the stages and moves of the good model.
#[track_caller]
fn of_journey(line: &str, path: &str, says: &str) {
    let stale = "stale = { after = \"45d\", to = \"one\", except = [\"three\"] }";
    one_fault(stale, line, 9, &format!("journey.{path}"), says);
}

#[test]
fn faults_of_what_closes_a_journey_are_found() {
    assert_eq!(show(&faults_of(&GOOD.replacen("stale =", "closed_by = [\"Order Completed\", \"Deal Won\"]\nstale =", 1))), "");
    of_journey("closed_by = [\"*\"]", "closed_by#1", "must name the events that close a journey");
    of_journey("closed_by = \" \"", "closed_by", "must name the events");
    of_journey("closed_by = [\"Deal Won\", \"Deal Won\"]", "closed_by#2", "is named twice");
    of_journey("closed_by = 3", "closed_by", "must be text");
    of_journey("closed_bye = \"Deal Won\"", "closed_bye", "did you mean \"closed_by\"?");
}

#[test]
fn faults_of_who_lapses_are_found() {
    let good = "lapse = { after = \"180d\", to = \"one\", from = [\"three\"] }";
    assert_eq!(show(&faults_of(&GOOD.replacen("stale =", &format!("{good}\nstale ="), 1))), "");
    of_journey("lapse = { after = \"180d\", to = \"one\" }", "lapse.from", "names no stage");
    of_journey("lapse = { after = \"180d\", to = \"one\", from = [] }", "lapse.from", "names no stage");
    of_journey("lapse = { after = \"0s\", to = \"one\", from = \"three\" }", "lapse.after", "longer than nothing");
    of_journey("lapse = { after = \"180d\", from = \"three\" }", "lapse", "but not both");
    of_journey("lapse = { after = \"180d\", to = \"on\", from = \"three\" }", "lapse.to", "did you mean \"one\"?");
    of_journey("lapse = { after = \"180d\", to = \"one\", from = \"thre\" }", "lapse.from", "did you mean \"three\"?");
    of_journey("lapse = { after = \"180d\", to = \"three\", from = \"three\" }", "lapse.from", "would lapse to itself");
    of_journey("lapse = { after = \"180d\", to = \"one\", from = [\"three\", \"three\"] }", "lapse.from#2", "named twice");
    let both = "lapse = { after = \"180d\", to = \"one\", from = \"two\" }, stale = { two = { after = \"1d\", to = \"one\" } }";
    of_journey(&both.replace("}, stale", "}\nstale"), "lapse.from", "goes stale and lapses");
    of_journey("lapse = { after = \"180d\", to = \"one\", from = \"three\", except = 1 }", "lapse.except", "unknown key");
}

#[test]
fn faults_of_keys_at_the_top_and_of_the_journey_are_found() {
    one_fault("name = \"m\"", "name = \"m\"\ntitle = 5", 2, "title", "must be text");
    one_fault("name = \"m\"", "name = \"m\"\nsession_gap = \"0s\"", 2, "session_gap", "longer than nothing");
    one_fault(
        "name = \"m\"",
        "name = \"m\"\nready_triggers = [\"win-bak\"]",
        2,
        "ready_triggers#1",
        "did you mean \"win-back\"?",
    );
    of_journey("history = 33", "history", "must be 0 to 32");
    of_journey("history = -1", "history", "must be 0 to 32");
}

#[test]
fn faults_of_choices_name_what_is_known() {
    for (section, path, says) in [
        ("[contact]\nlist_unsubscribe = \"never\"", "contact.list_unsubscribe", "known are"),
        (
            "[hand_over]\nmql = { label = \"warm\" }\ndisqualified_accounts = \"no\"",
            "hand_over.disqualified_accounts",
            "true or false",
        ),
        ("[accounts]\nconsensus = { stage = \"two\", of = 3 }\naliases = { \"\" = \"acme\" }", "accounts.aliases.", ""),
        (
            "[accounts]\nconsensus = { stage = \"two\", of = 3, deciders = [\"boss\"] }",
            "accounts.consensus.deciders#1",
            "no role",
        ),
        (
            "[accounts]\nconsensus = { stage = \"two\", of = 3 }\nreopened = { where = { a = 1 } }",
            "accounts.reopened.on",
            "is missing",
        ),
    ] {
        let faults = faults_of(&format!("{GOOD}{section}\n"));
        assert_eq!(faults.len(), 1, "{section}: {}", show(&faults));
        assert_eq!(faults[0].fault.place.path, path, "{section}: {}", show(&faults));
        assert!(faults[0].fault.message.contains(says), "{section}: {}", show(&faults));
    }
    one_fault("[cart]", "[cart]\norder_clears = \"all\"", 18, "cart.order_clears", "known are");
    let label = "labels = { cold = 0, warm = { score = 20, engagement = 5 } }";
    one_fault(
        "labels = { cold = 0, warm = 20 }",
        &label.replace("= 5", "= -1"),
        12,
        "score.labels.warm.engagement",
        "leave it out",
    );
    let trigger = "[[triggers]]\nname = \"t\"\nafter = { on = \"Product Viewed\" }\nwithin = \"4h\"\nunless = { on = \"Order Completed\" }\n";
    one_fault_at_the_end(trigger, "unless = { on =", "unless = { one =", "triggers#1.unless.one", "did you mean \"on\"?");
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The sources of the model language.
fn sources() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../leadstream-model/src");
    files(&root).into_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// Keys that are read from model files, by what reads them: `fields.text("to", …)`.
fn keys() -> Vec<String> {
    let mut keys = Vec::new();
    for text in sources() {
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
        for one in [
            "text",
            "texts",
            "table",
            "tables",
            "bool",
            "number",
            "integer",
            "duration",
            "choice",
            "node",
            "number_or_off",
            "integer_or_off",
            "duration_or_off",
        ] {
            for call in code.split(&format!(".{one}(\"")).skip(1) {
                keys.push(call.split('"').next().unwrap().to_owned());
            }
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

#[test]
fn every_key_has_a_case() {
    let keys = keys();
    assert!(keys.len() > 100 && keys.contains(&"closed_by".to_owned()), "{keys:?}");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/domain/model");
    let folder = std::fs::read_dir(tests.join("faults")).unwrap().map(|entry| entry.unwrap().path());
    let files = folder.chain(["faults.rs", "persona_faults.rs"].map(|name| tests.join(name)));
    let beside = files.map(|path| std::fs::read_to_string(path).unwrap());
    // A section's own cases are the last that its file says of it.
    let of_sections = sources().into_iter().filter_map(|text| Some(text.split_once("    fn cases(&self)")?.1.to_owned()));
    let cases: String = beside.chain(of_sections).collect();
    // A place in a file: `section.key`, `key#2`, `section.key.more`.
    let is_place = |key: &str| {
        cases.match_indices(key).any(|(at, _)| {
            let (before, after) = (cases[..at].chars().last(), cases[at + key.len()..].chars().next());
            matches!(before, Some('.' | '"')) && matches!(after, Some('.' | '"' | '#'))
        })
    };
    let without: Vec<&String> = keys.iter().filter(|key| !is_place(key)).collect();
    assert!(without.is_empty(), "no case says what is wrong with {without:?}");
}

fn notes(rule: &str) -> Vec<String> {
    let text = GOOD.replacen("{ on = \"page\", points = 1, at_most = \"10 per 1d\" }", rule, 1);
    let loaded = leadstream_model::parse("m", &text);
    assert!(loaded.faults.is_empty(), "{:?}", loaded.faults);
    leadstream_model::notes(&loaded.spec).into_iter().map(|note| format!("{}: {}", note.place.path, note.message)).collect()
}

#[test]
fn a_path_that_says_what_a_page_is_for_is_better_asked_by_its_kind() {
    for path in
        ["{ prefix = \"/pricing\" }", "\"/en/pricing\"", "{ one_of = [\"/plans\", \"/pricing/\"] }", "{ contains = \"pricing\" }"]
    {
        let of_score = notes(&format!("{{ on = [\"page\", \"screen\"], where = {{ path = {path} }}, points = 1 }}"));
        let [note] = of_score.as_slice() else { panic!("{path}: {of_score:?}") };
        assert!(note.starts_with("score.groups#1.rules#1.where.path: "), "{note}");
        assert!(note.contains("where = { page_kind = \"pricing\" }") && note.contains("such as /"), "{note}");
    }
    let moves = GOOD.replacen(
        "{ to = \"two\", on = \"Product Viewed\" }",
        "{ to = \"two\", on = \"page\", where = { path = \"/careers\" } }",
        1,
    );
    let of_move = leadstream_model::notes(&leadstream_model::parse("m", &moves).spec);
    assert_eq!((of_move.len(), of_move[0].place.path.as_str()), (1, "journey.moves#2.where.path"));
}

#[test]
fn a_path_of_ones_own_is_no_kind() {
    for rule in [
        "{ on = \"page\", where = { path = { prefix = \"/pricing/enterprise\" } }, points = 1 }",
        "{ on = \"page\", where = { path = \"/spring-sale\" }, points = 1 }",
        "{ on = \"page\", where = { path = { one_of = [\"/pricing\", \"/spring-sale\"] } }, points = 1 }",
        "{ on = \"page\", where = { path = { regex = \"^/pricing\" } }, points = 1 }",
        "{ on = \"page\", where = { path = { not = \"/pricing\" } }, points = 1 }",
        "{ on = \"page\", where = { page_kind = \"pricing\" }, points = 1 }",
        "{ on = \"File Downloaded\", where = { path = \"/pricing\" }, points = 1 }",
    ] {
        assert_eq!(notes(rule), [] as [String; 0], "{rule}");
    }
    for (name, _) in leadstream_model::SHIPPED {
        let of_paths = leadstream_model::notes(&leadstream_model::load(name).spec)
            .into_iter()
            .filter(|note| note.message.contains("page_kind"));
        assert_eq!(of_paths.count(), 0, "{name}");
    }
}
