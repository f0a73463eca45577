//! The coverage audit: persona × stage of the journey, and which cells nothing has touched.

use super::numbering::{number, personas};
use crate::domain::terms::movement::Axis;
use crate::engine::figures::{Figures, Key, ModelNames, Touch};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Coverage {
    pub stages: Vec<String>,
    pub rows: Vec<CoverageRow>,
    /// Cells with no one in them; those that no content, no campaign, neither has touched.
    pub empty: usize,
    pub without_content: usize,
    pub without_campaign: usize,
    pub untouched: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CoverageRow {
    pub persona: Option<String>,
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Cell {
    pub prospects: i64,
    /// Content events, and those of campaigns and mails, while someone was here.
    pub content: i64,
    pub campaign: i64,
}

pub(super) fn of(figures: &Figures, key: u64, names: &ModelNames) -> Coverage {
    let stages = &names.stages.journey;
    let cell = |persona: u8, index: usize| {
        let stage = number(index);
        let touched = |by| figures.get(&Key::Touched { model: key, persona, stage, by });
        let prospects = figures.get(&Key::Stands { model: key, axis: Axis::Journey, persona, stage });
        Cell { prospects, content: touched(Touch::Content), campaign: touched(Touch::Campaign) }
    };
    let row = |(persona, name)| CoverageRow { persona: name, cells: (0..stages.len()).map(|n| cell(persona, n)).collect() };
    let mut rows: Vec<CoverageRow> = personas(names).into_iter().map(row).collect();
    // Beside personas, the row of those without one only matters when there are some.
    if rows.len() > 1 {
        rows.retain(|r| r.persona.is_some() || r.cells.iter().any(|c| c.prospects + c.content + c.campaign > 0));
    }
    let count = |meant: &dyn Fn(&Cell) -> bool| rows.iter().flat_map(|r| &r.cells).filter(|c| meant(c)).count();
    Coverage {
        stages: stages.iter().map(ToString::to_string).collect(),
        empty: count(&|c| c.prospects == 0),
        without_content: count(&|c| c.content == 0),
        without_campaign: count(&|c| c.campaign == 0),
        untouched: count(&|c| c.content + c.campaign == 0),
        rows,
    }
}
