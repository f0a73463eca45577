//! [`TransactionalProducer`] on the model: what the worker's commit log holds.

use super::Site;
use super::consumer::SimulatedConsumer;
use super::transactions::{Call, Machine, Settings};
use crate::api::{Record, TopicPartition};
use crate::dice::Stream;
use crate::process::Wakes;
use crate::world::{ClientId, Io};
use leadstream::domain::ids::murmur2_partition;
use leadstream::engine::task::StagedRecord;
use leadstream::kafka::client::deliveries::Undelivered;
use leadstream::kafka::client::{ClientError, Code, ProducerFactory, TransactionalProducer};
use leadstream::kafka::membership::Membership;
use leadstream::runtime::ports::{Failure, InputPartition, OutRecord, OutTopic, Position};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// The worker's side of a producer.
pub struct SimulatedProducer {
    site: Site,
    id: ClientId,
    machine: Rc<RefCell<Machine>>,
}

impl SimulatedProducer {
    fn with<T>(&self, call: impl FnOnce(&mut Machine, &Io<'_>) -> T) -> T {
        call(&mut self.machine.borrow_mut(), &self.site.world.io(self.id, self.site.worker))
    }

    /// Serves reports; says how many.
    fn serve_reports(&self) -> usize {
        self.with(|machine, io| {
            let mut served = 0;
            while let Some(report) = machine.batches.reports.pop_front() {
                machine.served(report, self.site.topics.name(report.at.topic));
                served += 1;
            }
            machine.serve(io);
            served
        })
    }

    fn put(&self, at: TopicPartition, record: Record, task: i32) -> Result<(), Code> {
        self.with(|machine, io| machine.send(io, at, record, task))
    }

    /// A call of the transaction that waits for the broker.
    fn wait_for(&self, call: Call, at_most: Duration) -> Result<(), ClientError> {
        self.site.enter();
        self.with(|machine, io| machine.start(io, call))?;
        let result = self.site.wait_for(at_most, || {
            self.serve_reports();
            self.with(|machine, _| machine.result())
        });
        result.unwrap_or_else(|| Err(self.with(|machine, io| machine.give_up(io))))
    }
}

impl Drop for SimulatedProducer {
    /// Its requests that are under way may still arrive.
    fn drop(&mut self) {
        if !self.site.world.is_dying(self.site.worker) {
            self.site.world.unseat(self.id);
        }
    }
}

impl TransactionalProducer for SimulatedProducer {
    type Group = Membership;

    fn now(&self) -> Duration {
        self.site.now()
    }

    fn init_transactions(&self, at_most: Duration) -> Result<(), ClientError> {
        self.wait_for(Call::Init, at_most)
    }

    fn begin_transaction(&self) -> Result<(), ClientError> {
        self.site.enter();
        self.with(|machine, _| machine.begin())?;
        let world = &self.site.world;
        let name = self.with(|machine, _| machine.name().to_owned());
        world.begins.borrow_mut().entry(name).or_default().push(world.now());
        // Nothing of the transaction is known to the broker yet: it lasts as long as it likes.
        let stalls = world.network.borrow_mut().stalls_at_begin.take();
        if let Some((length, latest)) = stalls {
            world.trace.cover("worker: stands still as it begins a transaction");
            world.broker.borrow_mut().pass_generation();
            world.suspend(self.site.worker, latest.min(world.now() + length), Wakes::Never);
        }
        Ok(())
    }

    fn send(&self, record: &OutRecord<'_>) -> Result<(), Code> {
        let partitions = self.site.topics.partitions;
        let partition = record.partition.unwrap_or_else(|| match record.key {
            Some(key) => i32::try_from(murmur2_partition(key, partitions.unsigned_abs())).unwrap_or(0),
            None => {
                i32::try_from(self.site.world.dice(Stream::Schedule).below(u64::from(partitions.unsigned_abs()))).unwrap_or(0)
            }
        });
        let at = self.site.topics.output(record.topic, partition);
        let headers = record.headers.iter().map(|(name, value)| (name.clone().into_owned(), value.clone())).collect();
        let copied = Record {
            key: record.key.map(Rc::from),
            value: record.value.map(Rc::from),
            timestamp_ms: Some(record.timestamp_ms.filter(|ms| *ms > 0).unwrap_or_else(|| self.site.wall_ms())),
            headers,
        };
        self.put(at, copied, record.task)
    }

    fn send_all(&self, partition: i32, records: &[StagedRecord<'_>]) -> (usize, Option<Code>) {
        let at = self.site.topics.output(OutTopic::State, partition);
        let timestamp_ms = Some(self.site.wall_ms());
        for (n, (key, value)) in records.iter().enumerate() {
            let record = Record { key: Some(Rc::from(*key)), value: value.map(Rc::from), timestamp_ms, headers: Rc::from([]) };
            if let Err(code) = self.put(at, record, partition) {
                return (n, Some(code));
            }
        }
        (records.len(), None)
    }

    fn poll(&self, at_most: Duration) {
        self.site.enter();
        if self.serve_reports() == 0 && !at_most.is_zero() {
            self.site.wait_for(at_most, || (self.serve_reports() > 0).then_some(()));
        }
    }

    fn flush(&self, at_most: Duration) {
        self.with(|machine, io| {
            machine.is_flushing = true;
            machine.serve(io);
        });
        self.site.wait_for(at_most, || {
            self.serve_reports();
            (self.in_flight() == 0).then_some(())
        });
        self.with(|machine, _| machine.is_flushing = false);
    }

    fn in_flight(&self) -> usize {
        self.with(|machine, _| machine.batches.outstanding())
    }

    fn undelivered(&self) -> Option<Undelivered> {
        self.with(|machine, _| machine.deliveries.look().cloned())
    }

    fn take_undelivered(&self) -> Option<Undelivered> {
        self.with(|machine, _| machine.deliveries.take())
    }

    fn is_spoiled(&self) -> bool {
        self.with(|machine, _| machine.deliveries.is_spoiled())
    }

    fn is_in_doubt(&self) -> bool {
        self.with(|machine, _| machine.deliveries.is_in_doubt())
    }

    fn send_offsets(
        &self,
        positions: &[(InputPartition, Position)],
        group: &Membership,
        at_most: Duration,
    ) -> Result<(), ClientError> {
        // "No valid offsets, e.g., nothing was consumed, this is not an error, do nothing": nobody asks whose they are (`rdkafka_txnmgr.c`).
        if positions.is_empty() {
            self.site.enter();
            return Ok(());
        }
        let offsets = positions.iter().map(|(at, position)| (self.site.topics.of_input(*at), *position)).collect();
        // The library waits no longer than the transaction may last.
        let longest = Duration::from_micros(self.with(|machine, _| machine.transaction_timeout()));
        self.wait_for(Call::Offsets { offsets, member: group.clone(), is_added: false }, at_most.min(longest))
    }

    fn commit_transaction(&self, at_most: Duration) -> Result<(), ClientError> {
        self.wait_for(Call::End { is_commit: true }, at_most)
    }

    fn abort_transaction(&self, at_most: Duration) -> Result<(), ClientError> {
        self.wait_for(Call::End { is_commit: false }, at_most)
    }

    fn let_go(self) {}
}

/// Makes the producers of one worker.
pub struct SimulatedFactory {
    pub site: Site,
    pub settings: Settings,
    pub consumer: SimulatedConsumer,
}

impl ProducerFactory for SimulatedFactory {
    type Producer = SimulatedProducer;

    fn open(&self) -> Result<SimulatedProducer, Failure> {
        let machine = Rc::new(RefCell::new(Machine::new(self.settings.clone())));
        let id = self.site.world.seat(self.site.worker, Rc::<RefCell<Machine>>::clone(&machine));
        self.site.world.names.borrow_mut().insert(self.site.worker, self.settings.name.clone());
        Ok(SimulatedProducer { site: self.site.clone(), id, machine })
    }

    fn membership(&self) -> Option<Membership> {
        Some(self.consumer.membership())
    }

    fn group_metadata(&self) -> Option<Membership> {
        Some(self.consumer.membership())
    }
}
