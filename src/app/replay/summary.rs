//! The summary of a replay: the same to the byte each time, so no durations in it.

use super::example::Example;
use super::options::{Options, Until};
use super::outputs::TOPICS;
use super::tally::Tally;
use crate::app::terminal::printable;
use crate::domain::Ms;
use crate::http::recovery;
use serde_json::{Map, Value, json};
use std::fmt::Write;

fn time(ms: Ms) -> Option<String> {
    jiff::Timestamp::from_millisecond(ms).ok().map(|t| format!("{t:.3}"))
}

fn until(options: &Options, tally: &Tally) -> Option<String> {
    match options.until {
        Until::End => tally.last_ms.and_then(time),
        Until::Forever => Some("forever".to_owned()),
        Until::Time(ms) => time(ms),
    }
}

/// As `summary.json`.
pub(super) fn json(options: &Options, tally: &Tally) -> anyhow::Result<String> {
    let outputs: Map<String, Value> =
        TOPICS.iter().zip(tally.outputs).map(|(topic, n)| (topic.short_name().to_owned(), Value::from(n))).collect();
    let models: Vec<Value> = options.models.models.iter().map(|m| json!({ "name": m.name, "hash": m.hash_text })).collect();
    let triggers: Map<String, Value> =
        tally.triggers_by_step.iter().map(|(step, n)| (step.to_string(), Value::from(*n))).collect();
    let mut absence = Map::new();
    for ((trigger, kind), n) in &tally.triggers {
        let of_it = absence.entry(trigger.as_str()).or_insert_with(|| json!({ "fired": 0, "recalled": 0 }));
        of_it[*kind] = Value::from(*n);
    }
    let near_misses: Vec<Value> = tally
        .misses
        .names()
        .into_iter()
        .map(|(name, meant, count)| json!({ "name": name, "did_you_mean": meant, "count": count }))
        .collect();
    Ok(serde_json::to_string_pretty(&json!({
        "records": tally.records,
        "events": tally.events,
        "after_until": tally.after_until,
        "prospects": tally.prospects,
        "partitions": options.partitions,
        "first_event": tally.first_ms.and_then(time),
        "last_event": tally.last_ms.and_then(time),
        "until": until(options, tally),
        "models": models,
        "outputs": outputs,
        "triggers_by_step": triggers,
        "triggers": absence,
        "outcomes": tally.outcomes,
        "recovery": recovery::to_json(&tally.recovery),
        "dead_letters": tally.dead_letters,
        "dead_letter_examples": examples(options, tally),
        "duplicates": tally.duplicates,
        "before_erasure": tally.before_erasure,
        "late": tally.late,
        "clamped": tally.clamped,
        "clock_corrected": tally.clock_corrected,
        "local_times": tally.local_times,
        "broken_fields": tally.broken_fields,
        "near_misses": near_misses,
        "near_misses_by_name": tally.misses.by_meant(),
        "without_product": tally.misses.without_product(),
    }))?)
}

/// Of each reason for a dead letter where to look, and the beginning of that line.
fn examples(options: &Options, tally: &Tally) -> Value {
    let one = |example: &Example| json!({ "file": file(options, example), "line": example.source.line, "detail": example.detail, "begins": example.begins });
    tally.examples.iter().map(|(reason, example)| ((*reason).to_owned(), one(example))).collect::<Map<_, _>>().into()
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
    let mut text = format!("{events} event{} of {prospects} prospect{}", plural(events), plural(prospects));
    if let (Some(first), Some(last)) = (tally.first_ms.and_then(time), tally.last_ms.and_then(time)) {
        let _never = write!(text, ", from {first} to {last}");
    }
    let _never = writeln!(text, "; {} duplicates, {} late", tally.duplicates, tally.late);
    for (topic, count) in TOPICS.iter().zip(tally.outputs) {
        let _never = write!(text, "  {:>10}  {}", count, topic.short_name());
        let list = |names: Vec<String>| if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
        let detail = match topic.short_name() {
            "cart-abandoned" => list(tally.triggers_by_step.iter().map(|(step, n)| format!("step {step}: {n}")).collect()),
            "triggers" => list(tally.triggers.iter().map(|((name, kind), n)| format!("{name} {kind}: {n}")).collect()),
            "cart-outcomes" => list(recovery::other_outcomes(&tally.outcomes).map(|(kind, n)| format!("{kind}: {n}")).collect()),
            "dead-letters" => list(tally.dead_letters.iter().map(|(reason, n)| format!("{reason}: {n}")).collect()),
            _ => String::new(),
        };
        let _never = writeln!(text, "{detail}");
        if topic.short_name() == "cart-outcomes" && count > 0 {
            for (name, value) in recovery::rows(&tally.recovery) {
                let _never = writeln!(text, "{:14}{name}: {}", "", printable(&value));
            }
        }
    }
    for line in unusable(options, tally) {
        let _never = writeln!(text, "  {line}");
    }
    for line in tally.misses.lines() {
        let _never = writeln!(text, "  {line}");
    }
    let _never = write!(text, "written to {}", options.out.display());
    text
}
