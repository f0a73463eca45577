//! Whether samples are of a source that we ship a mapping of.

use super::marks::{MARKS, Marks};
use super::samples::Samples;
use super::seen::ratio;
use super::targets::target;
use crate::apply::What;
use crate::json::quoted;
use crate::record::Record;
use crate::rules::{Mapping, Target};
use crate::scan;
use crate::schema::NoSchemas;
use crate::shipped::SHIPPED;
use std::collections::BTreeMap;

/// As many records are enough to know a source by.
const MOST_RECORDS: usize = 300;
/// Most different names that are remembered; most that are written into the file.
const MOST_NAMES: usize = 500;
const MOST_LINES: usize = 40;
/// From this share of marked records on it is that source.
const MARKED_FROM: f64 = 0.3;

/// How well a shipped mapping fits samples.
#[derive(Debug, Clone, Default)]
pub struct Fit {
    pub source: &'static str,
    pub records: u64,
    /// Records with a mark of the source, and the mark that most of them have.
    pub marked: u64,
    pub mark: &'static str,
    pub elements: u64,
    /// Elements that become events with a person and a time.
    pub events: u64,
    /// Elements whose names it knows, and those of others with their count.
    pub known: u64,
    pub unknown: BTreeMap<String, u64>,
}

impl Fit {
    fn is_marked(&self) -> bool {
        ratio(self.marked, self.records) >= MARKED_FROM
    }

    /// How much of the samples it makes something of, from 0 to 1.
    fn use_of(&self) -> f64 {
        f64::midpoint(ratio(self.events, self.elements), ratio(self.known, self.elements))
    }
}

/// The shipped mapping that samples are of, and the one that would make most of them where they are of none.
pub fn recognise(samples: &Samples) -> (Option<Fit>, Option<Fit>) {
    let every = samples.len().div_ceil(MOST_RECORDS).max(1);
    let records: Vec<Record<'_>> = samples.records().step_by(every).filter(|record| record.value.is_some()).collect();
    let fits: Vec<Fit> = MARKS.iter().filter_map(|(source, _)| fit(source, &records)).collect();
    let best = |fits: Vec<&Fit>| fits.into_iter().max_by(|one, other| one.use_of().total_cmp(&other.use_of())).cloned();
    let found = fits.iter().find(|fit| fit.is_marked());
    // Rare names count, too: once it is known which source it is, all of them are looked at.
    let all = || -> Vec<Record<'_>> { samples.records().filter(|record| record.value.is_some()).collect() };
    let found = found.and_then(|found| fit(found.source, &all()));
    let nearest = best(fits.iter().collect()).filter(|fit| fit.use_of() > 0.5 && fit.known > 0);
    (found, nearest)
}

fn shipped(source: &str) -> Option<(&'static str, &'static str)> {
    SHIPPED.iter().find(|(name, _)| *name == source).copied()
}

fn fit(source: &str, records: &[Record<'_>]) -> Option<Fit> {
    let (source, text) = shipped(source)?;
    let mapping = crate::parse(source, text).ok()?;
    let marks = Marks::of(source);
    let mut fit = Fit { source, ..Fit::default() };
    let mut by_mark: BTreeMap<&str, u64> = BTreeMap::new();
    for record in records {
        fit.records += 1;
        if let Ok(Some(text)) = mapping.text(record, &NoSchemas)
            && let Some(mark) = marks.found(record, &text.json)
        {
            fit.marked += 1;
            *by_mark.entry(mark).or_default() += 1;
        }
        for outcome in mapping.apply(record, &NoSchemas).unwrap_or_default() {
            fit.elements += 1;
            let is_known = knows(&mapping, &outcome.theirs);
            let event = if let What::Event(event) = &outcome.what { Some(event) } else { None };
            let is_call = event.and_then(|event| event.as_is.as_deref()).is_some_and(is_call);
            fit.known += u64::from(is_known && !matches!(outcome.what, What::Dead { .. }) || is_call);
            fit.events += u64::from(event.is_some_and(|event| event.time.is_some() && (!mapping.is_as_is || is_call)));
            if !is_known && !mapping.is_as_is && !outcome.theirs.is_empty() && fit.unknown.len() < MOST_NAMES {
                *fit.unknown.entry(outcome.theirs).or_default() += 1;
            }
        }
    }
    fit.mark = by_mark.into_iter().max_by_key(|(_, count)| *count).map_or("", |(mark, _)| mark);
    fit.mark = MARKS.iter().flat_map(|(_, marks)| *marks).find(|mark| **mark == fit.mark).copied().unwrap_or_default();
    Some(fit)
}

fn knows(mapping: &Mapping, name: &str) -> bool {
    !name.is_empty() && mapping.events.iter().any(|(known, _)| known.trim().eq_ignore_ascii_case(name.trim()))
}

/// It is a call of the Segment spec.
fn is_call(json: &str) -> bool {
    let kind = scan::members(json).into_iter().rfind(|(name, _)| name == "type").and_then(|(_, json)| scan::text(json));
    kind.is_some_and(|kind| ["track", "page", "screen", "identify", "group", "alias"].contains(&kind.as_ref()))
}

/// The shipped file, as a file of one's own: with another name, and a line for each name that it doesn't know.
pub fn file_of(fit: &Fit, name: Option<&str>) -> Option<String> {
    let (source, text) = shipped(fit.source)?;
    let head = format!(
        "# Proposed by `leadstream mapping new`: these are records of `{source}`, {} of {} have {}.\n\
         # {} of {} events have a person and a time, {} have a name that is known here. Below is the mapping that is shipped, to edit.\n\n",
        fit.marked, fit.records, fit.mark, fit.events, fit.elements, fit.known
    );
    let named = match name {
        Some(own) => text.replacen(&format!("name  = {}", quoted(source)), &format!("name  = {}", super::draft::text(own)), 1),
        None => text.to_owned(),
    };
    let with_names = with_lines(&named, &lines_of(fit, text));
    let is_good = |text: &String| crate::parse(source, text).is_ok_and(|mapping| mapping.wrong_examples(source).is_empty());
    [with_names, named].into_iter().map(|text| format!("{head}{text}")).find(is_good)
}

/// What is still to be edited.
pub fn notes(fit: &Fit) -> Vec<String> {
    let mut notes = Vec::new();
    if fit.mark.starts_with("admin_graphql_api_id") {
        notes.push("the records have no header x-shopify-topic: the bridge from HTTP has to copy it".to_owned());
    }
    if !fit.unknown.is_empty() {
        let mut names: Vec<(&String, &u64)> = fit.unknown.iter().collect();
        names.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
        let more = names.len().saturating_sub(8);
        let shown: Vec<String> = names.into_iter().take(8).map(|(name, count)| format!("{name:?} ({count})")).collect();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        notes.push(format!("names that it doesn't know: {}{more}", shown.join(", ")));
    }
    notes
}

/// A line for each name that has no rule, where all others have one rule: those with a condition know what they do.
fn lines_of(fit: &Fit, text: &str) -> String {
    let Ok(mapping) = crate::parse(fit.source, text) else { return String::new() };
    let [rule] = mapping.otherwise.as_slice() else { return String::new() };
    let is_kept = rule.to == [Target::Keep];
    if mapping.is_as_is || !rule.when.0.is_empty() {
        return String::new();
    }
    let mut names: Vec<(&String, &u64)> = fit.unknown.iter().collect();
    names.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    let mut lines = String::new();
    for (name, count) in names.into_iter().take(MOST_LINES) {
        let ours = match target(name) {
            Some(ours) if is_kept && ours.is_sure => continue,
            Some(ours) => ours.name,
            None if is_kept => "skip",
            None => "keep",
        };
        let so_far = if is_kept { "kept under its own name" } else { "skipped" };
        // A comment: who made the mapping knows the source, and may have left the name out for a reason.
        let key = super::draft::text(name);
        let said = format!("# {key} = {}   # to edit: {so_far} so far, seen {count} of {} times\n", quoted(ours), fit.elements);
        lines.push_str(&said);
    }
    lines
}

/// The lines before that of all other names.
fn with_lines(text: &str, lines: &str) -> String {
    let mut out = String::with_capacity(text.len() + lines.len());
    let (mut is_in_events, mut is_done) = (false, lines.is_empty());
    for line in text.lines() {
        is_in_events = if line.starts_with('[') { line.trim() == "[events]" } else { is_in_events };
        if is_in_events && !is_done && (line.starts_with("\"*\"") || line.starts_with("\"\" ")) {
            out.push_str(lines);
            is_done = true;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}
