//! Every fault of a model file is found, at its place, with what to do; and one meaning has one hash.

mod accounts;
mod contradictions;
mod hand_over;
mod keys;

use super::{assert_one_fault, show};
use leadstream_core::domain::model::{IdleOn, Models};
use leadstream_model::{CartSpec, FileFault, Spanned};

/// A model without a fault; its lines are counted from 1.
const GOOD: &str = r#"name = "m"
[journey]
stages = ["one", "two", "three"]
moves = [
  { to = "one", on = "page" },
  { to = "two", on = "Product Viewed" },
  { to = "three", on = "Order Completed" },
]
stale = { after = "45d", to = "one", except = ["three"] }
[score]
cap = 100
labels = { cold = 0, warm = 20 }
[[score.groups]]
name = "g"
half_life = "7d"
rules = [ { on = "page", points = 1, at_most = "10 per 1d" } ]
[cart]
steps = ["1h", "24h"]
"#;

fn faults_of(text: &str) -> Vec<FileFault> {
    leadstream_model::from_texts(&[text]).err().unwrap_or_default()
}

/// `old` in the good model becomes `new`; exactly one fault must come of it: there, and saying that.
#[track_caller]
fn one_fault(old: &str, new: &str, line: usize, path: &str, says: &str) {
    assert!(GOOD.contains(old), "{old:?} is not in the good model");
    assert_one_fault(&faults_of(&GOOD.replacen(old, new, 1)), line, path, says);
}

const MOVE_TWO: &str = r#"{ to = "two", on = "Product Viewed" },"#;

fn with_move(text: &str) -> String {
    format!("{MOVE_TWO}\n{text},")
}

fn where_two(tests: &str) -> String {
    format!("{{ to = \"two\", on = \"Product Viewed\", where = {{ p = {tests} }} }},")
}

#[test]
fn the_good_model_has_no_fault() {
    assert_eq!(show(&faults_of(GOOD)), "");
}

#[test]
fn an_unknown_stage_is_found_with_the_nearest_name() {
    one_fault(
        MOVE_TWO,
        &with_move(r#"{ to = "thre", on = "Product Shared" }"#),
        7,
        "journey.moves#3.to",
        "did you mean \"three\"?",
    );
    one_fault(r#"except = ["three"]"#, r#"except = ["drei"]"#, 9, "journey.stale.except#1", "the stages are one, two, three");
    one_fault(r#"to = "one", except"#, r#"to = "on", except"#, 9, "journey.stale.to", "did you mean \"one\"?");
    let from = with_move(r#"{ to = "one", on = "Product Removed", from = ["two", "tree"] }"#);
    one_fault(MOVE_TWO, &from, 7, "journey.moves#3.from#2", "did you mean \"three\"?");
}

#[test]
fn a_stage_that_is_there_twice_is_found() {
    one_fault(r#""two", "three"]"#, r#""two", "three", "two"]"#, 3, "journey.stages#4", "there twice");
}

#[test]
fn a_stage_that_nothing_leads_to_is_found() {
    one_fault(r#""three"]"#, r#""three", "four"]"#, 3, "journey.stages#4", "nothing leads to this stage, \"four\"");
}

#[test]
fn stages_that_only_lead_to_each_other_are_found() {
    let text = GOOD.replace(r#""three"]"#, r#""three", "four", "five"]"#).replace(
        MOVE_TWO,
        &with_move("{ to = \"four\", on = \"a\", from = \"five\" }, { to = \"five\", on = \"b\", from = \"four\" }"),
    );
    let paths: Vec<_> = faults_of(&text).into_iter().map(|f| f.fault.place.path).collect();
    assert_eq!(paths, ["journey.stages#4", "journey.stages#5"]);
}

#[test]
fn moves_that_contradict_each_other_are_found() {
    let both = with_move(
        "{ to = \"one\", on = \"Product Removed\", from = [\"two\", \"three\"] },\n{ to = \"two\", on = \"Product Removed\", from = \"three\" }",
    );
    one_fault(MOVE_TWO, &both, 8, "journey.moves#4", "contradicts move #3 (line 7): from \"three\"");
}

#[test]
fn moves_from_different_stages_do_not_contradict_each_other() {
    let both = with_move(
        "{ to = \"one\", on = \"Product Removed\", from = \"two\" },\n{ to = \"two\", on = \"Product Removed\", from = \"three\" }",
    );
    assert_eq!(show(&faults_of(&GOOD.replacen(MOVE_TWO, &both, 1))), "");
}

#[test]
fn a_move_that_another_one_always_beats_is_found() {
    let hidden = with_move(r#"{ to = "one", on = "Order Completed", where = { total = 5 } }"#);
    one_fault(MOVE_TWO, &hidden, 7, "journey.moves#3", "can never act: whenever it fits, move #4 (line 8)");
    // More views in less time are some views in more time.
    let counted = with_move(
        "{ to = \"one\", on = \"a\", times = 5, within = \"1d\" },\n{ to = \"two\", on = [\"a\", \"b\"], times = 3, within = \"7d\" }",
    );
    one_fault(MOVE_TWO, &counted, 7, "journey.moves#3", "can never act");
}

#[test]
fn a_move_that_asks_for_something_else_is_not_hidden() {
    for other in [
        "{ to = \"one\", on = \"a\", times = 3, within = \"7d\" },\n{ to = \"two\", on = \"a\", times = 3, within = \"7d\", same = \"sku\" }",
        "{ to = \"one\", on = \"a\" },\n{ to = \"two\", on = \"a\", where = { p = 1 } }",
        "{ to = \"one\", on = [\"a\", \"b\"] },\n{ to = \"two\", on = \"a\" }",
        "{ to = \"one\", on = \"*\" },\n{ to = \"two\", on = \"a\", sessions = 2 }",
    ] {
        assert_eq!(show(&faults_of(&GOOD.replacen(MOVE_TWO, &with_move(other), 1))), "", "{other}");
    }
}

#[test]
fn a_move_that_is_there_twice_is_found_however_it_is_written() {
    let twice = with_move(r#"{ on = ["Viewed Product"], to = "two" }"#);
    one_fault(MOVE_TWO, &twice, 7, "journey.moves#3", "says the same as move #2 (line 6)");
}

#[test]
fn a_move_to_where_it_comes_from_is_found() {
    let itself = with_move(r#"{ to = "two", on = "Product Removed", from = "two" }"#);
    one_fault(MOVE_TWO, &itself, 7, "journey.moves#3.from", "to itself");
}

#[test]
fn a_move_without_its_parts_is_found() {
    one_fault(MOVE_TWO, &with_move(r#"{ to = "one" }"#), 7, "journey.moves#3.on", "is missing");
    one_fault(MOVE_TWO, &with_move(r#"{ on = "x" }"#), 7, "journey.moves#3.to", "is missing");
    one_fault(MOVE_TWO, &with_move(r#"{ to = "one", on = "x", from = [] }"#), 7, "journey.moves#3.from", "names no stage");
}

#[test]
fn counts_without_sense_are_found() {
    let with = |what: &str| format!("{{ to = \"two\", on = \"Product Viewed\", {what} }},");
    one_fault(MOVE_TWO, &with("times = 0"), 6, "journey.moves#2.times", "at least 2");
    one_fault(MOVE_TWO, &with("times = 1, within = \"1d\""), 6, "journey.moves#2.times", "leave `times` out");
    one_fault(MOVE_TWO, &with("times = 51"), 6, "journey.moves#2.times", "at most 50");
    one_fault(MOVE_TWO, &with("within = \"7d\""), 6, "journey.moves#2.within", "without `times`");
    one_fault(MOVE_TWO, &with("same = \"sku\""), 6, "journey.moves#2.same", "without `times`");
    one_fault(MOVE_TWO, &with("distinct = \"sku\""), 6, "journey.moves#2.distinct", "without `times`");
    one_fault(MOVE_TWO, &with("times = 2, distinct = \" \""), 6, "journey.moves#2.distinct", "must name the property");
    let both = "times = 2, same = \"sku\", distinct = \"sku\"";
    one_fault(MOVE_TWO, &with(both), 6, "journey.moves#2.distinct", "nothing fits both");
    one_fault(MOVE_TWO, &with("cart = { weight = 3 }"), 6, "journey.moves#2.cart.weight", "lines, quantity and value");
    let never = "cart = { lines = { at_least = 3, at_most = 2 } }";
    one_fault(MOVE_TWO, &with(never), 6, "journey.moves#2.cart.lines", "nothing fits");
    one_fault(MOVE_TWO, &with("times = 3, within = \"0s\""), 6, "journey.moves#2.within", "longer than nothing");
    one_fault(MOVE_TWO, &with("times = 3, within = 7"), 6, "journey.moves#2.within", "a number without a unit");
    one_fault(MOVE_TWO, &with("sessions = 0"), 6, "journey.moves#2.sessions", "at least 1");
}

#[test]
fn bad_predicates_are_found() {
    for (tests, path, says) in [
        ("{ regex = \"(\" }", "journey.moves#2.where.p.regex", "no regular expression"),
        (
            "{ regex = \"((((a{100}){100}){100}){100})\" }",
            "journey.moves#2.where.p.regex",
            "no regular expression that can be used",
        ),
        ("{ one_of = [] }", "journey.moves#2.where.p.one_of", "nothing fits"),
        ("{ at_least = 5, at_most = 3 }", "journey.moves#2.where.p", "at least 5 and at most 3 at once"),
        ("{ more_than = 3, less_than = 3 }", "journey.moves#2.where.p", "nothing fits"),
        ("{ at_least = \"many\" }", "journey.moves#2.where.p.at_least", "must be a number, not text"),
        ("{ equals = \"red\", at_least = 3 }", "journey.moves#2.where.p", "no value passes"),
        ("{ one_of = [\"a\", \"b\"], prefix = \"c\" }", "journey.moves#2.where.p", "no value passes"),
        ("{ exists = false, prefix = \"c\" }", "journey.moves#2.where.p", "absent"),
        ("{ exists = \"yes\" }", "journey.moves#2.where.p.exists", "true or false"),
        ("{ prefix = \"\" }", "journey.moves#2.where.p.prefix", "fits every text"),
        ("{ prefix = 5 }", "journey.moves#2.where.p.prefix", "must be text in quotes"),
        ("{ prefx = \"a\" }", "journey.moves#2.where.p.prefx", "did you mean \"prefix\"?"),
        ("{ not = { one_of = [] } }", "journey.moves#2.where.p.not.one_of", "nothing fits"),
        ("[\"a\", [\"b\"]]", "journey.moves#2.where.p", "a list inside a list"),
        ("[]", "journey.moves#2.where.p.one_of", "nothing fits"),
        ("{}", "journey.moves#2.where.p", "says no test"),
    ] {
        one_fault(MOVE_TWO, &where_two(tests), 6, path, says);
    }
}

#[test]
fn good_predicates_pass() {
    for tests in [
        "\"red\"",
        "5",
        "true",
        "{ one_of = [1, 2] }",
        "[\"a\", \"b\"]",
        "{ at_least = 3, at_most = 3 }",
        "{ at_least = 1, less_than = 2.5 }",
        "{ prefix = \"/a\", not = { contains = \"b\" } }",
        "{ regex = \"^a+$\" }",
        "{ exists = false }",
        "{ not = \"x\" }",
    ] {
        assert_eq!(show(&faults_of(&GOOD.replacen(MOVE_TWO, &where_two(tests), 1))), "", "{tests}");
    }
}

#[test]
fn staleness_that_leads_nowhere_is_found() {
    let stale = "stale = { after = \"45d\", to = \"one\", except = [\"three\"] }";
    one_fault(stale, "stale = { after = \"0s\", to = \"one\" }", 9, "journey.stale.after", "longer than nothing");
    one_fault(stale, "stale = { after = \"1d\", to = \"three\" }", 9, "journey.stale.to", "the last stage");
    one_fault(stale, "stale = { two = { after = \"1d\", to = \"two\" } }", 9, "journey.stale.two.to", "to itself");
    one_fault(stale, "stale = { two = { after = \"1d\", to = \"three\" } }", 9, "journey.stale.two.to", "leads back");
    one_fault(stale, "stale = { after = \"1d\" }", 9, "journey.stale", "but not both");
    one_fault(stale, "stale = { tow = { after = \"1d\", to = \"one\" } }", 9, "journey.stale.tow", "did you mean \"two\"?");
}

#[test]
fn labels_out_of_order_or_out_of_reach_are_found() {
    let labels = "labels = { cold = 0, warm = 20 }";
    one_fault(labels, "labels = { cold = 0, warm = 20, hot = 10 }", 12, "score.labels.hot", "not above \"warm\" (20)");
    one_fault(labels, "labels = { cold = 0, warm = 0 }", 12, "score.labels.warm", "rising order");
    one_fault(labels, "labels = { cold = 0, warm = 200 }", 12, "score.labels.warm", "above the cap");
    one_fault(labels, "labels = { mql = { score = 50, fit = 30 } }", 12, "score.labels.mql.fit", "the model has none: add [fit]");
    one_fault(labels, "labels = { warm = { scor = 50 } }", 12, "score.labels.warm.scor", "did you mean \"score\"?");
    one_fault("half_life = \"7d\"", "half_life = \"7d\"\ncap = 10", 12, "score.labels.warm", "all groups give together (10)");
    // The same label twice is no TOML.
    let faults = faults_of(&GOOD.replacen(labels, "labels = { cold = 0, cold = 20 }", 1));
    assert!(faults.iter().any(|f| f.fault.place.line == 12), "{}", show(&faults));
}

#[test]
fn faults_of_groups_and_rules_are_found() {
    let rule = "{ on = \"page\", points = 1, at_most = \"10 per 1d\" }";
    one_fault("half_life = \"7d\"", "half_life = \"0s\"", 15, "score.groups#1.half_life", "\"off\" for points that stay");
    one_fault("half_life = \"7d\"\n", "", 13, "score.groups#1.half_life", "is missing");
    one_fault("name = \"g\"\n", "", 13, "score.groups#1.name", "is missing");
    one_fault("half_life = \"7d\"", "half_life = \"7d\"\ncap = -5", 16, "score.groups#1.cap", "greater than 0");
    one_fault(rule, "{ on = \"page\", points = 0 }", 16, "score.groups#1.rules#1.points", "change nothing");
    one_fault(rule, "{ on = \"page\" }", 16, "score.groups#1.rules#1.points", "is missing");
    one_fault(rule, "{ points = 1 }", 16, "score.groups#1.rules#1.on", "is missing");
    one_fault(rule, &format!("{rule}, {rule}"), 16, "score.groups#1.rules#2", "says the same as rule #1");
    one_fault("10 per 1d", "10 a day", 16, "score.groups#1.rules#1.at_most", "must read like \"10 per 1d\"");
    one_fault("10 per 1d", "0 per 1d", 16, "score.groups#1.rules#1.at_most", "at least once");
    one_fault("10 per 1d", "10 per 0s", 16, "score.groups#1.rules#1.at_most", "period");
    one_fault(
        "[cart]",
        "[[score.groups]]\nname = \"g\"\nhalf_life = \"off\"\nrules = [ { on = \"x\", points = 1 } ]\n[cart]",
        18,
        "score.groups#2.name",
        "there twice",
    );
}

#[test]
fn faults_of_the_cart_series_are_found() {
    let steps = "steps = [\"1h\", \"24h\"]";
    one_fault(steps, "steps = []", 18, "cart.steps", "names no step");
    one_fault(steps, "steps = [\"0s\", \"1h\"]", 18, "cart.steps", "can't be due at once");
    one_fault(steps, "steps = [\"2h\", \"1h\"]", 18, "cart.steps", "step 2 must come later than step 1");
    one_fault(steps, "steps = [\"1h\", \"soon\"]", 18, "cart.steps#2", "no length of time");
    let many = (1..=17).map(|n| format!("\"{n}h\"")).collect::<Vec<_>>().join(", ");
    one_fault(steps, &format!("steps = [{many}]"), 18, "cart.steps", "at most 16");
    one_fault(steps, "steps = [\"1h\", \"20d\"]", 18, "cart.steps", "forgotten before its last step");
    one_fault(steps, "max_lateness = \"-2h\"", 18, "cart.max_lateness", "no length of time");
    one_fault(steps, "max_lateness = \"0s\"", 18, "cart.max_lateness", "\"off\"");
    one_fault(steps, "idle_on = \"shop\"", 18, "cart.idle_on", "known are \"site\", \"cart\"");
    one_fault(steps, "stepps = [\"1h\"]", 18, "cart.stepps", "did you mean \"steps\"?");
}

#[test]
fn whoever_is_forgotten_must_not_be_reminded_anew() {
    let name = "name = \"m\"";
    let kept = |kept: &str| format!("{name}\nforget_anonymous_after = {kept}");
    one_fault(name, &kept("\"12h\""), 2, "forget_anonymous_after", "at least \"1d\"");
    one_fault(name, &kept("\"0s\""), 2, "forget_anonymous_after", "\"off\"");
    one_fault(name, &kept("\"-3d\""), 2, "forget_anonymous_after", "no length of time");
    one_fault(name, &kept("\"6d\""), 2, "forget_anonymous_after", "cooldown of the cart series");
    one_fault(name, &kept("180"), 2, "forget_anonymous_after", "");
    let good = leadstream_model::from_texts(&[GOOD]).expect("good");
    let same = leadstream_model::from_texts(&[&GOOD.replacen(name, &kept("\"180d\""), 1)]).expect("good");
    assert_eq!(hash(&same), hash(&good), "the default, said or not");
    assert_eq!(good.in_charge().forget_anonymous_ms, Some(180 * 86_400_000));
    let off = leadstream_model::from_texts(&[&GOOD.replacen(name, &kept("\"off\""), 1)]).expect("good");
    assert_eq!(off.in_charge().forget_anonymous_ms, None);
}

#[test]
fn unknown_keys_are_found_wherever_they_are() {
    one_fault("[cart]", "[carts]", 17, "carts", "did you mean \"cart\"?");
    one_fault("cap = 100", "capp = 100", 11, "score.capp", "did you mean \"cap\"?");
    one_fault(MOVE_TWO, r#"{ too = "two", on = "Product Viewed" },"#, 6, "journey.moves#2.too", "did you mean \"to\"?");
    one_fault("name = \"m\"", "name = \"m\"\nsesion_gap = \"1h\"", 2, "sesion_gap", "did you mean \"session_gap\"?");
}

#[test]
fn wrong_types_are_found_and_nothing_follows_from_them() {
    one_fault(r#"stages = ["one", "two", "three"]"#, "stages = 5", 3, "journey.stages", "must be text in quotes");
    one_fault("cap = 100", "cap = \"lots\"", 11, "score.cap", "must be a number");
    one_fault(MOVE_TWO, r#"{ to = 2, on = "Product Viewed" },"#, 6, "journey.moves#2.to", "must be text");
    one_fault("name = \"m\"", "name = \"\"", 1, "name", "needs a name");
}

#[test]
fn a_renamed_stage_must_be_gone_and_its_new_name_there() {
    let with = |renamed: &str| format!("stale = {{ after = \"45d\", to = \"one\" }}\nrenamed = {renamed}\n[score]");
    let old = "stale = { after = \"45d\", to = \"one\", except = [\"three\"] }\n[score]";
    one_fault(old, &with("{ two = \"one\" }"), 10, "journey.renamed.two", "is a stage of this model");
    one_fault(old, &with("{ second = \"twoo\" }"), 10, "journey.renamed.second", "did you mean \"two\"?");
}

#[test]
fn all_faults_come_at_once_in_the_order_of_the_file() {
    let text = GOOD
        .replace("\"10 per 1d\"", "\"x\"")
        .replace(r#"to = "three""#, r#"to = "thre""#)
        .replace("\"1h\", \"24h\"", "\"2h\", \"1h\"")
        .replace("half_life", "half_live");
    let found: Vec<(usize, String)> = faults_of(&text).into_iter().map(|f| (f.fault.place.line, f.fault.place.path)).collect();
    let expected = [
        (3, "journey.stages#3"),
        (7, "journey.moves#3.to"),
        (15, "score.groups#1.half_live"),
        (16, "score.groups#1.rules#1.at_most"),
        (18, "cart.steps"),
    ];
    assert_eq!(found, expected.map(|(line, path)| (line, path.to_owned())));
}

#[test]
fn two_models_of_one_name_are_refused() {
    let faults = leadstream_model::from_texts(&[GOOD, GOOD]).expect_err("the same name");
    assert!(show(&faults).contains("model 2:1: name: another model that runs is called \"m\" too"), "{}", show(&faults));
}

#[test]
fn a_file_that_is_not_there_is_refused_with_the_shipped_names() {
    let faults = leadstream_model::models(&["no-such.toml".to_owned()], &CartSpec::default()).expect_err("no file");
    assert!(show(&faults).contains("shipped are ecommerce, buyer5, b2b10, aida, aarrr"), "{}", show(&faults));
}

fn hash(models: &Models) -> &str {
    &models.in_charge().hash_text
}

#[test]
fn faults_of_machines_and_windows() {
    let machines = |key: &str| format!("[machines]\n{key}\n[cart]");
    for (key, path, says) in [
        ("bot_names = [\"x\"]", "machines.bot_names#1", "can't name a program"),
        ("bot_names = 3", "machines.bot_names", "must be text"),
        ("proxies = [\"outlook\"]", "machines.proxies#1", "known are"),
        ("proxies = [\"apple\", \"apple\"]", "machines.proxies#2", "is there twice"),
        ("proxy_after = \"2h\"", "machines.proxy_after", "told by seconds"),
        ("scanner_after = \"2h\"", "machines.scanner_after", "told by seconds"),
        ("scanner_after = 10", "machines.scanner_after", "length of time"),
        ("scanner_within = \"0s\"", "machines.scanner_within", "told by seconds"),
        ("scanner_links = 1", "machines.scanner_links", "one link is a person's"),
        ("scanner_links = \"two\"", "machines.scanner_links", "whole number"),
        ("views_per_minute = 5", "machines.views_per_minute", "people look at many pages"),
        ("marked = \"yes\"", "machines.marked", "true or false"),
        ("bot = true", "machines.bot", "did you mean \"bots\"?"),
    ] {
        one_fault("[cart]", &machines(key), 18, path, says);
    }
    for (key, path) in ["click_window", "open_window", "payment_window", "late_window"].map(|key| (key, format!("cart.{key}"))) {
        one_fault("[cart]", &format!("[cart]\n{key} = \"0s\""), 18, &path, "must be longer than nothing");
    }
    for (line, path, says) in [
        ("min_value = -1", "cart.min_value", "a value that a cart can have"),
        ("series = \"carts\"", "cart.series", "prospect"),
        ("not_by = [{}]", "cart.not_by#1", "names no property"),
        ("not_by = [{ source_name = { regex = \"(\" } }]", "cart.not_by#1.source_name.regex", "regular expression"),
        ("not_by = \"pos\"", "cart.not_by", "must be a list"),
        ("campaigns = [\"--\"]", "cart.campaigns", "a name without a letter"),
        ("campaigns = 7", "cart.campaigns", "text"),
        ("order_ends_cooldown = \"no\"", "cart.order_ends_cooldown", "true or false"),
    ] {
        one_fault("[cart]", &format!("[cart]\n{line}"), 18, path, says);
    }
}

#[test]
fn formatting_comments_and_the_order_of_moves_leave_the_hash_alone() {
    let good = leadstream_model::from_texts(&[GOOD]).expect("good");
    for same in [
        GOOD.replace("\"page\"", "[ \"page\" ]").replace("[score]", "# a comment\n\n[score]"),
        GOOD.replace("{ to = \"one\", on = \"page\" },\n", "").replace(MOVE_TWO, &with_move("{ on = \"page\", to = \"one\" }")),
        GOOD.replace("Product Viewed", "Viewed Product"),
        GOOD.replace("\"7d\"", "\"168h\""),
        GOOD.replace("[cart]", "[cart]\nidle_on = \"site\""),
        GOOD.replace("[cart]", "[cart]\nclick_window = \"5d\"\nopen_window = \"1d\"\npayment_window = \"24h\""),
        GOOD.replace("[cart]", "[cart]\nseries = \"prospect\""),
        GOOD.replace("[cart]", "[cart]\nlate_window = \"30d\"\norder_ends_cooldown = true"),
    ] {
        let other = leadstream_model::from_texts(&[&same]).unwrap_or_else(|f| panic!("{}", show(&f)));
        assert_eq!(hash(&other), hash(&good), "{same}");
    }
    assert_eq!(hash(&good).len(), 16);
    assert_eq!(u64::from_str_radix(hash(&good), 16), Ok(good.in_charge().hash));
}

#[test]
fn a_change_of_meaning_changes_the_hash() {
    let good = leadstream_model::from_texts(&[GOOD]).expect("good");
    for (old, new) in [
        ("on = \"Product Viewed\"", "on = \"Product Viewed\", cart = { lines = { at_least = 1 } }"),
        ("Product Viewed", "Product Clicked"),
        ("\"7d\"", "\"8d\""),
        ("points = 1", "points = 2"),
        ("\"24h\"", "\"25h\""),
        ("name = \"m\"", "name = \"n\""),
        ("warm = 20", "warm = 21"),
        ("after = \"45d\"", "after = \"46d\""),
        ("10 per 1d", "10 per 2d"),
        ("[score]", "renamed = { before = \"two\" }\n[score]"),
        ("[cart]", "[cart]\nclick_window = \"6d\""),
        ("[cart]", "[cart]\nopen_window = \"off\""),
        ("[cart]", "[cart]\npayment_window = \"1h\""),
        ("[cart]", "[cart]\nseries = \"cart\""),
        ("[cart]", "[cart]\nlate_window = \"off\""),
        ("[cart]", "[cart]\norder_ends_cooldown = false"),
        ("[cart]", "[cart]\ncampaigns = []"),
        ("[cart]", "[cart]\ncampaigns = [\"reminder\"]"),
        ("[cart]", "[cart]\nmin_value = 10"),
        ("[cart]", "[cart]\nmin_value = \"off\""),
        ("[cart]", "[cart]\nnot_by = []"),
        ("[cart]", "[cart]\nnot_by = [{ source_name = \"pos\" }]"),
    ] {
        let text = GOOD.replacen(old, new, 1);
        let other = leadstream_model::from_texts(&[&text]).unwrap_or_else(|f| panic!("{}", show(&f)));
        assert_ne!(hash(&other), hash(&good), "{new}");
    }
    let cart = CartSpec { idle_on: Some(Spanned::nowhere(IdleOn::Cart)), ..CartSpec::default() };
    let overridden = leadstream_model::build(&[leadstream_model::parse("m", GOOD)], &cart).expect("good");
    assert_ne!(hash(&overridden), hash(&good), "settings are part of the effective model");
    assert_eq!(overridden.in_charge().cart.idle_on, IdleOn::Cart);
}

#[test]
fn an_edited_rule_has_another_id_and_an_untouched_one_keeps_its_own() {
    let good = leadstream_model::from_texts(&[GOOD]).expect("good");
    let edited = leadstream_model::from_texts(&[&GOOD.replace("Product Viewed", "Product Clicked")]).expect("good");
    let rules = |models: &Models| models.in_charge().axes.journey.moves.iter().map(|m| m.rule).collect::<Vec<_>>();
    let (before, after) = (rules(&good), rules(&edited));
    assert_eq!((before[0], before[2]), (after[0], after[2]));
    assert_ne!(before[1], after[1]);
}

/// A good section at the end of the good model, of which a part is made bad.
#[track_caller]
fn one_fault_at_the_end(section: &str, old: &str, new: &str, path: &str, says: &str) {
    assert_eq!(show(&faults_of(&format!("{GOOD}{section}"))), "", "the section is good");
    assert!(section.contains(old), "{old:?} is not in the section");
    let bad = section.replacen(old, new, 1);
    let faults = faults_of(&format!("{GOOD}{bad}"));
    assert_eq!(faults.len(), 1, "{new}: {}", show(&faults));
    let fault = &faults[0].fault;
    assert_eq!(fault.place.path, path, "{new}: {}", show(&faults));
    assert!(fault.place.line > GOOD.lines().count(), "{}", show(&faults));
    assert!(fault.message.contains(says), "{says:?} is not in: {}", fault.message);
}

const CONTACT: &str = r#"
[contact]
caps = ["2 per 1d", "5 per 7d"]
priority = ["cart", "browse"]
quiet_hours = { from = "22:00", to = "08:00" }
weekdays = ["mon", "tue"]
time_zone = "Europe/Berlin"
when_quiet = "hold"
max_hold = "12h"
soft_bounces = 3
[[triggers]]
name = "browse"
after = { on = "Product Viewed" }
within = "4h"
"#;

#[test]
fn faults_of_the_contact_policy_are_found() {
    let fault = |old, new, path, says| one_fault_at_the_end(CONTACT, old, new, path, says);
    fault("\"2 per 1d\"", "\"two a day\"", "contact.caps#1", "must read like \"2 per 1d\"");
    fault("\"2 per 1d\"", "\"0 per 1d\"", "contact.caps#1", "must allow 1 to 50 mails");
    fault("\"5 per 7d\"", "\"2 per 1d\"", "contact.caps#2", "is there twice");
    fault("\"5 per 7d\"", "\"2 per 7d\"", "contact.caps#1", "is never reached: 2 per 7 days allows less already");
    fault("caps = [\"2 per 1d\", \"5 per 7d\"]", "", "contact.priority#1", "the last place under a cap");
    fault("\"cart\", \"browse\"]", "\"cart\", \"brouse\"]", "contact.priority#2", "did you mean \"browse\"?");
    fault("\"cart\", \"browse\"]", "\"browse\", \"browse\"]", "contact.priority#2", "is there twice");
    fault("within = \"4h\"", "within = \"4h\"\nmail = false", "contact.priority#2", "leads to no mail");
    fault("\"22:00\"", "\"22\"", "contact.quiet_hours.from", "is no time of day");
    fault("\"22:00\"", "\"24:00\"", "contact.quiet_hours.from", "is no time of day");
    fault("\"22:00\"", "\"08:00\"", "contact.quiet_hours", "begin and end at the same time");
    fault(", to = \"08:00\"", "", "contact.quiet_hours", "to is missing");
    fault("\"mon\", \"tue\"", "\"monday\", \"tue\"", "contact.weekdays#1", "unknown day \"monday\"");
    fault("\"mon\", \"tue\"", "", "contact.weekdays", "names no day");
    fault("time_zone = \"Europe/Berlin\"", "", "contact.time_zone", "for prospects whose own is not known");
    fault("Europe/Berlin", "Berlin", "contact.time_zone", "did you mean \"Europe/Berlin\"?");
    fault("\"hold\"", "\"wait\"", "contact.when_quiet", "known are \"hold\", \"skip\"");
    fault("\"hold\"", "\"skip\"", "contact.max_hold", "waits for nothing");
    fault("\"12h\"", "\"0s\"", "contact.max_hold", "longer than nothing");
    fault("= 3", "= 0", "contact.soft_bounces", "must be 1 to 100");
    fault("= 3", "= \"three\"", "contact.soft_bounces", "a whole number or \"off\"");
    fault("soft_bounces", "soft_bounce", "contact.soft_bounce", "did you mean \"soft_bounces\"?");
    let lonely = "[contact]\ncaps = [\"1 per 1d\"]\n";
    one_fault_at_the_end(lonely, "caps", "max_hold = \"1h\"\ncaps", "contact.max_hold", "has no effect without quiet_hours");
}

const TRIGGERS: &str = r#"
[[triggers]]
name = "browse"
after = { on = "Product Viewed", times = 2, within = "7d" }
unless = { on = "Product Added" }
same = "product_id"
restart = true
if_viewed = "30d"
within = "4h"
at_most = "1 per 7d"
max_lateness = "2h"
mail = true
[[triggers]]
name = "call"
after_stage = "two"
unless_stage = "three"
within = "1d"
[[triggers]]
name = "greet"
after_label = "warm"
within = "1d"
"#;

#[test]
fn faults_of_triggers_are_found() {
    let fault = |old, new, path, says| one_fault_at_the_end(TRIGGERS, old, new, path, says);
    fault("name = \"browse\"", "", "triggers#1.name", "is missing");
    fault("\"browse\"", "\"cart\"", "triggers#1.name", "means the reminders of [cart]");
    fault("\"call\"", "\"browse\"", "triggers#2.name", "is there twice");
    fault("after_label = \"warm\"", "", "triggers#3.after", "is missing");
    fault("after_label = \"warm\"", "after_label = \"warm\"\nafter_stage = \"two\"", "triggers#3", "comes after too much");
    fault("after_label = \"warm\"", "after_label = \"wram\"", "triggers#3.after_label", "did you mean \"warm\"?");
    fault("after_stage = \"two\"", "after_stage = \"zwei\"", "triggers#2.after_stage", "known are \"one\", \"two\", \"three\"");
    fault("unless_stage = \"three\"", "unless_stage = \"two\"", "triggers#2.unless_stage", "it would never leave");
    fault("within = \"4h\"", "", "triggers#1.within", "is missing");
    fault("within = \"4h\"", "within = \"0s\"", "triggers#1.within", "leaves no time");
    fault("within = \"4h\"", "within = \"4000d\"", "triggers#1.within", "two years");
    fault("times = 2, ", "", "triggers#1.after.within", "has no effect without `times`");
    fault("times = 2", "times = 1", "triggers#1.after.times", "must be 2 to 50 times");
    fault("\"1 per 7d\"", "\"weekly\"", "triggers#1.at_most", "must read like \"2 per 1d\"");
    fault("\"1 per 7d\"", "\"63 per 7d\"", "triggers#3", "count more than 64 times");
    fault("\"30d\"", "\"0s\"", "triggers#1.if_viewed", "longer than nothing");
    fault("after_label = \"warm\"", "after_label = \"warm\"\nsame = \"plan\"", "triggers#3.same", "compares events");
    fault("after_label = \"warm\"", "after_label = \"warm\"\nrestart = true", "triggers#3.restart", "has no effect");
    fault("after_label = \"warm\"", "after_label = \"warm\"\nif_carted = \"1d\"", "triggers#3.if_carted", "about a product");
    fault("restart", "restarts", "triggers#1.restarts", "did you mean \"restart\"?");
    fault("mail = true", "mail = \"yes\"", "triggers#1.mail", "must be true or false");
    let unknown = GOOD.replace("name = \"m\"", "name = \"m\"\nready_triggers = [\"win-bak\"]");
    assert!(show(&faults_of(&unknown)).contains("unknown ready trigger \"win-bak\": did you mean \"win-back\"?"));
}

#[test]
fn what_a_model_says_of_contact_and_triggers_is_part_of_its_hash_and_its_words() {
    use leadstream_model::describe::statements;
    use leadstream_model::diff::{Change, diff};
    let said = |text: &str| {
        let models = leadstream_model::from_texts(&[text]).unwrap_or_else(|f| panic!("{}", show(&f)));
        let spec = leadstream_model::parse("m", text).spec;
        (hash(&models).to_owned(), statements(&spec))
    };
    let text = format!("{GOOD}{CONTACT}{TRIGGERS}")
        .replace("name = \"browse\"\nafter = { on = \"Product Viewed\" }", "name = \"look\"\nafter = { on = \"Product Viewed\" }")
        .replace("[\"cart\", \"browse\"]", "[\"cart\", \"look\"]");
    let (before, words_before) = said(&text);
    for (old, new, about) in [
        ("2 per 1d", "3 per 1d", "contact: within 1 day"),
        ("[\"cart\", \"look\"]", "[\"look\", \"cart\"]", "contact: the last place under a cap goes to"),
        ("22:00", "21:30", "contact: quiet hours"),
        ("[\"mon\", \"tue\"]", "[\"mon\"]", "contact: days on which mail may leave"),
        ("Europe/Berlin", "Europe/Paris", "contact: the clock of prospects whose own is not known"),
        ("max_hold = \"12h\"", "max_hold = \"11h\"", "contact: what is due in quiet hours"),
        ("soft_bounces = 3", "soft_bounces = 4", "contact: an address counts as dead after"),
        ("unless_stage = \"three\"", "unless_stage = \"one\"", "trigger call"),
        ("same = \"product_id\"", "same = \"plan\"", "trigger browse"),
        ("restart = true", "restart = false", "trigger browse"),
        ("if_viewed = \"30d\"", "if_viewed = \"31d\"", "trigger browse"),
        ("\"1 per 7d\"", "\"1 per 8d\"", "trigger browse"),
        ("max_lateness = \"2h\"", "max_lateness = \"3h\"", "trigger browse"),
        ("mail = true", "mail = false", "trigger browse"),
    ] {
        assert!(text.contains(old), "{old}");
        let (after, words_after) = said(&text.replacen(old, new, 1));
        assert_ne!(after, before, "{new}");
        let changes = diff(&words_before, &words_after);
        let named = |c: &Change| matches!(c, Change::Changed(what, ..) if what == about);
        assert!(changes.len() == 1 && changes.iter().all(named), "{new}: {changes:?}");
    }
    // The same in other words.
    let (same, _) = said(
        &text.replace("[\"2 per 1d\", \"5 per 7d\"]", "[\"5 per 7d\", \"2 per 1d\"]").replace("when_quiet = \"hold\"\n", ""),
    );
    assert_eq!(same, before);
}
