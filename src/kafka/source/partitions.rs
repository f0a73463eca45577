//! The assigned partitions: started, restarted, released, and repaired after an error.

use super::{KafkaSource, REQUEST_TIMEOUT, ends_unknown};
use crate::kafka::client::{Asked, Code, GroupConsumer};
use crate::kafka::errors;
use crate::kafka::repair::Step;
use crate::planted;
use crate::runtime::ports::{Failure, InputPartition};

impl<C: GroupConsumer> KafkaSource<C> {
    /// Brings partitions that stay over an incremental rebalance back to where they were taken.
    ///
    /// librdkafka pauses everything for a rebalance and resumes from its own idea of the position, which is one too many after
    /// an end of partition (before 2.13.2): a record would be skipped. What it fetched meanwhile is outdated by the seek.
    pub(super) fn seek_back(&self, but: &[InputPartition]) -> Result<(), Failure> {
        // What is broken is started again by itself.
        let kept = self.intakes.iter().filter(|(p, intake)| !but.contains(p) && intake.is_open());
        let positions: Vec<(InputPartition, i64)> = kept.map(|(p, intake)| (*p, intake.position())).collect();
        if positions.is_empty() || planted!(SeekBackForgotten) {
            return Ok(());
        }
        let done = self.consumer.seek(&positions, REQUEST_TIMEOUT);
        done.map_err(|e| Failure::Rebuild(format!("positions can't be kept over a rebalance: {e}")))
    }

    /// A partition's queue brought an error, after what was taken of it.
    pub(super) fn broke(&mut self, from: InputPartition, code: Code, text: &str) {
        let what = format!("{}, partition {}: {text}", self.topic(from), from.partition);
        tracing::warn!("{what}");
        if planted!(ErrorForgotten) {
            return;
        }
        // The library may fetch the same again and again, or go on behind what it could not read.
        match self.consumer.pause(&[from]) {
            Ok(()) => drop(self.paused.insert(from)),
            Err(error) => tracing::debug!("{what}: it can't be paused: {error}"),
        }
        if let Some(intake) = self.intakes.get_mut(&from) {
            intake.failed(code, what, self.consumer.now());
        }
    }

    /// Goes on with what is to be done about broken partitions. Never waits for the broker.
    pub(super) fn repair(&mut self) -> Result<(), Failure> {
        let now = self.consumer.now();
        let broken: Vec<InputPartition> =
            self.intakes.iter().filter(|(_, intake)| intake.trouble().is_some()).map(|(p, _)| *p).collect();
        for at in broken {
            let Some(intake) = self.intakes.get_mut(&at) else { continue };
            let answer = self.ends.get(&at).and_then(Asked::answer);
            let step = match answer {
                Some(answer) => {
                    self.ends.remove(&at);
                    let topic = &self.topics[usize::from(at.input)];
                    let answer = answer.map_err(|e| errors::of_client(&ends_unknown(topic), &e));
                    intake.bounds(answer, self.on_gap, now)?
                }
                None => intake.step(now)?,
            };
            match step {
                Step::Rest => {}
                Step::AskBounds => {
                    let asked = self.consumer.ask_bounds(at, REQUEST_TIMEOUT);
                    self.ends.insert(at, asked);
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
        let cooperative = self.consumer.is_cooperative();
        if cooperative && again {
            for p in &partitions {
                self.queues.remove(p);
            }
            let result = self.consumer.incremental_unassign(&partitions);
            result.map_err(|e| errors::of_client("partitions can't be let go", &e))?;
        }
        // The eager protocol knows one assignment: all of it is given again.
        let all: Vec<(InputPartition, i64)> =
            if cooperative { from.to_vec() } else { self.intakes.iter().map(|(p, i)| (*p, i.position())).collect() };
        self.split(&all.iter().map(|(p, _)| *p).collect::<Vec<_>>())?;
        let resumed: Vec<InputPartition> = partitions.iter().filter(|p| self.paused.remove(p)).copied().collect();
        if !resumed.is_empty() {
            self.consumer.resume(&resumed).map_err(|e| errors::of_client("partitions can't be resumed", &e))?;
        }
        let assigned = if cooperative { self.consumer.incremental_assign(&all) } else { self.consumer.assign(&all) };
        assigned.map_err(|e| errors::of_client("partitions can't be assigned", &e))?;
        if cooperative { self.seek_back(&partitions) } else { Ok(()) }
    }

    /// Lets go of what is known of partitions; what was paused must not stay so, should it come back.
    pub(super) fn forget(&mut self, partitions: &[InputPartition]) {
        let resumed: Vec<InputPartition> = partitions.iter().filter(|p| self.paused.remove(p)).copied().collect();
        if !resumed.is_empty()
            && let Err(error) = self.consumer.resume(&resumed)
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
            let queue = self
                .consumer
                .split(*p)
                .ok_or_else(|| Failure::Stop(format!("{} has no partition {}", self.topic(*p), p.partition)))?;
            self.queues.insert(*p, queue);
        }
        Ok(())
    }
}
