//! [`EventSource`] on a consumer group: deferred rebalances, one split queue per partition.

mod partitions;

use super::background::Request;
use super::context::{self, Context, Rebalance};
use super::errors;
use super::ffi::{PartitionQueue, known_end};
use super::options::Options;
use super::records::{OwnedRecord, OwnedRecords, Records};
use super::repair::Intake;
use crate::domain::Ms;
use crate::runtime::options::{OnGap, Options as WorkerOptions};
use crate::runtime::ports::{Bounds, Broken, EventSource, Failure, FetchRoom, Fetched, GroupEvent, InputPartition};
use rdkafka::consumer::{BaseConsumer, Consumer, RebalanceProtocol};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bound of every call that asks the broker.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// The consumer of one worker.
pub struct KafkaSource {
    consumer: Arc<BaseConsumer<Context>>,
    /// Topic names by input.
    topics: Vec<String>,
    queues: BTreeMap<InputPartition, PartitionQueue<Context>>,
    /// What came by the main queue before its partition was split off.
    strays: BTreeMap<InputPartition, Vec<OwnedRecord>>,
    /// What is assigned, where it is taken and what is wrong with it.
    intakes: BTreeMap<InputPartition, Intake>,
    /// Not fetched until they are started again.
    paused: BTreeSet<InputPartition>,
    /// The ends of the logs of broken partitions, being asked for.
    ends: BTreeMap<InputPartition, Request<Bounds>>,
    /// Records that were replaced by others after they were read, since this was last asked.
    lost: Vec<(InputPartition, u64)>,
    /// The committed offsets, being asked for.
    offsets: Option<(Vec<InputPartition>, Request<TopicPartitionList>)>,
    on_gap: OnGap,
    group: String,
    made: Instant,
}

impl KafkaSource {
    /// Joins the group. Must be called on the thread that will run the worker: that thread is woken up.
    ///
    /// # Errors
    /// The configuration is refused.
    pub fn join(options: &Options, worker: &WorkerOptions) -> Result<Self, Failure> {
        let config = options.consumer_config(worker.worker, worker.fetch_shares().queue);
        let mut consumer: BaseConsumer<Context> =
            context::consumer(&config).map_err(|e| errors::of_call("the consumer can't be made", &e))?;
        let thread = std::thread::current();
        consumer.set_nonempty_callback(move || thread.unpark());
        let topics: Vec<String> = worker.all_inputs().cloned().collect();
        let names: Vec<&str> = topics.iter().map(String::as_str).collect();
        consumer.subscribe(&names).map_err(|e| errors::of_call("the inputs can't be subscribed", &e))?;
        Ok(Self {
            consumer: Arc::new(consumer),
            topics,
            queues: BTreeMap::new(),
            strays: BTreeMap::new(),
            intakes: BTreeMap::new(),
            paused: BTreeSet::new(),
            ends: BTreeMap::new(),
            lost: Vec::new(),
            offsets: None,
            on_gap: worker.on_gap,
            group: options.group_id.clone(),
            made: now(),
        })
    }

    /// For the commit log: group metadata must be fresh at every commit.
    pub fn consumer(&self) -> Arc<BaseConsumer<Context>> {
        Arc::clone(&self.consumer)
    }

    fn topic(&self, partition: InputPartition) -> &str {
        &self.topics[usize::from(partition.input)]
    }

    fn list(&self, partitions: &[InputPartition]) -> TopicPartitionList {
        let mut list = TopicPartitionList::with_capacity(partitions.len());
        for p in partitions {
            list.add_partition(self.topic(*p), p.partition);
        }
        list
    }

    fn input_partitions(&self, list: &[(String, i32)]) -> Vec<InputPartition> {
        let mut found: Vec<InputPartition> = list
            .iter()
            .filter_map(|(topic, partition)| {
                let input = self.topics.iter().position(|t| t == topic)?;
                Some(InputPartition { partition: *partition, input: u16::try_from(input).ok()? })
            })
            .collect();
        found.sort_unstable();
        found
    }

    fn is_cooperative(&self) -> bool {
        matches!(self.consumer.rebalance_protocol(), RebalanceProtocol::Cooperative)
    }

    /// A record on the main queue: fetched before its partition was split off.
    fn stray(&mut self, message: &BorrowedMessage<'_>) {
        let at = [(message.topic().to_owned(), message.partition())];
        for partition in self.input_partitions(&at) {
            self.strays.entry(partition).or_default().push(OwnedRecord::new(message));
        }
    }

    fn judge(&self, error: &KafkaError) -> Result<(), Failure> {
        match error {
            KafkaError::PartitionEOF(_) => Ok(()),
            KafkaError::MessageConsumptionFatal(code) => Err(Failure::Stop(format!(
                "the consumer failed for good ({code}). With kafka.static_membership another process may run under the same \
                 engine.instance_id; otherwise start again"
            ))),
            _ => match error.rdkafka_error_code() {
                // The library recovers by itself; a missing input must be known to be missing at the start, later it may come back.
                Some(code) if errors::operator_action(code).is_some() && code != Code::UnknownTopicOrPartition => {
                    Err(errors::stop(&format!("the consumer: {error}"), code))
                }
                _ => {
                    tracing::warn!("the consumer: {error}");
                    Ok(())
                }
            },
        }
    }

    /// Serves the main queue: events, errors, strays.
    fn serve(&mut self) -> Result<(), Failure> {
        let consumer = Arc::clone(&self.consumer);
        while let Some(polled) = consumer.poll(Duration::ZERO) {
            match polled {
                Ok(message) => self.stray(&message),
                Err(error) => self.judge(&error)?,
            }
        }
        Ok(())
    }
}

impl EventSource for KafkaSource {
    fn group_event(&mut self) -> Result<Option<GroupEvent>, Failure> {
        self.serve()?;
        self.repair()?;
        Ok(self.consumer.context().next_rebalance().map(|event| match event {
            Rebalance::Assign(list) => GroupEvent::Assigned(self.input_partitions(&list)),
            Rebalance::Revoke(list) => {
                GroupEvent::Revoked { partitions: self.input_partitions(&list), lost: self.consumer.assignment_lost() }
            }
        }))
    }

    fn ask_committed(&mut self, partitions: &[InputPartition]) {
        let (consumer, list) = (Arc::clone(&self.consumer), self.list(partitions));
        let asked = Request::new(move || {
            if list.count() == 0 {
                return Ok(list);
            }
            // Read-committed consumers get stable offsets only: the call waits while a transaction holds some.
            let answer = consumer.committed_offsets(list, REQUEST_TIMEOUT);
            answer.map_err(|e| errors::of_call("the committed offsets can't be read", &e))
        });
        self.offsets = Some((partitions.to_vec(), asked));
    }

    fn committed(&mut self) -> Result<Option<Vec<Option<i64>>>, Failure> {
        let Some((partitions, asked)) = &self.offsets else { return Err(context::retry("no offsets were requested")) };
        let Some(answer) = asked.answer() else { return Ok(None) };
        let partitions = partitions.clone();
        self.offsets = None;
        let list = answer?;
        let offset = |p: &InputPartition| {
            let element = list.find_partition(self.topic(*p), p.partition);
            let element = element.ok_or_else(|| context::retry("the committed offsets are incomplete"))?;
            element.error().map_err(|e| errors::of_call("a committed offset can't be read", &e))?;
            Ok(match element.offset() {
                Offset::Offset(offset) => Some(offset),
                _ => None,
            })
        };
        partitions.iter().map(offset).collect::<Result<_, _>>().map(Some)
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
        bounds(&self.consumer, self.topic(partition), partition.partition)
    }

    fn offset_at(&mut self, partition: InputPartition, time_ms: Ms) -> Result<i64, Failure> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(self.topic(partition), partition.partition, Offset::Offset(time_ms))
            .map_err(|e| errors::of_call("a time can't be looked up", &e))?;
        let found = self
            .consumer
            .offsets_for_times(list, REQUEST_TIMEOUT)
            .map_err(|e| errors::of_call("a time can't be looked up", &e))?;
        match found.elements().first().map(rdkafka::topic_partition_list::TopicPartitionListElem::offset) {
            Some(Offset::Offset(offset)) => Ok(offset),
            // Nothing that young: from the end on.
            _ => self.bounds(partition).map(|b| b.high),
        }
    }

    fn start(&mut self, from: &[(InputPartition, i64)]) -> Result<(), Failure> {
        let (again, new): (Vec<_>, Vec<_>) = from.iter().copied().partition(|(p, _)| self.intakes.contains_key(p));
        for (p, offset) in from {
            self.ends.remove(p);
            self.intakes.insert(*p, Intake::new(*offset));
        }
        if !again.is_empty() && self.is_cooperative() {
            self.assign(&again, true)?;
            return if new.is_empty() { Ok(()) } else { self.assign(&new, false) };
        }
        self.assign(from, false)
    }

    fn stop(&mut self, partitions: &[InputPartition]) -> Result<(), Failure> {
        let cooperative = self.is_cooperative();
        let all: Vec<InputPartition> =
            if cooperative { partitions.to_vec() } else { self.intakes.keys().chain(partitions).copied().collect() };
        // What was never started can't be released.
        let assigned: Vec<InputPartition> = partitions.iter().filter(|p| self.intakes.contains_key(p)).copied().collect();
        self.forget(&all);
        if !cooperative {
            self.queues.clear();
            self.strays.clear();
            return self.consumer.unassign().map_err(|e| errors::of_call("partitions can't be let go", &e));
        }
        let result = self.consumer.incremental_unassign(&self.list(&assigned));
        result.map_err(|e| errors::of_call("partitions can't be let go", &e))?;
        if self.intakes.is_empty() { Ok(()) } else { self.seek_back(&[]) }
    }

    fn fetch(&mut self, from: InputPartition, room: FetchRoom) -> Result<Option<Fetched>, Failure> {
        let Some(intake) = self.intakes.get_mut(&from).filter(|intake| intake.is_open()) else { return Ok(None) };
        if let Some(strays) = self.strays.remove(&from) {
            intake.took(strays.last().map(|last| last.offset + 1), false);
            return Ok(Some(Fetched { records: Box::new(OwnedRecords { input: from.input, records: strays }), end: None }));
        }
        let Some(queue) = self.queues.get(&from) else { return Ok(None) };
        let taken = queue.take(intake.fetch_records(room));
        let bytes = taken.messages.bytes();
        intake.weighed(bytes, taken.messages.len());
        let last = taken.messages.len().checked_sub(1);
        intake.took(last.map(|last| taken.messages.offset(last) + 1), taken.end.is_some());
        if let Some((code, text)) = taken.error {
            self.broke(from, code, &text);
        }
        if taken.messages.is_empty() && taken.end.is_none() {
            return Ok(None);
        }
        let records = Records { input: from.input, partition: from.partition, messages: taken.messages, bytes };
        Ok(Some(Fetched { records: Box::new(records), end: taken.end }))
    }

    fn broken(&self) -> Vec<Broken> {
        let broken = |(at, intake): (&InputPartition, &Intake)| Some(Broken { at: *at, text: intake.trouble()?.to_owned() });
        self.intakes.iter().filter_map(broken).collect()
    }

    fn lost(&mut self) -> Vec<(InputPartition, u64)> {
        std::mem::take(&mut self.lost)
    }

    fn known_end(&mut self, partition: InputPartition) -> Option<i64> {
        self.queues.contains_key(&partition).then(|| known_end(&self.consumer, self.topic(partition), partition.partition))?
    }

    fn wait(&mut self, at_most: Duration) {
        // Woken up by any queue that stops being empty.
        std::thread::park_timeout(at_most);
    }

    fn leave(&mut self) {
        self.queues.clear();
        self.strays.clear();
        // The group is left when the last owner drops the consumer.
        self.consumer.context().close();
    }
}

fn bounds(consumer: &BaseConsumer<Context>, topic: &str, partition: i32) -> Result<Bounds, Failure> {
    let (low, high) = consumer
        .fetch_watermarks(topic, partition, REQUEST_TIMEOUT)
        .map_err(|e| errors::of_call(&format!("the ends of {topic} can't be read"), &e))?;
    Ok(Bounds { low, high })
}

#[allow(clippy::disallowed_methods, reason = "adapters may measure time: pauses between two tries")]
fn now() -> Instant {
    Instant::now()
}

impl Drop for KafkaSource {
    fn drop(&mut self) {
        self.queues.clear();
        self.consumer.context().close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rdkafka::mocking::MockCluster;

    /// A call that must not wait for the broker.
    #[allow(clippy::disallowed_methods, reason = "the test is about time")]
    fn at_once<T>(what: &str, call: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
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
        let mut source = KafkaSource::join(&options, &worker).unwrap();
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
