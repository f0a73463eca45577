//! A model of the client library, as far as the service uses it: what librdkafka 2.12 does, with a broker that misbehaves.
//!
//! Each client is a state machine that answers and timers drive, and that goes on while its worker does something else or waits:
//! [`group`] joins and beats, [`fetcher`] fetches ahead, [`transactions`] and [`batches`] write, [`questions`] ask. What the worker
//! holds ([`consumer`], [`producer`], [`reader`]) implements the traits of the service's adapters on them; a call that waits
//! suspends the worker.

pub mod batches;
pub mod consumer;
pub mod fetcher;
pub mod group;
pub mod peers;
pub mod producer;
pub mod questions;
pub mod reader;
pub mod records;
pub mod transactions;

use super::api::{TopicPartition, Us};
use super::process::{Wakes, WorkerId};
use super::world::World;
use leadstream::kafka::client::{ClientError, Code};
use leadstream::runtime::ports::{InputPartition, OutTopic};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

/// Topics of the cluster, and what they are to the service.
#[derive(Clone, Debug)]
pub struct Topics {
    /// In the order of [`TopicPartition::topic`].
    pub names: Vec<String>,
    /// Topics by input.
    pub inputs: Vec<u16>,
    /// Topics in the order of [`OutTopic`].
    pub outputs: Vec<u16>,
    /// Every topic that is not routed has so many.
    pub partitions: i32,
    /// Topics that routers read, and how many partitions each has.
    pub routed: Vec<u16>,
    pub routed_partitions: i32,
}

impl Topics {
    /// Inputs that tasks wait for: all but what members write to accounts.
    #[must_use]
    pub fn external(&self) -> usize {
        self.inputs.iter().filter(|topic| **topic != self.outputs[OutTopic::AccountMembers as usize]).count()
    }

    /// As routers see them: their inputs are others.
    #[must_use]
    pub fn of_routers(&self) -> Self {
        Self { inputs: self.routed.clone(), ..self.clone() }
    }

    #[must_use]
    pub fn partitions_of(&self, topic: u16) -> i32 {
        if self.routed.contains(&topic) { self.routed_partitions } else { self.partitions }
    }

    /// All partitions of these.
    pub fn all_of<'a>(&'a self, topics: &'a [u16]) -> impl Iterator<Item = TopicPartition> + 'a {
        let partitions = move |topic: &'a u16| {
            (0..self.partitions_of(*topic)).map(move |partition| TopicPartition { topic: *topic, partition })
        };
        topics.iter().flat_map(partitions)
    }

    #[must_use]
    pub fn of_input(&self, at: InputPartition) -> TopicPartition {
        TopicPartition { topic: self.inputs[usize::from(at.input)], partition: at.partition }
    }

    #[must_use]
    pub fn input(&self, at: TopicPartition) -> Option<InputPartition> {
        let input = self.inputs.iter().position(|topic| *topic == at.topic)?;
        Some(InputPartition { partition: at.partition, input: u16::try_from(input).ok()? })
    }

    #[must_use]
    pub fn output(&self, topic: OutTopic, partition: i32) -> TopicPartition {
        TopicPartition { topic: self.outputs[topic as usize], partition }
    }

    /// The topic of a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<u16> {
        self.names.iter().position(|known| known == name).and_then(|n| u16::try_from(n).ok())
    }

    #[must_use]
    pub fn name(&self, topic: u16) -> &str {
        &self.names[usize::from(topic)]
    }
}

/// Where a client lives: its worker, and the machine's clock.
#[derive(Clone)]
pub struct Site {
    pub world: Rc<World>,
    pub worker: WorkerId,
    pub topics: Rc<Topics>,
    /// How far the machine's wall clock is ahead of the true one.
    pub offset_ms: Arc<AtomicI64>,
}

impl Site {
    /// The clock that never jumps.
    #[must_use]
    pub fn now(&self) -> Duration {
        Duration::from_micros(self.world.now())
    }

    /// The machine's wall clock.
    #[must_use]
    pub fn wall_ms(&self) -> i64 {
        self.world.now_ms() + self.offset_ms.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Begins a call: others may get on in between.
    pub fn enter(&self) {
        self.world.interrupt(self.worker);
    }

    /// Waits until something is there, or the time is over, or the worker is being killed.
    pub fn wait_for<T>(&self, at_most: Duration, mut found: impl FnMut() -> Option<T>) -> Option<T> {
        let deadline = self.world.now() + micros(at_most);
        loop {
            let got = found();
            if got.is_some() || self.world.now() >= deadline || self.world.is_dying(self.worker) {
                return got;
            }
            self.world.suspend(self.worker, deadline, Wakes::Anything);
        }
    }
}

/// As the world counts.
#[must_use]
pub fn micros(time: Duration) -> Us {
    Us::try_from(time.as_micros()).unwrap_or(Us::MAX / 4)
}

/// An error without flags.
#[must_use]
pub fn error(code: Code) -> ClientError {
    ClientError::new(code, format!("{code:?} ({code})"))
}

/// The coordinator moves, or the connection was lost: the library tries again by itself.
#[must_use]
pub fn is_passing(code: Code) -> bool {
    matches!(
        code,
        Code::BrokerTransportFailure
            | Code::NotCoordinator
            | Code::CoordinatorNotAvailable
            | Code::CoordinatorLoadInProgress
            | Code::ConcurrentTransactions
            | Code::RequestTimedOut
            | Code::NotLeaderForPartition
            | Code::LeaderNotAvailable
            | Code::UnknownTopicOrPartition
            | Code::NotEnoughReplicas
            | Code::NotEnoughReplicasAfterAppend
            | Code::KafkaStorageError
            | Code::NetworkException
    )
}
