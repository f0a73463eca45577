//! The pages for people: the README links all others and fits a terminal, the layers' picture is that of the sources, and the
//! way of a record leads past functions that exist.

use super::{LAYERS, code_of, root};
use std::path::{Path, PathBuf};

/// Most columns of a line of the README.
const README_COLUMNS: usize = 110;

/// Most stops on the way of a record.
const MAX_STOPS: usize = 12;

/// The layers of the domain, from below.
const DOMAIN_LAYERS: [&str; 7] = ["terms", "event", "state", "model", "output", "rules", "step"];

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Pages of a folder that the README must link: each of `docs`, and the first of every folder in it.
fn pages(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let page = |path: PathBuf| if path.is_dir() { path.join("README.md") } else { path };
    let mut pages: Vec<PathBuf> = entries.map(page).filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.sort();
    pages.iter().map(|path| path.strip_prefix(root()).unwrap().display().to_string()).collect()
}

/// Lines that run over.
fn too_wide(page: &str) -> Vec<usize> {
    page.lines().enumerate().filter(|(_, line)| line.chars().count() > README_COLUMNS).map(|(n, _)| n + 1).collect()
}

/// The picture of the layers, as lines.
fn picture(text: &str) -> Vec<String> {
    let lines = text.lines().skip_while(|line| !line.ends_with("```text")).skip(1).take_while(|line| !line.ends_with("```"));
    lines.map(|line| line.trim_start_matches("//! ").to_owned()).collect()
}

/// The file of a module, given the way that the code names it.
fn file_of(module: &str) -> Option<String> {
    let (first, rest) = module.split_once("::").unwrap_or((module, ""));
    let (sources, path) = match first {
        "domain" | "engine" | "state_record" => ("crates/leadstream-core/src", module),
        "leadstream_model" => ("crates/leadstream-model/src", rest),
        "leadstream_mapping" => ("crates/leadstream-mapping/src", rest),
        _ => ("src", module),
    };
    let file = format!("{sources}/{}.rs", path.replace("::", "/"));
    root().join(&file).is_file().then_some(file)
}

/// `module::function` as a page names it: whether there is one.
fn exists(function: &str) -> bool {
    let Some((module, name)) = function.rsplit_once("::") else { return false };
    let Some(file) = file_of(module) else { return false };
    let code = code_of(&read(&file));
    code.contains(&format!("fn {name}(")) || code.contains(&format!("fn {name}<"))
}

/// The section of a page with this heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let rest = page.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}")).1;
    rest.split("\n## ").next().unwrap_or_default()
}

/// Functions in backticks: paths in small letters with a `::`.
fn functions(text: &str) -> Vec<&str> {
    let is_path = |text: &&str| text.contains("::") && text.bytes().all(|b| b.is_ascii_lowercase() || b"_:".contains(&b));
    text.split('`').skip(1).step_by(2).filter(is_path).collect()
}

/// The numbered stops: the number, and the function that stands first.
fn stops(section: &str) -> Vec<(usize, &str)> {
    let numbered = |line: &str| line.split_once(". `").and_then(|(number, _)| number.parse().ok());
    section.lines().filter_map(|line| Some((numbered(line)?, line.split('`').nth(1)?))).collect()
}

#[test]
fn the_readme_links_every_page_and_fits_a_terminal() {
    let readme = read("README.md");
    let all = pages(&root().join("docs"));
    assert!(all.len() > 20, "{all:?}");
    let missing: Vec<_> = all.iter().filter(|page| !readme.contains(&format!("]({page})"))).collect();
    assert_eq!(missing, Vec::<&String>::new(), "not linked");
    assert_eq!(too_wide(&readme), Vec::<usize>::new(), "lines over {README_COLUMNS} columns");
    assert_eq!(too_wide(&format!("short\n{}", "x".repeat(README_COLUMNS + 1))), [2]);
}

#[test]
fn the_picture_of_the_layers_has_them_all() {
    let page = picture(&read("docs/architecture.md"));
    assert_eq!(page, picture(&read("src/lib.rs")), "docs/architecture.md and src/lib.rs");
    let has = |name: &str| page.iter().any(|line| line.split([' ', ',']).any(|word| word == name));
    let layers = LAYERS.iter().map(|layer| layer.name.replace('_', "-").replace("state-record", "state_record"));
    let missing: Vec<String> = layers.chain(DOMAIN_LAYERS.map(str::to_owned)).filter(|name| !has(name)).collect();
    assert_eq!(missing, Vec::<String>::new());
    for layer in DOMAIN_LAYERS {
        assert!(file_of(&format!("domain::{layer}")).is_some(), "domain::{layer}");
    }
}

#[test]
fn the_way_of_a_record_leads_past_functions_that_exist() {
    let page = read("docs/architecture.md");
    let way = section(&page, "The way of one record");
    let stops = stops(way);
    let numbers: Vec<usize> = stops.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=stops.len()).collect::<Vec<_>>());
    assert!((2..=MAX_STOPS).contains(&stops.len()), "{} stops", stops.len());
    let named: Vec<&str> = stops.into_iter().map(|(_, function)| function).chain(functions(way)).collect();
    let missing: Vec<_> = named.iter().filter(|function| !exists(function)).collect();
    assert_eq!(missing, Vec::<&&str>::new(), "no such function");
    assert!(exists("domain::step::step") && !exists("domain::step::no_such_thing") && !exists("domain::none::step"));
}
