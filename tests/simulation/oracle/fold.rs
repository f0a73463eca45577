//! One task from its first commit to its last: what each covers, applied to what was before.

use super::commits::Commit;
use super::evidence::{Evidence, wall_ms};
use super::inputs::{self, Applied, Reading, Taken};
use super::orders::Question;
use super::outputs::Sents;
use super::standing::Standing;
use super::{Findings, Rule, dead_letters, in_hand, merge, routing};
use crate::api::Us;
use leadstream::domain::Ms;
use leadstream::engine::task::TaskInput;
use leadstream::runtime::ports::InputPartition;
use std::collections::{BTreeMap, BTreeSet};

/// So long an input counts as read after its end was seen, and a little.
const AT_END_COUNTS_FOR: Us = 1_200_000;

/// One record of a task.
pub struct Known {
    pub standing: Standing,
    pub bytes: Vec<u8>,
    /// The earliest deadline that is not held; [`Ms::MAX`]: none.
    unheld_ms: Ms,
}

/// A task as the fold knows it.
#[derive(Default)]
pub struct TaskFold {
    pub known: BTreeMap<String, Known>,
    pub time_ms: Option<Ms>,
    positions: Vec<i64>,
    applied: Applied,
    /// When the last commit was decided, and whose it was.
    last: Option<(Us, crate::api::ProducerId)>,
}

/// What came of one reading of a commit.
struct Outcome {
    changes: Vec<(String, Option<Standing>)>,
    explained: Vec<usize>,
    has_fired_held: bool,
}

impl TaskFold {
    pub fn new(inputs: usize) -> Self {
        Self { positions: vec![0; inputs], ..Self::default() }
    }

    /// Applies a commit.
    ///
    /// # Errors
    /// It does not fit: what is after it can't be judged.
    pub fn apply<'a>(
        &mut self,
        evidence: &Evidence<'a>,
        commit: &Commit<'a>,
        sents: &mut Sents<'a>,
        findings: &mut Findings,
    ) -> Result<(), ()> {
        self.check_time(evidence, commit, findings);
        let since = self.last.map_or(evidence.times.started, |(decided, _)| decided);
        let mut readings = vec![Reading::WithoutLost];
        if inputs::has_lost(evidence, commit) {
            readings.extend([Reading::WithLost, Reading::WithoutReplaced]);
        }
        let mut failure = None;
        for reading in readings {
            let records = inputs::of(evidence, &self.positions, since, commit, &self.applied, reading);
            let mut found = Findings::default();
            let (letters, dead) = dead_letters::check(evidence, commit, &records, sents, &mut found);
            match self.judge(evidence, commit, sents, &records, &dead, since) {
                Ok(outcome) => {
                    for n in outcome.explained.iter().chain(&letters) {
                        sents.is_explained[*n] = true;
                    }
                    findings.0.extend(found.0);
                    self.check_held(evidence, commit, &outcome, (&records, since), findings);
                    if outcome.has_fired_held {
                        routing::check_held(evidence, commit, findings);
                        routing::check_told(evidence, commit, findings);
                    }
                    check_behind(evidence, commit, &outcome, &records, findings);
                    let has_moved = self.time_ms.is_none_or(|time_ms| time_ms < commit.record.time_ms);
                    if has_moved && !evidence.times.may_pause {
                        in_hand::check(evidence, commit, &records, findings);
                    }
                    self.install(evidence, outcome);
                    for taken in records.iter().flatten() {
                        let at = InputPartition { partition: commit.task, input: taken.input };
                        self.applied.insert((evidence.topics.of_input(at), taken.index));
                    }
                    self.positions.clone_from(&commit.positions);
                    self.time_ms = Some(commit.record.time_ms);
                    self.last = Some((commit.decided, commit.producer));
                    return Ok(());
                }
                Err(text) => failure = failure.or(Some((text, found))),
            }
        }
        if let Some(((rule, text), found)) = failure {
            findings.0.extend(found.0);
            findings.add(rule, format!("{}: {text}", commit.name()));
        }
        Err(())
    }

    fn judge<'a>(
        &self,
        evidence: &Evidence<'a>,
        commit: &Commit<'a>,
        sents: &Sents<'a>,
        records: &[Vec<Taken<'a>>],
        dead: &BTreeSet<(u16, usize)>,
        since: Us,
    ) -> Result<Outcome, (Rule, String)> {
        let end_ms = commit.record.time_ms;
        // Whatever moves the task's time fires what lies before that. A late record does not, however far the time is already.
        let has_moved = self.time_ms.is_none_or(|time_ms| time_ms < end_ms);
        let mut keys: BTreeSet<String> =
            self.known.iter().filter(|(_, known)| has_moved && known.unheld_ms < end_ms).map(|(key, _)| key.clone()).collect();
        for key in commit.changes.keys() {
            let key =
                std::str::from_utf8(key).map_err(|_| (Rule::StateIsTheFold, format!("a record of {key:?} in the changelog")))?;
            keys.insert(key.to_owned());
        }
        let first = self.first(evidence, commit, records, since);
        let mut by_key: BTreeMap<String, Vec<Vec<(&TaskInput<'a>, &Taken<'a>)>>> = BTreeMap::new();
        let mut first_by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (input, of_input) in records.iter().enumerate() {
            for (n, taken) in of_input.iter().enumerate() {
                let Ok(event) = &taken.event else { continue };
                if dead.contains(&(taken.input, taken.index)) {
                    continue;
                }
                let own = by_key.entry(event.key().into_owned()).or_insert_with(|| vec![Vec::new(); records.len()]);
                own[input].push((event, taken));
                if n < first[input] {
                    first_by_key.entry(event.key().into_owned()).or_insert_with(|| vec![0; records.len()])[input] =
                        own[input].len();
                }
            }
        }
        keys.extend(by_key.keys().cloned());
        let time_ms = self.least_time_ms(evidence);
        let orders = merge::orders(evidence, records, since);
        sents.unclaim();
        let mut outcome = Outcome { changes: Vec::new(), explained: Vec::new(), has_fired_held: false };
        for key in &keys {
            let before = self.known.get(key).map(|known| (&known.standing, known.bytes.as_slice()));
            let own = by_key.remove(key).unwrap_or_else(|| vec![Vec::new(); records.len()]);
            let first = first_by_key.remove(key).unwrap_or_else(|| vec![0; records.len()]);
            let question = Question::new(evidence, commit, sents, key, before, own, first, &orders, (time_ms, has_moved, since));
            let found = question.answer().map_err(|(rule, text)| (rule, format!("{key}: {text}")))?;
            sents.claim(&found.explained);
            outcome.explained.extend(found.explained);
            outcome.has_fired_held |= found.has_fired_held;
            // Of whom nothing was known, and who is erased, a mark is left.
            let is_nobody = found.standing.is_new && found.standing.prospect.erasure().is_none();
            let is_gone = found.standing.is_erased || is_nobody && before.is_none();
            outcome.changes.push((key.to_owned(), (!is_gone).then_some(found.standing)));
        }
        Ok(outcome)
    }

    /// The task's time before, as far down as a restore by a machine whose clock is behind may have taken it.
    fn least_time_ms(&self, evidence: &Evidence<'_>) -> Ms {
        let Some(time_ms) = self.time_ms else { return Ms::MIN };
        // A task may come back to the same worker, too.
        self.last.map_or(time_ms, |(decided, _)| time_ms.min(wall_ms(decided) - evidence.times.skew_ms))
    }

    /// How many records of each input were there before another worker began to catch up, and are surely old to it: what leads to a
    /// mail waits for them.
    fn first(&self, evidence: &Evidence<'_>, commit: &Commit<'_>, records: &[Vec<Taken<'_>>], since: Us) -> Vec<usize> {
        if self.last.is_some_and(|(_, producer)| producer == commit.producer) {
            return vec![0; records.len()];
        }
        let is_old = |taken: &Taken<'_>| is_old(evidence, taken, since);
        records.iter().map(|taken| taken.iter().take_while(|taken| is_old(taken)).count()).collect()
    }

    /// Nothing that leads to a mail may have fired while what an input has next was there when another worker began to catch up. Where
    /// it had something young meanwhile, it was caught up.
    fn check_held<'a>(
        &self,
        evidence: &Evidence<'a>,
        commit: &Commit<'_>,
        outcome: &Outcome,
        (records, since): (&[Vec<Taken<'a>>], Us),
        findings: &mut Findings,
    ) {
        let is_same = self.last.is_some_and(|(_, producer)| producer == commit.producer);
        if is_same || !outcome.has_fired_held || !evidence.holds() {
            return;
        }
        let inputs = evidence.topics.external();
        for ((input, position), records) in (0u16..).zip(&commit.positions).zip(records).take(inputs) {
            let at = InputPartition { partition: commit.task, input };
            let visible = evidence.history.visible.get(&evidence.topics.of_input(at)).into_iter().flatten().enumerate();
            let next = visible
                .filter(|(_, v)| v.offset >= *position && v.gone.is_none() && !v.is_progress())
                .min_by_key(|(_, v)| v.offset);
            let Some((index, visible)) = next else { continue };
            let taken = inputs::decode(evidence, at, index, visible);
            if records.iter().chain([&taken]).all(|taken| is_old(evidence, taken, since)) {
                findings.add(
                    Rule::HeldWhileBehind,
                    format!(
                        "{}: what leads to a mail has fired although input {input} was not read up to offset {}, which was there before",
                        commit.name(),
                        visible.offset
                    ),
                );
            }
        }
    }

    fn check_time(&self, evidence: &Evidence<'_>, commit: &Commit<'_>, findings: &mut Findings) {
        let time_ms = commit.record.time_ms;
        let latest_ms = wall_ms(commit.decided) + evidence.times.skew_ms;
        if time_ms > latest_ms {
            findings.add(Rule::TaskTime, format!("{}: its time {time_ms} is ahead of the wall clock {latest_ms}", commit.name()));
        }
        let least_ms = self.least_time_ms(evidence);
        if time_ms < least_ms {
            findings.add(Rule::TaskTime, format!("{}: its time falls from {least_ms} to {time_ms}", commit.name()));
        }
    }

    fn install(&mut self, evidence: &Evidence<'_>, outcome: Outcome) {
        for (key, standing) in outcome.changes {
            let Some(mut standing) = standing else {
                self.known.remove(&key);
                continue;
            };
            standing.is_new = false;
            let unheld = standing.next_timer(evidence.holds(), &evidence.formats.models);
            let bytes = standing.bytes();
            self.known.insert(key, Known { standing, bytes, unheld_ms: unheld.map_or(Ms::MAX, |timer| timer.deadline_ms) });
        }
    }
}

/// It was there before this, and old by then to every clock.
fn is_old(evidence: &Evidence<'_>, taken: &Taken<'_>, since: Us) -> bool {
    let record_ms = match &taken.event {
        Ok(event) => event.record_ms(),
        Err(_) => taken.record_ms.unwrap_or(Ms::MIN),
    };
    let times = &evidence.times;
    taken.visible.since < since && record_ms + times.behind_after_ms + times.skew_ms < wall_ms(since)
}

/// Nothing that leads to a mail fires while an input holds nothing but what is old, and its end was passed more than a second ago: as
/// long as its next record has been in the worker's hands.
fn check_behind(
    evidence: &Evidence<'_>,
    commit: &Commit<'_>,
    outcome: &Outcome,
    records: &[Vec<Taken<'_>>],
    findings: &mut Findings,
) {
    if !outcome.has_fired_held || !evidence.holds() {
        return;
    }
    let times = &evidence.times;
    let begun = evidence.begun(&commit.record.writer, commit.begun);
    let is_old = |record_ms: Ms| record_ms + times.behind_after_ms + times.skew_ms < wall_ms(begun);
    let time_of = |taken: &Taken<'_>| match &taken.event {
        Ok(event) => event.record_ms(),
        Err(_) => taken.record_ms.unwrap_or(Ms::MIN),
    };
    let inputs = evidence.topics.external();
    for (input, position) in (0u16..).zip(&commit.positions).take(inputs) {
        let at = evidence.topics.of_input(InputPartition { partition: commit.task, input });
        let visible = evidence.history.visible.get(&at).into_iter().flatten().enumerate();
        let next =
            visible.filter(|(_, v)| v.offset >= *position && v.gone.is_none() && !v.is_progress()).min_by_key(|(_, v)| v.offset);
        let Some((index, visible)) = next else { continue };
        let next = inputs::decode(evidence, InputPartition { partition: commit.task, input }, index, visible);
        let last = evidence.handed(at, visible, commit.decided).map(|last| last.when);
        let is_in_hand = last.is_some_and(|last| last + AT_END_COUNTS_FOR < begun);
        // With something young in hand it was caught up.
        let is_all_old = records[usize::from(input)].iter().all(|taken| is_old(time_of(taken)));
        // Its end can't have been seen since its worker began to fetch it.
        let started = evidence.started(at, visible, commit.decided);
        let is_blind = started.is_some_and(|started| {
            visible.since < started && started + AT_END_COUNTS_FOR < begun && last.is_none_or(|last| last < started)
        });
        if is_blind && is_all_old {
            let offset = visible.offset;
            findings.add(
                Rule::HeldWhileBehind,
                format!(
                    "{}: what leads to a mail has fired before input {input} was seen from offset {offset} on",
                    commit.name()
                ),
            );
        }
        if is_in_hand && is_old(time_of(&next)) && is_all_old {
            let offset = visible.offset;
            findings.add(
                Rule::HeldWhileBehind,
                format!("{}: what leads to a mail has fired while input {input} was behind, at offset {offset}", commit.name()),
            );
        }
    }
}
