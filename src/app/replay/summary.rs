//! The summary of a replay: the same to the byte each time, so no durations in it.

use super::example::Example;
use super::options::{Options, Until};
use super::outputs::TOPICS;
use super::tally::Tally;
use crate::app::terminal::printable;
use crate::domain::Ms;
use crate::rfc3339::Rfc3339;
use crate::view::funnel::ModelName;
use crate::view::recovery::{self, RecoveryView};
use crate::view::replay::{DeadLetterExample, NearMiss, ReplaySummary, TriggerCount};
use crate::view::time::Time;
use std::collections::BTreeMap;
use std::fmt::Write;

fn text(ms: Ms) -> Option<String> {
    Rfc3339::within_calendar(ms).map(|time| time.as_str().to_owned())
}

fn until(options: &Options, tally: &Tally) -> Option<String> {
    match options.until {
        Until::End => tally.last_ms.and_then(text),
        Until::Forever => Some("forever".to_owned()),
        Until::Time(ms) => text(ms),
    }
}

/// By name, in text.
fn counts<K: ToString>(all: impl IntoIterator<Item = (K, u64)>) -> BTreeMap<String, u64> {
    all.into_iter().map(|(name, count)| (name.to_string(), count)).collect()
}

/// As `summary.json`.
pub(super) fn json(options: &Options, tally: &Tally) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&view(options, tally))?)
}

fn view(options: &Options, tally: &Tally) -> ReplaySummary {
    let mut triggers: BTreeMap<String, TriggerCount> = BTreeMap::new();
    for ((trigger, kind), count) in &tally.triggers {
        let of_it = triggers.entry(trigger.to_string()).or_default();
        if *kind == "recalled" { of_it.recalled = *count } else { of_it.fired = *count }
    }
    let near_misses = tally.misses.names().into_iter().map(|(name, meant, count)| NearMiss {
        count,
        did_you_mean: meant.to_owned(),
        name: name.to_owned(),
    });
    let models = options.models.models.iter().map(|m| ModelName { hash: m.hash_text.clone(), name: m.name.clone() });
    let by_name = |all: &BTreeMap<&'static str, u64>| counts(all.iter().map(|(name, count)| (*name, *count)));
    ReplaySummary {
        after_until: tally.after_until,
        before_erasure: tally.before_erasure,
        broken_fields: tally.broken_fields,
        clamped: tally.clamped,
        clock_corrected: tally.clock_corrected,
        dead_letter_examples: tally.examples.iter().map(|(reason, e)| ((*reason).to_owned(), example(options, e))).collect(),
        dead_letters: by_name(&tally.dead_letters),
        duplicates: tally.duplicates,
        events: tally.events,
        first_event: tally.first_ms.and_then(Time::of),
        last_event: tally.last_ms.and_then(Time::of),
        late: tally.late,
        local_times: tally.local_times,
        mappings: tally.mappings.iter().map(|(mapping, outcomes)| (mapping.clone(), counts(outcomes.by_name()))).collect(),
        models: models.collect(),
        near_misses: near_misses.collect(),
        near_misses_by_name: by_name(&tally.misses.by_meant()),
        outcomes: by_name(&tally.outcomes),
        outputs: counts(TOPICS.iter().map(|topic| topic.short_name()).zip(tally.outputs)),
        partitions: options.partitions,
        prospects: tally.prospects,
        records: tally.records,
        recovery: RecoveryView::of(&tally.recovery),
        triggers,
        triggers_by_step: counts(tally.triggers_by_step.iter().map(|(step, count)| (step, *count))),
        until: until(options, tally),
        without_product: tally.misses.without_product().clone(),
    }
}

/// Where to look, and the beginning of that line.
fn example(options: &Options, example: &Example) -> DeadLetterExample {
    DeadLetterExample {
        begins: example.begins.clone(),
        detail: example.detail.clone(),
        file: file(options, example),
        line: example.source.line,
    }
}

fn file(options: &Options, example: &Example) -> String {
    options.inputs.get(example.source.file as usize).map(|input| input.path.display().to_string()).unwrap_or_default()
}

/// What can't be used, by reason, with where the first line of each is.
pub(in crate::app) fn unusable<'a>(options: &'a Options, tally: &'a Tally) -> impl Iterator<Item = String> + 'a {
    tally.examples.iter().map(move |(reason, example)| {
        let count = tally.dead_letters.get(reason).copied().unwrap_or_default();
        format!("{count} × {reason}, the first in {}, line {}: {}", file(options, example), example.source.line, example.detail)
    })
}

/// For people.
pub(super) fn table(options: &Options, tally: &Tally) -> String {
    let plural = |number: u64| if number == 1 { "" } else { "s" };
    let (events, prospects) = (tally.events, tally.prospects);
    let mut page = format!("{events} event{} of {prospects} prospect{}", plural(events), plural(prospects));
    if let (Some(first), Some(last)) = (tally.first_ms.and_then(text), tally.last_ms.and_then(text)) {
        let _never = write!(page, ", from {first} to {last}");
    }
    let _never = writeln!(page, "; {} duplicates, {} late", tally.duplicates, tally.late);
    for (topic, count) in TOPICS.iter().zip(tally.outputs) {
        let _never = write!(page, "  {:>10}  {}", count, topic.short_name());
        let list = |names: Vec<String>| if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
        let detail = match topic.short_name() {
            "cart-abandoned" => list(tally.triggers_by_step.iter().map(|(step, n)| format!("step {step}: {n}")).collect()),
            "triggers" => list(tally.triggers.iter().map(|((name, kind), n)| format!("{name} {kind}: {n}")).collect()),
            "cart-outcomes" => list(recovery::other_outcomes(&tally.outcomes).map(|(kind, n)| format!("{kind}: {n}")).collect()),
            "dead-letters" => list(tally.dead_letters.iter().map(|(reason, n)| format!("{reason}: {n}")).collect()),
            _ => String::new(),
        };
        let _never = writeln!(page, "{detail}");
        if topic.short_name() == "cart-outcomes" && count > 0 {
            for (name, value) in recovery::rows(&tally.recovery) {
                let _never = writeln!(page, "{:14}{name}: {}", "", printable(&value));
            }
        }
    }
    for (mapping, outcomes) in &tally.mappings {
        let outcomes: Vec<String> = outcomes.by_name().map(|(outcome, n)| format!("{n} {outcome}")).collect();
        let _never = writeln!(page, "  mapping {}: {}", printable(mapping), outcomes.join(", "));
    }
    for line in unusable(options, tally) {
        let _never = writeln!(page, "  {line}");
    }
    for line in tally.misses.lines() {
        let _never = writeln!(page, "  {line}");
    }
    let _never = write!(page, "written to {}", options.out.display());
    page
}
