//! Opens the ports of a worker on a cluster.

use super::changelog_reader::ChangelogReader;
use super::commit_log::KafkaCommitLog;
use super::options::Options;
use super::source::KafkaSource;
use crate::runtime::connect::Connect;
use crate::runtime::options::Options as WorkerOptions;
use crate::runtime::ports::{Failure, Ports};

/// A cluster that workers may be connected to. Which formats they speak is not its concern.
pub struct Cluster {
    pub options: Options,
}

impl<P: Ports<Source = KafkaSource, Log = KafkaCommitLog, State = ChangelogReader>> Connect<P> for Cluster {
    fn source(&self, worker: &WorkerOptions) -> Result<KafkaSource, Failure> {
        KafkaSource::join(&self.options, worker)
    }

    fn log(&self, worker: &WorkerOptions, source: &KafkaSource) -> Result<KafkaCommitLog, Failure> {
        KafkaCommitLog::open(&self.options, worker, source.consumer())
    }

    fn state(&self, worker: &WorkerOptions) -> Result<ChangelogReader, Failure> {
        ChangelogReader::open(&self.options, worker)
    }
}
