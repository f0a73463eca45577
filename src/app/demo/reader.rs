//! Reads the output topics as a mailer or a CRM would, and keeps what the view and the summary show.

use super::clock::DemoClock;
use super::headlines::{HeadlineKind, Headlines};
use super::leads::Leads;
use super::line::Line;
use crate::domain::Ms;
use crate::kafka::options::Options;
use crate::runtime::ports::{Clock, OutTopic};
use crate::runtime::snapshot::recovery::{Follows, Recovery};
use anyhow::Context;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Read before the service writes: nothing of the start is missed. (The broker keeps 5 MiB a partition.)
const TOPICS: [OutTopic; 8] = [
    OutTopic::StageChanges,
    OutTopic::ScoreChanges,
    OutTopic::CartAbandoned,
    OutTopic::CartOutcomes,
    OutTopic::HandOvers,
    OutTopic::Accounts,
    OutTopic::Identities,
    OutTopic::DeadLetters,
];

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// By axis, then by direction.
    pub stages: BTreeMap<(String, String), u64>,
    pub scores: BTreeMap<String, u64>,
    pub steps: BTreeMap<u8, u64>,
    pub outcomes: BTreeMap<String, u64>,
    /// Orders after reminders, by what they follow from.
    pub recovery: Recovery,
    pub leads: Leads,
    pub dead_letters: u64,
    /// Prospects that became part of another one.
    pub merged: u64,
    /// Trigger ids that were read more than once.
    pub twice: u64,
    /// Real milliseconds from a trigger's due time until it was read.
    pub lateness_ms: Vec<u32>,
    pub headlines: Headlines,
    ids: HashSet<String>,
}

impl Seen {
    pub(super) fn triggers(&self) -> u64 {
        self.steps.values().sum()
    }

    /// The lateness that this share of the triggers kept.
    pub(super) fn lateness(&self, share: f64) -> Option<u32> {
        let mut all = self.lateness_ms.clone();
        all.sort_unstable();
        let at = ((all.len() as f64 * share) as usize).min(all.len().saturating_sub(1));
        all.get(at).copied()
    }
}

/// Shared with the view.
#[derive(Debug, Default)]
pub(super) struct Shelf(Mutex<Seen>);

impl Shelf {
    pub(super) fn look(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads until asked to stop, and then what is left.
pub(super) fn run(options: &Options, partitions: i32, clock: &DemoClock, stop: &AtomicBool, shelf: &Shelf) -> anyhow::Result<()> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &options.bootstrap_servers)
        .set("group.id", "demo-reader")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .set("fetch.wait.max.ms", "10")
        .create()
        .context("cannot create the reader of the outputs")?;
    let mut assignment = TopicPartitionList::new();
    for topic in TOPICS {
        for partition in 0..partitions {
            assignment.add_partition_offset(&options.output_topic(topic), partition, Offset::Beginning)?;
        }
    }
    consumer.assign(&assignment)?;
    let dead_letters = options.output_topic(OutTopic::DeadLetters);
    loop {
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) if message.topic() == dead_letters => shelf.look().dead_letters += 1,
            Some(Ok(message)) => {
                let line = serde_json::from_slice(message.payload().unwrap_or_default()).context("an output is malformed")?;
                note(&mut shelf.look(), &line, clock);
            }
            Some(Err(error)) => tracing::debug!(%error, "reading the outputs"),
            None if stop.load(Ordering::Acquire) => return Ok(()),
            None => {}
        }
    }
}

fn note(seen: &mut Seen, line: &Line<'_>, clock: &DemoClock) {
    let who = &line.prospect[..line.prospect.floor_char_boundary(8)];
    let value = line.value.unwrap_or(0.0);
    if !seen.ids.insert(line.id.clone()) {
        seen.twice += 1;
        return;
    }
    match line.kind {
        "stage.changed" => {
            let key = (line.axis.clone().unwrap_or_default(), line.direction.clone().unwrap_or_default());
            *seen.stages.entry(key).or_default() += 1;
            seen.leads.note_stage(line, &mut seen.headlines);
        }
        kind if kind.starts_with("lead.") || kind.starts_with("account.") => seen.leads.note(line, &mut seen.headlines),
        "score.changed" => {
            *seen.scores.entry(line.direction.clone().unwrap_or_default()).or_default() += 1;
            if line.direction.as_deref() == Some("up") && matches!(line.to.as_deref(), Some("hot" | "mql" | "sql")) {
                let label = line.to.as_deref().unwrap_or_default();
                seen.headlines
                    .tell(HeadlineKind::Hot, format!("{who:8}  is {label} now: {:.0} points", line.score.unwrap_or(0.0)));
            }
        }
        "cart.abandoned" => {
            let step = line.step.unwrap_or(0);
            *seen.steps.entry(step).or_default() += 1;
            if let Some(due) = line.due_at {
                seen.lateness_ms.push(real_ms(clock.now_ms() - due.as_millisecond(), clock.speed()));
            }
            let first = line.lines.first().and_then(|l| l.name.as_deref().or(l.product_id.as_deref())).unwrap_or("a cart");
            let more = match line.lines.len() {
                0 | 1 => String::new(),
                n => format!(" and {} more", n - 1),
            };
            seen.headlines
                .tell(HeadlineKind::Step(step), format!("{who:8}  left {first}{more} behind, {value:.2}: reminder {step}"));
        }
        "prospect.merged" => {
            seen.merged += 1;
            let from = line.from.as_deref().unwrap_or_default();
            let from = &from[..from.floor_char_boundary(14)];
            seen.headlines.tell(HeadlineKind::Person, format!("{who:8}  is {from}, too: one person"));
        }
        kind if kind.starts_with("id.") => {}
        kind => {
            *seen.outcomes.entry(kind.to_owned()).or_default() += 1;
            if matches!(kind, "cart.recovered" | "cart.recovered-late" | "cart.reversed") {
                seen.recovery.add(follows(line), kind == "cart.reversed", line.value, line.currency.as_deref());
            }
            if kind == "cart.recovered" {
                let sent = line.steps_sent.unwrap_or(0);
                let why = match line.attribution.as_deref() {
                    Some("click") => "after a click in a reminder".to_owned(),
                    Some(_) => "after it opened a reminder".to_owned(),
                    None => format!("by itself, after reminder {sent}"),
                };
                seen.headlines.tell(HeadlineKind::Recovered, format!("{who:8}  came back and bought for {value:.2} {why}"));
            } else if kind == "cart.cancelled" {
                let reason = line.reason.as_deref().unwrap_or("?");
                seen.headlines.tell(HeadlineKind::Ended, format!("{who:8}  no more reminders: {reason}"));
            }
        }
    }
}

/// What an order after a reminder follows from.
fn follows(line: &Line<'_>) -> Follows {
    match line.attribution.as_deref() {
        _ if line.late => Follows::Late,
        Some("click") => Follows::Click,
        Some(_) => Follows::Open,
        None => Follows::Itself,
    }
}

/// Milliseconds of the shop as real ones.
fn real_ms(shop_ms: Ms, speed: f64) -> u32 {
    (shop_ms.max(0) as f64 / speed) as u32
}
