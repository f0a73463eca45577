//! One worker before its thread runs: opens its ports, then runs it.

use super::report::Report;
use crate::runtime::connect::Connect;
use crate::runtime::lookup::Question;
use crate::runtime::options::Options;
use crate::runtime::ports::{EventSource, Failure, Ports};
use crate::runtime::worker::{Parts, Shared, Worker};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

/// Pause before the log is opened again.
const OPEN_AGAIN: Duration = Duration::from_millis(500);

/// Everything that a worker is made of, but for its ports.
pub struct NewWorker<P: Ports, C> {
    pub connect: Arc<C>,
    pub shared: Shared<P>,
    pub options: Options,
    pub mailbox: Receiver<Question>,
    pub joined: Arc<AtomicUsize>,
    pub stop: Arc<AtomicBool>,
}

impl<P: Ports, C: Connect<P>> NewWorker<P, C> {
    /// Runs on the worker's own thread. Its outcome is reported before its clients are dropped: that waits for the broker,
    /// and may do so for as long as the broker is away.
    pub(super) fn run(self, report: Report) {
        match self.open() {
            Ok(Some(mut worker)) => report.send(worker.run()),
            Ok(None) => report.send(Ok(())),
            Err(failure) => report.send(Err(failure)),
        }
    }

    /// The worker with its ports; `None`: it was asked to stop before.
    ///
    /// # Errors
    /// It can't start; what must be put right first.
    pub fn open(self) -> Result<Option<Worker<P>>, Failure> {
        let mut source = self.connect.source(&self.options)?;
        let log = loop {
            // A writer of the same name that died in a transaction is waited for.
            match self.connect.log(&self.options, &source) {
                Err(Failure::Retry(text) | Failure::Rebuild(text)) if !self.is_stopping() => {
                    tracing::warn!("{text}: trying again");
                    self.pause(&mut source);
                }
                Err(Failure::Retry(_) | Failure::Rebuild(_)) => return Ok(None),
                other => break other?,
            }
        };
        let state = self.connect.state(&self.options)?;
        let Self { shared, options, mailbox, joined, stop, .. } = self;
        Ok(Some(Worker::new(Parts { source, log, state, shared, mailbox, joined, stop, options })))
    }

    fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    fn pause(&self, source: &mut P::Source) {
        let until = self.shared.clock.monotonic() + OPEN_AGAIN;
        loop {
            let left = until.saturating_sub(self.shared.clock.monotonic());
            if left.is_zero() || self.is_stopping() {
                return;
            }
            // May return early: something has arrived.
            source.wait(left);
        }
    }
}
