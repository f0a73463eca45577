//! Figures there and back: rows of a figure's name, its fields and its number. Whoever adds up the numbers of equal rows of several
//! instances has the figures of all of them.

use crate::domain::terms::movement::Axis;
use crate::domain::terms::per_axis::PerAxis;
use crate::domain::{Ms, Text};
use crate::runtime::snapshot::figures::cell::{Cell, Field};
use crate::runtime::snapshot::figures::{Figures, Key, ModelNames, Pipeline};
use serde::{Deserialize, Serialize};

/// The version of this form.
pub const VERSION: u64 = 1;

/// Figures, as `/api/v1/funnel` shows them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct FiguresView {
    pub models: Vec<ModelNamesView>,
    /// First instant that was counted, in milliseconds.
    pub since_ms: Option<Ms>,
    /// Each row: the figure's name, its fields, and last its number.
    pub sums: Vec<Vec<CellView>>,
    /// Last instant that was counted, in milliseconds.
    pub until_ms: Option<Ms>,
    /// Of this form: 1. Rows of further figures don't change it.
    pub version: u64,
}

/// The names behind the numbers of one model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ModelNamesView {
    /// Stages, in order: 1 is the first.
    pub funnel: Vec<String>,
    pub hash: String,
    /// Stages, in order: 1 is the first.
    pub journey: Vec<String>,
    /// What rows call the model: 16 hex digits.
    pub key: String,
    /// Journey, funnel: the stage of those who bought and have not been seen for long; 0 without.
    pub lapsed: [u8; 2],
    pub name: String,
    /// In order: 1 is the first.
    pub personas: Vec<String>,
    pub pipeline: Option<PipelineView>,
}

/// Between which stages opportunities are counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PipelineView {
    pub axis: String,
    pub open: u8,
    pub won: u8,
}

/// One cell of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum CellView {
    Number(i64),
    Text(String),
    /// What only a newer build knows.
    #[cfg_attr(test, schemars(skip))]
    Unknown(serde_json::Value),
}

/// The version of the figures in an answer of `/api/v1/funnel`: to be read first, since another one may have another form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FormOfFunnel {
    figures: FormOfFigures,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FormOfFigures {
    version: u64,
}

impl FormOfFunnel {
    /// Whether this build reads the figures.
    ///
    /// # Errors
    /// They are of another form.
    pub fn check(&self) -> Result<(), FormError> {
        check(self.figures.version)
    }
}

/// Why figures can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    #[error("its figures are of another version: use the leadstream that the service runs")]
    OtherVersion,
    #[error("a model of its figures is malformed")]
    Model,
    #[error("a sum of its figures has no number")]
    Sum,
}

fn check(version: u64) -> Result<(), FormError> {
    match version {
        VERSION => Ok(()),
        _ => Err(FormError::OtherVersion),
    }
}

impl FiguresView {
    #[must_use]
    pub fn of(figures: &Figures) -> Self {
        let row = |(key, count): (&Key, i64)| {
            let mut row: Vec<CellView> = key.row().into_iter().map(CellView::of).collect();
            row.push(CellView::Number(count));
            row
        };
        Self {
            models: figures.models.iter().map(|(key, names)| ModelNamesView::of(*key, names)).collect(),
            since_ms: figures.since_ms,
            sums: figures.sorted().into_iter().map(row).collect(),
            until_ms: figures.until_ms,
            version: VERSION,
        }
    }

    /// The figures, and how many rows a newer build has that this one doesn't know.
    ///
    /// # Errors
    /// It is not of this form.
    pub fn read(&self) -> Result<(Figures, usize), FormError> {
        check(self.version)?;
        let mut figures = Figures::default();
        for model in &self.models {
            let (key, names) = model.read().ok_or(FormError::Model)?;
            figures.models.insert(key, names);
        }
        figures.covers(self.since_ms);
        figures.covers(self.until_ms);
        let mut unknown = 0;
        for row in &self.sums {
            let Some((CellView::Number(count), cells)) = row.split_last() else { return Err(FormError::Sum) };
            let cells: Option<Vec<Cell>> = cells.iter().map(CellView::read).collect();
            match cells.and_then(|cells| Key::of_row(&cells)) {
                Some(key) => figures.add(key, *count),
                None => unknown += 1,
            }
        }
        Ok((figures, unknown))
    }
}

impl CellView {
    fn of(cell: Cell) -> Self {
        match cell {
            Cell::Number(number) => Self::Number(number),
            Cell::Text(text) => Self::Text(text.into()),
        }
    }

    fn read(&self) -> Option<Cell> {
        match self {
            Self::Number(number) => Some(Cell::Number(*number)),
            Self::Text(text) => Some(Cell::Text(text.as_str().into())),
            Self::Unknown(_) => None,
        }
    }
}

impl ModelNamesView {
    fn of(key: u64, names: &ModelNames) -> Self {
        let texts = |all: &[Text]| all.iter().map(ToString::to_string).collect();
        let pipeline = |p: Pipeline| PipelineView { axis: p.axis.name().to_owned(), open: p.open, won: p.won };
        Self {
            funnel: texts(&names.stages.funnel),
            hash: names.hash.to_string(),
            journey: texts(&names.stages.journey),
            key: text_of(&key),
            lapsed: Axis::ALL.map(|axis| names.lapsed[axis]),
            name: names.name.to_string(),
            personas: texts(&names.personas),
            pipeline: names.pipeline.map(pipeline),
        }
    }

    /// `None`: names are missing, or numbers are not as they should be.
    fn read(&self) -> Option<(u64, ModelNames)> {
        let texts = |all: &[String]| all.iter().map(|text| text.as_str().into()).collect();
        let pipeline = match &self.pipeline {
            None => None,
            Some(p) if p.open == 0 || p.won == 0 => return None,
            Some(p) => Some(Pipeline { axis: Axis::of_cell(&Cell::Text(p.axis.as_str().into()))?, open: p.open, won: p.won }),
        };
        let names = ModelNames {
            name: self.name.as_str().into(),
            hash: self.hash.as_str().into(),
            stages: PerAxis { journey: texts(&self.journey), funnel: texts(&self.funnel) },
            personas: texts(&self.personas),
            pipeline,
            lapsed: PerAxis { journey: self.lapsed[0], funnel: self.lapsed[1] },
        };
        Some((u64::of_cell(&Cell::Text(self.key.as_str().into()))?, names))
    }
}

fn text_of(field: &impl Field) -> String {
    match field.cell() {
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::snapshot::figures::{CartFact, Way};

    #[test]
    fn figures_come_back_as_they_were() {
        let mut figures = Figures::default();
        let stages = PerAxis { journey: vec!["a".into(), "b".into()], funnel: vec!["c".into()] };
        let names = ModelNames {
            name: "m".into(),
            hash: "h".into(),
            stages,
            personas: vec!["buyer".into()],
            pipeline: Some(Pipeline { axis: Axis::Journey, open: 1, won: 2 }),
            lapsed: PerAxis { journey: 2, funnel: 0 },
        };
        figures.models.insert(u64::MAX, names);
        figures.covers(Some(-5));
        figures.covers(Some(70));
        figures.add(Key::Week { model: u64::MAX, axis: Axis::Journey, stage: 1, week: 2_834, way: Way::Stale }, 3);
        figures.add(Key::CartValue { what: CartFact::Recovered, currency: "EUR".into() }, -19_990);
        figures.add(Key::ClosedSeconds {}, 1 << 60);
        let text = serde_json::to_string(&FiguresView::of(&figures)).unwrap();
        let read = |text: &str| serde_json::from_str::<FiguresView>(text).unwrap().read();
        assert_eq!(read(&text), Ok((figures.clone(), 0)), "{text}");
        let newer = text.replace("\"sums\":[", "\"sums\":[[\"weather\",1,2],[\"wind\",0.5,null,3],");
        assert_eq!(read(&newer), Ok((figures, 2)));
        for broken in ["", r#""models":[{}],"version":1"#, r#""sums":[[]],"version":1"#, r#""sums":[["orders"]],"version":1"#] {
            assert!(read(&format!("{{{broken}}}")).is_err(), "{broken}");
        }
    }

    #[test]
    fn figures_of_another_version_are_known_as_such_whatever_else_they_hold() {
        let is_known = |text: &str| serde_json::from_str::<FormOfFunnel>(text).unwrap().check().is_ok();
        assert!(is_known(r#"{"figures":{"version":1,"sums":[]}}"#));
        for other in ["{}", r#"{"figures":{}}"#, r#"{"figures":{"version":2,"sums":7}}"#] {
            assert!(!is_known(other), "{other}");
        }
    }
}
