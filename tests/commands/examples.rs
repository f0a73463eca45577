//! The scripts in `examples`: each runs, and prints what stands beside it.

use crate::program::{stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Stands for any text within a line; alone on a line, for any lines.
const ANY: &str = "…";

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// Every script that is run by itself, in all folders.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(scripts(&path));
        } else if path.extension().is_some_and(|e| e == "sh") && !path.ends_with("find-leadstream.sh") {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// Runs a script as a person would, with the program of these tests and no setting from the environment.
fn prints(script: &str) -> String {
    let mut command = Command::new("sh");
    command.arg(examples().join(script)).env_clear().env("LEADSTREAM", env!("CARGO_BIN_EXE_leadstream"));
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let output = command.output().expect("sh starts");
    assert!(output.status.success(), "{script}: {}{}", stdout(&output), stderr(&output));
    stdout(&output)
}

/// Whether a line is the expected one.
fn line_fits(expected: &str, line: &str) -> bool {
    let mut parts = expected.split(ANY);
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        last = Some(part);
    }
    rest.is_empty() || last.is_some_and(|part| line.ends_with(part))
}

/// Whether all lines are the expected ones.
fn fits(expected: &[&str], lines: &[&str]) -> bool {
    match expected {
        [] => lines.is_empty(),
        [ANY, then @ ..] => (0..=lines.len()).any(|n| fits(then, &lines[n..])),
        [line, then @ ..] => lines.first().is_some_and(|first| line_fits(line, first)) && fits(then, &lines[1..]),
    }
}

fn text_fits(expected: &str, text: &str) -> bool {
    fits(&expected.lines().collect::<Vec<_>>(), &text.lines().collect::<Vec<_>>())
}

#[track_caller]
fn prints_what_stands_beside_it(script: &str) {
    let beside = examples().join(script).with_extension("expected");
    let (expected, text) = (std::fs::read_to_string(beside).unwrap(), prints(script));
    assert!(text_fits(&expected, &text), "{script} prints\n{text}\nexpected is\n{expected}");
}

#[test]
fn the_first_trigger_leaves_the_demo() {
    prints_what_stands_beside_it("first-trigger.sh");
}

#[test]
fn a_model_of_ones_own_moves_and_reminds_as_it_says() {
    prints_what_stands_beside_it("own-model/own-model.sh");
}

#[test]
fn a_replayed_file_gives_reminders_and_a_report() {
    prints_what_stands_beside_it("replay-a-file.sh");
}

#[test]
fn every_example_is_tested_linked_and_says_first_what_it_does() {
    let readme = std::fs::read_to_string(examples().join("README.md")).unwrap();
    let tests = include_str!("examples.rs");
    let all = scripts(&examples());
    assert_eq!(all.len(), 3);
    for path in all {
        let name = path.strip_prefix(examples()).unwrap().display().to_string();
        assert!(readme.contains(&format!("]({name})")), "examples/README.md links {name}");
        assert!(tests.contains(&format!("beside_it(\"{name}\")")), "a test runs {name}");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("#!/bin/sh\n# "), "{name} says first what it does");
    }
}

#[test]
fn expected_texts_leave_out_only_what_they_say() {
    for text in ["a b c\nx\ny\nend\n", "a c, c\nend\n"] {
        assert!(text_fits("a … c\n…\nend\n", text), "{text}");
    }
    for (expected, text) in [("a … c\nend\n", "a b c\nx\nend\n"), ("a … c", "a b c d"), ("a\n", "a\nb\n"), ("a.c\n", "abc\n")]
    {
        assert!(!text_fits(expected, text), "{expected} {text}");
    }
}
