//! Says that a worker has ended, even when it panicked.

use crate::runtime::ports::Failure;
use std::sync::mpsc::Sender;

/// The number of a worker and how it ended.
pub(super) type Ended = (u16, Result<(), Failure>);

/// What a worker has to hand in when it ends. Dropped without it, the worker panicked.
pub(super) struct Report {
    worker: u16,
    sender: Sender<Ended>,
    is_sent: bool,
}

impl Report {
    pub(super) fn new(worker: u16, sender: Sender<Ended>) -> Self {
        Self { worker, sender, is_sent: false }
    }

    pub(super) fn send(mut self, result: Result<(), Failure>) {
        self.is_sent = true;
        // No one listens any more when the process is ending.
        self.sender.send((self.worker, result)).unwrap_or_default();
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if !self.is_sent {
            self.sender.send((self.worker, Err(panicked()))).unwrap_or_default();
        }
    }
}

pub(super) fn panicked() -> Failure {
    Failure::Stop("a worker panicked: please report it with the log".to_owned())
}
