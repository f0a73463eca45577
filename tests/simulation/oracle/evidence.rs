//! What a run is judged by.

use super::routing::Routing;
use crate::api::{TopicPartition, Us};
use crate::broker::history::{History, Visible};
use crate::client::Topics;
use crate::process::WorkerId;
use crate::service::Formats;
use crate::vigil::{Handed, Handing, Started};
use crate::world::{MS, START_MS};
use leadstream::domain::Ms;
use leadstream::domain::identity::linking::Linking;
use leadstream::domain::model::CatchUp;
use std::collections::BTreeMap;

/// Transactional ids of routers begin so.
const ROUTERS: &str = "simulation.router-";

/// What a run left behind.
pub struct Evidence<'a> {
    pub history: &'a History,
    /// When which input record was handed to a worker; empty: not known.
    pub handed: &'a Handed,
    /// When workers began to fetch an input; empty: not known, or a transaction may begin at the broker long after its timers fired.
    pub started: &'a Started,
    /// Transactional ids of workers; empty: not known.
    pub names: &'a BTreeMap<WorkerId, String>,
    /// When workers began transactions, by transactional id; empty: not known.
    pub begins: &'a BTreeMap<String, Vec<Us>>,
    pub topics: &'a Topics,
    pub formats: &'a Formats,
    /// First offset that is there and the end, of every partition, as the run ended.
    pub bounds: BTreeMap<TopicPartition, (i64, i64)>,
    /// What the group had committed as the run ended.
    pub committed: BTreeMap<TopicPartition, i64>,
    pub routing: Routing<'a>,
    pub times: Times,
}

/// Times and lengths by which a run is judged.
#[derive(Clone, Debug)]
pub struct Times {
    /// How far the wall clock of any machine was from the true one, at most, either way.
    pub skew_ms: Ms,
    /// `inputs.max_ahead`
    pub max_ahead_ms: Ms,
    /// `engine.behind_after`
    pub behind_after_ms: Ms,
    /// When the first process was started.
    pub started: Us,
    /// When the run ended.
    pub ended: Us,
    /// While nothing was wrong, and nobody was behind.
    pub healthy: Vec<(Us, Us)>,
    /// How late a timer's output may be visible in such a time.
    pub punctual: Us,
    /// Inputs at which a task was paused on purpose, of which it said so: nothing is asked of these tasks' ends.
    pub given_up: Vec<TopicPartition>,
    /// A reminder may leave without its lines: a topic refuses large records.
    pub may_shorten: bool,
    /// An input of which too much is useless is paused: what a worker has of it in its hands is waited for no longer.
    pub may_pause: bool,
}

impl Times {
    /// A run without faults and with the settings' defaults, that was well all the time.
    #[must_use]
    pub fn of_a_quiet_run(formats: &Formats, ended: Us) -> Self {
        let settings = &formats.settings;
        let ms = |time: std::time::Duration| Ms::try_from(time.as_millis()).unwrap_or(Ms::MAX);
        Self {
            skew_ms: 0,
            max_ahead_ms: settings.inputs.max_ahead.map_or(Ms::MAX / 4, ms),
            behind_after_ms: ms(settings.engine.behind_after),
            started: 0,
            ended,
            healthy: vec![(0, ended)],
            punctual: crate::world::SECOND,
            given_up: Vec::new(),
            may_shorten: false,
            may_pause: false,
        }
    }
}

impl Evidence<'_> {
    /// When an input record was last handed to a worker, up to this time, and to which.
    #[must_use]
    pub fn handed(&self, at: TopicPartition, visible: &Visible, until: Us) -> Option<Handing> {
        let all = self.handed.get(&(at, visible.offset)).into_iter().flatten();
        // Offsets may be given twice.
        all.copied().filter(|handing| (visible.since..=until).contains(&handing.when)).max_by_key(|handing| handing.when)
    }

    /// When a record's partition was last begun to be fetched from there or before, up to this time.
    #[must_use]
    pub fn started(&self, at: TopicPartition, visible: &Visible, until: Us) -> Option<Us> {
        let all = self.started.get(&at).into_iter().flatten();
        all.filter(|start| start.when <= until && start.offset <= visible.offset).map(|start| start.when).max()
    }

    /// When a transaction was begun by its worker, which may have stood still before the broker heard of it.
    #[must_use]
    pub fn begun(&self, writer: &str, begun: Us) -> Us {
        let begins = self.begins.get(writer).into_iter().flatten();
        begins.copied().filter(|at| *at <= begun).max().unwrap_or(begun)
    }

    /// What leads to a mail waits while a task is behind (`catch_up = "hold"`).
    #[must_use]
    pub fn holds(&self) -> bool {
        self.formats.models.in_charge().cart.catch_up == CatchUp::Hold
    }
}

impl Evidence<'_> {
    /// The rules by which ids point to others; `None`: each is a prospect's own.
    #[must_use]
    pub fn linking(&self) -> Option<&Linking> {
        self.formats.ids.as_ref().map(|ids| &*ids.linking)
    }

    /// Whether a transaction is one of a router.
    #[must_use]
    pub fn is_of_router(&self, transaction: usize) -> bool {
        self.history.transactions[transaction].transactional_id.starts_with(ROUTERS)
    }

    /// How long sales has after the reminder of a lead.
    #[must_use]
    pub fn grace_ms(&self) -> Ms {
        self.formats.models.in_charge().sales.hand_over.as_deref().map_or(0, |hand_over| hand_over.grace_ms)
    }
}

/// The true wall clock.
#[must_use]
pub fn wall_ms(at: Us) -> Ms {
    START_MS + Ms::try_from(at / MS).unwrap_or(Ms::MAX / 4)
}

/// For people: seconds of virtual time.
#[must_use]
pub fn seconds(at: Us) -> String {
    format!("{}.{:06} s", at / 1_000_000, at % 1_000_000)
}
