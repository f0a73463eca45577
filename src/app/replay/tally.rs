//! What a replay counts.

use super::example::Example;
use super::outcomes::Outcomes;
use super::outputs;
use crate::domain::misses::Misses;
use crate::domain::{Ms, Text};
use crate::runtime::snapshot::recovery::Recovery;
use std::collections::BTreeMap;

/// What was counted; adds up over tasks.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    pub records: u64,
    pub events: u64,
    /// Good events later than `--until`: not applied.
    pub after_until: u64,
    pub clamped: u64,
    pub clock_corrected: u64,
    pub local_times: u64,
    pub broken_fields: u64,
    /// By mapping, what it made of the records of its topics.
    pub mappings: BTreeMap<String, Outcomes>,
    pub misses: Misses,
    pub duplicates: u64,
    pub before_erasure: u64,
    pub late: u64,
    pub prospects: u64,
    pub accounts: u64,
    pub first_ms: Option<Ms>,
    pub last_ms: Option<Ms>,
    pub dead_letters: BTreeMap<&'static str, u64>,
    /// Of each reason for a dead letter the first line of the inputs that it took.
    pub examples: BTreeMap<&'static str, Example>,
    pub triggers_by_step: BTreeMap<u8, u64>,
    /// Triggers of absence: name, and `fired` or `recalled`.
    pub triggers: BTreeMap<(Text, &'static str), u64>,
    pub outcomes: BTreeMap<&'static str, u64>,
    /// The orders among them, by what they follow from.
    pub recovery: Recovery,
    pub outputs: [u64; outputs::COUNT],
}

impl Tally {
    pub(super) fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.events += other.events;
        self.after_until += other.after_until;
        self.clamped += other.clamped;
        self.clock_corrected += other.clock_corrected;
        self.local_times += other.local_times;
        self.broken_fields += other.broken_fields;
        self.misses.add(&other.misses);
        self.duplicates += other.duplicates;
        self.before_erasure += other.before_erasure;
        self.late += other.late;
        self.prospects += other.prospects;
        self.accounts += other.accounts;
        self.first_ms = self.first_ms.into_iter().chain(other.first_ms).min();
        self.last_ms = self.last_ms.max(other.last_ms);
        let add = |into: &mut BTreeMap<&'static str, u64>, from: &BTreeMap<&'static str, u64>| {
            from.iter().for_each(|(name, n)| *into.entry(name).or_default() += n);
        };
        add(&mut self.dead_letters, &other.dead_letters);
        for (reason, example) in &other.examples {
            let mine = self.examples.entry(reason).or_insert_with(|| example.clone());
            if example.source < mine.source {
                mine.clone_from(example);
            }
        }
        add(&mut self.outcomes, &other.outcomes);
        self.recovery.merge(&other.recovery);
        other.triggers.iter().for_each(|(of, n)| *self.triggers.entry(of.clone()).or_default() += n);
        other.triggers_by_step.iter().for_each(|(step, n)| *self.triggers_by_step.entry(*step).or_default() += n);
        self.outputs.iter_mut().zip(other.outputs).for_each(|(a, b)| *a += b);
    }
}
