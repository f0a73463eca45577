//! Scenarios: what a person expects in one sentence, what happens, and what leaves. Every file in the folders of
//! `tests/scenarios/` is run; a new one joins by being there. `tests/scenarios/README.md` says how to write one.

use super::harness::{Line, START_MS, details, ms, run_lines, say, script};

use leadstream_core::domain::model::Models;
use leadstream_core::domain::output::Body;
use leadstream_core::domain::terms::movement::Axis;
use leadstream_core::engine::task::ProspectOutput;
use leadstream_model::SHIPPED;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a scenario can compare.
const SHOWN: [&str; 9] = ["journey", "funnel", "labels", "carts", "details", "triggers", "leads", "accounts", "members"];

/// A scenario as it stands in its file.
#[derive(Default)]
struct Scenario {
    expects: String,
    /// Shipped models, in order.
    models: Vec<String>,
    /// Model and what is added to its file.
    with: Vec<(String, String)>,
    cart: String,
    show: Vec<String>,
    when: Vec<String>,
    then: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Every scenario of every subject; what lies elsewhere, where nothing would run it, is an error.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for subject in entries(folder) {
        if subject.ends_with("README.md") {
            continue;
        }
        if !subject.is_dir() {
            return Err(format!("{}: a scenario lies in the folder of its subject", subject.display()));
        }
        let scenarios = entries(&subject);
        if scenarios.is_empty() {
            return Err(format!("{}: a subject without a scenario", subject.display()));
        }
        if let Some(other) = scenarios.iter().find(|path| !path.is_file() || path.extension().is_none_or(|e| e != "txt")) {
            return Err(format!("{}: only `.txt` files lie in a subject", other.display()));
        }
        files.extend(scenarios);
    }
    Ok(files)
}

/// `cart/left-three-reminders`.
fn name_of(path: &Path) -> String {
    path.strip_prefix(folder()).unwrap().with_extension("").to_str().unwrap().replace('\\', "/")
}

/// Each begins with its `[name]`.
fn sections_of(text: &str) -> Vec<&str> {
    let starts: Vec<usize> =
        text.match_indices('[').map(|(at, _)| at).filter(|at| *at == 0 || text[..*at].ends_with('\n')).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(from, to)| &text[*from..to]).collect()
}

/// Adds a section; where the model has it already, its keys replace those of the same name.
fn with_section(text: String, section: &str) -> String {
    let (head, keys) = section.split_once('\n').unwrap_or((section, ""));
    let Some((before, after)) = text.split_once(&format!("\n{head}\n")).filter(|_| !head.starts_with("[[")) else {
        return format!("{text}\n{section}\n");
    };
    let end = after.find("\n[").unwrap_or(after.len());
    let (own, rest) = after.split_at(end);
    let key = |line: &str| line.split_once('=').map(|(key, _)| key.trim().to_owned());
    let is_replaced = |line: &str| key(line).is_some_and(|k| keys.lines().any(|new| key(new).as_ref() == Some(&k)));
    // A list may go over several lines.
    let mut open = 0;
    let depth = |line: &str| line.matches(['[', '{']).count() as i64 - line.matches([']', '}']).count() as i64;
    let mut kept: Vec<&str> = Vec::new();
    for line in own.lines() {
        if open > 0 || is_replaced(line) {
            open += depth(line);
        } else {
            kept.push(line);
        }
    }
    format!("{before}\n{head}\n{keys}\n{}\n{rest}", kept.join("\n"))
}

/// The sentence, then `key: value` lines, then what follows `when` and `then`.
fn read(text: &str) -> Result<Scenario, String> {
    let mut scenario = Scenario { models: vec!["ecommerce".to_owned()], ..Scenario::default() };
    let (sentence, rest) = text.split_once("\n\n").ok_or("no empty line after the sentence")?;
    scenario.expects = sentence.replace('\n', " ");
    let mut block = "";
    for line in rest.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        match (block, line) {
            (_, "when" | "then") => block = line,
            ("" | "with", "with") => {
                block = "with";
                scenario.with.push((scenario.models[0].clone(), String::new()));
            }
            ("" | "with", line) if line.starts_with("with ") => {
                block = "with";
                scenario.with.push((line[5..].trim().to_owned(), String::new()));
            }
            ("with", line) => {
                let (_, text) = scenario.with.last_mut().ok_or("a line before `with`")?;
                writeln!(text, "{line}").unwrap();
            }
            ("when", line) => scenario.when.push(line.to_owned()),
            ("then", "nothing") => {}
            ("then", line) => scenario.then.push(line.split_whitespace().collect::<Vec<_>>().join(" ")),
            _ => match line.split_once(": ") {
                Some(("model", names)) => scenario.models = names.split(", ").map(str::to_owned).collect(),
                Some(("cart", setting)) => writeln!(scenario.cart, "{setting}").unwrap(),
                Some(("show", what)) => scenario.show = what.split(", ").map(str::to_owned).collect(),
                _ => return Err(format!("`{line}` is none of model, cart, show, with, when, then")),
            },
        }
    }
    match scenario.show.iter().find(|s| !SHOWN.contains(&s.as_str())) {
        Some(unknown) => Err(format!("show: {unknown} is none of {}", SHOWN.join(", "))),
        None if scenario.show.is_empty() || scenario.when.is_empty() => Err("show and when are needed".to_owned()),
        None => Ok(scenario),
    }
}

impl Scenario {
    fn models(&self) -> Arc<Models> {
        let texts: Vec<String> = self.models.iter().enumerate().map(|(n, name)| self.text(n, name)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        super::harness::models(&texts)
    }

    /// A shipped model with what the scenario adds: keys before the first section go to the top.
    fn text(&self, n: usize, name: &str) -> String {
        let (_, text) = SHIPPED.iter().find(|(shipped, _)| *shipped == name).expect("a shipped model");
        let mut text = (*text).to_owned();
        if n == 0 {
            // What a scenario doesn't set has its default.
            let head = text.split_once("\n[cart]").map_or(text.as_str(), |(head, _)| head);
            text = format!("{head}\n[cart]\n{}", self.cart);
        }
        for (_, added) in self.with.iter().filter(|(of, _)| of == name) {
            let sections = added.find('[').filter(|at| *at == 0).or_else(|| added.find("\n[").map(|at| at + 1));
            let (top, rest) = added.split_at(sections.unwrap_or(added.len()));
            text = format!("{top}\n{text}\n");
            for section in sections_of(rest) {
                text = with_section(text, section);
            }
        }
        text
    }

    fn shows(&self, body: &Body) -> bool {
        let kind = match body {
            Body::StageChanged(s) if s.axis == Axis::Journey => "journey",
            Body::StageChanged(_) => "funnel",
            Body::ScoreChanged(_) => "labels",
            Body::CartAbandoned(_) | Body::CartOutcome(_) => "carts",
            Body::Triggered(_) => "triggers",
            Body::HandOver(_) => "leads",
            Body::AccountChanged(_) => "accounts",
            Body::Member(_) => "members",
            Body::IdentityChanged(_) | Body::Told(_) | Body::Blocked => "ids",
        };
        self.show.iter().any(|s| s == kind)
    }

    fn run(&self, models: &[Arc<Models>], batch: usize, restart_after: Option<usize>) -> Vec<String> {
        let mut lines = script(&self.when.join("\n"));
        if let Some(at) = restart_after {
            lines.insert(at.min(lines.len()), Line::Restart(0));
        }
        let outputs = run_lines(models, &lines, batch);
        outputs.iter().filter(|o| self.shows(&o.output.body)).map(|o| self.line(o)).collect()
    }

    fn line(&self, output: &ProspectOutput) -> String {
        let more = if self.show.iter().any(|s| s == "details") { details(&output.output) } else { String::new() };
        line(output, &self.models) + &more
    }
}

/// An output as scenarios write it: whose it is comes first, unless it is Ann's; times in days, for months are of no one length.
fn line(output: &ProspectOutput, models: &[String]) -> String {
    let said = say(&output.output);
    let (_, what) = said.split_once(' ').unwrap();
    // Which of several models says so, unless it is the first.
    let model = match output.output.model {
        0 => String::new(),
        n => format!(" ({})", models[n]),
    };
    let said = format!("{} {what}{model}", days(output.output.at_ms - START_MS));
    match &*output.prospect {
        "ann" => said,
        other => format!("{other}: {said}"),
    }
}

/// `2d4h`, `90m` as `1h30m`.
fn days(passed_ms: i64) -> String {
    let (mut rest, mut text) = (passed_ms, String::new());
    for (unit, ms) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
        if rest >= ms {
            write!(text, "{}{unit}", rest / ms).unwrap();
            rest %= ms;
        }
    }
    if text.is_empty() { "0m".to_owned() } else { text }
}

/// With `LEADSTREAM_TESTS_WRITE=1` a `then` of nothing but `?` is filled in, for a person to compare with the sentence.
fn fill_in(path: &Path, text: &str, got: &[String]) {
    let (head, _) = text.rsplit_once("then").unwrap();
    let lines: String = got.iter().map(|l| format!("    {l}\n")).collect();
    let lines = if lines.is_empty() { "    nothing\n" } else { &lines };
    std::fs::write(path, format!("{head}then\n{lines}")).unwrap();
}

/// What is wrong with the scenario of a file: nothing, as a rule.
fn wrong_with(path: &Path) -> Option<String> {
    let name = name_of(path);
    let text = std::fs::read_to_string(path).unwrap();
    let scenario = read(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    let models = [scenario.models()];
    let got = scenario.run(&models, 1, None);
    if scenario.then == ["?"] && std::env::var_os("LEADSTREAM_TESTS_WRITE").is_some() {
        fill_in(path, &text, &got);
        return None;
    }
    if got != scenario.then {
        let indent = |lines: &[String]| lines.iter().map(|l| format!("      {l}\n")).collect::<String>();
        let (want, got) = (indent(&scenario.then), indent(&got));
        return Some(format!("{name}: {}\n   expected\n{want}   got\n{got}", scenario.expects));
    }
    // However it is cut into batches, and wherever the service restarts, the same leaves.
    assert_eq!(scenario.run(&models, 1_000, None), got, "{name}, as one batch");
    for at in 1..=scenario.when.len() {
        assert_eq!(scenario.run(&models, 1_000, Some(at)), got, "{name}, restarted after line {at}");
    }
    None
}

#[test]
fn every_scenario_ends_as_a_person_expects() {
    let files = files(&folder()).unwrap();
    // It is the longest test by far, and other tests don't wait for it.
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let wrong: String = std::thread::scope(|scope| {
        let parts = files.chunks(files.len().div_ceil(threads).max(1));
        let spawn =
            |part| scope.spawn(move || -> String { <[PathBuf]>::iter(part).filter_map(|path| wrong_with(path)).collect() });
        let running: Vec<_> = parts.map(spawn).collect();
        running.into_iter().map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    assert!(wrong.is_empty(), "of {} scenarios these are wrong:\n{wrong}", files.len());
    assert!(files.len() >= 40, "scenarios are missing: only {} are there", files.len());
}

#[test]
fn a_scenario_that_nothing_would_run_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let at = |path: &str| dir.path().join(path);
    std::fs::create_dir(at("cart")).unwrap();
    assert!(files(dir.path()).is_err_and(|e| e.contains("a subject without a scenario")));
    for path in ["README.md", "cart/left.txt"] {
        std::fs::write(at(path), "").unwrap();
    }
    assert_eq!(files(dir.path()), Ok(vec![at("cart/left.txt")]));
    for path in ["cart-left.txt", "cart/left.text", "cart/README.md"] {
        std::fs::write(at(path), "").unwrap();
        assert!(files(dir.path()).is_err_and(|e| e.starts_with(at(path).to_str().unwrap())), "{path}");
        std::fs::remove_file(at(path)).unwrap();
    }
    std::fs::create_dir(at("cart/left")).unwrap();
    assert!(files(dir.path()).is_err(), "folders have no folders");
}

#[test]
fn times_of_scenarios_are_read_and_written_alike() {
    for text in ["0m", "10m", "1h2m", "3d", "40d13h", "1s5ms"] {
        assert_eq!(days(ms(text)), text);
    }
}
