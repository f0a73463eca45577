//! How each figure is counted, in one sentence: shown in the report, in its JSON under `how`, and in docs/report.md.
//!
//! A figure is named by its place in the JSON, with `[]` for the members of a list. What is said of a list or of amounts by
//! currency is said of all that is in it; `*_trust` stands for whatever ends so.

mod sections;
mod stages;

/// The sentence at the head of a section of the report or of the page.
pub(super) fn section(name: &str) -> &'static str {
    sections::SECTIONS.iter().find(|(section, _)| *section == name).map_or("", |(_, sentence)| sentence)
}

/// Every figure with its sentence.
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    sections::SECTIONS.iter().chain(sections::FIGURES).chain(stages::FIGURES).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_figure_is_said_once_in_a_sentence_and_stands_in_the_documentation() {
        let docs = include_str!("../../../docs/report.md");
        let mut seen = BTreeSet::new();
        for (figure, sentence) in all() {
            assert!(seen.insert(figure), "{figure} is said twice");
            assert!(sentence.len() > 10 && !sentence.ends_with('.'), "{figure}: {sentence}");
            let row = format!("| `{figure}` | {sentence} |");
            assert!(docs.contains(&row), "docs/report.md needs the line\n{row}");
        }
        let rows = docs.lines().filter(|line| line.starts_with("| `") && line.matches(" | ").count() == 1);
        let told: BTreeSet<&str> = rows.filter_map(|line| line.split('`').nth(1)).filter(|f| !f.starts_with("--")).collect();
        let gone: Vec<&&str> = told.iter().filter(|figure| !seen.contains(**figure)).collect();
        assert!(gone.is_empty(), "docs/report.md tells of {gone:?}");
    }
}
