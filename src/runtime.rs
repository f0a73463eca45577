//! Floor 2: the worker's loop around the engine; ports, not adapters.
//!
//! A [`worker::Worker`] owns the tasks that the group gave it. A [`lane::Lane`] is one task with its inputs. Everything outside
//! is a trait in [`ports`]: the service runs the loop on Kafka, a simulator can run the very same one on a model of it.

pub mod ahead;
pub mod chunk;
pub mod lane;
pub mod lookup;
pub mod observe;
pub mod options;
pub mod partitioners;
pub mod poison;
pub mod ports;
pub mod snapshot;
pub mod trouble;
pub mod watch;
pub mod worker;
