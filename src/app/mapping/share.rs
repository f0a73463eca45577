//! What a mapping made of many records, counted.

use super::usable::Usable;
use crate::domain::names::nearest;
use leadstream_mapping::{Mapping, Outcome, What};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Most names that a line lists.
const MOST_NAMES: usize = 12;

/// What came of the records of a sample.
#[derive(Default)]
pub struct Share {
    usable: Usable,
    records: u64,
    events: u64,
    by_name: BTreeMap<String, u64>,
    skipped: BTreeMap<String, u64>,
    /// Of each reason how many, the first line, and what it said.
    dead: BTreeMap<&'static str, (u64, u64, String)>,
    by_person: BTreeMap<String, u64>,
    without_id: u64,
    without_time: u64,
}

impl Share {
    /// Adds what became of a record.
    pub fn add(&mut self, line: u64, outcomes: &[Outcome]) {
        self.records += 1;
        for outcome in outcomes {
            match &outcome.what {
                What::Event(event) if let Some(refused) = self.usable.refused(event) => {
                    self.dead(refused.reason.name(), line, &refused.detail);
                }
                What::Event(event) => {
                    self.events += 1;
                    *self.by_name.entry(event.name.clone()).or_default() += 1;
                    if let Some((kind, _)) = &event.prospect {
                        *self.by_person.entry(kind.clone()).or_default() += 1;
                    }
                    self.without_id += u64::from(event.id.is_none() && event.as_is.is_none());
                    self.without_time += u64::from(event.time.is_none() && event.as_is.is_none());
                }
                What::Skipped => *self.skipped.entry(outcome.theirs.clone()).or_default() += 1,
                What::Dead { reason, detail, .. } => self.dead(reason.name(), line, detail),
            }
        }
    }

    fn dead(&mut self, reason: &'static str, line: u64, detail: &str) {
        self.dead.entry(reason).or_insert_with(|| (0, line, detail.to_owned())).0 += 1;
    }

    /// There were records, and nothing of them can be used.
    #[must_use]
    pub fn is_all_dead(&self) -> bool {
        self.events == 0 && !self.dead.is_empty()
    }

    /// Says it.
    ///
    /// # Errors
    /// It can't be written.
    pub fn write(&self, out: &mut impl Write, path: &Path, mapping: &Mapping) -> std::io::Result<()> {
        let total = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
        writeln!(out, "  {:<9} {}: {} records", "sample", path.display(), self.records)?;
        writeln!(out, "  {:<9} {}: {}", "events", self.events, listed(&self.by_name))?;
        if self.events > 0 {
            let percent = |n: u64| n * 100 / self.events;
            let people: Vec<String> = self.by_person.iter().map(|(kind, n)| format!("{kind} {} %", percent(*n))).collect();
            writeln!(out, "  {:<9} {}", "people", people.join(", "))?;
            writeln!(out, "  {:<9} id {} %, time {} %", "without", percent(self.without_id), percent(self.without_time))?;
        }
        if !self.skipped.is_empty() {
            writeln!(out, "  {:<9} {}: {}", "skipped", total(&self.skipped), listed(&self.skipped))?;
        }
        for (reason, (count, line, detail)) in &self.dead {
            writeln!(out, "  {:<9} {count} {reason}, first in line {line}: {detail}", "dead")?;
        }
        let known: Vec<&str> = mapping.events.iter().map(|(name, _)| name.as_str()).collect();
        let is_unknown = |name: &&String| !known.iter().any(|known| known.trim().eq_ignore_ascii_case(name.trim()));
        for name in self.skipped.keys().chain(self.by_name.keys()).filter(|name| !name.is_empty()).filter(is_unknown) {
            if self.skipped.contains_key(name)
                && let Some(near) = nearest(name, known.iter().copied())
            {
                writeln!(out, "  {:<9} {name:?} has no rule: did you mean {near:?}?", "near")?;
            }
        }
        Ok(())
    }
}

/// The most frequent first.
fn listed(counts: &BTreeMap<String, u64>) -> String {
    let mut all: Vec<(&String, &u64)> = counts.iter().collect();
    all.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), *name));
    let more = all.len().saturating_sub(MOST_NAMES);
    let shown = all.iter().take(MOST_NAMES).map(|(name, n)| {
        let name = if name.is_empty() { "(no name)" } else { name.as_str() };
        format!("{name} {n}")
    });
    let text = shown.collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{text} and {more} names more") } else { text }
}
