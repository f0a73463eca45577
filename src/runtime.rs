//! Layer `runtime`: the worker's loop around the engine; ports, not adapters.
//!
//! A [`worker::Worker`] owns the tasks that the group gave it, a [`supervisor`] the threads of all workers of an instance. A
//! [`task_runner::TaskRunner`] is one task with its inputs. Everything outside is a trait in [`ports`], and [`connect`] opens it: the service
//! runs the loop on Kafka, its tests on ports in memory, one iteration after the other, without a thread and without real time.

pub mod chunk;
pub mod circuit_breaker;
pub mod connect;
pub mod horizon;
pub mod joining;
pub mod lookup;
pub mod observe;
pub mod options;
pub mod partitioners;
pub mod ports;
pub mod route;
pub mod router;
pub mod snapshot;
pub mod supervisor;
pub mod task_runner;
pub mod trouble;
pub mod watch;
pub mod worker;

#[cfg(test)]
mod tests;
