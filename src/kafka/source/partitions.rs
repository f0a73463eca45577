//! The assigned partitions: started, restarted, released, and repaired after an error.

use super::{KafkaSource, REQUEST_TIMEOUT, bounds};
use crate::kafka::background::Request;
use crate::kafka::errors;
use crate::kafka::ffi::PartitionQueue;
use crate::kafka::repair::Step;
use crate::runtime::ports::{Failure, InputPartition};
use rdkafka::consumer::Consumer;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::sync::Arc;

impl KafkaSource {
    /// Brings partitions that stay over an incremental rebalance back to where they were taken.
    ///
    /// librdkafka pauses everything for a rebalance and resumes from its own idea of the position, which is one too many after
    /// an end of partition (before 2.13.2): a record would be skipped. What it fetched meanwhile is outdated by the seek.
    pub(super) fn seek_back(&self, but: &[InputPartition]) -> Result<(), Failure> {
        let mut list = TopicPartitionList::new();
        // What is broken is started again by itself.
        for (p, intake) in self.intakes.iter().filter(|(p, intake)| !but.contains(p) && intake.is_open()) {
            list.add_partition_offset(self.topic(*p), p.partition, Offset::Offset(intake.position()))
                .map_err(|e| errors::of_call("positions can't be kept over a rebalance", &e))?;
        }
        if list.count() == 0 {
            return Ok(());
        }
        let rebuild = |e: &dyn std::fmt::Display| Failure::Rebuild(format!("positions can't be kept over a rebalance: {e}"));
        let done = self.consumer.seek_partitions(list, REQUEST_TIMEOUT).map_err(|e| rebuild(&e))?;
        done.elements().iter().try_for_each(|e| e.error()).map_err(|e| rebuild(&e))
    }

    /// A partition's queue brought an error, after what was taken of it.
    pub(super) fn broke(&mut self, from: InputPartition, code: Code, text: &str) {
        let what = format!("{}, partition {}: {text}", self.topic(from), from.partition);
        tracing::warn!("{what}");
        // The library may fetch the same record repeatedly, or continue after what it could not read.
        match self.consumer.pause(&self.list(&[from])) {
            Ok(()) => drop(self.paused.insert(from)),
            Err(error) => tracing::debug!("{what}: it can't be paused: {error}"),
        }
        let since_made = self.made.elapsed();
        if let Some(intake) = self.intakes.get_mut(&from) {
            intake.failed(code, what, since_made);
        }
    }

    /// Goes on with what is to be done about broken partitions. Never waits for the broker.
    pub(super) fn repair(&mut self) -> Result<(), Failure> {
        let now = self.made.elapsed();
        let broken: Vec<InputPartition> =
            self.intakes.iter().filter(|(_, intake)| intake.trouble().is_some()).map(|(p, _)| *p).collect();
        for at in broken {
            let Some(intake) = self.intakes.get_mut(&at) else { continue };
            let answer = self.ends.get(&at).and_then(Request::answer);
            let step = match answer {
                Some(answer) => {
                    self.ends.remove(&at);
                    intake.bounds(answer, self.on_gap, now)?
                }
                None => intake.step(now)?,
            };
            match step {
                Step::Rest => {}
                Step::AskBounds => {
                    let (consumer, topic) = (Arc::clone(&self.consumer), self.topic(at).to_owned());
                    self.ends.insert(at, Request::new(move || bounds(&consumer, &topic, at.partition)));
                }
                Step::Start { offset, lost } => {
                    if lost > 0 {
                        self.lost.push((at, lost));
                    }
                    self.assign(&[(at, offset)], true)?;
                }
            }
        }
        Ok(())
    }

    /// Assigns partitions from these offsets; `again`: they are assigned already.
    pub(super) fn assign(&mut self, from: &[(InputPartition, i64)], again: bool) -> Result<(), Failure> {
        let partitions: Vec<InputPartition> = from.iter().map(|(p, _)| *p).collect();
        let cooperative = self.is_cooperative();
        if cooperative && again {
            for p in &partitions {
                self.queues.remove(p);
            }
            let result = self.consumer.incremental_unassign(&self.list(&partitions));
            result.map_err(|e| errors::of_call("partitions can't be let go", &e))?;
        }
        // The eager protocol knows one assignment: all of it is given again.
        let all: Vec<(InputPartition, i64)> =
            if cooperative { from.to_vec() } else { self.intakes.iter().map(|(p, i)| (*p, i.position())).collect() };
        self.split(&all.iter().map(|(p, _)| *p).collect::<Vec<_>>())?;
        let mut list = TopicPartitionList::with_capacity(all.len());
        for (p, offset) in &all {
            list.add_partition_offset(self.topic(*p), p.partition, Offset::Offset(*offset))
                .map_err(|e| errors::of_call("partitions can't be assigned", &e))?;
        }
        let resumed: Vec<InputPartition> = partitions.iter().filter(|p| self.paused.remove(p)).copied().collect();
        if !resumed.is_empty() {
            self.consumer.resume(&self.list(&resumed)).map_err(|e| errors::of_call("partitions can't be resumed", &e))?;
        }
        let assigned = if cooperative { self.consumer.incremental_assign(&list) } else { self.consumer.assign(&list) };
        assigned.map_err(|e| errors::of_call("partitions can't be assigned", &e))?;
        if cooperative { self.seek_back(&partitions) } else { Ok(()) }
    }

    /// Lets go of what is known of partitions; what was paused must not stay so, should it come back.
    pub(super) fn forget(&mut self, partitions: &[InputPartition]) {
        let resumed: Vec<InputPartition> = partitions.iter().filter(|p| self.paused.remove(p)).copied().collect();
        if !resumed.is_empty()
            && let Err(error) = self.consumer.resume(&self.list(&resumed))
        {
            tracing::debug!("partitions can't be resumed: {error}");
        }
        for p in partitions {
            self.queues.remove(p);
            self.strays.remove(p);
            self.intakes.remove(p);
            self.ends.remove(p);
        }
    }

    /// Splits the queues of partitions off, before they are assigned.
    pub(super) fn split(&mut self, partitions: &[InputPartition]) -> Result<(), Failure> {
        for p in partitions {
            self.queues.remove(p);
            self.strays.remove(p);
            let queue = PartitionQueue::split(&self.consumer, self.topic(*p), p.partition, std::thread::current())
                .ok_or_else(|| Failure::Stop(format!("{} has no partition {}", self.topic(*p), p.partition)))?;
            self.queues.insert(*p, queue);
        }
        Ok(())
    }
}
