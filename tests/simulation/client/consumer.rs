//! [`GroupConsumer`] on the model: what the worker's source holds.

use super::fetcher::{Ahead, Fetcher};
use super::group::{Event, Group, Settings};
use super::questions::{Answers, Found, Question, Questions, Slot};
use super::records::InputRecords;
use super::{Site, error, micros};
use crate::api::{Answer, OffsetSpec, Record, Ticket, TopicPartition};
use crate::process::Wakes;
use crate::vigil::Handing;
use crate::world::{Client, ClientId, Io};
use leadstream::domain::Ms;
use leadstream::kafka::client::{ClientError, Code, CommittedOffsets, GroupConsumer, PartitionQueue, Polled, Rebalance, Taken};
use leadstream::kafka::membership::Membership;
use leadstream::kafka::records::OwnedRecord;
use leadstream::runtime::ports::{Bounds, InputPartition};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// The library's side of a consumer.
pub struct Machine {
    group: Group,
    fetcher: Fetcher,
    questions: Questions,
}

impl Client for Machine {
    fn answered(&mut self, io: &Io<'_>, ticket: Ticket, answer: Answer) {
        let rest = self.fetcher.answered(io, ticket, answer);
        let rest = rest.and_then(|answer| self.group.answered(io, &mut self.fetcher, ticket, answer));
        rest.and_then(|answer| self.questions.answered(io, ticket, answer));
    }

    fn timer(&mut self, io: &Io<'_>) {
        self.group.serve(io, &mut self.fetcher);
        self.fetcher.serve(io);
        self.questions.serve(io);
    }
}

struct Inner {
    site: Site,
    id: ClientId,
    machine: Rc<RefCell<Machine>>,
}

impl Inner {
    fn io(&self) -> Io<'_> {
        self.site.world.io(self.id, self.site.worker)
    }
}

impl Drop for Inner {
    /// The last one lets go: the group is left.
    fn drop(&mut self) {
        if !self.site.world.is_dying(self.site.worker) {
            let mut machine = self.machine.borrow_mut();
            let machine = &mut *machine;
            machine.fetcher.stop_all(&self.io());
            machine.group.close(&self.io(), &mut machine.fetcher);
            machine.group.leave(&self.io());
            self.site.world.unseat(self.id);
        }
    }
}

/// The worker's side of a consumer. Clones are the same consumer.
#[derive(Clone)]
pub struct SimulatedConsumer(Rc<Inner>);

impl SimulatedConsumer {
    /// Joins the group in the background.
    #[must_use]
    pub fn join(site: &Site, settings: Settings, ahead: Ahead) -> Self {
        let machine = Machine { group: Group::new(settings), fetcher: Fetcher::new(ahead), questions: Questions::default() };
        let machine = Rc::new(RefCell::new(machine));
        let id = site.world.seat(site.worker, Rc::<RefCell<Machine>>::clone(&machine));
        let consumer = Self(Rc::new(Inner { site: site.clone(), id, machine }));
        consumer.with(|machine, io| machine.group.serve(io, &mut machine.fetcher));
        consumer
    }

    /// The place in the group just now.
    #[must_use]
    pub fn membership(&self) -> Membership {
        self.0.site.enter();
        self.0.machine.borrow().group.membership()
    }

    fn handed(&self, at: TopicPartition, records: &[(i64, Record)]) {
        let world = &self.0.site.world;
        let mut handed = world.handed.borrow_mut();
        let handing = Handing { when: world.now(), worker: self.0.site.worker };
        records.iter().for_each(|(offset, _)| handed.entry((at, *offset)).or_default().push(handing));
    }

    fn with<T>(&self, call: impl FnOnce(&mut Machine, &Io<'_>) -> T) -> T {
        call(&mut self.0.machine.borrow_mut(), &self.0.io())
    }

    /// One call: others may get on before it.
    fn call<T>(&self, call: impl FnOnce(&mut Machine, &Io<'_>) -> T) -> T {
        self.0.site.enter();
        self.with(call)
    }

    fn at(&self, at: InputPartition) -> TopicPartition {
        self.0.site.topics.of_input(at)
    }

    fn inputs(&self, list: Vec<TopicPartition>) -> Vec<InputPartition> {
        list.into_iter().filter_map(|at| self.0.site.topics.input(at)).collect()
    }

    fn ask(&self, questions: Vec<Question>, at_most: Duration, done: impl FnOnce(Answers) + 'static) {
        let done = |found, why: Option<ClientError>| done(why.map_or(Ok(found), Err));
        self.call(|machine, io| machine.questions.ask(io, questions, micros(at_most), done));
    }

    fn wait_for<T>(&self, slot: &Slot<Result<T, ClientError>>, at_most: Duration) -> Result<T, ClientError> {
        // Its own time-out comes first.
        let answer = self.0.site.wait_for(at_most + Duration::from_millis(1), || slot.take());
        answer.unwrap_or_else(|| Err(error(Code::OperationTimedOut)))
    }

    /// First and next offset as a reader of what is committed sees them.
    fn ends(&self, at: InputPartition) -> Vec<Question> {
        let at = self.at(at);
        vec![Question::Offset(at, OffsetSpec::Earliest), Question::Offset(at, OffsetSpec::Stable)]
    }
}

/// First and next offset, from the answers in that order.
#[must_use]
pub fn bounds_of(found: &[Found]) -> Option<Bounds> {
    match found {
        [Found::Offset(low), Found::Offset(high), ..] => Some(Bounds { low: *low, high: *high }),
        _ => None,
    }
}

/// The queue of one partition.
pub struct Queue {
    consumer: SimulatedConsumer,
    at: InputPartition,
}

impl PartitionQueue for Queue {
    type Batch = InputRecords;

    fn take(&self, at_most: usize) -> Taken<InputRecords> {
        let at = self.consumer.at(self.at);
        let Taken { records, end, error } = self.consumer.call(|machine, io| machine.fetcher.take(io, at, at_most));
        self.consumer.handed(at, &records);
        Taken { records: InputRecords { input: self.at.input, partition: self.at.partition, records }, end, error }
    }
}

impl GroupConsumer for SimulatedConsumer {
    type Batch = InputRecords;
    type Queue = Queue;
    type Asked<T: Send + 'static> = Slot<Result<T, ClientError>>;

    fn now(&self) -> Duration {
        self.0.site.now()
    }

    fn poll(&self) -> Option<Polled> {
        self.0.site.enter();
        let stray = self.with(|machine, io| machine.fetcher.stray(io));
        let (at, offset, record) = stray?;
        self.handed(at, &[(offset, record.clone())]);
        let input = self.0.site.topics.input(at)?;
        let record = OwnedRecord {
            partition: input.partition,
            offset,
            timestamp_ms: record.timestamp_ms,
            key: record.key.as_deref().map(<[u8]>::to_vec),
            value: record.value.as_deref().map(<[u8]>::to_vec),
            headers: record.headers.to_vec(),
        };
        Some(Polled::Stray(input, record))
    }

    fn next_rebalance(&self) -> Option<Rebalance> {
        let event = self.call(|machine, _| machine.group.events.pop_front())?;
        Some(match event {
            Event::Assign(list) => Rebalance::Assign(self.inputs(list)),
            Event::Revoke(list) => Rebalance::Revoke(self.inputs(list)),
        })
    }

    fn is_cooperative(&self) -> bool {
        self.with(|machine, _| machine.group.is_cooperative())
    }

    fn is_assignment_lost(&self) -> bool {
        self.call(|machine, _| machine.group.is_lost())
    }

    fn membership(&self) -> Option<Membership> {
        // Looked at again and again: not worth a moment of its own.
        Some(self.0.machine.borrow().group.membership())
    }

    fn ask_committed(&self, partitions: &[InputPartition], at_most: Duration) -> Self::Asked<CommittedOffsets> {
        let (slot, asked) = (Slot::default(), partitions.to_vec());
        let put = Slot::clone(&slot);
        if partitions.is_empty() {
            slot.put(Ok(Vec::new()));
            return slot;
        }
        let question = Question::Committed(partitions.iter().map(|at| self.at(*at)).collect());
        self.ask(vec![question], at_most, move |answers| {
            put.put(answers.map(|found| match found.as_slice() {
                [Found::Committed(offsets)] => asked.into_iter().zip(offsets.iter().map(|offset| Ok(*offset))).collect(),
                _ => Vec::new(),
            }));
        });
        slot
    }

    fn ask_bounds(&self, at: InputPartition, at_most: Duration) -> Self::Asked<Bounds> {
        let slot = Slot::default();
        let put = Slot::clone(&slot);
        self.ask(self.ends(at), at_most, move |answers| {
            put.put(answers.and_then(|found| bounds_of(&found).ok_or_else(|| error(Code::Fail))));
        });
        slot
    }

    fn bounds(&self, at: InputPartition, at_most: Duration) -> Result<Bounds, ClientError> {
        let slot = self.ask_bounds(at, at_most);
        self.wait_for(&slot, at_most)
    }

    fn offset_at(&self, at: InputPartition, time_ms: Ms, at_most: Duration) -> Result<Option<i64>, ClientError> {
        let slot = Slot::default();
        let put = Slot::clone(&slot);
        self.ask(vec![Question::Offset(self.at(at), OffsetSpec::AtTime(time_ms))], at_most, move |answers| {
            put.put(answers.map(|found| match found.as_slice() {
                [Found::Offset(offset)] if *offset >= 0 => Some(*offset),
                _ => None,
            }));
        });
        self.wait_for(&slot, at_most)
    }

    fn split(&self, at: InputPartition) -> Option<Queue> {
        Some(Queue { consumer: self.clone(), at })
    }

    fn assign(&self, from: &[(InputPartition, i64)]) -> Result<(), ClientError> {
        self.call(|machine, io| {
            machine.fetcher.stop_all(io);
            from.iter().for_each(|(at, offset)| machine.fetcher.start(io, self.at(*at), *offset));
            machine.group.given(io, &mut machine.fetcher);
        });
        Ok(())
    }

    fn incremental_assign(&self, from: &[(InputPartition, i64)]) -> Result<(), ClientError> {
        self.call(|machine, io| {
            if from.iter().any(|(at, _)| machine.fetcher.is_assigned(self.at(*at))) {
                return Err(error(Code::Conflict));
            }
            from.iter().for_each(|(at, offset)| machine.fetcher.start(io, self.at(*at), *offset));
            machine.group.given(io, &mut machine.fetcher);
            Ok(())
        })
    }

    fn unassign(&self) -> Result<(), ClientError> {
        self.call(|machine, io| {
            machine.fetcher.stop_all(io);
            machine.group.taken(io, &mut machine.fetcher);
        });
        Ok(())
    }

    fn incremental_unassign(&self, partitions: &[InputPartition]) -> Result<(), ClientError> {
        self.call(|machine, io| {
            if partitions.iter().any(|at| !machine.fetcher.is_assigned(self.at(*at))) {
                return Err(error(Code::InvalidArgument));
            }
            partitions.iter().for_each(|at| machine.fetcher.stop(io, self.at(*at)));
            machine.group.taken(io, &mut machine.fetcher);
            Ok(())
        })
    }

    fn pause(&self, partitions: &[InputPartition]) -> Result<(), ClientError> {
        self.call(|machine, io| partitions.iter().for_each(|at| machine.fetcher.pause(io, self.at(*at), false)));
        Ok(())
    }

    fn resume(&self, partitions: &[InputPartition]) -> Result<(), ClientError> {
        self.call(|machine, io| partitions.iter().for_each(|at| machine.fetcher.resume(io, self.at(*at), false)));
        Ok(())
    }

    fn seek(&self, to: &[(InputPartition, i64)], _: Duration) -> Result<(), ClientError> {
        self.call(|machine, io| {
            if to.iter().any(|(at, _)| !machine.fetcher.is_assigned(self.at(*at))) {
                return Err(error(Code::State));
            }
            to.iter().for_each(|(at, offset)| machine.fetcher.seek(io, self.at(*at), *offset));
            Ok(())
        })
    }

    fn known_end(&self, at: InputPartition) -> Option<i64> {
        self.with(|machine, _| machine.fetcher.known_end(self.at(at)))
    }

    fn wait(&self, at_most: Duration) {
        let world = &self.0.site.world;
        world.suspend(self.0.site.worker, world.now() + micros(at_most).max(1), Wakes::Unpark);
    }

    fn close(&self) {
        self.call(|machine, io| machine.group.close(io, &mut machine.fetcher));
    }
}
