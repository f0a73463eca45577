//! The table of the domain: every row has its place in the model, its scenario, its output and its metric, and what it names
//! exists.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The rows of all tables on the page: their cells.
fn rows(page: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    page.lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| concept") && !line.starts_with("|---"))
        .map(cells)
        .collect()
}

/// What stands between backticks.
fn named(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Every page of `docs/`, but for the one that holds the table itself.
fn references() -> String {
    let pages = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let is_reference = |path: &PathBuf| path.extension().is_some_and(|end| end == "md") && !path.ends_with("domain.md");
    pages.filter(is_reference).map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// All sources below a folder, as one text; tests say nothing of what leaves.
fn sources(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            sources(&path, into);
        } else if path.is_file() {
            into.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_row_of_the_domain_has_its_place_and_what_it_names_exists() {
    let rows = rows(&read("docs/domain.md"));
    assert!(rows.len() >= 60, "rows are missing: only {} are there", rows.len());
    let (mut code, metrics) = (String::new(), read("docs/metrics.md"));
    sources(&root().join("src"), &mut code);
    sources(&root().join("crates"), &mut code);
    let references = references();
    let mut wrong = Vec::new();
    for row in &rows {
        let [concept, key, scenario, output, metric] = row.as_slice() else {
            wrong.push(format!("{row:?}: not five cells"));
            continue;
        };
        if row.iter().any(String::is_empty) {
            wrong.push(format!("{concept}: an empty cell"));
        }
        for name in named(scenario) {
            if !root().join(format!("crates/leadstream-core/tests/scenarios/{name}.txt")).is_file() {
                wrong.push(format!("{concept}: no scenario {name}"));
            }
        }
        if named(scenario).is_empty() || named(metric).is_empty() {
            wrong.push(format!("{concept}: names no scenario, or no metric"));
        }
        for name in named(metric) {
            if !metrics.contains(&format!("| `{name}` |")) {
                wrong.push(format!("{concept}: no metric {name}"));
            }
        }
        for name in named(output).into_iter().filter(|name| name.contains('.')) {
            if !code.contains(&format!("\"{name}\"")) {
                wrong.push(format!("{concept}: no output {name}"));
            }
        }
        // `cart.steps` is said as `steps` in the section `[cart]`.
        for part in named(key).into_iter().flat_map(|name| name.split(['.', ' '])).filter(|part| part.len() > 2) {
            if !references.contains(part) {
                wrong.push(format!("{concept}: no page of docs/ says {part}"));
            }
        }
    }
    assert!(wrong.is_empty(), "docs/domain.md:\n{}", wrong.join("\n"));
}
