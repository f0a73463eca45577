//! Opens the ports of a worker on a cluster, with librdkafka.

use super::changelog_reader::ChangelogReader;
use super::client::consumer::RdkafkaConsumer;
use super::client::producer::RdkafkaProducers;
use super::client::reader::RdkafkaReader;
use super::commit_log::KafkaCommitLog;
use super::options::Options;
use super::source::KafkaSource;
use crate::runtime::connect::Connect;
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::ports::{Failure, Ports};

/// The ports of the service.
pub type Source = KafkaSource<RdkafkaConsumer>;
pub type Log = KafkaCommitLog<RdkafkaProducers>;
pub type State = ChangelogReader<RdkafkaReader>;

/// A cluster that workers may be connected to. Which formats they speak is not its concern.
pub struct Cluster {
    pub options: Options,
}

impl<P: Ports<Source = Source, Log = Log, State = State>> Connect<P> for Cluster {
    fn source(&self, worker: &WorkerOptions) -> Result<Source, Failure> {
        let consumer = RdkafkaConsumer::join(&self.options, worker)?;
        Ok(KafkaSource::new(consumer, &self.options.group_id, worker))
    }

    fn log(&self, worker: &WorkerOptions, source: &Source) -> Result<Log, Failure> {
        let producers = RdkafkaProducers::new(&self.options, worker, source.consumer().consumer());
        KafkaCommitLog::open(&self.options, worker, producers)
    }

    fn state(&self, worker: &WorkerOptions) -> Result<State, Failure> {
        Ok(ChangelogReader::new(RdkafkaReader::new(&self.options, worker)?, &self.options))
    }
}
