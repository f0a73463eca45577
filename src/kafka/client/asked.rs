//! Requests that may take seconds run on a thread of their own: a worker must not block meanwhile.

use super::{Asked, ClientError, Code};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

/// A question on its way. To drop it is to give up the answer.
pub struct OnThread<T> {
    answer: Receiver<Result<T, ClientError>>,
}

impl<T: Send + 'static> OnThread<T> {
    /// Asks; the thread that calls this is woken up by the answer.
    pub fn new(question: impl FnOnce() -> Result<T, ClientError> + Send + 'static) -> Self {
        let (sender, answer) = channel();
        let asking = std::thread::current();
        std::thread::spawn(move || {
            // The answer may have been given up.
            sender.send(question()).unwrap_or_default();
            asking.unpark();
        });
        Self { answer }
    }
}

impl<T> Asked<T> for OnThread<T> {
    fn answer(&self) -> Option<Result<T, ClientError>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(ClientError::new(Code::Fail, "a question to the broker was lost"))),
        }
    }
}
