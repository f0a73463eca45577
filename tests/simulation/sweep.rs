//! Many seeds at once: a world has one thread, so every core runs one seed after the other.

#![allow(clippy::disallowed_methods, reason = "how long real runs take is not part of a simulated one")]

use super::run::{Case, Outcome, run};
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A run that takes so long never ends: it hangs in one place without asking the world for anything.
const LONGEST_RUN: Duration = Duration::from_secs(300);
const LOOKS_EVERY: Duration = Duration::from_millis(500);

/// Most failures that a report tells of, and lines of the trace that it shows.
const REPORTED: usize = 20;
const LAST_LINES: usize = 50;

/// Which seeds of which workloads.
#[derive(Clone, Debug)]
pub struct Sweep {
    pub workloads: Vec<String>,
    pub first_seed: u64,
    /// Of each workload.
    pub seeds: u64,
}

/// A run that failed.
#[derive(Debug)]
pub struct Failure {
    pub case: Case,
    pub why: String,
}

/// Most lines of a failure that are shown among many, and characters of a line.
const SHOWN_LINES: usize = 6;
const SHOWN_CHARS: usize = 600;

impl fmt::Display for Failure {
    /// Records and ids may hold anything, terminals' own characters included.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.case.name())?;
        for (n, line) in self.why.lines().take(SHOWN_LINES).enumerate() {
            let shown: String = line.chars().take(SHOWN_CHARS).collect();
            let more = if shown.len() < line.len() { "…" } else { "" };
            write!(f, "{}{}{more}", if n == 0 { "" } else { "\n" }, printable(&shown))?;
        }
        let more = self.why.lines().count().saturating_sub(SHOWN_LINES);
        if more > 0 { write!(f, "\n  … and {more} lines more") } else { Ok(()) }
    }
}

/// The text without what a terminal would obey.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// How far a sweep is.
#[derive(Debug)]
pub struct Progress {
    pub done: u64,
    pub all: u64,
    pub failures: u64,
    pub elapsed: Duration,
}

/// What came of all runs.
#[derive(Debug, Default)]
pub struct Summary {
    pub done: u64,
    pub failures: Vec<Failure>,
    /// What happened how often.
    pub counts: BTreeMap<String, u64>,
    pub elapsed: Duration,
}

impl Sweep {
    /// How many runs these are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.seeds * self.workloads.len() as u64
    }

    /// Workloads take turns: whoever stops early has seen all of them.
    fn case(&self, n: u64) -> Option<Case> {
        let workloads = self.workloads.len() as u64;
        let workload = self.workloads.get(usize::try_from(n % workloads).ok()?)?;
        let seed = self.first_seed + n / workloads;
        (n < self.len()).then(|| Case { seed, workload: workload.clone(), is_recorded: false })
    }

    /// Runs them all on all cores. `failed` hears of every failure at once, `progress` of how it goes, a few times a second.
    #[must_use]
    pub fn run(&self, mut failed: impl FnMut(&Failure), mut progress: impl FnMut(&Progress)) -> Summary {
        let begun = Instant::now();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let next = AtomicU64::new(0);
        let running: Vec<Running> = (0..threads).map(|_| Running::default()).collect();
        let mut summary = Summary::default();
        thread::scope(|scope| {
            let (sender, outcomes) = channel();
            for place in &running {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || self.work(next, place, &sender));
            }
            drop(sender);
            let mut looked = begun;
            loop {
                match outcomes.recv_timeout(LOOKS_EVERY) {
                    Ok((case, outcome)) => summary.add(case, outcome, &mut failed),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
                if looked.elapsed() >= LOOKS_EVERY {
                    looked = Instant::now();
                    running.iter().for_each(Running::end_if_it_hangs);
                    progress(&summary.progress(self.len(), begun.elapsed()));
                }
            }
        });
        summary.elapsed = begun.elapsed();
        summary
    }

    fn work(&self, next: &AtomicU64, place: &Running, sender: &Sender<(Case, Outcome)>) {
        while let Some(case) = self.case(next.fetch_add(1, Ordering::Relaxed)) {
            place.set(Some((case.clone(), Instant::now())));
            let outcome = run_caught(&case);
            place.set(None);
            if sender.send((case, outcome)).is_err() {
                return;
            }
        }
    }
}

/// What a thread runs, and since when.
#[derive(Default)]
struct Running(Mutex<Option<(Case, Instant)>>);

impl Running {
    fn set(&self, what: Option<(Case, Instant)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }

    /// Nobody can end a thread, so the process ends, and says why past all that is captured.
    fn end_if_it_hangs(&self) {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some((case, since)) = running.filter(|(_, since)| since.elapsed() > LONGEST_RUN) else { return };
        let text = format!("{} has been running for {:?} and hangs\n", case.name(), since.elapsed());
        std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).ok();
        std::process::exit(1);
    }
}

impl Summary {
    fn add(&mut self, case: Case, outcome: Outcome, failed: &mut impl FnMut(&Failure)) {
        self.done += 1;
        for (what, n) in outcome.counts {
            *self.counts.entry(what).or_default() += n;
        }
        if let Some(why) = outcome.failure {
            let failure = Failure { case, why };
            failed(&failure);
            self.failures.push(failure);
        }
    }

    /// What failed, with the end of the first one's trace.
    #[must_use]
    pub fn report(&self) -> String {
        let mut text = format!("{} of {} runs failed:\n", self.failures.len(), self.done);
        for failure in self.failures.iter().take(REPORTED) {
            text += &format!("{failure}\n");
        }
        if let Some(Failure { case, .. }) = self.failures.first() {
            let lines = run_caught(&Case { is_recorded: true, ..case.clone() }).lines;
            text += &format!("\nThe last of {} ({}):\n", case.name(), case.command());
            text += &lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
        }
        text
    }

    fn progress(&self, all: u64, elapsed: Duration) -> Progress {
        Progress { done: self.done, all, failures: self.failures.len() as u64, elapsed }
    }
}

/// A model that panics has failed, like whatever else goes wrong in a run.
fn run_caught(case: &Case) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| run(case))).unwrap_or_else(|panic| Outcome {
        hash: 0,
        failure: Some(format!("the simulation panicked: {}", text_of(&*panic))),
        lines: Vec::new(),
        counts: BTreeMap::new(),
    })
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it doesn't say why")
}
