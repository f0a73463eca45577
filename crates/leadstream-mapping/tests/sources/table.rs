//! The table of `docs/sources.md`: of every shipped mapping its cases, what becomes of them, and what it was checked against.
//!
//! `LEADSTREAM_TESTS_WRITE=1` writes all but the last column, which people write.

use super::folder;
use leadstream_mapping::{SHIPPED, load};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What the cases of a source come to.
#[derive(Default)]
struct Cases {
    ordinary: usize,
    sparse: usize,
    hostile: usize,
    /// Elements of their records.
    elements: usize,
    becomes: BTreeSet<String>,
}

impl Cases {
    fn of(source: &Path) -> Self {
        let mut all = Self::default();
        for file in std::fs::read_dir(source).unwrap() {
            let file = file.unwrap().path();
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let Some(case) = name.strip_suffix(".out.json") else { continue };
            let kind = match case {
                case if case.contains("hostile") => &mut all.hostile,
                case if case.contains("sparse") => &mut all.sparse,
                _ => &mut all.ordinary,
            };
            *kind += 1;
            let out: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
            for one in out.as_array().unwrap() {
                all.elements += 1;
                let event = &one["event"];
                let name = event["event"].as_str().or_else(|| event["type"].as_str());
                all.becomes.extend(name.map(str::to_owned));
            }
        }
        all
    }
}

/// A page as a link: its site, and number where a site has several.
fn links(docs: &[String]) -> String {
    let link = |page: &String| {
        let site = page.split('/').nth(2).unwrap_or(page).trim_start_matches("www.");
        format!("[{site}]({page})")
    };
    docs.iter().map(link).collect::<Vec<_>>().join(", ")
}

fn row(name: &str, by_hand: &str) -> String {
    let Cases { ordinary, sparse, hostile, elements, becomes } = Cases::of(&folder().join(name));
    let mapping = load(name).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
    let becomes = becomes.into_iter().collect::<Vec<_>>().join(", ");
    let docs = links(&mapping.docs);
    format!("| `{name}` | {ordinary} | {sparse} | {hostile} | {elements} | {becomes} | {docs} | {by_hand} |\n")
}

#[test]
fn the_table_of_sources_says_what_there_is() {
    let path = folder().join("../../docs/sources.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let is_row = |line: &&str| line.starts_with("| `");
    let cells = |line: &str| line.trim_end_matches(" |").rsplit_once(" | ").map(|(_, last)| last.to_owned()).unwrap_or_default();
    let name_of = |line: &str| line.split('`').nth(1).unwrap_or_default().to_owned();
    let by_hand: BTreeMap<String, String> = page.lines().filter(is_row).map(|line| (name_of(line), cells(line))).collect();
    let rows: String = SHIPPED
        .iter()
        .map(|(name, _)| {
            let own = by_hand.get(*name).map_or("", String::as_str);
            assert!(own.starts_with("20"), "{name}: say in the last column when it was looked up, and what was not found");
            row(name, own)
        })
        .collect();
    let before: String = page.lines().take_while(|line| !is_row(line)).flat_map(|line| [line, "\n"]).collect();
    let after: String = page.lines().skip_while(|line| !is_row(line)).skip_while(is_row).flat_map(|line| [line, "\n"]).collect();
    let want = before + &rows + &after;
    if std::env::var_os("LEADSTREAM_TESTS_WRITE").is_some() {
        std::fs::write(&path, &want).unwrap();
        return;
    }
    assert_eq!(page, want, "LEADSTREAM_TESTS_WRITE=1 writes docs/sources.md");
}
