//! Keeps the workers of an instance: one thread for each, one that fails stops the others, and an end that does not hang.

pub mod new_worker;
mod report;

use super::connect::Connect;
use super::lookup::Question;
use super::options::Options;
use super::ports::{Clock, Failure, Ports};
use super::snapshot::{InstancePhase, StatusBoard};
use super::worker::Shared;
use new_worker::NewWorker;
use report::{Ended, Report, panicked};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Pause between two looks whether a thread is gone.
const JOIN_NAP: Duration = Duration::from_millis(5);

/// What the workers are started with.
pub struct WorkerSet<P: Ports, C> {
    /// Opens the ports of each worker.
    pub connect: C,
    pub shared: Shared<P>,
    /// Options of every worker: `workers` says how many there are, and each gets its own number.
    pub options: Options,
    /// One per worker; missing ones get an empty mailbox.
    pub mailboxes: Vec<Receiver<Question>>,
    /// What runs beside the workers, on a thread each, and ends with them: numbered after them.
    pub others: Vec<Job>,
}

/// Runs until it is asked to stop (`Ok`), or until nothing but a person can help.
pub type Job = Box<dyn FnOnce(Arc<AtomicBool>) -> Result<(), Failure> + Send>;

/// Starts the workers.
///
/// # Errors
/// There is no thread for one of them; then those that have one are asked to stop.
pub fn start<P, C>(workers: WorkerSet<P, C>) -> Result<Handle, Failure>
where
    P: Ports + 'static,
    P::Decoder: Send + Sync,
    P::Encoder: Send + Sync,
    P::Codec: Send,
    C: Connect<P> + Send + Sync + 'static,
{
    let WorkerSet { connect, shared, options, mailboxes, others } = workers;
    let connect = Arc::new(connect);
    let joined = Arc::new(AtomicUsize::new(0));
    let (sender, ended) = channel();
    let mut mailboxes = mailboxes.into_iter();
    let workers = options.workers.max(1);
    let mut handle = Handle {
        stop: Arc::new(AtomicBool::new(false)),
        board: Arc::clone(&shared.board),
        clock: Arc::clone(&shared.clock),
        ended,
        threads: Vec::with_capacity(usize::from(workers)),
        running: 0,
        partitions: options.partitions,
    };
    for worker in 0..workers {
        // From here on a worker that never comes round counts as one that hangs.
        shared.board.heartbeat(usize::from(worker), shared.clock.monotonic());
        let new_worker = NewWorker {
            connect: Arc::clone(&connect),
            shared: shared.clone(),
            options: Options { worker, workers, ..options.clone() },
            mailbox: mailboxes.next().unwrap_or_else(|| channel().1),
            joined: Arc::clone(&joined),
            stop: Arc::clone(&handle.stop),
        };
        let report = Report::new(worker, sender.clone());
        handle.spawn(format!("worker-{worker}"), move || new_worker.run(report))?;
    }
    for (number, job) in (workers..).zip(others) {
        shared.board.heartbeat(usize::from(number), shared.clock.monotonic());
        let (report, stop) = (Report::new(number, sender.clone()), Arc::clone(&handle.stop));
        handle.spawn(format!("router-{}", number - workers), move || report.send(job(stop)))?;
    }
    Ok(handle)
}

/// The workers of a running instance.
pub struct Handle {
    stop: Arc<AtomicBool>,
    board: Arc<StatusBoard>,
    clock: Arc<dyn Clock + Send + Sync>,
    ended: Receiver<Ended>,
    threads: Vec<JoinHandle<()>>,
    running: usize,
    partitions: u32,
}

impl Handle {
    /// Another thread that is waited for.
    fn spawn(&mut self, name: String, run: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
        match std::thread::Builder::new().name(name).spawn(run) {
            Ok(thread) => self.threads.push(thread),
            Err(error) => {
                self.stop_switch().stop();
                return Err(Failure::Stop(format!("a worker's thread can't be started: {error}")));
            }
        }
        self.running += 1;
        Ok(())
    }

    /// Partitions of the inputs.
    #[must_use]
    pub fn partitions(&self) -> u32 {
        self.partitions
    }

    /// A switch that asks all workers to stop; may be set from anywhere.
    #[must_use]
    pub fn stop_switch(&self) -> StopSwitch {
        StopSwitch { stop: Arc::clone(&self.stop), board: Arc::clone(&self.board) }
    }

    /// Whether the workers have been asked to stop.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Waits until a worker ends (all of them after a stop), at most `at_most`. `None`: still running.
    ///
    /// One worker that fails stops the others: its tasks would move to them and fail again.
    pub fn wait(&mut self, at_most: Duration) -> Option<Result<(), Failure>> {
        let (worker, result) = self.ended.recv_timeout(at_most).ok()?;
        self.running -= 1;
        if let Err(failure) = result {
            tracing::error!(worker, "{failure}");
            self.stop_switch().stop();
            return Some(Err(failure));
        }
        (self.running == 0).then_some(Ok(()))
    }

    /// Asks all workers to stop and waits for them, at most `deadline`; what is not done by then is left to the broker's
    /// time-outs (and is taken again at the next start).
    ///
    /// # Errors
    /// A worker failed, or the deadline passed.
    pub fn stop(mut self, deadline: Duration) -> Result<(), Failure> {
        self.stop_switch().stop();
        let begun = self.clock.monotonic();
        let clock = Arc::clone(&self.clock);
        let left = || deadline.saturating_sub(clock.monotonic().saturating_sub(begun));
        let mut first = Ok(());
        while self.running > 0 {
            let Ok((worker, result)) = self.ended.recv_timeout(left()) else {
                return Err(Failure::Stop(format!(
                    "{} of the workers did not end within {deadline:?}: a broker is not answering. Nothing is lost: what was not \
                     committed is taken again",
                    self.running
                )));
            };
            self.running -= 1;
            if let Err(failure) = result {
                tracing::error!(worker, "{failure}");
                first = first.and(Err(failure));
            }
        }
        for thread in self.threads.drain(..) {
            // Its result is known; it is letting go of its clients, which waits for the broker.
            while !thread.is_finished() && !left().is_zero() {
                std::thread::sleep(JOIN_NAP);
            }
            if !thread.is_finished() {
                tracing::warn!(
                    "a worker could not leave the group within {deadline:?}: its partitions move when the session ends"
                );
            } else if thread.join().is_err() {
                first = first.and(Err(panicked()));
            }
        }
        first
    }
}

/// Asks all workers to stop.
#[derive(Clone)]
pub struct StopSwitch {
    stop: Arc<AtomicBool>,
    board: Arc<StatusBoard>,
}

impl StopSwitch {
    pub fn stop(&self) {
        self.board.set_phase(InstancePhase::Stopping);
        self.stop.store(true, Ordering::Release);
    }
}
