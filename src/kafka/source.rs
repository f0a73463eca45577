//! [`EventSource`] on a consumer group: deferred rebalances, one split queue per partition.

mod partitions;

use super::client::{Asked, ClientError, Code, CommittedOffsets, GroupConsumer, PartitionQueue, Polled, Rebalance};
use super::errors;
use super::records::{OwnedRecord, OwnedRecords};
use super::repair::Intake;
use crate::domain::Ms;
use crate::planted;
use crate::runtime::options::{OnGap, Options as WorkerOptions};
use crate::runtime::ports::{
    Bounds, Broken, EventSource, Failure, FetchRoom, Fetched, GroupEvent, InputPartition, Position, RecordBatch,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Bound of every call that asks the broker.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// The consumer of one worker.
pub struct KafkaSource<C: GroupConsumer> {
    consumer: C,
    /// Topic names by input.
    topics: Vec<String>,
    queues: BTreeMap<InputPartition, C::Queue>,
    /// What came by the main queue before its partition was split off.
    strays: BTreeMap<InputPartition, Vec<OwnedRecord>>,
    /// What is assigned, where it is taken and what is wrong with it.
    intakes: BTreeMap<InputPartition, Intake>,
    /// What was fetched of these and not handed out was thrown away, which whoever fetches next is told.
    anew: BTreeSet<InputPartition>,
    /// Not fetched until they are started again.
    paused: BTreeSet<InputPartition>,
    /// The ends of the logs of broken partitions, being asked for.
    ends: BTreeMap<InputPartition, C::Asked<Bounds>>,
    /// Records that were replaced by others after they were read, since this was last asked.
    lost: Vec<(InputPartition, u64)>,
    /// The committed offsets, being asked for.
    offsets: Option<(Vec<InputPartition>, C::Asked<CommittedOffsets>)>,
    /// Partitions were assigned anew without being asked, since the library's events were last all seen.
    is_ahead: bool,
    on_gap: OnGap,
    group: String,
}

impl<C: GroupConsumer> KafkaSource<C> {
    /// `consumer`: has subscribed to the inputs.
    pub fn new(consumer: C, group: &str, worker: &WorkerOptions) -> Self {
        Self {
            consumer,
            topics: worker.all_inputs().cloned().collect(),
            queues: BTreeMap::new(),
            strays: BTreeMap::new(),
            anew: BTreeSet::new(),
            intakes: BTreeMap::new(),
            paused: BTreeSet::new(),
            ends: BTreeMap::new(),
            lost: Vec::new(),
            offsets: None,
            is_ahead: false,
            on_gap: worker.on_gap,
            group: group.to_owned(),
        }
    }

    /// For the commit log: group metadata must be fresh at every commit.
    pub fn consumer(&self) -> &C {
        &self.consumer
    }

    fn topic(&self, partition: InputPartition) -> &str {
        &self.topics[usize::from(partition.input)]
    }

    /// An error of no partition: `Ok` when the library goes on by itself.
    fn judge(error: &ClientError) -> Result<(), Failure> {
        if error.code == Code::PartitionEOF {
            return Ok(());
        }
        if error.is_fatal {
            return Err(Failure::Stop(format!(
                "the consumer failed for good ({}). With kafka.static_membership another process may run under the same \
                 engine.instance_id; otherwise start again",
                error.code
            )));
        }
        // A missing input must be known to be missing at the start, later it may come back.
        if errors::operator_action(error.code).is_some() && error.code != Code::UnknownTopicOrPartition {
            return Err(errors::stop(&format!("the consumer: {error}"), error.code));
        }
        tracing::warn!("the consumer: {error}");
        Ok(())
    }

    fn take_in(&mut self, from: &[(InputPartition, i64)]) {
        for (p, offset) in from {
            self.ends.remove(p);
            self.intakes.insert(*p, Intake::new(*offset));
        }
    }

    /// Serves the main queue: events, errors, records that were fetched before their partition was split off.
    fn serve(&mut self) -> Result<(), Failure> {
        while let Some(polled) = self.consumer.poll() {
            match polled {
                Polled::Stray(at, record) => self.strays.entry(at).or_default().push(record),
                Polled::Error(error) => Self::judge(&error)?,
            }
        }
        Ok(())
    }
}

fn sorted(mut partitions: Vec<InputPartition>) -> Vec<InputPartition> {
    partitions.sort_unstable();
    partitions
}

impl<C: GroupConsumer> EventSource for KafkaSource<C> {
    fn group_event(&mut self) -> Result<Option<GroupEvent>, Failure> {
        self.serve()?;
        let mut event = self.consumer.next_rebalance();
        if event.is_none() {
            self.is_ahead = false;
            // Not while an event waits: the library would take it for the answer, and the group would go on without us.
            self.repair()?;
            if self.is_ahead {
                self.serve()?;
                event = self.consumer.next_rebalance();
            }
        }
        Ok(event.map(|event| match event {
            Rebalance::Assign(partitions) => GroupEvent::Assigned(sorted(partitions)),
            Rebalance::Revoke(partitions) => {
                // One that came between the last look and an assignment is answered already, and may be done.
                GroupEvent::Revoked { partitions: sorted(partitions), lost: self.is_ahead || self.consumer.is_assignment_lost() }
            }
        }))
    }

    fn ask_committed(&mut self, partitions: &[InputPartition]) {
        self.offsets = Some((partitions.to_vec(), self.consumer.ask_committed(partitions, REQUEST_TIMEOUT)));
    }

    fn committed(&mut self) -> Result<Option<Vec<Option<Position>>>, Failure> {
        let Some((partitions, asked)) = &self.offsets else {
            return Err(Failure::Retry("nobody asked for offsets".to_owned()));
        };
        let Some(answer) = asked.answer() else { return Ok(None) };
        let partitions = partitions.clone();
        self.offsets = None;
        let answer = answer.map_err(|e| errors::of_client("the committed offsets can't be read", &e))?;
        let answers: BTreeMap<InputPartition, Result<Option<Position>, ClientError>> = answer.into_iter().collect();
        let offset = |at: &InputPartition| match answers.get(at) {
            Some(Ok(offset)) => Ok(*offset),
            Some(Err(error)) => Err(errors::of_client("a committed offset can't be read", error)),
            None => Err(Failure::Retry("the committed offsets are incomplete".to_owned())),
        };
        partitions.iter().map(offset).collect::<Result<_, _>>().map(Some)
    }

    fn is_member(&self) -> bool {
        self.consumer.membership().is_some_and(|membership| membership.is_fenced())
    }

    fn waiting_for_offsets(&self) -> String {
        let group = &self.group;
        format!(
            "the committed offsets of group {group} are not stable, or its coordinator does not answer. Most likely a transaction is open \
         that holds some of them: of an instance of this group (transactional id group-instance-worker, here {group}-…) that died a \
         moment ago, which ends by itself within kafka.transaction_timeout; or a hanging one, which does not: \
         `kafka-transactions.sh --bootstrap-server … list`, `… find-hanging --broker-id …` and `… abort` find and end it"
        )
    }

    fn bounds(&mut self, partition: InputPartition) -> Result<Bounds, Failure> {
        let answer = self.consumer.bounds(partition, REQUEST_TIMEOUT);
        answer.map_err(|e| errors::of_client(&ends_unknown(self.topic(partition)), &e))
    }

    fn offset_at(&mut self, partition: InputPartition, time_ms: Ms) -> Result<i64, Failure> {
        let found = self.consumer.offset_at(partition, time_ms, REQUEST_TIMEOUT);
        match found.map_err(|e| errors::of_client("a time can't be looked up", &e))? {
            Some(offset) => Ok(offset),
            // Nothing that young: from the end on.
            None => self.bounds(partition).map(|b| b.high),
        }
    }

    fn start(&mut self, from: &[(InputPartition, i64)]) -> Result<(), Failure> {
        let (again, new): (Vec<_>, Vec<_>) = from.iter().copied().partition(|(p, _)| self.intakes.contains_key(p));
        if !self.consumer.is_cooperative() {
            self.take_in(from);
            return self.assign(from, false);
        }
        // First what is new: that is the answer to the group, and what is not assigned yet can't be sought.
        // The group waits for it where nothing is new, too, unless it has asked for nothing.
        if !new.is_empty() || again.is_empty() {
            self.take_in(&new);
            self.assign(&new, false)?;
        }
        if !again.is_empty() {
            self.take_in(&again);
            self.assign(&again, true)?;
        }
        Ok(())
    }

    fn stop(&mut self, partitions: &[InputPartition]) -> Result<(), Failure> {
        let cooperative = self.consumer.is_cooperative();
        let all: Vec<InputPartition> =
            if cooperative { partitions.to_vec() } else { self.intakes.keys().chain(partitions).copied().collect() };
        // What was never started can't be released.
        let assigned: Vec<InputPartition> = partitions.iter().filter(|p| self.intakes.contains_key(p)).copied().collect();
        self.forget(&all);
        if !cooperative {
            self.queues.clear();
            self.strays.clear();
            return self.consumer.unassign().map_err(|e| errors::of_client("partitions can't be let go", &e));
        }
        let result = self.consumer.incremental_unassign(&assigned);
        result.map_err(|e| errors::of_client("partitions can't be let go", &e))?;
        if self.intakes.is_empty() { Ok(()) } else { self.seek_back(&[]) }
    }

    fn fetch(&mut self, from: InputPartition, room: FetchRoom) -> Result<Option<Fetched>, Failure> {
        let Some(intake) = self.intakes.get_mut(&from).filter(|intake| intake.is_open()) else { return Ok(None) };
        if self.strays.contains_key(&from) && planted!(StraysDropped) {
            self.strays.remove(&from);
        }
        let is_anew = self.anew.remove(&from) && !planted!(EndOutlivesSeek);
        if let Some(strays) = self.strays.remove(&from) {
            intake.took(strays.last().map(|last| last.offset + 1), false);
            let records = Box::new(OwnedRecords { input: from.input, records: strays });
            return Ok(Some(Fetched { records, end: None, is_anew }));
        }
        let Some(queue) = self.queues.get(&from) else { return Ok(None) };
        let taken = queue.take(intake.fetch_records(room));
        let count = taken.records.len();
        intake.weighed(taken.records.bytes(), count);
        let next = count.checked_sub(1).map(|last| taken.records.offset(last) + 1);
        let next = taken.end.filter(|_| planted!(EndIsRecord)).map(|end| end + 1).or(next);
        intake.took(next, taken.end.is_some());
        if planted!(DroppedOnFailedBounds) && taken.end.is_some() {
            self.consumer.bounds(from, Duration::from_millis(50)).map_err(|e| errors::of_client("the ends are unknown", &e))?;
        }
        if taken.error.is_some() && count > 0 && planted!(DroppedBeforeError) {
            return Ok(None);
        }
        if let Some((code, _)) = &taken.error
            && super::repair::is_reset(*code)
            && planted!(NoticeThrownAway, TakenRecordsThrownAway)
            && let Err(e) = self.consumer.bounds(from, REQUEST_TIMEOUT)
        {
            if planted!(TakenRecordsThrownAway) {
                self.broke(from, *code, &e.to_string());
                return Ok(None);
            }
            return Ok((count > 0).then(|| Fetched { records: Box::new(taken.records), end: None, is_anew }));
        }
        if let Some((code, text)) = taken.error {
            self.broke(from, code, &text);
        }
        if count == 0 && taken.end.is_none() && !is_anew {
            return Ok(None);
        }
        Ok(Some(Fetched { records: Box::new(taken.records), end: taken.end, is_anew }))
    }

    fn broken(&self) -> Vec<Broken> {
        let broken = |(at, intake): (&InputPartition, &Intake)| Some(Broken { at: *at, text: intake.trouble()?.to_owned() });
        self.intakes.iter().filter_map(broken).collect()
    }

    fn lost(&mut self) -> Vec<(InputPartition, u64)> {
        std::mem::take(&mut self.lost)
    }

    fn known_end(&mut self, partition: InputPartition) -> Option<i64> {
        self.queues.contains_key(&partition).then(|| self.consumer.known_end(partition))?
    }

    fn wait(&mut self, at_most: Duration) {
        self.consumer.wait(at_most);
    }

    fn leave(&mut self) {
        self.queues.clear();
        self.strays.clear();
        self.consumer.close();
    }
}

fn ends_unknown(topic: &str) -> String {
    format!("the ends of {topic} can't be read")
}

impl<C: GroupConsumer> Drop for KafkaSource<C> {
    fn drop(&mut self) {
        self.queues.clear();
        self.consumer.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::client::consumer::RdkafkaConsumer;
    use crate::kafka::options::Options;
    use rdkafka::mocking::MockCluster;
    use std::time::Instant;

    #[allow(clippy::disallowed_methods, reason = "the test is about time")]
    fn now() -> Instant {
        Instant::now()
    }

    /// A call that must not wait for the broker.
    fn at_once<T>(what: &str, call: impl FnOnce() -> T) -> T {
        let begun = now();
        let result = call();
        assert!(begun.elapsed() < Duration::from_millis(300), "{what} took {:?}", begun.elapsed());
        result
    }

    #[test]
    fn a_slow_coordinator_gets_through_and_nobody_stands_still_meanwhile() {
        let cluster = MockCluster::new(1).unwrap();
        cluster.create_topic("cart", 1, 1).unwrap();
        let options = Options::new(&cluster.bootstrap_servers(), "g", "i");
        let worker = WorkerOptions::new(vec!["cart".to_owned()], 1);
        let mut source = KafkaSource::new(RdkafkaConsumer::join(&options, &worker).unwrap(), &options.group_id, &worker);
        let give_up = now() + Duration::from_secs(60);
        let partitions = loop {
            assert!(now() < give_up, "nothing was assigned");
            if let Some(GroupEvent::Assigned(partitions)) = at_once("group_event", || source.group_event()).unwrap() {
                break partitions;
            }
            source.wait(Duration::from_millis(20));
        };
        // Slower than one try used to be allowed to take.
        cluster.broker_round_trip_time(1, Duration::from_millis(900)).unwrap();
        at_once("ask_committed", || source.ask_committed(&partitions));
        let offsets = loop {
            assert!(now() < give_up, "no answer");
            match at_once("committed", || source.committed()).unwrap() {
                Some(offsets) => break offsets,
                None => source.wait(Duration::from_millis(20)),
            }
            at_once("group_event", || source.group_event()).unwrap();
        };
        assert_eq!(offsets, [None]);
        source.leave();
    }
}
