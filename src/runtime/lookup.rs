//! Questions about single prospects and for figures: a bounded mailbox per worker, answered between batches.

use super::snapshot::{StatusBoard, TaskState};
use crate::domain::company_names::ACCOUNT_KEY;
use crate::domain::ids::murmur2_partition;
use crate::domain::state::prospect::Prospect;
use crate::engine::figures::Figures;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::oneshot;

/// Questions that may wait at one worker; more are refused.
pub const MAILBOX: usize = 32;

/// One question.
#[derive(Debug)]
pub enum Question {
    /// The worker answers with the committed record, `None` when it knows no such prospect, or drops the question when the
    /// partition has just gone.
    Prospect { partition: i32, prospect: String, reply: oneshot::Sender<Option<Prospect>> },
    /// The figures of all tasks of the worker that are at work.
    Figures { reply: oneshot::Sender<Figures> },
}

/// Why a prospect can't be asked for here and now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    #[error("partition {partition} of group {group:?} is not assigned to this instance")]
    NotOwned { partition: i32, group: String },
    #[error("partition {partition} is {state}, not ready")]
    NotReady { partition: i32, state: &'static str },
    #[error("too many requests are waiting")]
    Busy,
}

/// Who can be asked about prospects.
pub trait ProspectLookup: Send + Sync {
    /// Puts the question into the mailbox of the worker that owns the prospect.
    ///
    /// # Errors
    /// See [`NoAnswer`]. A receiver that is closed without an answer means that the partition has just gone.
    fn ask(&self, prospect: &str) -> Result<oneshot::Receiver<Option<Prospect>>, NoAnswer>;

    /// Asks every worker for its figures.
    ///
    /// # Errors
    /// Too many questions are waiting.
    fn figures(&self) -> Result<Vec<oneshot::Receiver<Figures>>, NoAnswer>;
}

/// Where the producers of the inputs put a key.
#[derive(Debug, Clone, Copy)]
pub struct Partitioning {
    /// Partitions of each input.
    pub partitions: u32,
    pub partition_of: fn(&[u8], u32) -> u32,
}

/// The mailboxes of all workers of an instance.
pub struct Directory {
    board: Arc<StatusBoard>,
    partitioning: RwLock<Partitioning>,
    mailboxes: Vec<SyncSender<Question>>,
}

impl Directory {
    /// A directory and the receiving end of each worker's mailbox.
    #[must_use]
    pub fn new(board: Arc<StatusBoard>, workers: usize) -> (Self, Vec<Receiver<Question>>) {
        let (mailboxes, receivers) = (0..workers).map(|_| sync_channel(MAILBOX)).unzip();
        let partitioning = RwLock::new(Partitioning { partitions: 1, partition_of: murmur2_partition });
        (Self { board, partitioning, mailboxes }, receivers)
    }

    /// Says where keys lie, once the inputs are known.
    pub fn set_partitioning(&self, partitioning: Partitioning) {
        *self.partitioning.write().unwrap_or_else(PoisonError::into_inner) = partitioning;
    }
}

impl ProspectLookup for Directory {
    fn ask(&self, prospect: &str) -> Result<oneshot::Receiver<Option<Prospect>>, NoAnswer> {
        let Partitioning { partitions, partition_of } = *self.partitioning.read().unwrap_or_else(PoisonError::into_inner);
        // An account lies where its members' updates go.
        let key = prospect.strip_prefix(ACCOUNT_KEY).unwrap_or(prospect);
        let partition = partition_of(key.as_bytes(), partitions).cast_signed();
        let not_owned = || NoAnswer::NotOwned { partition, group: self.board.identity().group.clone() };
        let task = self.board.task(partition).ok_or_else(not_owned)?;
        // A stuck task still knows its prospects.
        if !matches!(task.state, TaskState::Ready | TaskState::Stuck { .. }) {
            return Err(NoAnswer::NotReady { partition, state: task.state.name() });
        }
        let mailbox = self.mailboxes.get(task.worker).ok_or_else(not_owned)?;
        let (reply, answer) = oneshot::channel();
        match mailbox.try_send(Question::Prospect { partition, prospect: prospect.to_owned(), reply }) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => Err(NoAnswer::Busy),
            Err(TrySendError::Disconnected(_)) => Err(not_owned()),
        }
    }

    fn figures(&self) -> Result<Vec<oneshot::Receiver<Figures>>, NoAnswer> {
        let ask = |mailbox: &SyncSender<Question>| {
            let (reply, answer) = oneshot::channel();
            match mailbox.try_send(Question::Figures { reply }) {
                // A worker that has ended drops the question: its receiver says so.
                Ok(()) | Err(TrySendError::Disconnected(_)) => Ok(answer),
                Err(TrySendError::Full(_)) => Err(NoAnswer::Busy),
            }
        };
        self.mailboxes.iter().map(ask).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::snapshot::{Identity, TaskSnapshot};
    use super::*;

    fn directory() -> (Directory, Receiver<Question>, Arc<StatusBoard>) {
        let board = Arc::new(StatusBoard::new(Identity { group: "g".to_owned(), ..Identity::default() }));
        let (directory, mut mailboxes) = Directory::new(Arc::clone(&board), 1);
        directory.set_partitioning(Partitioning { partitions: 4, partition_of: |_, n| 7 % n });
        (directory, mailboxes.remove(0), board)
    }

    fn publish(board: &StatusBoard, state: TaskState) {
        board.publish(TaskSnapshot::new(3, 0, state, 0));
    }

    #[test]
    fn a_question_reaches_the_worker_that_owns_the_partition() {
        let (directory, mailbox, board) = directory();
        publish(&board, TaskState::Ready);
        let mut answer = directory.ask("u-1").expect("owned and ready");
        let Ok(Question::Prospect { partition, prospect, reply }) = mailbox.try_recv() else {
            panic!("the question is not in the mailbox")
        };
        assert_eq!((partition, prospect.as_str()), (3, "u-1"));
        reply.send(None).expect("somebody waits");
        assert_eq!(answer.try_recv(), Ok(None));
    }

    #[test]
    fn every_worker_is_asked_for_its_figures() {
        let (directory, mailbox, _board) = directory();
        let mut answers = directory.figures().expect("there is room");
        let Ok(Question::Figures { reply }) = mailbox.try_recv() else { panic!("the question is not in the mailbox") };
        reply.send(Figures::default()).expect("somebody waits");
        assert_eq!(answers.remove(0).try_recv(), Ok(Figures::default()));
        drop(mailbox);
        assert!(directory.figures().expect("asked").remove(0).try_recv().is_err(), "a worker that is gone");
    }

    #[test]
    fn what_is_elsewhere_not_ready_or_too_much_is_refused_with_the_reason() {
        let (directory, _mailbox, board) = directory();
        assert_eq!(directory.ask("u-1").unwrap_err(), NoAnswer::NotOwned { partition: 3, group: "g".to_owned() });
        publish(&board, TaskState::Waiting);
        assert_eq!(directory.ask("u-1").unwrap_err(), NoAnswer::NotReady { partition: 3, state: "waiting" });
        publish(&board, TaskState::Ready);
        let waiting: Vec<_> = (0..MAILBOX).map(|_| directory.ask("u-1").expect("there is room")).collect();
        assert_eq!(directory.ask("u-1").unwrap_err(), NoAnswer::Busy);
        drop(waiting);
    }
}
