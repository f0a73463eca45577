//! The cases of identity: every row of docs/identity-cases.md names tests that exist, or says why there is none.

use super::root;

const PAGE: &str = "docs/identity-cases.md";

/// What a row says instead of a test.
const NOT_BUILT: &str = "not built yet: ";

/// The cases that have a row: the numbers of the design, in which some were taken out, and two more.
const CASES: [&str; 52] = [
    "1", "2", "3", "4", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "18", "19", "20", "22", "23", "24", "25", "26",
    "27", "28", "29", "30", "32", "34", "36", "37", "38", "39", "40", "41", "42", "43", "44", "45", "45a", "46", "47", "48",
    "49", "51", "54", "56", "57", "58", "59", "60", "61", "62",
];

/// Number, what is right, and tests of each row.
fn rows(page: &str) -> Vec<[&str; 3]> {
    page.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<[&str; 3]> {
    let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
    let row = [cells.next()?, cells.next()?, cells.next()?];
    (cells.next().is_none() && row[0].starts_with(|c: char| c.is_ascii_digit())).then_some(row)
}

/// Whether a source has a test function of this name.
fn has_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let is_it =
        |line: &str| line.strip_prefix("fn ").and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| rest.starts_with('('));
    lines.iter().enumerate().filter(|(_, line)| is_it(line)).any(|(at, _)| {
        let above = lines[..at].iter().rev().take_while(|line| line.starts_with('#') || line.starts_with("//"));
        above.into_iter().any(|line| *line == "#[test]")
    })
}

/// What is wrong with a row.
fn faults(row: [&str; 3], read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let [number, right, tests] = row;
    let mut faults = Vec::new();
    if right.is_empty() {
        faults.push(format!("{number}: it doesn't say what is right"));
    }
    let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
    let is_excused = tests.split_once(NOT_BUILT).is_some_and(|(_, why)| !why.trim().is_empty());
    if named.is_empty() && !is_excused {
        faults.push(format!("{number}: it names no test, and doesn't say \"{NOT_BUILT}why\""));
    }
    for test in named {
        let Some((file, name)) = test.split_once("::") else {
            faults.push(format!("{number}: {test} is no test of a file"));
            continue;
        };
        match read(file) {
            None => faults.push(format!("{number}: there is no {file}")),
            Some(source) if !has_test(&source, name) => faults.push(format!("{number}: {file} has no test {name}")),
            Some(_) => {}
        }
    }
    faults
}

#[test]
fn every_case_of_identity_has_its_test() {
    let page = std::fs::read_to_string(root().join(PAGE)).expect(PAGE);
    let rows = rows(&page);
    let numbers: Vec<&str> = rows.iter().map(|[number, ..]| *number).collect();
    assert_eq!(numbers, CASES, "cases of {PAGE}");
    let read = |file: &str| std::fs::read_to_string(root().join(file)).ok();
    let faults: Vec<String> = rows.into_iter().flat_map(|row| faults(row, read)).collect();
    assert!(faults.is_empty(), "{PAGE}:\n{}", faults.join("\n"));
}

#[test]
fn a_case_whose_test_is_gone_or_is_none_is_found() {
    const SOURCE: &str =
        "#[test]\nfn there() {}\n\n#[test]\n#[allow(clippy::x)]\n// Why.\nfn also(x in 0..9) {}\n\nfn helper() {}\n";
    let read = |file: &str| (file == "a.rs").then(|| SOURCE.to_owned());
    let found = |line: &str| faults(row(line).expect("a row"), read);
    assert_eq!(found("| 1 | right | `a.rs::there`, `a.rs::also` |"), [""; 0]);
    assert_eq!(found("| 1 | right | not built yet: nobody needs it |"), [""; 0]);
    for (line, says) in [
        ("| 1 | right | `a.rs::gone` |", "1: a.rs has no test gone"),
        ("| 1 | right | `a.rs::the` |", "1: a.rs has no test the"),
        ("| 1 | right | `a.rs::helper` |", "1: a.rs has no test helper"),
        ("| 1 | right | `b.rs::there` |", "1: there is no b.rs"),
        ("| 1 | right | `there` |", "1: there is no test of a file"),
        ("| 1 | right | by hand |", "1: it names no test"),
        ("| 1 | right | not built yet:  |", "1: it names no test"),
    ] {
        let found = found(line);
        assert!(found.len() == 1 && found[0].starts_with(says), "{line}: {found:?}");
    }
    assert_eq!(row("| case | what is right | test |"), None);
    assert_eq!(row("|---|---|---|"), None);
}
