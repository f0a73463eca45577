//! Commands as a person calls them: exit codes, what is on stdout and what on stderr.

use crate::program::{answer, code, leadstream, run, stderr, stdout, write};
use leadstream::view::check::CheckView;
use leadstream::view::model_check::ModelCheckView;
use leadstream::view::model_diff::ModelDiffView;

#[test]
fn help_and_version_are_results() {
    for arguments in [&["--help"][..], &["--version"], &["topics", "create", "--help"], &["help", "replay"]] {
        let output = run(arguments);
        assert_eq!(code(&output), 0, "{arguments:?}");
        assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn bad_usage_ends_with_2_and_says_why_on_stderr() {
    for arguments in [
        &[][..],
        &["no-such-command"],
        &["replay"],
        &["demo", "--duration", "soon"],
        &["model", "check"],
        &["simulate"],
        &["deadletters", "list", "--reason", "no-such-reason"],
        &["deadletters", "list", "--since", "yesterday"],
    ] {
        let output = run(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", stderr(&output));
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_good_model_is_ok_with_0() {
    let output = run(&["model", "check", "ecommerce", "--graph"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.starts_with("ecommerce (shipped): ok\n") && text.contains("hash "), "{text}");
    assert!(
        text.contains("     ← from any earlier stage: Product List Viewed, 3 times within 7 days, the same category each time"),
        "{text}"
    );
}

#[test]
fn a_model_is_drawn_for_graphviz() {
    for (model, stages) in [("ecommerce", 16), ("b2b10", 11), ("aida", 4)] {
        let output = run(&["model", "check", "--dot", model]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let text = stdout(&output);
        assert!(text.starts_with(&format!("digraph \"{model}\" {{")) && text.trim_end().ends_with('}'), "{text}");
        let nodes = text.lines().filter(|l| l.contains(" [label=\"") && !l.contains("->")).count();
        assert_eq!(nodes, stages, "{text}");
        assert_eq!(text.matches('{').count(), text.matches('}').count(), "{text}");
    }
}

#[test]
fn model_diff_says_in_words_what_changed() {
    let same = run(&["model", "diff", "ecommerce", "ecommerce"]);
    assert_eq!((code(&same), stdout(&same).starts_with("both mean the same")), (0, true), "{}", stdout(&same));

    let folder = tempfile::tempdir().expect("a folder");
    let text = include_str!("../../config/models/ecommerce.toml");
    let changes = [
        ("warm = 20", "warm = 25"),
        ("\"Cart Shared\", ", ""),
        ("\"14d\", to = \"consideration\"", "\"10d\", to = \"consideration\""),
    ];
    let changed = changes.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    });
    let changed = write(folder.path(), "changed.toml", &changed);
    let output = run(&["model", "diff", "ecommerce", &changed]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert_eq!(
        stdout(&output).lines().collect::<Vec<_>>(),
        [
            "- journey: Cart Shared or Product Shared or Order Completed leads to consensus-creation from any earlier stage",
            "~ funnel: intent goes stale: after 14 days without activity, to consideration → after 10 days without activity, to consideration",
            "~ label warm: from 20 points → from 25 points",
            "+ journey: Product Shared or Order Completed leads to consensus-creation from any earlier stage",
        ]
    );
    let diff: ModelDiffView = answer(&run(&["model", "diff", "--json", "ecommerce", &changed]));
    assert_eq!(diff.changes.len(), 4, "{diff:?}");

    let bad = run(&["model", "diff", "ecommerce", "no-such-model"]);
    assert_eq!((code(&bad), stdout(&bad).contains("shipped are")), (2, true), "{}", stdout(&bad));
}

#[test]
fn every_fault_of_every_model_file_is_a_result_with_2() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = write(folder.path(), "bad.toml", "[journey]\nstages = [\"a\", \"b\"]\nmoves = [ { to = \"a\", on = \"page\" } ]\n");
    let output = run(&["model", "check", "ecommerce", &bad, "no-such-model"]);
    assert_eq!(code(&output), 2);
    let text = stdout(&output);
    assert!(text.contains("ecommerce (shipped): ok"), "{text}");
    assert!(text.contains(&format!("{bad}:2: journey.stages#2: nothing leads to this stage")), "{text}");
    assert!(text.contains(&format!("{bad}: name: is missing")) && text.contains(&format!("{bad}: 2 faults")), "{text}");
    assert!(text.contains("no-such-model: can't be read"), "{text}");
    let json = run(&["model", "check", "ecommerce", &bad, "no-such-model", "--json"]);
    assert_eq!(code(&json), 2);
    let models: Vec<ModelCheckView> = answer(&json);
    let [ModelCheckView::Good(good), ModelCheckView::Faulty(faulty), ModelCheckView::Faulty(_)] = &*models else {
        panic!("{models:?}")
    };
    assert_eq!((good.ok, faulty.ok, faulty.faults.len()), (true, false, 2));
}

#[test]
fn an_event_name_that_looks_like_a_known_one_is_noted() {
    let folder = tempfile::tempdir().expect("a folder");
    let text =
        "name = \"m\"\n[journey]\nstages = [\"a\"]\nmoves = [ { to = \"a\", on = [\"Product Veiwed\", \"My Own Event\"] } ]\n";
    let output = run(&["model", "check", &write(folder.path(), "m.toml", text)]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert_eq!(stdout(&output).matches("note ").count(), 1, "{}", stdout(&output));
    assert!(stdout(&output).contains("line 4: journey.moves#1.on#1: \"Product Veiwed\""), "{}", stdout(&output));
}

#[test]
fn check_names_the_faults_of_settings_and_model_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = write(folder.path(), "m.toml", "name = \"m\"\n[funnel]\nstages = []\n");
    let settings = format!(
        "[kafka]\ngroup_id = \"\"\non_gap = \"jump\"\n[engine]\nwokers = 3\n[http]\ntoken_file = \"{}/none\"\n[model]\nfiles = [\"{model}\"]\n",
        folder.path().display()
    );
    let path = write(folder.path(), "leadstream.toml", &settings);
    let steps = "model.cart.steps=[\"2h\",\"1h\"]";
    let output = run(&["check", "--offline", "--config", &path, "--set", steps, "--set", "kafka.properties.linger=1"]);
    assert_eq!(code(&output), 2);
    let text = stdout(&output);
    for part in [
        &format!("{path}:2: kafka.group_id: needs a name"),
        &format!("{path}:3: kafka.on_gap: \"jump\" is not known here"),
        &format!("{path}:5: engine.wokers: unknown setting: did you mean engine.workers?"),
        "none can't be read",
        &format!("{model}:2: funnel.stages: is missing"),
        "settings: model.cart.steps: step 2 must come later than step 1",
        "kafka.properties.linger: librdkafka has no such property",
        "7 faults",
    ] {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
    let good = run(&["check", "--offline"]);
    assert_eq!(code(&good), 0, "{}", stdout(&good));
    let report: CheckView = answer(&run(&["check", "--offline", "--json"]));
    assert!(report.ok, "{report:?}");
}

#[test]
fn every_command_with_settings_refuses_bad_ones_with_2() {
    let bad = ["--set", "engine.wokers=3"];
    for command in [
        &["run"][..],
        &["topics", "create"],
        &["deadletters", "list"],
        &["deadletters", "redrive"],
        &["simulate", "--kafka", "--events", "1"],
    ] {
        let output = run(&[command, &bad[..]].concat());
        assert_eq!(code(&output), 2, "{command:?}: {}", stderr(&output));
        assert!(stderr(&output).contains("did you mean engine.workers?"), "{command:?}: {}", stderr(&output));
    }
}

#[test]
fn the_environment_is_read() {
    let output = leadstream(&["check", "--offline"]).env("LEADSTREAM__ENGINE__WORKERS", "0").output().expect("it starts");
    assert_eq!(code(&output), 2);
    assert!(
        stdout(&output).contains("environment LEADSTREAM__ENGINE__WORKERS: engine.workers: 0 must be 1 to 256"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_broker_that_is_not_there_is_a_fault_with_what_to_do() {
    let output = run(&["check", "--set", "kafka.bootstrap_servers=127.0.0.1:1"]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("check kafka.bootstrap_servers"), "{}", stdout(&output));
    let output = run(&["topics", "create", "--set", "kafka.bootstrap_servers=127.0.0.1:1"]);
    assert_eq!(code(&output), 1, "the work failed: {}", stderr(&output));
}

#[test]
fn explain_says_what_is_wrong_when_nobody_answers() {
    let output = run(&["explain", "ann", "--url", "http://127.0.0.1:1"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("no instance answers at http://127.0.0.1:1"), "{}", stderr(&output));
    assert_eq!(code(&run(&["explain", "ann", "--url", "somewhere"])), 2);
    assert_eq!(code(&run(&["explain", "ann", "--set", "http.listen=off"])), 2);
}

#[test]
fn a_model_check_reads_every_section_aloud() {
    let text = |model: &str| String::from_utf8(run(&["model", "check", model]).stdout).unwrap();
    let b2b = text("b2b10");
    for said in [
        "  sales    sales gets a lead (MQL) from label: mql",
        "  sales    sales answers within: 1 day",
        "  out      disqualified by Feature Missing",
        "  accounts a group agrees when: all who decide (decision-maker), at least 1, have come to validation or further",
        "  accounts role decision-maker: job_title of seniority owner or executive or vp or director",
        "  persona  persona executive: job_title of seniority owner or executive or vp",
        "  fit      budget: budget answered by yes or amount or high: 25 points",
        "  contact  ",
    ] {
        assert!(b2b.contains(said), "{said:?} is missing:\n{b2b}");
    }
    let shop = text("aida");
    assert!(!shop.contains("  accounts ") && !shop.contains("  sales "), "what a model doesn't have is not said:\n{shop}");
}

#[test]
fn a_model_check_reads_consent_spread_and_the_shops_own_people_aloud() {
    let dir = tempfile::tempdir().unwrap();
    let model = |sections: &str| {
        let text = format!("name = \"m\"\n[journey]\nstages = [\"a\"]\nmoves = [{{ to = \"a\", on = \"*\" }}]\n{sections}");
        let output = run(&["model", "check", &write(dir.path(), "m.toml", &text)]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stdout).unwrap()
    };
    let said = model(
        "[internal]\ndomains = [\"myshop.com\"]\nnetworks = [\"10.0.0.0/8\"]\nmarked = [\"staff\"]\n\
         [contact]\nquiet_hours = { from = \"22:00\", to = \"08:00\" }\ntime_zone = \"Europe/Berlin\"\nspread = \"20m\"\nconsent = \"opt-in\"\n\
         consent_traits = []\nopt_out_traits = [\"no_mail\"]\n",
    );
    for line in [
        "  internal left out are people with an address at: myshop.com",
        "  internal left out is what comes from: 10.0.0.0/8",
        "  internal left out is what is marked: staff",
        "  machines known bots: do not count",
        "  contact  the clock of prospects whose own is not known: Europe/Berlin",
        "  contact  what was held leaves when they are over spread over 20 minutes",
        "  contact  who said neither yes nor no is mailed nothing (no-consent)",
        "  contact  traits by which somebody refuses it: no_mail",
        "  warning  line",
    ] {
        assert!(said.contains(line), "{line:?} is missing:\n{said}");
    }
    let plain = model("");
    assert!(plain.contains("  contact  who said neither yes nor no is mailed"), "defaults are read aloud too:\n{plain}");
    assert!(!plain.contains("warning") && !plain.contains("mailed nothing"), "nothing contradicts anything:\n{plain}");
}

#[test]
fn a_model_check_with_data_says_which_names_it_knows_which_do_nothing_and_which_never_come() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("events.jsonl");
    let names = [
        "Book a Demo",
        "Book a Demo",
        "demo_requested",
        "Webinar Joind",
        "Zebra Painted",
        "Zebra Painted",
        "Zebra Painted",
        "Order Updated",
    ];
    let line = |(n, name): (usize, &&str)| {
        format!(
            r#"{{"type":"track","event":"{name}","userId":"u{n}","timestamp":"2026-03-02T09:00:00Z","receivedAt":"2026-03-02T09:00:00Z"}}"#
        )
    };
    let lines: Vec<String> = names.iter().enumerate().map(line).chain(["no event".to_owned()]).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    let path = file.display().to_string();
    let text = String::from_utf8(run(&["model", "check", "b2b10", "--data", &path]).stdout).unwrap();
    for said in [
        "9 events under 5 names, 1 can't be used",
        "2 × `Book a Demo` is Demo Requested",
        "1 × `demo_requested` is Demo Requested",
        "3 × `Zebra Painted`\n",
        "1 × `Webinar Joind`: did you mean Webinar Attended?",
        "never    names of the model that no event has: ",
    ] {
        assert!(text.contains(said), "{said:?} is missing:\n{text}");
    }
    let models: Vec<ModelCheckView> = answer(&run(&["model", "check", "b2b10", "--data", &path, "--json"]));
    let [ModelCheckView::Good(good)] = &*models else { panic!("{models:?}") };
    let data = &good.data[0];
    assert_eq!((data.events, data.unusable), (9, 1));
    assert_eq!((&*data.names[0].name, data.names[1].is.as_deref()), ("Zebra Painted", Some("Demo Requested")));
    let is_never = |name: &str| data.never.iter().any(|never| never == name);
    assert!(is_never("Contract Signed") && !is_never("Demo Requested"), "{data:?}");
    let missing = run(&["model", "check", "b2b10", "--data", "/nowhere.jsonl"]);
    assert_ne!(missing.status.code(), Some(0), "a file that isn't there is said");
}

#[test]
fn a_model_check_reads_the_records_of_a_topic_by_its_mapping() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let mails = concat!(
        r#"[{"email":"a@shop.example","event":"open","timestamp":1760000000,"sg_event_id":"1"},"#,
        r#"{"email":"a@shop.example","event":"processed","timestamp":1760000000},{"event":"click","timestamp":1760000000}]"#,
        "\n",
        r#"{"topic":"email","key":null,"ts":1760000000000,"headers":[],"payload":"[{\"email\":\"b@shop.example\",\"event\":\"open\"}]"}"#,
        "\nno JSON\n"
    );
    let (mails, events) = (write("mails.jsonl", mails), r#"{"type":"page","userId":"u","timestamp":"2026-03-02T09:00:00Z"}"#);
    let plain = write("a=b.jsonl", events);
    let of = |data: &[&str], set: &[&str]| {
        let data = data.iter().flat_map(|data| ["--data", data]);
        let set = set.iter().flat_map(|set| ["--set", set]);
        run(&["model", "check", "ecommerce"].into_iter().chain(data).chain(set).collect::<Vec<_>>())
    };
    let by_topic = format!("email={mails}");
    let routed = ["topics.mappings.email=sendgrid", "route.topics=email"];
    let text = String::from_utf8(of(&[&by_topic, &plain], &routed).stdout).unwrap();
    // Two are opened, one click is nobody's, one line is no JSON.
    for said in
        ["4 events under 1 names, 2 can't be used, 1 are nothing to its mapping", "1 events under 1 names, 0 can't be used\n"]
    {
        assert!(text.contains(said), "{said:?} is missing:\n{text}");
    }
    // Read where it lies, a record is one event.
    let text = String::from_utf8(of(&[&by_topic], &routed[..1]).stdout).unwrap();
    assert!(text.contains("3 events under 1 names, 2 can't be used\n"), "{text}");
    let nowhere = of(&[&format!("mails={mails}")], &routed);
    assert_eq!(nowhere.status.code(), Some(2));
    let said = String::from_utf8(nowhere.stderr).unwrap();
    assert!(said.contains("\"mails\" is not an input topic; the topics are clickstream, email, cart"), "{said}");
}
