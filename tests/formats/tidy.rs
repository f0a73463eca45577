//! Holds the order of the code: imports run downward only, the lower layers stay pure, files stay small and say what they are, and the
//! documentation lists every metric. It reads the sources as text, the way a person would.

mod domain_layers;
mod domain_table;
mod identity_cases;
mod pages;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module at the top of the crate, what it may use of the crate besides itself, and which outside crates it may not use.
struct Layer {
    name: &'static str,
    may_use: &'static [&'static str],
    never: &'static [&'static str],
}

/// What only adapters and the edge may use.
const OUTSIDE: [&str; 21] = [
    "anyhow",
    "axum",
    "base64",
    "clap",
    "crossterm",
    "indicatif",
    "jiff",
    "metrics",
    "metrics_exporter_prometheus",
    "prost",
    "rand",
    "rand_chacha",
    "rdkafka",
    "rdkafka_sys",
    "serde",
    "serde_json",
    "tokio",
    "toml",
    "tracing",
    "tracing_subscriber",
    "zstd",
];

/// The crates of the languages of models and of mappings are one layer each.
const MODEL: &str = "leadstream_model";
const MAPPING: &str = "leadstream_mapping";
/// Where their sources lie.
const OF_LANGUAGES: [(&str, &str); 2] = [("crates/leadstream-model/src/", MODEL), ("crates/leadstream-mapping/src/", MAPPING)];

fn is_language(module: &str) -> bool {
    OF_LANGUAGES.iter().any(|(_, name)| *name == module)
}

/// What brings the world in, or another layer's format.
const WORLD: [&str; 12] = [
    "anyhow",
    "axum",
    "clap",
    "crossterm",
    "indicatif",
    "metrics",
    "prost",
    "rdkafka",
    "rdkafka_sys",
    "tokio",
    "toml",
    "tracing",
];

const LAYERS: &[Layer] = &[
    Layer { name: "domain", may_use: &[], never: &OUTSIDE },
    Layer { name: "engine", may_use: &["domain"], never: &OUTSIDE },
    Layer {
        name: MODEL,
        may_use: &["domain"],
        never: &["anyhow", "axum", "clap", "crossterm", "indicatif", "metrics", "prost", "rdkafka", "rdkafka_sys", "tokio"],
    },
    Layer { name: MAPPING, may_use: &[MODEL, "domain"], never: &WORLD },
    Layer {
        name: "state_record",
        may_use: &["engine", "domain"],
        never: &["anyhow", "axum", "clap", "crossterm", "indicatif", "metrics", "rdkafka", "rdkafka_sys", "tokio", "toml"],
    },
    Layer { name: "rfc3339", may_use: &["domain"], never: &["jiff", "serde_json"] },
    Layer {
        name: "runtime",
        may_use: &["engine", "domain", "telemetry"],
        never: &["anyhow", "axum", "clap", "crossterm", "indicatif", "prost", "rdkafka", "rdkafka_sys", "toml"],
    },
    Layer { name: "view", may_use: &["rfc3339", "runtime", "engine", "domain"], never: &WORLD },
    Layer {
        name: "wire",
        may_use: &[MAPPING, "state_record", "rfc3339", "runtime", "engine", "domain"],
        never: &["anyhow", "axum", "clap", "crossterm", "indicatif", "metrics", "rdkafka", "rdkafka_sys", "tokio", "toml"],
    },
    Layer {
        name: "kafka",
        may_use: &["wire", "runtime", "engine", "domain", "telemetry"],
        never: &["anyhow", "axum", "clap", "crossterm", "indicatif", "metrics", "toml"],
    },
    Layer {
        name: "http",
        may_use: &["view", "rfc3339", "runtime", "domain", "telemetry"],
        never: &["anyhow", "clap", "crossterm", "indicatif", "metrics", "prost", "rdkafka", "rdkafka_sys", "toml"],
    },
    Layer {
        name: "registry",
        may_use: &[MAPPING, "telemetry"],
        never: &["anyhow", "axum", "clap", "crossterm", "indicatif", "metrics", "prost", "rdkafka", "rdkafka_sys", "toml"],
    },
    Layer {
        name: "telemetry",
        may_use: &[],
        never: &["anyhow", "axum", "clap", "crossterm", "indicatif", "prost", "rdkafka", "rdkafka_sys", "tokio", "toml"],
    },
    Layer {
        name: "config",
        may_use: &[MODEL, "domain", "runtime", "engine", "wire", "kafka", "http", "registry", "telemetry"],
        never: &["anyhow", "axum", "clap", "crossterm", "indicatif", "metrics", "prost", "rdkafka", "rdkafka_sys", "tokio"],
    },
    Layer {
        name: "app",
        may_use: &[
            "config",
            MODEL,
            MAPPING,
            "kafka",
            "wire",
            "http",
            "registry",
            "view",
            "rfc3339",
            "runtime",
            "engine",
            "domain",
            "telemetry",
        ],
        never: &["axum", "metrics", "prost"],
    },
    Layer { name: "main", may_use: &["app"], never: &["axum", "metrics", "prost", "rdkafka", "rdkafka_sys", "tokio"] },
];

/// The one module of a lower layer that may use an outside crate, and why: local time needs the time-zone database, which is part
/// of the binary like the rest of the code.
const ALLOWED: &[(&str, &str)] = &[("crates/leadstream-core/src/domain/zones.rs", "jiff")];

/// Parts of the standard library by which the world could get into the lower layers.
const IMPURE_STD: [&str; 7] = ["env", "fs", "io", "net", "process", "thread", "time"];

/// Most lines of a file, without its tests; and of a file that holds tests.
const MAX_BODY_LINES: usize = 400;
const MAX_TEST_LINES: usize = 700;

/// Files that were larger when the limit came, with the size they had: they may shrink, never grow.
const LARGER: &[(&str, usize)] = &[];

/// Circles of modules that were there when the rule came: where all of their modules lie, and how many they were. They may shrink,
/// never grow.
const CIRCLES: &[(&str, usize)] = &[];

/// The test binaries: see CONTRIBUTING.
const TEST_BINARIES: [&str; 6] = [
    "crates/leadstream-core/tests/domain/",
    "crates/leadstream-mapping/tests/sources/",
    "tests/commands/",
    "tests/formats/",
    "tests/kafka/",
    "tests/simulation/",
];

struct Source {
    /// Relative to the crate, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// `src/domain/cart.rs` → `["domain", "cart"]`; `src/lib.rs` → `[]`.
    fn module(&self) -> Vec<&str> {
        let Some((_, inner)) = self.path.split_once("src/") else { return Vec::new() };
        let inner = inner.trim_end_matches(".rs");
        let modules = if inner == "lib" { Vec::new() } else { inner.split('/').collect() };
        let language = OF_LANGUAGES.iter().find(|(folder, _)| self.path.starts_with(folder) && !modules.is_empty());
        language.map_or_else(|| modules.clone(), |(_, name)| std::iter::once(*name).chain(modules.clone()).collect())
    }

    fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.module().last().is_some_and(|m| *m == "tests" || m.ends_with("_tests"))
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, into: &mut Vec<Source>) {
    if !folder.is_dir() {
        return;
    }
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let relative = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
            into.push(Source { path: relative, text: std::fs::read_to_string(&path).unwrap() });
        }
    }
}

fn sources(folders: &[&str]) -> Vec<Source> {
    let mut all = Vec::new();
    for folder in folders {
        rust_files(&root().join(folder), &mut all);
    }
    all
}

/// The code without comments, strings and inline test modules; line breaks stay.
fn code_of(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        if rest.starts_with(&['/', '/']) {
            at += rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
        } else if rest.starts_with(&['/', '*']) {
            at += 2 + rest[2..].windows(2).position(|w| w == ['*', '/']).map_or(rest.len() - 2, |n| n + 2);
        } else if let Some(hashes) = raw_string(rest) {
            let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let start = hashes + 2;
            let length = rest[start..].windows(end.len()).position(|w| w == end).unwrap_or(rest.len() - start - end.len());
            at += start + length + end.len();
        } else if rest[0] == '"' {
            at += 1;
            while at < chars.len() && chars[at] != '"' {
                at += if chars[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
            out.push_str("\"\"");
        } else if rest[0] == '\'' && rest.len() > 2 && (rest[2] == '\'' || rest[1] == '\\') {
            at += if rest[1] == '\\' { 2 } else { 1 };
            at += chars[at + 1..].iter().position(|c| *c == '\'').map_or(1, |n| n + 2);
            out.push_str("' '");
        } else {
            out.push(rest[0]);
            at += 1;
        }
    }
    out.split_once("#[cfg(test)]\nmod tests {").map_or(out.clone(), |(body, _)| body.to_owned())
}

/// `r"`, `r#"`, …: how many `#`.
fn raw_string(rest: &[char]) -> Option<usize> {
    if rest[0] != 'r' {
        return None;
    }
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    (rest.get(hashes + 1) == Some(&'"')).then_some(hashes)
}

/// Every path in the code, as segments, with groups (`a::{b, c}`) taken apart.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    for c in code.chars() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
        } else {
            if !word.is_empty() {
                tokens.push(std::mem::take(&mut word));
            }
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
        }
    }
    let mut all = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let starts = tokens[at].starts_with(|c: char| c.is_alphabetic() || c == '_');
        let continues = at >= 2 && tokens[at - 1] == ":" && tokens[at - 2] == ":";
        if starts && !continues {
            read_path(&tokens, at, &mut Vec::new(), &mut all);
        }
        at += 1;
    }
    all
}

/// Reads one path from `at`; a group reads each of its members. Returns where it ends.
fn read_path(tokens: &[String], mut at: usize, before: &mut Vec<String>, all: &mut Vec<Vec<String>>) -> usize {
    let depth = before.len();
    while at < tokens.len() {
        if tokens[at] == "{" {
            at += 1;
            while at < tokens.len() && tokens[at] != "}" {
                at = read_path(tokens, at, before, all);
                if tokens.get(at).is_some_and(|t| t == ",") {
                    at += 1;
                }
            }
            before.truncate(depth);
            return at + 1;
        }
        before.push(tokens[at].clone());
        at += 1;
        let goes_on = tokens.get(at).is_some_and(|t| t == ":") && tokens.get(at + 1).is_some_and(|t| t == ":");
        let into =
            tokens.get(at + 2).is_some_and(|t| t == "{" || t == "*" || t.starts_with(|c: char| c.is_alphabetic() || c == '_'));
        if !(goes_on && into) {
            break;
        }
        at += 2;
    }
    all.push(before.clone());
    // `use x as y`, in a group.
    if tokens.get(at).is_some_and(|t| t == "as") && depth > 0 {
        at += 2;
    }
    before.truncate(depth);
    at
}

/// A path as seen from the top of the crate; `None`: it is not of this crate.
fn in_crate(module: &[&str], path: &[String]) -> Option<String> {
    match path[0].as_str() {
        "crate" if module.first().is_some_and(|first| is_language(first)) => Some(module[0].to_owned()),
        name if is_language(name) => Some(name.to_owned()),
        "crate" | "leadstream" | "leadstream_core" => path.get(1).cloned(),
        "super" => {
            let ups = path.iter().take_while(|s| *s == "super").count();
            let above = module.len().checked_sub(ups)?;
            module[..above].first().map(|m| (*m).to_owned()).or_else(|| path.get(ups).cloned())
        }
        _ => None,
    }
}

/// Arrows that point upward or out of the project.
fn arrows_not_allowed(sources: &[Source]) -> Vec<String> {
    let names: BTreeSet<&str> = LAYERS.iter().map(|f| f.name).collect();
    let mut faults = BTreeSet::new();
    for source in sources.iter().filter(|s| !s.is_test()) {
        let module = source.module();
        let Some(layer) = LAYERS.iter().find(|f| module.first() == Some(&f.name)) else {
            if !module.is_empty() {
                faults.insert(format!("{}: a module without a layer; give it one in tests/formats/tidy.rs", source.path));
            }
            continue;
        };
        let pure = matches!(layer.name, "domain" | "engine");
        for path in paths(&code_of(&source.text)) {
            if let Some(target) = in_crate(&module, &path) {
                if names.contains(target.as_str()) && target != layer.name && !layer.may_use.contains(&target.as_str()) {
                    faults.insert(format!("{}: `{}` may not use `{target}`", source.path, layer.name));
                }
            } else if path.len() > 1
                && layer.never.contains(&path[0].as_str())
                && !ALLOWED.contains(&(source.path.as_str(), path[0].as_str()))
            {
                faults.insert(format!("{}: `{}` may not use the crate `{}`", source.path, layer.name, path[0]));
            } else if pure && path[0] == "std" && path.get(1).is_some_and(|s| IMPURE_STD.contains(&s.as_str())) {
                faults.insert(format!("{}: `{}` is pure and may not use `std::{}`", source.path, layer.name, path[1]));
            }
        }
    }
    faults.into_iter().collect()
}

/// The module that a path leads to, as far as it is of this crate: the longest beginning of the path that names one. A name alone
/// (`mod child;`, `pub(super)`, a variable) leads nowhere.
fn module_of(path: &[String], from: &[&str], modules: &BTreeSet<String>) -> Option<String> {
    let ups = path.iter().take_while(|s| *s == "super").count();
    let (base, rest) = match path[0].as_str() {
        "crate" if from.first().is_some_and(|first| is_language(first)) => (&from[..1], &path[1..]),
        "crate" | "leadstream_core" => (&[][..], &path[1..]),
        "self" => (from, &path[1..]),
        "super" => (&from[..from.len().checked_sub(ups)?], &path[ups..]),
        _ => (from, path),
    };
    if path.len() < 2 || rest.is_empty() {
        return None;
    }
    let mut whole: Vec<&str> = base.iter().copied().chain(rest.iter().map(String::as_str)).collect();
    while !whole.is_empty() {
        let name = whole.join("::");
        if modules.contains(&name) {
            return Some(name);
        }
        whole.pop();
    }
    None
}

/// Every module with those that it imports. A parent that passes on what a child has (`pub use child::X`) imports it, too.
fn imports(sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let root = |s: &Source| s.module().is_empty() || s.path == "src/main.rs";
    let code = || sources.iter().filter(|s| !s.is_test() && !root(s));
    let modules: BTreeSet<String> = code().map(|s| s.module().join("::")).collect();
    let of = |source: &Source| {
        let module = source.module();
        // Who may see something is no import.
        let text = code_of(&source.text).replace("pub(in crate::", "pub(");
        let all = paths(&text).into_iter().filter_map(|path| module_of(&path, &module, &modules));
        let name = module.join("::");
        (name.clone(), all.filter(|other| *other != name).collect())
    };
    code().map(of).collect()
}

/// Modules that import each other all the way round: nobody reads one of them without the others.
fn circles(sources: &[Source]) -> BTreeSet<Vec<String>> {
    let imports = imports(sources);
    let reached_from = |module: &String| {
        let (mut reached, mut next) = (BTreeSet::new(), vec![module]);
        while let Some(module) = next.pop() {
            next.extend(imports[module].iter().filter(|other| reached.insert((*other).clone())));
        }
        reached
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = imports.keys().map(|module| (module, reached_from(module))).collect();
    let round = |module: &String| reached[module].iter().filter(|other| reached[other].contains(module)).cloned().collect();
    imports.keys().filter(|module| reached[*module].contains(*module)).map(round).collect()
}

/// Circles that are new or have grown, and exceptions that nothing needs any more.
fn circle_faults(circles: &BTreeSet<Vec<String>>, known: &[(&str, usize)]) -> Vec<String> {
    let lies_in = |circle: &[String], place: &str| {
        circle.iter().all(|module| module.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")))
    };
    let found = circles.iter().filter_map(|circle| match known.iter().find(|(place, _)| lies_in(circle, place)) {
        Some((place, most)) if circle.len() > *most => {
            Some(format!("{place}: its circle grew from {most} to {} modules: {}", circle.len(), circle.join(", ")))
        }
        Some(_) => None,
        None => Some(format!("{} import each other; what they share goes down into a module of its own", circle.join(", "))),
    });
    let over = known.iter().filter(|(place, _)| !circles.iter().any(|circle| lies_in(circle, place)));
    found.chain(over.map(|(place, _)| format!("{place}: no circle any more; take it off the list"))).collect()
}

/// Files that are too long, or that don't say what they are.
fn untidy_files(sources: &[Source], larger: &[(&str, usize)]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources {
        if !source.text.starts_with("//!") {
            faults.push(format!("{}: begins without `//!`; say in a line what it is", source.path));
        }
        if source.path.ends_with("/mod.rs") {
            faults.push(format!("{}: call it by its folder's name, beside the folder", source.path));
        }
        let body = source.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().lines().count();
        let limit = if source.is_test() { MAX_TEST_LINES } else { MAX_BODY_LINES };
        match larger.iter().find(|(path, _)| *path == source.path) {
            Some((_, was)) if body > *was => faults.push(format!("{}: grew from {was} to {body} lines; split it", source.path)),
            Some(_) if body <= limit => faults.push(format!("{}: fits now ({body} lines); take it off the list", source.path)),
            None if body > limit => faults.push(format!("{}: {body} lines, at most {limit}; split it", source.path)),
            Some(_) | None => {}
        }
    }
    faults
}

/// Files with `unsafe`.
fn unsafe_files(sources: &[Source]) -> Vec<String> {
    let uses = |s: &&Source| paths(&code_of(&s.text)).iter().any(|p| p.len() == 1 && p[0] == "unsafe");
    sources.iter().filter(|s| s.path.contains("src/")).filter(uses).map(|s| s.path.clone()).collect()
}

/// Tests that cargo would build as a program of their own, or that take a file of another one.
fn stray_tests(sources: &[Source]) -> Vec<String> {
    let in_crate = |path: &str| path.strip_prefix("crates/").and_then(|rest| Some(rest.split_once('/')?.1.to_owned()));
    let is_integration = |path: &str| in_crate(path).unwrap_or_else(|| path.to_owned()).starts_with("tests/");
    let stray =
        |source: &&Source| is_integration(&source.path) && !TEST_BINARIES.iter().any(|binary| source.path.starts_with(binary));
    let borrows = |source: &&Source| source.is_test() && code_of(&source.text).contains("#[path");
    sources.iter().filter(|source| stray(source) || borrows(source)).map(|source| source.path.clone()).collect()
}

fn planted(path: &str, text: &str) -> Vec<Source> {
    vec![Source { path: path.to_owned(), text: text.to_owned() }]
}

#[test]
fn imports_run_downward_only() {
    let faults = arrows_not_allowed(&sources(&["src", "crates"]));
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let faults = circle_faults(&circles(&sources(&["src", "crates"])), CIRCLES);
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn files_are_small_and_say_what_they_are() {
    let faults = untidy_files(&sources(&["src", "crates", "tests", "benches"]), LARGER);
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn tests_are_six_binaries() {
    let all = sources(&["crates", "tests"]);
    assert_eq!(stray_tests(&all), Vec::<String>::new());
    for binary in TEST_BINARIES {
        assert!(all.iter().any(|source| source.path == format!("{binary}main.rs")), "{binary}");
    }
    for (path, text) in [
        ("tests/seventh.rs", ""),
        ("tests/seventh/main.rs", ""),
        ("crates/leadstream-model/tests/seventh.rs", ""),
        ("tests/formats/x.rs", "#[path = \"y.rs\"]\nmod y;"),
    ] {
        assert_eq!(stray_tests(&planted(path, text)).len(), 1, "{path}");
    }
}

#[test]
fn unsafe_code_is_in_one_module_of_the_kafka_adapter() {
    let files = unsafe_files(&sources(&["src", "crates"]));
    let places = ["src/kafka/ffi.rs", "src/kafka/ffi/calls.rs"];
    assert!(files.iter().all(|f| places.contains(&f.as_str())), "{files:?}");
}

#[test]
fn a_planted_arrow_is_found_in_every_way_to_write_it() {
    for (path, text) in [
        ("src/domain/cart.rs", "use crate::engine::task::Task;"),
        ("src/domain/cart.rs", "fn f() { crate::wire::decode(); }"),
        ("src/domain/contact.rs", "use jiff::tz::TimeZone;"),
        ("crates/leadstream-core/src/domain/zones.rs", "use serde::Serialize;"),
        ("src/domain/cart.rs", "use crate::{domain::Ms, runtime::ports::Clock};"),
        ("src/domain/cart.rs", "use super::super::http::Server;"),
        ("src/domain.rs", "use super::app;"),
        ("src/domain/model/cart.rs", "use serde::Deserialize;"),
        ("src/engine/task.rs", "fn f() { tracing::info!(\"x\"); }"),
        ("src/engine/task.rs", "use std::{collections::BTreeMap, time::Instant};"),
        ("src/runtime/worker.rs", "use rdkafka::Message;"),
        ("src/runtime/worker.rs", "use crate::kafka::source::Source;"),
        ("src/kafka/consumer.rs", "use crate::http::Server;"),
        ("src/http/api.rs", "use crate::wire::decode;"),
        ("src/telemetry.rs", "use crate::domain::Ms;"),
        ("src/brain.rs", "fn f() {}"),
    ] {
        assert_eq!(arrows_not_allowed(&planted(path, text)).len(), 1, "{path}: {text}");
    }
}

#[test]
fn what_is_allowed_or_only_mentioned_is_no_fault() {
    for (path, text) in [
        ("src/engine/task.rs", "use crate::domain::Ms; use super::codec::Codec; use std::sync::Arc;"),
        ("src/domain/cart.rs", "// crate::engine\n/* tokio::spawn */ fn f() -> &'static str { \"crate::wire::x\" }"),
        (
            "src/domain/cart.rs",
            "fn f<'a>(x: &'a str) -> char { '\"' }\n#[cfg(test)]\nmod tests {\n use crate::engine::task::Task;\n}",
        ),
        ("src/http/tests.rs", "use crate::config::settings;"),
        ("src/app/run.rs", "use crate::{kafka::consumer::Consumer, http::Server};"),
    ] {
        assert_eq!(arrows_not_allowed(&planted(path, text)), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn a_planted_circle_is_found_in_every_way_to_write_it() {
    let plant = |files: &[(&str, &str)]| -> Vec<Source> { files.iter().flat_map(|(path, text)| planted(path, text)).collect() };
    let found = |files: &[(&str, &str)]| circles(&plant(files)).into_iter().map(|c| c.join(" ")).collect::<Vec<_>>();
    let parent = ("src/a.rs", "mod b; pub use b::Thing; fn f(b: B) {}");
    for child in ["use super::Other;", "use crate::{a::{self, Other}, c};", "fn f() { super::f() }", "use super::*;"] {
        assert_eq!(found(&[parent, ("src/a/b.rs", child)]), ["a a::b"], "{child}");
    }
    let three = [("src/a/b.rs", "use super::c;"), ("src/a/c.rs", "use crate::a::d::D;"), ("src/a/d.rs", "use super::{b::B, x};")];
    assert_eq!(found(&three), ["a::b a::c a::d"]);
    let one_way = [parent, ("src/a/b.rs", "pub(super) fn f() {} pub(in crate::a) fn g() {} use super::c;"), ("src/a/c.rs", "")];
    assert_eq!(found(&one_way), Vec::<String>::new());
    let circles = circles(&plant(&three));
    assert_eq!(circle_faults(&circles, &[]).len(), 1, "new");
    assert_eq!(circle_faults(&circles, &[("a", 3)]), Vec::<String>::new());
    assert_eq!(circle_faults(&circles, &[("a", 2)]).len(), 1, "it grew");
    assert_eq!(circle_faults(&circles, &[("a", 3), ("b", 9)]).len(), 1, "an exception that nothing needs");
}

#[test]
fn a_planted_giant_or_nameless_file_is_found() {
    let long = format!("//! Long.\n{}", "fn f() {}\n".repeat(MAX_BODY_LINES));
    assert_eq!(untidy_files(&planted("src/a.rs", &long), &[]).len(), 1);
    assert_eq!(untidy_files(&planted("src/a.rs", &long), &[("src/a.rs", MAX_BODY_LINES + 1)]).len(), 0);
    assert_eq!(untidy_files(&planted("src/a.rs", &long), &[("src/a.rs", MAX_BODY_LINES)]).len(), 1, "it grew");
    assert_eq!(untidy_files(&planted("src/a.rs", "//! Short."), &[("src/a.rs", 900)]).len(), 1, "it needs no exception");
    assert_eq!(untidy_files(&planted("src/a.rs", "fn f() {}"), &[]).len(), 1);
    assert_eq!(unsafe_files(&planted("src/engine/task.rs", "//! x\nfn f() { unsafe { g() } }")).len(), 1);
}

#[test]
fn the_documentation_lists_every_metric_as_the_code_describes_it() {
    let path = root().join("docs/metrics.md");
    let table = leadstream::telemetry::catalogue::markdown();
    let page = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once("| metric | type |").expect("the table is there");
    let after: Vec<&str> = rest.lines().skip_while(|line| !line.is_empty()).collect();
    let wanted = format!("{head}{table}{}", after.iter().map(|line| format!("{line}\n")).collect::<String>());
    if std::env::var_os("LEADSTREAM_TESTS_WRITE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == wanted,
        "the table in docs/metrics.md is old: LEADSTREAM_TESTS_WRITE=1 cargo test --release --test formats metric writes it again"
    );
}

/// `FILE::TEST` in backticks that no such file has.
fn missing_tests(page: &str) -> Vec<String> {
    let named = page.split('`').filter_map(|text| text.split_once(".rs::").map(|(file, test)| (format!("{file}.rs"), test)));
    let exists =
        |file: &str, test: &str| std::fs::read_to_string(root().join(file)).is_ok_and(|t| t.contains(&format!("fn {test}(")));
    named.filter(|(file, test)| !exists(file, test)).map(|(file, test)| format!("{file}::{test}")).collect()
}

#[test]
fn every_test_that_the_guarantees_name_exists() {
    let page = std::fs::read_to_string(root().join("docs/guarantees.md")).unwrap();
    assert!(page.matches(".rs::").count() > 10, "the page names its tests");
    assert_eq!(missing_tests(&page), Vec::<String>::new());
    assert_eq!(missing_tests("`tests/formats/tidy.rs::no_such_test`").len(), 1, "a planted name is found");
}

/// Paths in backticks on a page, and code below a path in backticks, that are not so in the tree.
fn untrue(page: &str) -> Vec<String> {
    let is_path = |text: &&str| {
        let ends = |end: &str| text.ends_with(end);
        let first = text.split('/').next().unwrap_or_default();
        let is_ours = ["src", "crates", "tests", "docs", "config", "benches", "deploy", "proto", "examples"].contains(&first);
        is_ours
            && text.contains('/')
            && (ends("/") || ends(".rs") || ends(".md") || ends(".toml"))
            && !text.contains(['*', ' ', '…'])
    };
    let is_placeholder =
        |text: &str| text.split(['/', '.']).any(|part| part.len() > 1 && part.bytes().all(|b| b.is_ascii_uppercase()));
    let named = page.split('`').skip(1).step_by(2).filter(is_path).filter(|path| !is_placeholder(path));
    let mut untrue: Vec<String> = named.filter(|path| !root().join(path).exists()).map(str::to_owned).collect();
    for (path, rest) in page.match_indices("`\n```rust\n").map(|(at, _)| (&page[..at], &page[at + 10..])) {
        let path = path.rsplit('`').next().unwrap_or_default();
        let code = rest.split("```").next().unwrap_or_default();
        if !std::fs::read_to_string(root().join(path)).is_ok_and(|text| text.contains(code)) {
            untrue.push(format!("{path}: {code}"));
        }
    }
    untrue
}

#[test]
fn what_pages_for_contributors_say_of_the_sources_is_so() {
    for page in ["CONTRIBUTING.md", "docs/adding-a-model-section.md"] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        assert!(text.contains("`crates/leadstream-model/src/section.rs`"), "{page} names its files");
        assert_eq!(untrue(&text), Vec::<String>::new(), "{page}");
    }
    assert_eq!(untrue("`src/none.rs`, `src/lib.rs`, `docs/none/` and `tests/kafka/SUBJECT/`"), ["src/none.rs", "docs/none/"]);
    assert_eq!(untrue("`src/lib.rs`\n```rust\npub mod config;\n```\n`src/lib.rs`\n```rust\npub mod none;\n```").len(), 1);
}
