//! How many prospects stand where: kept by difference, so that nobody ever counts them all.

use crate::domain::effect::Axis;
use crate::domain::journey::stage_index;
use crate::domain::model::{MAX_STAGES, Model, Models};
use crate::domain::prospect::{ConsentState, Phase, Prospect, Track};
use crate::domain::score::label_of;

/// Where one prospect stands in the model in charge: 0 is nowhere, else the index plus one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    pub stages: [u8; 2],
    pub label: u8,
    /// Index of the model in charge of this prospect, its persona there, and its stages there.
    pub charge: u8,
    pub persona: u8,
    pub charged: [u8; 2],
    /// A source, a campaign or an order is known.
    pub known: bool,
    /// 0: no record; 1: no cart with lines, 2: open cart, 3: a series is armed or running.
    pub cart: u8,
}

impl Standing {
    /// Where a prospect stands.
    #[must_use]
    pub fn of(prospect: &Prospect, models: &Models) -> Self {
        let model = models.in_charge();
        let mut standing = Self { cart: cart_state(prospect), ..Self::default() };
        standing.known = prospect.more.as_ref().is_some_and(|more| !more.customer.is_empty());
        if let Some(track) = prospect.tracks.first() {
            standing.stages = stages(track, model);
            standing.charged = standing.stages;
            standing.persona = persona(track, model);
            let labels = &model.score.labels;
            standing.label = place(label_of(labels, track).and_then(|l| labels.iter().position(|m| m == l)));
        }
        let charge = models.in_charge_of(prospect);
        if let Some((track, model)) = prospect.tracks.get(charge).zip(models.models.get(charge)).filter(|_| charge > 0) {
            standing.charge = u8::try_from(charge).unwrap_or(u8::MAX);
            standing.charged = stages(track, model);
            standing.persona = persona(track, model);
        }
        standing
    }
}

fn place(index: Option<usize>) -> u8 {
    index.and_then(|i| u8::try_from(i + 1).ok()).unwrap_or(0)
}

fn persona(track: &Track, model: &Model) -> u8 {
    place(track.persona.and_then(|hash| model.people.personas.iter().position(|p| p.hash == hash)))
}

fn stages(track: &Track, model: &Model) -> [u8; 2] {
    Axis::ALL.map(|axis| {
        let position = track.positions[axis.index()].as_ref();
        place(position.and_then(|p| stage_index(&model.axes[axis.index()], &p.stage)))
    })
}

fn cart_state(prospect: &Prospect) -> u8 {
    let pending = |phase| matches!(phase, Phase::Armed | Phase::Running) && prospect.consent.state == ConsentState::Open;
    if prospect.carts.iter().any(|c| pending(c.series.phase)) {
        3
    } else if prospect.carts.iter().any(|c| !c.lines.is_empty()) {
        2
    } else {
        1
    }
}

/// Prospects by stage of each axis, by label and by cart state. Index 0: nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    pub stages: [Vec<u64>; 2],
    pub labels: Vec<u64>,
    pub carts: [u64; 4],
}

impl Default for Population {
    fn default() -> Self {
        Self { stages: [vec![0; MAX_STAGES + 1], vec![0; MAX_STAGES + 1]], labels: vec![0; MAX_STAGES + 1], carts: [0; 4] }
    }
}

impl Population {
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
        let [journey, funnel] = &mut self.stages;
        let cells = [
            journey.get_mut(usize::from(standing.stages[0])),
            funnel.get_mut(usize::from(standing.stages[1])),
            self.labels.get_mut(usize::from(standing.label)),
            self.carts.get_mut(usize::from(standing.cart)),
        ];
        for cell in cells.into_iter().flatten() {
            *cell = by(*cell, 1);
        }
    }

    /// Adds another task's numbers.
    pub fn add(&mut self, other: &Self) {
        let pairs = self.stages.iter_mut().zip(&other.stages).flat_map(|(a, b)| a.iter_mut().zip(b));
        for (mine, theirs) in
            pairs.chain(self.labels.iter_mut().zip(&other.labels)).chain(self.carts.iter_mut().zip(&other.carts))
        {
            *mine += theirs;
        }
    }
}
