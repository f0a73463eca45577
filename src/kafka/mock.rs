//! The in-process broker of `demo`: librdkafka's mock cluster. It drops transactional offsets and shows aborted records, so
//! guarantees are never tested on it.

use super::options::Options;
use crate::runtime::ports::{Failure, OutTopic};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;

/// A mock cluster; lives as long as this value.
pub struct Mock {
    cluster: MockCluster<'static, DefaultProducerContext>,
}

impl Mock {
    /// Starts a cluster of one broker.
    ///
    /// # Errors
    /// There is no free port, or no memory.
    pub fn start() -> Result<Self, Failure> {
        let cluster = MockCluster::new(1).map_err(|e| Failure::Stop(format!("the embedded broker can't be started: {e}")))?;
        Ok(Self { cluster })
    }

    /// `host:port`, for any Kafka client.
    #[must_use]
    pub fn bootstrap_servers(&self) -> String {
        self.cluster.bootstrap_servers()
    }

    /// Options for a service on this cluster. Its workers must take their positions from the task record.
    #[must_use]
    pub fn options(&self, group_id: &str) -> Options {
        Options { is_mock: true, ..Options::new(&self.bootstrap_servers(), group_id, "demo") }
    }

    /// Creates the inputs and all outputs.
    ///
    /// # Errors
    /// A topic can't be made.
    pub fn create_topics(&self, options: &Options, inputs: &[String], partitions: i32) -> Result<(), Failure> {
        let outputs = OutTopic::ALL.iter().map(|t| options.output_topic(*t));
        for topic in inputs.iter().cloned().chain(outputs) {
            self.cluster
                .create_topic(&topic, partitions, 1)
                .map_err(|e| Failure::Stop(format!("{topic} can't be made on the embedded broker: {e}")))?;
        }
        Ok(())
    }
}
