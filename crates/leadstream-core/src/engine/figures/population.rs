//! How many prospects stand where: kept by difference, so that they never have to be counted from scratch.

use super::key::{AccountState, day_of};
use crate::domain::model::stages::stage_index;
use crate::domain::model::{Model, Models};
use crate::domain::rules::score::label::label_of;
use crate::domain::state::cart::SeriesPhase;
use crate::domain::state::group::Group;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::Track;
use crate::domain::terms::consent::ConsentState;
use crate::domain::terms::movement::Axis;
use crate::domain::terms::per_axis::PerAxis;

/// Where one prospect stands in the model in charge of it: 0 is nowhere, else the index plus one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Index of the model in charge.
    pub primary: u8,
    pub persona: u8,
    pub stages: PerAxis<u8>,
    pub label: u8,
    /// A source, a campaign or an order is known.
    pub known: bool,
    /// 0: no record; 1: no cart with lines, 2: open cart, 3: a series is armed or running.
    pub cart: u8,
    /// Of an account's record: 1: open, 2: it agrees, 3: disqualified. 0: a prospect's.
    pub account: u8,
    /// Members of an account.
    pub members: u8,
    /// Nothing but an erasure is known: not counted.
    pub erased: bool,
    /// Its id points to others: not counted.
    pub forward: bool,
    /// The day (since 1970) since when it has been an open opportunity; 0: it is none.
    pub open_since_day: u16,
}

impl Standing {
    /// Where a prospect stands.
    #[must_use]
    pub fn of(prospect: &Prospect, models: &Models) -> Self {
        if let Some(group) = prospect.extras.as_ref().and_then(|m| m.account.group.as_deref()) {
            let members = u8::try_from(group.members.len()).unwrap_or(u8::MAX);
            let account = match (group.consensus.is_out(), group.consensus.reached()) {
                (true, _) => 3,
                (false, true) => 2,
                (false, false) => 1,
            };
            let (primary, stages) = account_stages(group, models);
            return Self { primary, stages, account, members, ..Self::default() };
        }
        if prospect.forward().is_some() {
            return Self { forward: true, ..Self::default() };
        }
        if prospect.is_only_erasure() {
            return Self { erased: true, ..Self::default() };
        }
        let primary = models.primary_model_for(prospect);
        let mut standing =
            Self { primary: u8::try_from(primary).unwrap_or(u8::MAX), cart: cart_state(prospect), ..Self::default() };
        standing.known = prospect.extras.as_ref().is_some_and(|extras| extras.customer.get().is_some());
        if let Some((track, model)) = prospect.tracks.get(primary).zip(models.models.get(primary)) {
            standing.stages = stages(track, model);
            standing.open_since_day = open_since_day(track, model, standing.stages);
            standing.persona = place(track.persona.and_then(|hash| model.people.personas.iter().position(|p| p.hash == hash)));
            let labels = &model.score.labels;
            standing.label = place(label_of(labels, track).and_then(|l| labels.iter().position(|m| m == l)));
        }
        standing
    }
}

impl Standing {
    /// What an account's buying group has come to; `None`: a prospect's.
    #[must_use]
    pub fn account_state(&self) -> Option<AccountState> {
        match self.account {
            1 => Some(AccountState::Open),
            2 => Some(AccountState::Consensus),
            3 => Some(AccountState::Disqualified),
            _ => None,
        }
    }
}

/// Index of the model that accounts are kept by, and where a group stands in it.
fn account_stages(group: &Group, models: &Models) -> (u8, PerAxis<u8>) {
    let Some((index, model, _)) = models.accounts() else { return (u8::MAX, PerAxis::default()) };
    let at = |axis: Axis| place(group.stages[axis].as_ref().and_then(|s| stage_index(&model.axes[axis], s)));
    (u8::try_from(index).unwrap_or(u8::MAX), PerAxis::from_fn(at))
}

fn open_since_day(track: &Track, model: &Model, stages: PerAxis<u8>) -> u16 {
    let Some(pipeline) = model.pipeline.filter(|p| p.is_open(stages[p.axis])) else { return 0 };
    let position = track.positions[pipeline.axis].as_ref();
    position.and_then(|position| pipeline.open_since_ms(&model.axes, position)).map_or(0, day_of)
}

fn place(index: Option<usize>) -> u8 {
    index.and_then(|i| u8::try_from(i + 1).ok()).unwrap_or(0)
}

fn stages(track: &Track, model: &Model) -> PerAxis<u8> {
    PerAxis::from_fn(|axis| {
        let position = track.positions[axis].as_ref();
        place(position.and_then(|p| stage_index(&model.axes[axis], &p.stage)))
    })
}

fn cart_state(prospect: &Prospect) -> u8 {
    let pending =
        |phase| matches!(phase, SeriesPhase::Armed | SeriesPhase::Running) && prospect.consent.state == ConsentState::Open;
    if prospect.carts.iter().any(|c| pending(c.series.phase)) {
        3
    } else if prospect.carts.iter().any(|c| !c.lines.is_empty()) {
        2
    } else {
        1
    }
}

/// Prospects by the model in charge of them, and by cart state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Population {
    pub models: Vec<Counts>,
    pub carts: [u64; 4],
    /// Accounts by their state; index 0 is not used.
    pub accounts: [u64; 4],
    /// Members of all accounts.
    pub members: u64,
    /// Records of which nothing but an erasure is known: they are no prospects.
    pub erased: u64,
    /// Records of ids that point to others: they are no prospects either.
    pub forwards: u64,
}

/// Prospects of one model. Index 0: no persona, no stage, no label.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// By persona, then by stage of each axis.
    pub stages: Vec<PerAxis<Vec<u64>>>,
    pub labels: Vec<u64>,
}

impl Counts {
    fn of(model: &Model) -> Self {
        let stages = || PerAxis::from_fn(|axis| vec![0; model.axes[axis].stages.len() + 1]);
        Self {
            stages: (0..=model.people.personas.len()).map(|_| stages()).collect(),
            labels: vec![0; model.score.labels.len() + 1],
        }
    }

    /// By stage of an axis, whatever the persona.
    #[must_use]
    pub fn stages(&self, axis: Axis) -> Vec<u64> {
        let mut sums = Vec::new();
        self.stages.iter().for_each(|of| add_up(&mut sums, &of[axis]));
        sums
    }

    fn add(&mut self, other: &Self) {
        self.stages.resize_with(self.stages.len().max(other.stages.len()), Default::default);
        for (mine, theirs) in self.stages.iter_mut().zip(&other.stages) {
            mine.iter_mut().zip(theirs.iter()).for_each(|(mine, theirs)| add_up(mine, theirs));
        }
        add_up(&mut self.labels, &other.labels);
    }
}

fn add_up(mine: &mut Vec<u64>, theirs: &[u64]) {
    mine.resize(mine.len().max(theirs.len()), 0);
    mine.iter_mut().zip(theirs.iter()).for_each(|(mine, theirs)| *mine += theirs);
}

impl Population {
    /// Empty, for these models.
    #[must_use]
    pub fn of(models: &Models) -> Self {
        Self {
            models: models.models.iter().map(Counts::of).collect(),
            carts: [0; 4],
            accounts: [0; 4],
            members: 0,
            erased: 0,
            forwards: 0,
        }
    }

    /// One prospect moved; `None`: was not, or is no more, there.
    pub fn moved(&mut self, from: Option<Standing>, to: Option<Standing>) {
        if from == to {
            return;
        }
        if let Some(standing) = from {
            self.count(standing, u64::wrapping_sub);
        }
        if let Some(standing) = to {
            self.count(standing, u64::wrapping_add);
        }
    }

    fn count(&mut self, standing: Standing, by: fn(u64, u64) -> u64) {
        if standing.erased {
            self.erased = by(self.erased, 1);
            return;
        }
        if standing.forward {
            self.forwards = by(self.forwards, 1);
            return;
        }
        if standing.account > 0 {
            if let Some(cell) = self.accounts.get_mut(usize::from(standing.account)) {
                *cell = by(*cell, 1);
            }
            self.members = by(self.members, u64::from(standing.members));
            return;
        }
        let mut cells = [self.carts.get_mut(usize::from(standing.cart)), None, None, None];
        if let Some(counts) = self.models.get_mut(usize::from(standing.primary)) {
            cells[1] = counts.labels.get_mut(usize::from(standing.label));
            if let Some(PerAxis { journey, funnel }) = counts.stages.get_mut(usize::from(standing.persona)) {
                cells[2] = journey.get_mut(usize::from(standing.stages.journey));
                cells[3] = funnel.get_mut(usize::from(standing.stages.funnel));
            }
        }
        for cell in cells.into_iter().flatten() {
            *cell = by(*cell, 1);
        }
    }

    /// Adds another task's numbers.
    pub fn add(&mut self, other: &Self) {
        self.models.resize_with(self.models.len().max(other.models.len()), Counts::default);
        self.models.iter_mut().zip(&other.models).for_each(|(mine, theirs)| mine.add(theirs));
        self.carts.iter_mut().zip(&other.carts).for_each(|(mine, theirs)| *mine += theirs);
        self.accounts.iter_mut().zip(&other.accounts).for_each(|(mine, theirs)| *mine += theirs);
        self.members += other.members;
        self.erased += other.erased;
        self.forwards += other.forwards;
    }
}
