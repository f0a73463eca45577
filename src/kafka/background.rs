//! Requests that may take seconds run on a thread of their own: a worker must not block meanwhile.

use crate::runtime::ports::Failure;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// A request on its way. Dropping it discards the answer.
pub(super) struct Request<T> {
    answer: Receiver<Result<T, Failure>>,
}

impl<T: Send + 'static> Request<T> {
    /// Asks; the thread that calls this is woken up by the answer.
    pub fn new(question: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Self {
        let (sender, answer) = channel();
        let asking = std::thread::current();
        std::thread::spawn(move || {
            // The answer may have been given up.
            sender.send(question()).unwrap_or_default();
            asking.unpark();
        });
        Self { answer }
    }

    /// The answer, once; `None`: not yet.
    pub fn answer(&self) -> Option<Result<T, Failure>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(Failure::Retry("a request to the broker was lost".to_owned()))),
        }
    }
}
