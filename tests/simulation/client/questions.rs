//! Questions to the broker that are no part of a transaction: committed offsets, ends of logs, offsets of a time. Asked again until
//! there is an answer or the time is over.

use super::{error, is_passing};
use crate::api::{Answer, OffsetSpec, Request, Ticket, TopicPartition, Us};
use crate::world::{Io, MS};
use leadstream::kafka::client::{Asked, ClientError, Code};
use leadstream::runtime::ports::Position;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Pause before a question is asked again.
const RETRY_PAUSE: Us = 100 * MS;

/// What is asked, one after the other.
#[derive(Clone, Debug)]
pub enum Question {
    Committed(Vec<TopicPartition>),
    Offset(TopicPartition, OffsetSpec),
}

/// What came of one question.
#[derive(Clone, Debug)]
pub enum Found {
    Committed(Vec<Option<Position>>),
    Offset(i64),
}

pub type Answers = Result<Vec<Found>, ClientError>;

/// Gets what was found, and why the rest was not.
type Done = Box<dyn FnOnce(Vec<Found>, Option<ClientError>)>;

/// Questions of one asker, one after the other up to the first that fails.
struct Asking {
    questions: Vec<Question>,
    found: Vec<Found>,
    deadline: Us,
    ask_at: Us,
    request: Option<Ticket>,
    done: Option<Done>,
}

/// All questions of a client that are open.
#[derive(Default)]
pub struct Questions {
    next: u64,
    open: BTreeMap<u64, Asking>,
}

impl Questions {
    /// Asks; `done` gets what was found, and why the rest was not.
    pub fn ask(
        &mut self,
        io: &Io<'_>,
        questions: Vec<Question>,
        at_most: Us,
        done: impl FnOnce(Vec<Found>, Option<ClientError>) + 'static,
    ) {
        self.next += 1;
        let deadline = io.now() + at_most;
        let done: Done = Box::new(done);
        let asking = Asking { questions, found: Vec::new(), deadline, ask_at: 0, request: None, done: Some(done) };
        self.open.insert(self.next, asking);
        self.serve(io);
    }

    pub fn serve(&mut self, io: &Io<'_>) {
        let now = io.now();
        for asking in self.open.values_mut() {
            if asking.found.len() == asking.questions.len() {
                asking.end(io, None);
            } else if asking.deadline <= now {
                io.cover("question: timed out");
                asking.end(io, Some(error(Code::OperationTimedOut)));
            } else if asking.request.is_none() && asking.ask_at <= now {
                let request = match &asking.questions[asking.found.len()] {
                    // The library does not say which member asks.
                    Question::Committed(partitions) => {
                        Request::OffsetFetch { member: String::new(), generation: -1, partitions: partitions.clone() }
                    }
                    Question::Offset(at, spec) => Request::ListOffsets { at: *at, spec: *spec },
                };
                asking.request = Some(io.send(request));
            } else {
                io.call_at(if asking.request.is_none() { asking.ask_at.min(asking.deadline) } else { asking.deadline });
            }
        }
        self.open.retain(|_, asking| asking.done.is_some());
    }

    /// An answer that may be one to a question; handed back if it is none.
    pub fn answered(&mut self, io: &Io<'_>, ticket: Ticket, answer: Answer) -> Option<Answer> {
        let Some(asking) = self.open.values_mut().find(|asking| asking.request == Some(ticket)) else { return Some(answer) };
        asking.request = None;
        match answer {
            Answer::Committed(offsets) => asking.found.push(Found::Committed(offsets)),
            Answer::Offset(offset) => asking.found.push(Found::Offset(offset)),
            Answer::Failed(code) if is_passing(code) || code == Code::UnstableOffsetCommit => {
                if code == Code::UnstableOffsetCommit {
                    io.cover("question: offsets are not stable");
                }
                asking.ask_at = io.now() + RETRY_PAUSE;
            }
            Answer::Failed(code) => asking.end(io, Some(error(code))),
            _ => {}
        }
        self.serve(io);
        None
    }
}

impl Asking {
    fn end(&mut self, io: &Io<'_>, why: Option<ClientError>) {
        if let Some(done) = self.done.take() {
            done(std::mem::take(&mut self.found), why);
            io.notify();
            io.unpark();
        }
    }
}

/// Where the answer of a question will be.
pub struct Slot<T>(Rc<RefCell<Option<T>>>);

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Rc::default())
    }
}

impl<T> Slot<T> {
    pub fn put(&self, value: T) {
        *self.0.borrow_mut() = Some(value);
    }

    #[must_use]
    pub fn take(&self) -> Option<T> {
        self.0.borrow_mut().take()
    }
}

impl<T> Asked<T> for Slot<Result<T, ClientError>> {
    fn answer(&self) -> Option<Result<T, ClientError>> {
        self.take()
    }
}
