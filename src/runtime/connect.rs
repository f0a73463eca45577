//! How a worker gets its ports: one trait, which the service implements with Kafka and a test with whatever it likes.

use super::options::Options;
use super::ports::{Failure, Ports};

/// Opens the ports of one worker after the other. Called on the thread on which the worker will run, in the order of the methods.
pub trait Connect<P: Ports> {
    /// Joins the group.
    ///
    /// # Errors
    /// See [`Failure`]; the worker does not start.
    fn source(&self, worker: &Options) -> Result<P::Source, Failure>;

    /// Takes over as the writer of this worker. Positions are committed as the member of the group that `source` is.
    ///
    /// # Errors
    /// [`Failure::Retry`] and [`Failure::Rebuild`]: not yet, as while a writer of the same name still holds on; tried again.
    fn log(&self, worker: &Options, source: &P::Source) -> Result<P::Log, Failure>;

    /// # Errors
    /// See [`Failure`]; the worker does not start.
    fn state(&self, worker: &Options) -> Result<P::State, Failure>;
}
