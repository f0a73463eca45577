//! Opens the ports of a worker on a cluster.

use super::log::KafkaLog;
use super::options::Options;
use super::source::KafkaSource;
use super::state::KafkaState;
use crate::runtime::connect::Connect;
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::ports::{Failure, Ports};

/// A cluster that workers may be connected to. Which formats they speak is not its concern.
pub struct Cluster {
    pub options: Options,
}

impl<P: Ports<Source = KafkaSource, Log = KafkaLog, State = KafkaState>> Connect<P> for Cluster {
    fn source(&self, worker: &WorkerOptions) -> Result<KafkaSource, Failure> {
        KafkaSource::join(&self.options, worker)
    }

    fn log(&self, worker: &WorkerOptions, source: &KafkaSource) -> Result<KafkaLog, Failure> {
        KafkaLog::open(&self.options, worker, source.consumer())
    }

    fn state(&self, worker: &WorkerOptions) -> Result<KafkaState, Failure> {
        KafkaState::open(&self.options, worker)
    }
}
