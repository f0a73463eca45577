//! [`ChangelogConsumer`] on the model: one client that sees the ends with open transactions included, one that reads what is
//! committed.

use super::consumer::bounds_of;
use super::fetcher::{Ahead, Fetcher};
use super::questions::{Question, Questions, Slot};
use super::records::StateRecords;
use super::{Site, error, micros};
use crate::api::{Answer, OffsetSpec, Ticket, TopicPartition};
use crate::world::{Client, ClientId, Io};
use leadstream::kafka::client::{ChangelogConsumer, ClientError, Code, PartitionQueue, Taken};
use leadstream::runtime::ports::{Bounds, Failure, OutTopic};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// The library's side of a client that reads what it is told.
pub struct Machine {
    fetcher: Fetcher,
    questions: Questions,
}

impl Client for Machine {
    fn answered(&mut self, io: &Io<'_>, ticket: Ticket, answer: Answer) {
        let rest = self.fetcher.answered(io, ticket, answer);
        rest.and_then(|answer| self.questions.answered(io, ticket, answer));
    }

    fn timer(&mut self, io: &Io<'_>) {
        self.fetcher.serve(io);
        self.questions.serve(io);
    }
}

/// One client that is no member of the group.
struct Plain {
    site: Site,
    id: ClientId,
    machine: Rc<RefCell<Machine>>,
}

impl Plain {
    fn open(site: &Site, ahead: Ahead) -> Rc<Self> {
        let machine = Rc::new(RefCell::new(Machine { fetcher: Fetcher::new(ahead), questions: Questions::default() }));
        let id = site.world.seat(site.worker, Rc::<RefCell<Machine>>::clone(&machine));
        Rc::new(Self { site: site.clone(), id, machine })
    }

    fn call<T>(&self, call: impl FnOnce(&mut Machine, &Io<'_>) -> T) -> T {
        self.site.enter();
        call(&mut self.machine.borrow_mut(), &self.site.world.io(self.id, self.site.worker))
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        if !self.site.world.is_dying(self.site.worker) {
            let io = self.site.world.io(self.id, self.site.worker);
            self.machine.borrow_mut().fetcher.stop_all(&io);
            self.site.world.unseat(self.id);
        }
    }
}

/// The worker's side of the clients for the changelog.
pub struct SimulatedReader {
    site: Site,
    ahead: Ahead,
    probe: Rc<Plain>,
    reader: Option<Rc<Plain>>,
}

impl SimulatedReader {
    #[must_use]
    pub fn new(site: &Site, ahead: Ahead) -> Self {
        Self { site: site.clone(), ahead, probe: Plain::open(site, ahead), reader: None }
    }

    fn at(&self, partition: i32) -> TopicPartition {
        self.site.topics.output(OutTopic::State, partition)
    }
}

/// The queue of one partition.
pub struct Queue {
    reader: Rc<Plain>,
    at: TopicPartition,
}

impl PartitionQueue for Queue {
    type Batch = StateRecords;

    fn take(&self, at_most: usize) -> Taken<StateRecords> {
        let Taken { records, end, error } = self.reader.call(|machine, io| machine.fetcher.take(io, self.at, at_most));
        Taken { records: StateRecords(records), end, error }
    }
}

impl ChangelogConsumer for SimulatedReader {
    type Batch = StateRecords;
    type Queue = Queue;
    type Asked<T: Send + 'static> = Slot<Result<T, ClientError>>;

    fn now(&self) -> Duration {
        self.site.now()
    }

    fn ask_bounds(&self, partitions: &[i32], at_most: Duration) -> Self::Asked<Vec<(i32, Result<Bounds, ClientError>)>> {
        let (slot, asked) = (Slot::default(), partitions.to_vec());
        let put = Slot::clone(&slot);
        let ends = |partition: &i32| {
            let at = self.at(*partition);
            [Question::Offset(at, OffsetSpec::Earliest), Question::Offset(at, OffsetSpec::End)]
        };
        let questions = partitions.iter().flat_map(ends).collect();
        // Each of them may take so long.
        let at_most = micros(at_most) * partitions.len().max(1) as u64;
        self.probe.call(|machine, io| {
            machine.questions.ask(io, questions, at_most, move |found, why| {
                let known = asked.iter().zip(found.chunks_exact(2));
                let mut answers: Vec<_> =
                    known.map(|(partition, ends)| (*partition, bounds_of(ends).ok_or_else(|| error(Code::Fail)))).collect();
                if let (Some(why), Some(partition)) = (why, asked.get(answers.len())) {
                    answers.push((*partition, Err(why)));
                }
                put.put(Ok(answers));
            });
        });
        slot
    }

    fn bounds(&self, partition: i32, at_most: Duration) -> Result<Bounds, ClientError> {
        let slot = self.ask_bounds(&[partition], at_most);
        let answers = self.site.wait_for(at_most + Duration::from_millis(1), || slot.take());
        let answer = answers.and_then(Result::ok).and_then(|mut answers| answers.pop());
        answer.map_or_else(|| Err(error(Code::OperationTimedOut)), |(_, bounds)| bounds)
    }

    fn open(&mut self) -> Result<(), Failure> {
        if self.reader.is_none() {
            self.reader = Some(Plain::open(&self.site, self.ahead));
        }
        Ok(())
    }

    fn poll(&self) -> Option<ClientError> {
        self.site.enter();
        None
    }

    fn split(&self, partition: i32) -> Option<Queue> {
        let reader = Rc::clone(self.reader.as_ref()?);
        Some(Queue { reader, at: self.at(partition) })
    }

    fn assign(&self, from: &[(i32, i64)]) -> Result<(), ClientError> {
        let Some(reader) = &self.reader else { return Err(error(Code::State)) };
        reader.call(|machine, io| {
            machine.fetcher.stop_all(io);
            from.iter().for_each(|(partition, offset)| machine.fetcher.start(io, self.at(*partition), *offset));
        });
        Ok(())
    }

    fn close(&mut self) {
        self.reader = None;
    }
}
