//! A transactional producer of the library, as it speaks the older transaction protocol: its own states, and what each error makes
//! of them.

use super::batches::{Batches, Report, Sending, Settings as BatchSettings, Verdict};
use super::error;
use crate::api::{Answer, ProducerId, Record, Request, Ticket, TopicPartition, Us};
use crate::world::{Client, Io, MS};
use leadstream::kafka::client::deliveries::Deliveries;
use leadstream::kafka::client::{ClientError, Code};
use leadstream::kafka::membership::Membership;
use leadstream::runtime::ports::Position;
use std::collections::BTreeSet;

/// Pause before the transaction coordinator is asked again, before partitions are added again, and the short one while the
/// transaction before is being ended.
const PAUSE: Us = 500 * MS;
const SHORT_PAUSE: Us = 20 * MS;
const END_PAUSE: Us = 100 * MS;
/// Partitions are added together.
const GATHER: Us = MS;

#[derive(Clone, Debug)]
enum State {
    Unready,
    Ready,
    Open,
    Ending,
    /// It can only be aborted.
    Failed(ClientError),
    Fatal(ClientError),
}

/// A call that is under way; it may outlive the worker's wait for it.
#[derive(Clone, Debug, Default)]
pub enum Call {
    #[default]
    None,
    Init,
    Offsets {
        offsets: Vec<(TopicPartition, Position)>,
        member: Membership,
        is_added: bool,
    },
    End {
        is_commit: bool,
    },
}

impl Call {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::End { is_commit }, Self::End { is_commit: other }) => is_commit == other,
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        }
    }
}

/// How the producer is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    pub name: String,
    pub transaction_timeout: Us,
    pub batches: BatchSettings,
}

/// The library's side of a producer.
pub struct Machine {
    settings: Settings,
    state: State,
    id: Option<ProducerId>,
    pub batches: Batches,
    pub deliveries: Deliveries,
    /// Partitions of the open transaction: added, to be added, and being added.
    added: BTreeSet<TopicPartition>,
    to_add: BTreeSet<TopicPartition>,
    adding: Option<(Ticket, Vec<TopicPartition>)>,
    add_at: Us,
    /// The coordinator may know of the transaction.
    is_known: bool,
    has_failed_records: bool,
    pub is_flushing: bool,
    call: Call,
    result: Option<Result<(), ClientError>>,
    request: Option<Ticket>,
    ask_at: Us,
}

impl Client for Machine {
    fn answered(&mut self, io: &Io<'_>, ticket: Ticket, answer: Answer) {
        match self.batches.answered(io, ticket, answer) {
            Ok(Verdict::Fine) => {}
            Ok(Verdict::Abort(code)) => self.fail(code),
            Ok(Verdict::Fatal(code)) => self.end_for_good(io, code),
            Err(answer) if self.adding.as_ref().is_some_and(|(adding, _)| *adding == ticket) => self.partitions_added(io, answer),
            Err(answer) if self.request == Some(ticket) => {
                self.request = None;
                self.call_answered(io, answer);
            }
            Err(_) => {}
        }
        self.serve(io);
    }

    fn timer(&mut self, io: &Io<'_>) {
        self.serve(io);
    }
}

impl Machine {
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            batches: Batches::new(settings.batches),
            settings,
            state: State::Unready,
            id: None,
            deliveries: Deliveries::default(),
            added: BTreeSet::new(),
            to_add: BTreeSet::new(),
            adding: None,
            add_at: 0,
            is_known: false,
            has_failed_records: false,
            is_flushing: false,
            call: Call::None,
            result: None,
            request: None,
            ask_at: 0,
        }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    #[must_use]
    pub fn transaction_timeout(&self) -> Us {
        self.settings.transaction_timeout
    }

    /// Opens a transaction.
    ///
    /// # Errors
    /// The state is another one.
    pub fn begin(&mut self) -> Result<(), ClientError> {
        self.require_no_other(&Call::None)?;
        match &self.state {
            State::Ready => {}
            State::Failed(why) | State::Fatal(why) => return Err(why.clone()),
            state => return Err(ClientError::new(Code::State, format!("operation not valid in state {state:?}"))),
        }
        self.state = State::Open;
        self.added.clear();
        self.to_add.clear();
        self.adding = None;
        self.is_known = false;
        self.has_failed_records = false;
        Ok(())
    }

    /// # Errors
    /// The record is not taken.
    pub fn send(&mut self, io: &Io<'_>, at: TopicPartition, record: Record, task: i32) -> Result<(), Code> {
        match &self.state {
            State::Open => {}
            State::Fatal(_) => return Err(Code::Fatal),
            _ => return Err(Code::State),
        }
        self.batches.push(io.now(), at, record, task)?;
        if !self.added.contains(&at) && self.to_add.insert(at) {
            self.add_at = self.add_at.max(io.now() + GATHER);
        }
        Ok(())
    }

    /// Hands a report to the worker.
    pub fn served(&mut self, report: Report, topic: &str) {
        if let Some(code) = report.error {
            self.has_failed_records = true;
            self.deliveries.note(code, topic, Some(report.task));
        }
    }

    /// Begins a call, or goes on with one whose worker had given up waiting.
    ///
    /// # Errors
    /// It can't begin.
    pub fn start(&mut self, io: &Io<'_>, call: Call) -> Result<(), ClientError> {
        self.require_no_other(&call)?;
        if self.call.is_same(&call) {
            return Ok(());
        }
        if let State::Fatal(why) = &self.state {
            return Err(why.clone());
        }
        match (&call, &self.state) {
            (Call::Init, State::Unready) | (Call::End { .. } | Call::Offsets { .. }, State::Open) => {}
            (Call::End { is_commit: false }, State::Failed(_)) => {}
            (_, State::Failed(why)) => return Err(why.clone()),
            (_, state) => return Err(ClientError::new(Code::State, format!("operation not valid in state {state:?}"))),
        }
        if let Call::End { is_commit } = call {
            self.state = State::Ending;
            if !is_commit {
                self.to_add.clear();
                self.batches.purge();
            }
        }
        self.call = call;
        (self.result, self.request, self.ask_at) = (None, None, 0);
        self.serve(io);
        Ok(())
    }

    fn require_no_other(&self, call: &Call) -> Result<(), ClientError> {
        if matches!(self.call, Call::None) || self.call.is_same(call) {
            return Ok(());
        }
        Err(ClientError::new(Code::Conflict, "a conflicting call is already in progress"))
    }

    /// The result of the call, once.
    pub fn result(&mut self) -> Option<Result<(), ClientError>> {
        let result = self.result.take()?;
        self.call = Call::None;
        Some(result)
    }

    /// The worker waits for the call no longer.
    pub fn give_up(&mut self, io: &Io<'_>) -> ClientError {
        if matches!(self.call, Call::Offsets { .. }) {
            // Its request is given up, and the transaction with it; it may arrive all the same.
            if let Some(request) = self.request.take() {
                io.disconnect(request);
            }
            self.call = Call::None;
            self.fail(Code::OperationTimedOut);
            if let State::Failed(why) = &self.state {
                return why.clone();
            }
        }
        error(Code::OperationTimedOut)
    }

    fn finish(&mut self, io: &Io<'_>, result: Result<(), ClientError>) {
        self.request = None;
        self.result = Some(result);
        io.notify();
    }

    /// The transaction can only be aborted.
    fn fail(&mut self, code: Code) {
        if matches!(self.state, State::Open) {
            self.state = State::Failed(ClientError { requires_abort: true, ..error(code) });
        }
    }

    /// The producer is of no more use: what has not been sent is given up (`rd_kafka_set_fatal_error0`).
    fn end_for_good(&mut self, io: &Io<'_>, code: Code) {
        if !matches!(self.state, State::Fatal(_)) {
            let why = ClientError { is_fatal: true, ..error(code) };
            if !matches!(self.call, Call::None) {
                self.result.get_or_insert_with(|| Err(why.clone()));
            }
            self.state = State::Fatal(why);
            self.batches.purge();
            io.notify();
        }
    }

    /// Does whatever is to be done now.
    pub fn serve(&mut self, io: &Io<'_>) {
        let id = self.id.filter(|_| !matches!(self.state, State::Fatal(_)));
        if let Some(id) = id {
            self.add_partitions(io, id);
        }
        let is_flush = self.is_flushing || matches!(self.state, State::Ending);
        let sending = id.map(|id| Sending { name: &self.settings.name, id, added: &self.added, is_flush });
        self.batches.serve(io, sending);
        self.serve_call(io);
    }

    fn add_partitions(&mut self, io: &Io<'_>, id: ProducerId) {
        if self.to_add.is_empty() || self.adding.is_some() || !matches!(self.state, State::Open | State::Ending) {
            return;
        }
        if io.now() < self.add_at {
            return io.call_at(self.add_at);
        }
        let partitions: Vec<TopicPartition> = std::mem::take(&mut self.to_add).into_iter().collect();
        let transactional_id = self.settings.name.clone();
        let ticket = io.send(Request::AddPartitions { transactional_id, producer: id, partitions: partitions.clone() });
        self.is_known = true;
        self.adding = Some((ticket, partitions));
    }

    fn partitions_added(&mut self, io: &Io<'_>, answer: Answer) {
        let Some((_, partitions)) = self.adding.take() else { return };
        match answer {
            Answer::Failed(code) => {
                self.to_add.extend(partitions);
                match judge(code) {
                    Judged::Again => {
                        let is_ending = code == Code::ConcurrentTransactions;
                        io.cover(if is_ending {
                            "transaction: the one before is being ended"
                        } else {
                            "transaction: partitions are added again"
                        });
                        self.add_at = io.now() + if is_ending { SHORT_PAUSE } else { PAUSE };
                    }
                    Judged::Abort => self.fail(code),
                    Judged::Fatal(code) => self.end_for_good(io, code),
                }
            }
            _ => self.added.extend(partitions),
        }
    }

    fn serve_call(&mut self, io: &Io<'_>) {
        if self.result.is_some() || self.request.is_some() || matches!(self.state, State::Fatal(_)) {
            return;
        }
        if io.now() < self.ask_at {
            return io.call_at(self.ask_at);
        }
        let transactional_id = self.settings.name.clone();
        let request = match (&self.call, self.id) {
            (Call::Init, _) => {
                Request::InitProducerId { transactional_id, timeout: self.settings.transaction_timeout, producer: None }
            }
            (Call::Offsets { is_added: false, .. }, Some(producer)) => {
                self.is_known = true;
                Request::AddOffsets { transactional_id, producer }
            }
            (Call::Offsets { offsets, member, .. }, Some(producer)) => Request::TxnOffsetCommit {
                transactional_id,
                producer,
                member: member.member.clone(),
                generation: member.generation,
                offsets: offsets.clone(),
            },
            (Call::End { is_commit }, Some(producer)) => {
                // All records are reported, and their reports served.
                if self.batches.outstanding() > 0 {
                    return;
                }
                let commit = *is_commit;
                if commit && self.has_failed_records {
                    let why = ClientError { requires_abort: true, ..error(Code::Inconsistent) };
                    self.state = State::Failed(why.clone());
                    return self.finish(io, Err(why));
                }
                if !self.is_known {
                    self.state = State::Ready;
                    return self.finish(io, Ok(()));
                }
                Request::EndTxn { transactional_id, producer, commit }
            }
            (Call::None | Call::Offsets { .. } | Call::End { .. }, _) => return,
        };
        self.request = Some(io.send(request));
    }

    fn call_answered(&mut self, io: &Io<'_>, answer: Answer) {
        let failed = match answer {
            Answer::Failed(code) => Some(code),
            Answer::Producer(id) => {
                self.id = Some(id);
                None
            }
            _ => None,
        };
        if let Some(code) = failed {
            return self.call_failed(io, code);
        }
        match &mut self.call {
            Call::Init | Call::End { .. } => {
                self.state = State::Ready;
                self.finish(io, Ok(()));
            }
            Call::Offsets { is_added: is_added @ false, .. } => *is_added = true,
            Call::Offsets { .. } => self.finish(io, Ok(())),
            Call::None => {}
        }
    }

    fn call_failed(&mut self, io: &Io<'_>, code: Code) {
        match judge(code) {
            Judged::Again => {
                io.cover("transaction: a call is tried again");
                self.ask_at = io.now() + if matches!(self.call, Call::End { .. }) { END_PAUSE } else { PAUSE };
            }
            Judged::Abort => {
                io.cover("transaction: a call fails, and it must be aborted");
                let why = ClientError { requires_abort: true, ..error(code) };
                self.state = State::Failed(why.clone());
                self.finish(io, Err(why));
            }
            Judged::Fatal(code) => {
                io.cover("transaction: a call fails for good");
                self.end_for_good(io, code);
                io.notify();
            }
        }
    }
}

/// What an error of a transaction's request asks for.
enum Judged {
    Again,
    Abort,
    Fatal(Code),
}

fn judge(code: Code) -> Judged {
    match code {
        Code::InvalidProducerEpoch | Code::ProducerFenced => Judged::Fatal(Code::Fenced),
        Code::InvalidTransactionalState | Code::TransactionalIdAuthorizationFailed | Code::ClusterAuthorizationFailed => {
            Judged::Fatal(code)
        }
        code if super::is_passing(code) => Judged::Again,
        _ => Judged::Abort,
    }
}
