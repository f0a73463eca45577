//! What a worker consists of and what it holds, and what every part of the loop needs from it.

use super::assignment::{Assignment, Parked, Restoring};
use super::batch::Batch;
use crate::domain::model::Models;
use crate::runtime::horizon::Now;
use crate::runtime::joining::Joining;
use crate::runtime::lookup::Question;
use crate::runtime::observe::Observer;
use crate::runtime::options::{BatchLimits, Options};
use crate::runtime::partitioners::Sample;
use crate::runtime::ports::{Clock, Ports};
use crate::runtime::snapshot::StatusBoard;
use crate::runtime::task_runner::{TaskRunner, left_to_fire};
use crate::runtime::trouble::Troubles;
use crate::runtime::watch::Watch;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc::Receiver;
use std::time::Duration;

/// What all workers of an instance have in common.
pub struct Shared<P: Ports> {
    pub decoder: Arc<P::Decoder>,
    pub encoder: Arc<P::Encoder>,
    pub codec: P::Codec,
    pub models: Arc<Models>,
    pub clock: Arc<dyn Clock + Send + Sync>,
    pub observer: Arc<dyn Observer>,
    pub board: Arc<StatusBoard>,
}

impl<P: Ports> Clone for Shared<P> {
    fn clone(&self) -> Self {
        Self {
            decoder: Arc::clone(&self.decoder),
            encoder: Arc::clone(&self.encoder),
            codec: self.codec.clone(),
            models: Arc::clone(&self.models),
            clock: Arc::clone(&self.clock),
            observer: Arc::clone(&self.observer),
            board: Arc::clone(&self.board),
        }
    }
}

/// Everything that a worker consists of.
pub struct Parts<P: Ports> {
    pub source: P::Source,
    pub log: P::Log,
    pub state: P::State,
    pub shared: Shared<P>,
    /// Questions about single prospects.
    pub mailbox: Receiver<Question>,
    /// Workers of this instance that have heard from the group.
    pub joined: Arc<AtomicUsize>,
    pub stop: Arc<AtomicBool>,
    pub options: Options,
}

/// One worker: the tasks that the group gave it, its consumer and its transactional producer.
pub struct Worker<P: Ports> {
    pub(super) source: P::Source,
    pub(super) log: P::Log,
    pub(super) state: P::State,
    pub(super) decoder: Arc<P::Decoder>,
    pub(super) encoder: Arc<P::Encoder>,
    pub(super) codec: P::Codec,
    pub(super) models: Arc<Models>,
    pub(super) clock: Arc<dyn Clock + Send + Sync>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) board: Arc<StatusBoard>,
    pub(super) mailbox: Receiver<Question>,
    pub(super) all_joined: Arc<AtomicUsize>,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) options: Options,
    pub(super) runners: BTreeMap<i32, TaskRunner<P::Codec>>,
    pub(super) assignment: Assignment,
    pub(super) restoring: BTreeMap<i32, Restoring>,
    pub(super) parked: BTreeMap<i32, Parked<P::Codec>>,
    pub(super) batch: Batch,
    /// When the last batch was committed, if it ended because nothing more was there.
    pub(super) quiet_since: Option<Duration>,
    pub(super) samples: Vec<Sample>,
    pub(super) joining: Joining,
    pub(super) failures: u32,
    pub(super) last_published: Option<Duration>,
    pub(super) troubles: Troubles,
    /// By partition.
    pub(super) watches: BTreeMap<i32, Watch>,
    /// The task that is tried alone just now.
    pub(super) alone: Option<i32>,
    pub(super) failure_logged: Option<Duration>,
    /// What its tasks said last of how far they are, and when; nothing without identity.
    pub(super) said: Option<(Vec<u8>, Duration)>,
    /// Which version of the rules of linking its tasks have.
    pub(super) linked: u64,
}

impl<P: Ports> Worker<P> {
    pub fn new(parts: Parts<P>) -> Self {
        let Parts { source, log, state, shared, mailbox, joined: all_joined, stop, options } = parts;
        let Shared { decoder, encoder, codec, models, clock, observer, board } = shared;
        let samples = vec![Sample::default(); options.inputs.len()];
        Self {
            source,
            log,
            state,
            decoder,
            encoder,
            codec,
            models,
            clock,
            observer,
            board,
            mailbox,
            all_joined,
            stop,
            options,
            runners: BTreeMap::new(),
            assignment: Assignment::default(),
            restoring: BTreeMap::new(),
            parked: BTreeMap::new(),
            batch: Batch::default(),
            quiet_since: None,
            samples,
            joining: Joining::default(),
            failures: 0,
            last_published: None,
            troubles: Troubles::default(),
            watches: BTreeMap::new(),
            alone: None,
            failure_logged: None,
            said: None,
            linked: 0,
        }
    }

    pub(super) fn now(&self) -> Now {
        Now::of(&*self.clock, &self.options)
    }

    /// How long the next batch still gathers before anything of it is applied.
    ///
    /// A broker answers a commit before it has ended the transaction everywhere; a producer that begins the next one meanwhile is told
    /// so, and the client library asks again after 20 ms. Events that come in quick succession wait these few instead.
    pub(super) fn linger_left(&self) -> Option<Duration> {
        let waited = self.clock.monotonic().saturating_sub(self.quiet_since?);
        self.options.batch.linger.checked_sub(waited).filter(|left| !left.is_zero())
    }

    pub(super) fn limits(&self, now: &Now) -> BatchLimits {
        let behind = self.at_work().any(|runner| runner.has_backlog(now));
        if behind { self.options.batch_in_backlog } else { self.options.batch }
    }

    /// The tasks that are not set aside.
    pub(super) fn at_work(&self) -> impl Iterator<Item = &TaskRunner<P::Codec>> {
        self.runners.values().filter(|runner| runner.active && !is_aside(&self.watches, runner.partition))
    }

    pub(super) fn is_full(&self, age: Duration) -> bool {
        let limits = self.limits(&self.now());
        let bytes: usize = self.runners.values().map(TaskRunner::applied_bytes).sum();
        let is_full = self.batch.records >= limits.max_events || left_to_fire(&self.batch.effects, &self.batch.stats) == 0;
        is_full || age >= limits.longest || bytes >= self.options.fetch_shares().batch
    }
}

/// Whether a task is tried alone.
pub(super) fn is_aside(watches: &BTreeMap<i32, Watch>, partition: i32) -> bool {
    watches.get(&partition).is_some_and(Watch::is_aside)
}
