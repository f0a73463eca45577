//! What a router consists of and what it holds.

use super::batch::Batch;
use super::lane::Lane;
use super::links::Links;
use super::look::Look;
use super::pending::Pending;
use super::purge::Purging;
use crate::runtime::joining::Joining;
use crate::runtime::observe::Observer;
use crate::runtime::options::Options;
use crate::runtime::ports::{Clock, CommitLog, EventSource, InputPartition, Peers, Purge};
use crate::runtime::route::Route;
use crate::runtime::snapshot::StatusBoard;
use crate::runtime::trouble::Troubles;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Everything that a router consists of.
pub struct Parts<S, L, R> {
    pub source: S,
    pub log: L,
    pub route: Arc<R>,
    pub options: Options,
    pub clock: Arc<dyn Clock + Send + Sync>,
    pub observer: Arc<dyn Observer>,
    pub board: Arc<StatusBoard>,
    pub stop: Arc<AtomicBool>,
}

/// One router: the partitions that the group gave it, its consumer and its transactional producer.
pub struct Router<S, L, R> {
    pub(super) source: S,
    pub(super) log: L,
    pub(super) route: Arc<R>,
    pub(super) options: Options,
    pub(super) clock: Arc<dyn Clock + Send + Sync>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) board: Arc<StatusBoard>,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) pending: Option<Pending>,
    pub(super) joining: Joining,
    pub(super) lanes: BTreeMap<InputPartition, Lane>,
    pub(super) batch: Batch,
    /// Which links it told of lately, where identity is on.
    pub(super) links: Links,
    /// Where partitions begin of which nothing is committed: those that tasks read before they were routed.
    pub(super) read_before: BTreeMap<InputPartition, i64>,
    /// `None`: it is the only router.
    pub(super) look: Option<Look>,
    pub(super) purging: Option<Purging>,
    pub(super) troubles: Troubles,
    pub(super) failures: u32,
    /// Records of a batch that was refused: each goes alone, until the one is found that can't be written.
    pub(super) suspects: usize,
    /// That one: it becomes a dead letter.
    pub(super) refused: Option<(InputPartition, i64)>,
    /// When it was last said how far it is.
    pub(super) said: Option<Duration>,
    /// When the last batch was committed, if it ended because nothing more was there.
    pub(super) quiet_since: Option<Duration>,
    pub(super) published: Option<Duration>,
}

impl<S: EventSource, L: CommitLog, R: Route> Router<S, L, R> {
    pub fn new(parts: Parts<S, L, R>) -> Self {
        let Parts { source, log, route, options, clock, observer, board, stop } = parts;
        let links = Links::new(options.linking.clone());
        Self {
            source,
            log,
            route,
            options,
            clock,
            observer,
            board,
            stop,
            pending: None,
            joining: Joining::default(),
            lanes: BTreeMap::new(),
            batch: Batch::default(),
            links,
            read_before: BTreeMap::new(),
            look: None,
            purging: None,
            troubles: Troubles::default(),
            failures: 0,
            suspects: 0,
            refused: None,
            said: None,
            quiet_since: None,
            published: None,
        }
    }

    /// It has read events deleted so often.
    #[must_use]
    pub fn purging(mut self, purge: Box<dyn Purge>, every: Duration) -> Self {
        self.purging = Some(Purging::new(purge, every, self.clock.monotonic()));
        self
    }

    /// Tasks have read these partitions so far, before they were routed.
    #[must_use]
    pub fn after(mut self, read_before: BTreeMap<InputPartition, i64>) -> Self {
        self.read_before = read_before;
        self
    }

    /// It is not the only one of its group.
    #[must_use]
    pub fn among(mut self, peers: Box<dyn Peers>) -> Self
    where
        L: CommitLog,
    {
        self.look = Some(Look::new(peers, self.log.name(), self.clock.monotonic()));
        self
    }
}
