//! What every committed transaction did to each of its tasks.

use super::evidence::{Evidence, seconds};
use super::{Findings, Rule};
use crate::api::{ProducerId, TopicPartition, Us};
use crate::broker::history::{Gone, Visible};
use crate::world::SECOND;
use leadstream::runtime::ports::{InputPartition, OutTopic, TASK_KEY, TaskRecord};
use leadstream::wire::task_record;
use std::collections::{BTreeMap, BTreeSet};

/// After so long all markers of a transaction must be written.
const LONGEST_COMPLETION: Us = 10 * SECOND;

/// What one transaction did to one task.
pub struct Commit<'a> {
    /// Index in the history.
    pub transaction: usize,
    pub producer: ProducerId,
    pub begun: Us,
    pub decided: Us,
    /// `None`: not all of it can be seen yet.
    pub completed: Option<Us>,
    pub task: i32,
    /// Offset of the task record in the changelog.
    pub offset: i64,
    pub record: TaskRecord,
    /// Its next offsets, by input.
    pub positions: Vec<i64>,
    /// What it wrote of prospects, in order; the last of each counts.
    pub changes: BTreeMap<&'a [u8], Option<&'a [u8]>>,
}

impl Commit<'_> {
    /// For people.
    pub fn name(&self) -> String {
        let Self { transaction, task, offset, record, decided, completed, .. } = self;
        let completed = completed.map_or_else(|| "not completed".to_owned(), |at| format!("completed at {}", seconds(at)));
        let (writer, decided) = (&record.writer, seconds(*decided));
        format!("transaction {transaction} of {writer} (task {task}, task record at {offset}, decided at {decided}, {completed})")
    }
}

/// All of them, by task, in the order of the changelog.
pub fn of<'a>(evidence: &Evidence<'a>, findings: &mut Findings) -> BTreeMap<i32, Vec<Commit<'a>>> {
    let mut by_task = BTreeMap::new();
    for task in 0..evidence.topics.partitions {
        by_task.insert(task, of_task(evidence, task, findings));
    }
    by_task
}

fn of_task<'a>(evidence: &Evidence<'a>, task: i32, findings: &mut Findings) -> Vec<Commit<'a>> {
    let at = evidence.topics.output(OutTopic::State, task);
    let written = evidence.history.visible.get(&at).map_or(&[][..], Vec::as_slice);
    let mut by_transaction: BTreeMap<usize, Vec<&Visible>> = BTreeMap::new();
    for record in written {
        match record.transaction {
            Some(transaction) => by_transaction.entry(transaction).or_default().push(record),
            None => findings.add(
                Rule::InTransactions,
                format!("changelog partition {task}, offset {}: written outside of any transaction", record.offset),
            ),
        }
    }
    let mut commits: Vec<Commit<'a>> =
        by_transaction.into_iter().filter_map(|(n, records)| of_transaction(evidence, n, task, &records, findings)).collect();
    commits.sort_by_key(|commit| commit.offset);
    commits
}

fn of_transaction<'a>(
    evidence: &Evidence<'a>,
    transaction: usize,
    task: i32,
    records: &[&'a Visible],
    findings: &mut Findings,
) -> Option<Commit<'a>> {
    let known = &evidence.history.transactions[transaction];
    let mut last = None;
    let mut changes = BTreeMap::new();
    let mut count = 0;
    for written in records {
        let key = written.record.key.as_deref().unwrap_or_default();
        if key == TASK_KEY {
            count += 1;
            last = Some(*written);
        } else {
            changes.insert(key, written.record.value.as_deref());
        }
    }
    let who = format!("transaction {transaction} of {}, task {task}", known.transactional_id);
    let Some(last) = last else {
        findings.add(Rule::TransactionsAreWhole, format!("{who}: prospects' records without a task record: a torn transaction"));
        return None;
    };
    if count > 1 {
        findings.add(Rule::TransactionsAreWhole, format!("{who}: {count} task records in one transaction"));
    }
    let record = match task_record::decode(last.record.value.as_deref().unwrap_or_default(), &[]) {
        Ok(record) => record,
        Err(error) => {
            findings.add(Rule::StateIsTheFold, format!("{who}: its task record can't be read: {error}"));
            return None;
        }
    };
    let names = evidence.topics.inputs.iter().map(|topic| evidence.topics.name(*topic));
    let position = |name: &str| record.positions.iter().find(|(topic, _)| topic == name).map(|(_, offset)| *offset);
    let positions: Option<Vec<i64>> = names.map(position).collect();
    let Some(positions) = positions else {
        findings.add(Rule::OffsetsAreTheStates, format!("{who}: its task record lacks an input"));
        return None;
    };
    Some(Commit {
        transaction,
        producer: known.producer,
        begun: known.begun,
        decided: known.decided,
        completed: known.completed,
        task,
        offset: last.offset,
        record,
        positions,
        changes,
    })
}

/// The group's offsets of every transaction are those of its task records, at the end too; and nobody else commits any.
pub fn check_offsets(evidence: &Evidence<'_>, commits: &BTreeMap<i32, Vec<Commit<'_>>>, findings: &mut Findings) {
    let mut expected: BTreeMap<usize, BTreeMap<TopicPartition, i64>> = BTreeMap::new();
    let mut last: BTreeMap<TopicPartition, (i64, bool)> = BTreeMap::new();
    for commit in commits.values().flatten() {
        for (input, offset) in (0u16..).zip(&commit.positions) {
            let at = evidence.topics.of_input(InputPartition { partition: commit.task, input });
            expected.entry(commit.transaction).or_default().insert(at, *offset);
            last.insert(at, (*offset, commit.completed.is_some()));
        }
    }
    for (n, transaction) in evidence.history.transactions.iter().enumerate() {
        // Not all of it can be seen yet: a run that ends so is judged by what is not read.
        if !transaction.is_committed() || transaction.completed.is_none() || evidence.is_of_router(n) {
            continue;
        }
        let said = expected.remove(&n).unwrap_or_default();
        if said != transaction.positions {
            let who = &transaction.transactional_id;
            findings.add(
                Rule::OffsetsAreTheStates,
                format!(
                    "transaction {n} of {who}: task records say {said:?}, the group's offsets are {:?}",
                    transaction.positions
                ),
            );
        }
    }
    for offset in evidence.history.offsets.iter().filter(|offset| offset.transaction.is_none()) {
        findings.add(
            Rule::OffsetsAreTheStates,
            format!("{:?}: offset {} committed outside of any transaction", offset.at, offset.offset),
        );
    }
    let pending: Vec<_> = evidence.history.transactions.iter().filter(|t| t.is_committed() && t.completed.is_none()).collect();
    for (at, offset) in &evidence.committed {
        // Where the run ended between the markers of a transaction, the group has its offsets, and nobody sees its task record yet.
        if pending.iter().any(|transaction| transaction.positions.get(at) == Some(offset)) {
            continue;
        }
        if last.get(at).is_none_or(|(state, is_completed)| state != offset && *is_completed) {
            findings
                .add(Rule::OffsetsAreTheStates, format!("{at:?}: the group ends at {offset}, the state at {:?}", last.get(at)));
        }
    }
}

/// No transaction has outputs or offsets, but no task record.
pub fn check_whole(evidence: &Evidence<'_>, commits: &BTreeMap<i32, Vec<Commit<'_>>>, findings: &mut Findings) {
    let with_record: BTreeSet<usize> = commits.values().flatten().map(|commit| commit.transaction).collect();
    for (n, transaction) in evidence.history.transactions.iter().enumerate() {
        let says_nothing = |(at, offsets): (&TopicPartition, &Vec<i64>)| {
            let visible = evidence.history.visible.get(at).map_or(&[][..], Vec::as_slice);
            let of_it = visible.iter().filter(|v| v.transaction == Some(n) && offsets.contains(&v.offset));
            of_it.filter(|v| v.is_progress()).count() == offsets.len()
        };
        // How far somebody is may be all that it says.
        let is_whole =
            with_record.contains(&n) || (transaction.records.iter().all(says_nothing) && transaction.positions.is_empty());
        if transaction.is_committed() && transaction.completed.is_some() && !is_whole && !evidence.is_of_router(n) {
            let (who, begun, decided) = (&transaction.transactional_id, seconds(transaction.begun), seconds(transaction.decided));
            let name = |at: &TopicPartition| format!("{} {}", evidence.topics.name(at.topic), at.partition);
            let records: Vec<_> = transaction.records.iter().map(|(at, offsets)| (name(at), offsets)).collect();
            let positions: Vec<_> = transaction.positions.iter().map(|(at, offset)| (name(at), offset)).collect();
            let what = format!("transaction {n} of {who}, begun at {begun}, committed at {decided}");
            findings.add(
                Rule::TransactionsAreWhole,
                format!("{what}: no task record with its records {records:?} and offsets {positions:?}"),
            );
        }
    }
}

/// What was committed can be seen at the end: no transaction that nobody ends stands before it.
pub fn check_visible(evidence: &Evidence<'_>, findings: &mut Findings) {
    for (n, transaction) in evidence.history.transactions.iter().enumerate().filter(|(_, t)| t.is_committed()) {
        if transaction.completed.is_none() && transaction.decided + LONGEST_COMPLETION < evidence.times.ended {
            let (who, decided) = (&transaction.transactional_id, seconds(transaction.decided));
            findings.add(
                Rule::CommittedIsVisible,
                format!("transaction {n} of {who}, committed at {decided}, is not completed at the end"),
            );
        }
        for (at, offsets) in &transaction.records {
            let visible = evidence.history.visible.get(at).map_or(&[][..], Vec::as_slice);
            let is_visible = |offset: &&i64| visible.iter().any(|v| v.offset == **offset && v.transaction == Some(n));
            let hidden: Vec<i64> = offsets.iter().filter(|offset| !is_visible(offset)).copied().collect();
            if !hidden.is_empty() {
                let (name, partition, who) = (evidence.topics.name(at.topic), at.partition, &transaction.transactional_id);
                let decided = seconds(transaction.decided);
                let text = format!(
                    "transaction {n} of {who}, committed at {decided}: nobody sees offsets {hidden:?} of {name}, partition {partition}"
                );
                findings.add(Rule::CommittedIsVisible, text);
            }
        }
    }
}

/// No task goes back, unless what it had read is gone; none stands behind the end.
pub fn check_ranges(evidence: &Evidence<'_>, commits: &BTreeMap<i32, Vec<Commit<'_>>>, findings: &mut Findings) {
    for commits in commits.values() {
        let mut before: Option<&Commit<'_>> = None;
        for commit in commits {
            for (input, offset) in (0u16..).zip(&commit.positions) {
                let at = evidence.topics.of_input(InputPartition { partition: commit.task, input });
                let was = before.map_or(0, |before| before.positions[usize::from(input)]);
                if *offset < was && !has_been_truncated(evidence, at) {
                    findings
                        .add(Rule::RangesAdjoin, format!("{}: input {input} goes back from {was} to {offset}", commit.name()));
                }
                let end = evidence.bounds.get(&at).map_or(i64::MAX, |(_, end)| *end);
                if *offset > end && !has_been_truncated(evidence, at) {
                    findings.add(
                        Rule::RangesAdjoin,
                        format!("{}: input {input} stands at {offset}, behind its end {end}", commit.name()),
                    );
                }
            }
            before = Some(commit);
        }
    }
}

fn has_been_truncated(evidence: &Evidence<'_>, at: TopicPartition) -> bool {
    let records = evidence.history.visible.get(&at);
    records.into_iter().flatten().any(|record| matches!(record.gone, Some((_, Gone::Truncated))))
}
