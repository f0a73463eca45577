//! Second pass: each task takes its inputs' records in their order and drives the engine.

use super::example::Example;
use super::input_log::Item;
use super::merge::{Inputs, Next};
use super::options::Until;
use super::outputs::{self, Out, Outputs};
use super::shared::Shared;
use super::spill::Log;
use super::tally::Tally;
use crate::app::service::hash_seed;
use crate::domain::Ms;
use crate::domain::event::{Clock, Event};
use crate::domain::identity::message::Body as Told;
use crate::domain::member_update::MemberUpdateRecord;
use crate::domain::output::{Body, Note};
use crate::engine::merge::Head;
use crate::engine::task::{BatchEffects, Forwarder, Mode, ProspectOutput, Task, TaskInput};
use crate::wire::state_record::StateCodec;
use std::borrow::Cow;
use std::sync::Arc;

/// Events after which a batch is closed, as a transaction would.
const BATCH_EVENTS: u64 = 4_096;

/// A task whose inputs are read to their end; it still has to reach the end of time.
pub(super) struct Worked {
    pub task: Task<StateCodec>,
    pub outputs: Outputs,
    pub tally: Tally,
    /// Updates from members to their accounts, in order.
    pub member_update: Vec<MemberUpdateRecord>,
}

/// Reads the inputs of a task to their end.
///
/// `updates`: from accounts for the prospects of the task, in order of time.
pub(super) fn run_task(
    shared: &Shared<'_>,
    partition: u32,
    logs: Vec<Log>,
    updates: &[MemberUpdateRecord],
    progress: &dyn Fn(u64),
) -> anyhow::Result<Worked> {
    let partition = i32::try_from(partition)?;
    let mut inputs = Inputs::open(shared, logs, partition)?;
    let mut task = Task::seeded(shared.options.models.clone(), StateCodec, &hash_seed());
    let wall_ms = shared.options.horizon.wall_ms;
    task.set_wall_clock(wall_ms);
    task.limit_records(shared.options.max_records);
    if let Some(ids) = &shared.options.ids {
        task.link_ids(Arc::clone(&ids.linking));
    }
    let mut worked = Worked { task, outputs: Outputs::default(), tally: Tally::default(), member_update: Vec::new() };
    let mut effects = BatchEffects::default();
    let mut updates = updates.iter().peekable();
    // After what happened at the same time: it follows from it.
    let head_of = |member_update: Option<&&MemberUpdateRecord>| {
        member_update.map_or(Head::AtEnd, |member_update| Head::At(member_update.at_ms))
    };
    while let Some(next) = inputs.next(head_of(updates.peek())) {
        let Next::Record(n) = next else {
            updates.next().into_iter().for_each(|member_update| apply_update(&mut worked, member_update, wall_ms, &mut effects));
            continue;
        };
        inputs.take(n, |item| take(shared, &mut worked, item, n, partition, &mut effects))?;
        if worked.tally.records.is_multiple_of(BATCH_EVENTS) {
            close(shared, &mut worked, &mut effects)?;
            progress(BATCH_EVENTS);
        }
    }
    progress(worked.tally.records % BATCH_EVENTS);
    close(shared, &mut worked, &mut effects)?;
    worked.outputs.spill_rest(shared.spill)?;
    Ok(worked)
}

/// Applies an update of its account to a prospect, once what was due before that has fired.
fn apply_update(worked: &mut Worked, member_update: &MemberUpdateRecord, wall_ms: Ms, effects: &mut BatchEffects) {
    worked.task.advance(member_update.at_ms.min(wall_ms), Mode::Virtual, effects);
    worked.task.apply_update(member_update, effects);
}

fn take(
    shared: &Shared<'_>,
    worked: &mut Worked,
    item: &Item<'_>,
    input: usize,
    partition: i32,
    effects: &mut BatchEffects,
) -> anyhow::Result<()> {
    let tally = &mut worked.tally;
    tally.records += 1;
    let event = match &item.event {
        Ok(event) => event,
        Err(rejected) => {
            *tally.dead_letters.entry(rejected.reason.name()).or_default() += 1;
            let topic = &shared.options.decode.topics[input].name;
            tally
                .examples
                .entry(rejected.reason.name())
                .or_insert_with(|| Example::of(item, rejected))
                .keep_first(item, rejected);
            outputs::dead_letter(worked.outputs.tail(Out::DeadLetters), rejected, topic, partition, item)?;
            tally.outputs[Out::DeadLetters as usize] += 1;
            return Ok(());
        }
    };
    if matches!(shared.options.until, Until::Time(until_ms) if event.time_ms > until_ms) {
        tally.after_until += 1;
        return Ok(());
    }
    tally.events += 1;
    tally.clamped += u64::from(event.clamped);
    let clock = event.corrected.map(|corrected| corrected.clock);
    tally.clock_corrected += u64::from(clock == Some(Clock::Sender));
    tally.local_times += u64::from(clock == Some(Clock::Local));
    tally.broken_fields += u64::from(event.broken_fields);
    tally.misses.count(event);
    tally.first_ms = tally.first_ms.into_iter().chain([event.time_ms]).min();
    tally.last_ms = tally.last_ms.max(Some(event.time_ms));
    if shared.only.is_none_or(|prospect| **prospect == *event.prospect) {
        let before = effects.outputs.len();
        worked.task.apply_event(event, Mode::Virtual, effects);
        if shared.options.ids.is_some() {
            tell(&mut worked.task, event, before, effects);
        }
    }
    Ok(())
}

/// What ids are told, and events that are sent on, arrive at once: all ids of a person are this task's.
fn tell(task: &mut Task<StateCodec>, event: &Event<'_>, mut at: usize, effects: &mut BatchEffects) {
    let mut came_under = None;
    while let Some(output) = effects.outputs.get(at) {
        at += 1;
        let Body::Told(message) = &output.output.body else {
            if let (Body::Blocked, Some(linking)) = (&output.output.body, task.linking()) {
                let mut linking = (**linking).clone();
                linking.blocked.block(&output.prospect);
                task.link_ids(Arc::new(linking));
            }
            continue;
        };
        let (message, record_ms) = (message.clone(), output.output.at_ms);
        let input = match &message.body {
            Told::Forwarded(forwarded) => {
                let by = Forwarder { via: forwarded.via.to_string(), hops: message.hops };
                if came_under.is_none() {
                    came_under = Some(forwarded.via.clone()).filter(|via| !via.is_empty());
                }
                let prospect = Cow::Owned(message.to.to_string());
                let event = Event { prospect, ids: None, came_under: came_under.clone(), ..event.clone() };
                TaskInput::Forwarded { event, by }
            }
            _ => TaskInput::Told { message, record_ms },
        };
        task.apply(&input, Mode::Virtual, effects);
    }
}

/// Lets the task's clock run on to the end and fires what is due.
pub(super) fn finish(shared: &Shared<'_>, worked: &mut Worked, end_ms: Option<Ms>) -> anyhow::Result<()> {
    let mut effects = BatchEffects::default();
    match (shared.options.until, end_ms) {
        (Until::Forever, _) => {
            // Firing a timer may set another; each round goes to a real deadline, so this ends with the last one.
            while let Some(deadline_ms) = worked.task.next_deadline_ms() {
                worked.task.advance(deadline_ms, Mode::Virtual, &mut effects);
                close(shared, worked, &mut effects)?;
            }
        }
        (Until::Time(until_ms), _) | (Until::End, Some(until_ms)) => worked.task.advance(until_ms, Mode::Virtual, &mut effects),
        (Until::End, None) => {}
    }
    close(shared, worked, &mut effects)?;
    worked.tally.accounts = worked.task.population().accounts.iter().sum();
    worked.tally.prospects = worked.task.size().records as u64 - worked.tally.accounts;
    worked.outputs.spill_rest(shared.spill)?;
    Ok(())
}

/// Gives the accounts of a task their members' updates, from all tasks, in order of time. The clock has run to its end.
pub(super) fn accounts(
    shared: &Shared<'_>,
    worked: &mut Worked,
    mut updates: Vec<MemberUpdateRecord>,
    end_ms: Option<Ms>,
) -> anyhow::Result<()> {
    // Stable: one member's updates stay in their order.
    updates.sort_by_key(MemberUpdateRecord::order);
    let mut effects = BatchEffects::default();
    for (n, member_update) in updates.into_iter().enumerate() {
        worked.task.apply_update(&member_update, &mut effects);
        if (n as u64).is_multiple_of(BATCH_EVENTS) {
            close(shared, worked, &mut effects)?;
        }
    }
    close(shared, worked, &mut effects)?;
    finish(shared, worked, end_ms)
}

/// Whether an output is about a prospect, or about the company that it belongs to.
fn concerns(output: &ProspectOutput, prospect: &str) -> bool {
    match &output.output.body {
        Body::AccountChanged(account) => account.group.iter().any(|member| member.name == prospect),
        _ => &*output.prospect == prospect,
    }
}

/// Closes a batch: writes its outputs, and its records become the truth.
fn close(shared: &Shared<'_>, worked: &mut Worked, effects: &mut BatchEffects) -> anyhow::Result<()> {
    let Worked { task, outputs, tally, member_update } = worked;
    if let Some(error) = effects.unreadable.take() {
        return Err(error.into());
    }
    for output in &effects.outputs {
        let Some(out) = Out::of(&output.output) else {
            member_update.extend(output.member_update());
            continue;
        };
        if shared.shown.is_some_and(|names| !names.iter().any(|name| concerns(output, name))) {
            continue;
        }
        tally.outputs[out as usize] += 1;
        match &output.output.body {
            Body::CartAbandoned(cart) => *tally.triggers_by_step.entry(cart.step).or_default() += 1,
            Body::Triggered(t) => *tally.triggers.entry((t.trigger.clone(), t.kind.name())).or_default() += 1,
            Body::CartOutcome(outcome) => {
                *tally.outcomes.entry(outcome.kind.type_name()).or_default() += 1;
                tally.recovery.note(outcome);
            }
            _ => {}
        }
        if let Some(encoder) = shared.encoder {
            let tail = outputs.tail(out);
            encoder.encode((&output.prospect, &output.ids), &output.output, tail);
            tail.push(b'\n');
        }
    }
    outputs.settle(shared.spill)?;
    for (note, count) in &effects.notes {
        match note {
            Note::Duplicate => tally.duplicates += count,
            Note::BeforeErasure => tally.before_erasure += count,
            Note::Late => tally.late += count,
            _ => {}
        }
    }
    effects.clear();
    task.staged(|_| {});
    task.confirm();
    Ok(())
}
