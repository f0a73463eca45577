//! Each rule, broken: an honest run whose history is doctored. What the doctor does is what some bug would leave behind.

mod honest;
mod routed;

use super::{Rule, Verdict};
use crate::api::Record;
use crate::broker::history::{History, Visible};
use crate::vigil::Handing;
use crate::world::{SECOND, START_MS};
use honest::Honest;
use leadstream::runtime::ports::{OutTopic, TASK_KEY};
use leadstream::wire::task_record;
use std::rc::Rc;

fn rules(verdict: &Verdict) -> Vec<Rule> {
    let mut rules: Vec<Rule> = verdict.findings.iter().map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// The run, doctored, breaks this rule.
fn breaks(rule: Rule, doctor: impl FnOnce(&mut Honest)) {
    breaks_of(Honest::run(), rule, doctor);
}

fn breaks_of(mut run: Honest, rule: Rule, doctor: impl FnOnce(&mut Honest)) {
    doctor(&mut run);
    let verdict = run.judge();
    assert!(rules(&verdict).contains(&rule), "{:#?}", verdict.findings);
}

impl Honest {
    /// Everything visible of an output topic, of all partitions.
    fn visible(&mut self, topic: OutTopic) -> impl Iterator<Item = &mut Vec<Visible>> {
        let topic = self.topics.outputs[topic as usize];
        self.history.visible.iter_mut().filter(move |(at, _)| at.topic == topic).map(|(_, visible)| visible)
    }

    /// The longest partition of an output topic.
    fn longest(&mut self, topic: OutTopic) -> &mut Vec<Visible> {
        self.visible(topic).max_by_key(|visible| visible.len()).expect("the run wrote some")
    }
}

fn with_value(record: &Record, value: &[u8]) -> Record {
    Record { value: Some(Rc::from(value)), ..record.clone() }
}

#[test]
fn an_honest_run_is_honest() {
    let verdict = Honest::run().judge();
    assert_eq!(verdict.findings, []);
    assert!(verdict.commits > 20, "{}", verdict.commits);
    assert!(verdict.outputs > 30, "{}", verdict.outputs);
}

#[test]
fn the_honest_run_has_something_of_everything() {
    let mut run = Honest::run();
    for topic in
        [OutTopic::StageChanges, OutTopic::ScoreChanges, OutTopic::CartAbandoned, OutTopic::CartOutcomes, OutTopic::DeadLetters]
    {
        assert!(run.visible(topic).map(|visible| visible.len()).sum::<usize>() > 0, "{topic:?}");
    }
}

#[test]
fn a_timer_may_have_fired_at_an_instant_that_nothing_shows() {
    let mut run = Honest::lead_returned_while_catching_up();
    let text = |v: &Visible| String::from_utf8_lossy(v.record.value.as_deref().unwrap_or_default()).into_owned();
    let told = run.visible(OutTopic::HandOvers).flatten().map(|v| v.clone());
    let returned: Vec<Visible> = told.filter(|v| text(v).contains("lead.returned")).collect();
    let [returned] = &returned[..] else { panic!("{returned:#?}") };
    let is_its = |v: &&mut Visible| v.transaction == returned.transaction && v.record.key.as_deref() == Some(TASK_KEY);
    let task = run.visible(OutTopic::State).flatten().find(is_its).map(|v| v.record.value.clone().unwrap()).unwrap();
    let time_ms = task_record::decode(&task, &[]).unwrap().time_ms;
    assert!(time_ms < START_MS + 14_000, "it is not the wall clock that the task record shows: {time_ms}");
    assert_eq!(run.judge().findings, []);
}

#[test]
fn a_torn_transaction() {
    breaks(Rule::TransactionsAreWhole, |run| {
        let all = run.longest(OutTopic::State);
        let n = all.iter().rposition(|v| v.record.key.as_deref() == Some(TASK_KEY)).unwrap();
        all.remove(n);
    });
    breaks(Rule::TransactionsAreWhole, |run| {
        // All of its state went into another one.
        let one = run.longest(OutTopic::StageChanges)[0].transaction;
        run.visible(OutTopic::State).for_each(|all| all.retain(|v| v.transaction != one));
    });
}

#[test]
fn a_transaction_that_is_never_completed() {
    breaks(Rule::CommittedIsVisible, |run| {
        let committed = run.history.transactions.iter_mut().find(|t| t.is_committed());
        committed.unwrap().completed = None;
    });
}

#[test]
fn something_committed_that_nobody_sees() {
    breaks(Rule::CommittedIsVisible, |run| {
        run.longest(OutTopic::CartAbandoned).pop();
    });
}

#[test]
fn an_output_that_is_there_twice() {
    breaks(Rule::IdsOnce, |run| {
        let all = run.longest(OutTopic::CartAbandoned);
        let again = Visible { offset: all.last().unwrap().offset + 1, ..all[0].clone() };
        all.push(again);
    });
}

#[test]
fn an_output_outside_of_any_transaction() {
    breaks(Rule::InTransactions, |run| run.longest(OutTopic::StageChanges)[0].transaction = None);
    breaks(Rule::InTransactions, |run| run.longest(OutTopic::State)[0].transaction = None);
}

#[test]
fn offsets_that_are_not_those_of_the_state() {
    let last = |history: &mut History| history.transactions.iter().rposition(|t| t.is_committed()).unwrap();
    breaks(Rule::OffsetsAreTheStates, |run| {
        let last = last(&mut run.history);
        *run.history.transactions[last].positions.values_mut().next().unwrap() += 1;
    });
    breaks(Rule::OffsetsAreTheStates, |run| {
        let last = last(&mut run.history);
        run.history.transactions[last].positions.clear();
    });
    breaks(Rule::OffsetsAreTheStates, |run| run.history.offsets[0].transaction = None);
    breaks(Rule::OffsetsAreTheStates, |run| *run.committed.values_mut().next().unwrap() += 1);
}

/// Changes the positions of the last task record of some task, and the group's offsets with it.
fn move_last_position(run: &mut Honest, by: i64) {
    let all = run.longest(OutTopic::State);
    let last = all.iter_mut().rev().find(|v| v.record.key.as_deref() == Some(TASK_KEY)).unwrap();
    let mut record = task_record::decode(last.record.value.as_deref().unwrap(), &[]).unwrap();
    record.positions[0].1 += by;
    let (mut bytes, name, to) = (Vec::new(), record.positions[0].0.clone(), record.positions[0].1);
    task_record::encode(&record, &[], &mut bytes);
    last.record = with_value(&last.record, &bytes);
    let transaction = last.transaction.unwrap();
    let topic = u16::try_from(run.topics.names.iter().position(|n| *n == name).unwrap()).unwrap();
    for (at, offset) in run.history.transactions[transaction].positions.iter_mut().filter(|(at, _)| at.topic == topic) {
        *offset = to;
        run.committed.insert(*at, to);
    }
}

#[test]
fn a_task_that_goes_back_or_passes_the_end() {
    breaks(Rule::RangesAdjoin, |run| move_last_position(run, -1_000));
    breaks(Rule::RangesAdjoin, |run| move_last_position(run, 1_000));
}

#[test]
fn a_record_that_was_never_applied() {
    // The state passed it, and shows nothing of it: as if it had been taken, but not applied.
    let mut run = Honest::run();
    let topic = run.topics.inputs[0];
    let inputs = run.history.visible.iter_mut().find(|(at, _)| at.topic == topic).unwrap().1;
    let first = inputs[0].clone();
    let value = String::from_utf8_lossy(first.record.value.as_deref().unwrap()).replace("messageId\":\"", "messageId\":\"x");
    inputs[0].record = with_value(&first.record, value.as_bytes());
    let verdict = run.judge();
    assert!(!verdict.findings.is_empty());
    assert!(
        rules(&verdict).iter().all(|rule| matches!(rule, Rule::StateIsTheFold | Rule::OutputsAreTheFold)),
        "{:?}",
        verdict.findings
    );
}

#[test]
fn a_state_that_is_not_what_was_read() {
    breaks(Rule::StateIsTheFold, |run| {
        let all = run.longest(OutTopic::State);
        // The second record of somebody is the first one again.
        let is_of = |v: &&Visible| v.record.key.as_deref() != Some(TASK_KEY);
        let first = all.iter().find(is_of).unwrap().clone();
        let again = all.iter_mut().find(|v| v.record.key == first.record.key && v.offset > first.offset).unwrap();
        again.record = first.record;
    });
}

#[test]
fn an_output_that_is_missing_or_that_nothing_explains() {
    breaks(Rule::OutputsAreTheFold, |run| {
        run.longest(OutTopic::StageChanges).remove(0);
    });
    breaks(Rule::OutputsAreTheFold, |run| {
        let all = run.longest(OutTopic::StageChanges);
        let mut other = Visible { offset: all.last().unwrap().offset + 1, ..all[0].clone() };
        let mut headers = other.record.headers.to_vec();
        headers.iter_mut().find(|(name, _)| name == "ce_id").unwrap().1 = Some(b"made up".to_vec());
        other.record.headers = Rc::from(headers);
        all.push(other);
    });
    breaks(Rule::OutputsAreTheFold, |run| {
        let all = run.longest(OutTopic::ScoreChanges);
        let value = String::from_utf8_lossy(all[0].record.value.as_deref().unwrap()).replace("\"score\":", "\"score\":1");
        all[0].record = with_value(&all[0].record, value.as_bytes());
    });
}

#[test]
fn a_dead_letter_that_is_missing_or_not_whole_or_one_too_many() {
    breaks(Rule::DeadLetters, |run| {
        run.longest(OutTopic::DeadLetters).remove(0);
    });
    breaks(Rule::DeadLetters, |run| {
        let all = run.longest(OutTopic::DeadLetters);
        all[0].record = with_value(&all[0].record, b"part of i");
    });
    breaks(Rule::DeadLetters, |run| {
        let all = run.longest(OutTopic::DeadLetters);
        let again = Visible { offset: all.last().unwrap().offset + 1, ..all[0].clone() };
        all.push(again);
    });
    breaks(Rule::DeadLetters, |run| {
        let all = run.longest(OutTopic::DeadLetters);
        let mut headers = all[0].record.headers.to_vec();
        headers.iter_mut().find(|(name, _)| name == "leadstream-reason").unwrap().1 = Some(b"key-missing".to_vec());
        all[0].record.headers = Rc::from(headers);
    });
}

#[test]
fn a_changelog_that_lost_a_record_or_kept_one() {
    use crate::broker::history::Gone;
    breaks(Rule::ChangelogIsTheState, |run| {
        let ended = run.ended;
        let all = run.longest(OutTopic::State);
        let last = all.iter().rev().find(|v| v.record.key.as_deref() != Some(TASK_KEY)).unwrap().record.key.clone();
        all.iter_mut().filter(|v| v.record.key == last).for_each(|v| v.gone = Some((ended, Gone::Compacted)));
    });
}

#[test]
fn a_tasks_time_that_falls_or_runs_ahead() {
    let change = |run: &mut Honest, by: i64| {
        let all = run.longest(OutTopic::State);
        let last = all.iter_mut().rev().find(|v| v.record.key.as_deref() == Some(TASK_KEY)).unwrap();
        let mut record = task_record::decode(last.record.value.as_deref().unwrap(), &[]).unwrap();
        record.time_ms += by;
        let mut bytes = Vec::new();
        task_record::encode(&record, &[], &mut bytes);
        last.record = with_value(&last.record, &bytes);
    };
    breaks(Rule::TaskTime, |run| change(run, 100_000));
    breaks(Rule::TaskTime, |run| change(run, -100_000));
}

#[test]
fn a_timer_that_was_passed_by_the_tasks_time() {
    // A commit in which nothing but a timer of somebody fired, of which nothing is left.
    breaks(Rule::NoTimerLost, |run| {
        let by_timer =
            |v: &Visible| !String::from_utf8_lossy(v.record.value.as_deref().unwrap_or_default()).contains("\"event\":{");
        let all = run.longest(OutTopic::StageChanges);
        let fired = all.iter().find(|v| by_timer(v)).expect("a stage went stale").clone();
        all.retain(|v| v.transaction != fired.transaction || v.record.key != fired.record.key);
        for visible in run.visible(OutTopic::State) {
            visible.retain(|v| v.transaction != fired.transaction || v.record.key != fired.record.key);
        }
    });
}

#[test]
fn a_reminder_although_what_was_there_before_had_not_been_read() {
    breaks(Rule::HeldWhileBehind, |run| {
        // The transaction of a reminder is another worker's first; and what was read after it had been there long before.
        let reminder = run.longest(OutTopic::CartAbandoned)[0].clone();
        let transaction = reminder.transaction.unwrap();
        run.history.transactions[transaction].producer.epoch += 1;
        let positions = run.history.transactions[transaction].positions.clone();
        for (at, visible) in &mut run.history.visible {
            let Some(position) = positions.get(at) else { continue };
            for v in visible.iter_mut().filter(|v| v.offset >= *position) {
                v.since = 0;
                v.record.timestamp_ms = v.record.timestamp_ms.map(|ms| ms - 60_000);
            }
        }
    });
}

#[test]
fn a_timer_that_fired_although_a_record_from_before_was_in_hand() {
    breaks(Rule::InHandFirst, |run| {
        let reminder = run.longest(OutTopic::CartAbandoned)[0].clone();
        let transaction = run.history.transactions[reminder.transaction.unwrap()].clone();
        let worker = *run.names.iter().find(|(_, name)| **name == transaction.transactional_id).unwrap().0;
        for (at, visible) in &mut run.history.visible {
            let Some(position) = transaction.positions.get(at) else { continue };
            for v in visible.iter_mut().filter(|v| v.offset >= *position) {
                v.since = 0;
                v.record.timestamp_ms = v.record.timestamp_ms.map(|ms| ms - 60_000);
                run.handed.insert((*at, v.offset), vec![Handing { when: transaction.decided - SECOND, worker }]);
            }
        }
    });
}

#[test]
fn what_is_due_or_not_read_at_the_end() {
    // What the last commits of all tasks did is not in the history: then their timers are due, and have not fired.
    breaks(Rule::NothingLeftDue, |run| run.forget_since(8_000_000));
    breaks(Rule::EverythingRead, |run| run.forget_since(4_000_000));
}

#[test]
fn an_output_that_is_late_or_early() {
    breaks(Rule::OnTime, |run| run.longest(OutTopic::CartAbandoned)[0].since += 2_000_000);
    breaks(Rule::OnTime, |run| run.longest(OutTopic::CartAbandoned)[0].since -= 3_000_000);
}
