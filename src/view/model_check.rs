//! What `model check` says of a model, as `model check --json` shows it.

use serde::{Deserialize, Serialize};

/// One model file in the answer of `model check`: an object each, in the order asked for. What only shows when models run side
/// by side follows, as faults of a file.
// Only faults have `faults`, so they are tried first when an answer is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum ModelCheckView {
    Faulty(FaultyModel),
    Good(Box<GoodModel>),
}

impl ModelCheckView {
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Good(_))
    }
}

/// A file with faults.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FaultyModel {
    pub faults: Vec<ModelRemark>,
    #[serde(default)]
    pub file: String,
    /// `false`.
    #[serde(default)]
    pub ok: bool,
}

/// A model that can be used.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct GoodModel {
    /// When each reminder of a cart is due, after the cart was left.
    pub cart_steps_ms: Vec<i64>,
    /// The model beside the events of each file of `--data`.
    pub data: Vec<DataView>,
    pub file: String,
    pub fit: Option<FitView>,
    /// Personas that the model is for; empty: for all.
    pub for_personas: Vec<String>,
    pub funnel: AxisView,
    /// Groups of the score.
    pub groups: Vec<String>,
    pub hash: String,
    pub journey: AxisView,
    pub labels: Vec<LabelView>,
    pub name: String,
    /// What is probably not meant.
    pub notes: Vec<ModelRemark>,
    /// `true`.
    pub ok: bool,
    pub personas: Vec<String>,
    /// What the model says beyond this, in sentences.
    pub says: Vec<SentenceView>,
    /// What contradicts itself.
    pub warnings: Vec<ModelRemark>,
}

/// Something about a place of a model file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ModelRemark {
    pub key: String,
    /// 0: it is about a default or about what is missing, which stands in no line.
    pub line: usize,
    pub message: String,
}

/// Journey or funnel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct AxisView {
    /// What the moves between the stages show.
    pub graph: Vec<FindingView>,
    /// How many there are.
    pub moves: usize,
    /// In their order.
    pub stages: Vec<String>,
}

/// Something that the moves between the stages show.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct FindingView {
    /// `dead-end`, `one-way-in` or `overlap`.
    pub kind: String,
    pub line: usize,
    pub message: String,
}

/// A label of the score.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct LabelView {
    /// The fit that it asks for besides.
    pub fit: Option<f64>,
    pub name: String,
    /// From so many points on.
    pub score: f64,
}

/// How well a prospect fits.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct FitView {
    /// At most so many points.
    pub cap: Option<f64>,
    pub grades: GradesView,
    /// How many there are.
    pub rules: usize,
}

/// From how many points on a prospect has each grade, the best first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct GradesView {
    pub engagement: [f64; 4],
    pub fit: [f64; 4],
}

/// A sentence of a model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct SentenceView {
    /// The part of the model that it is of.
    pub of: String,
    pub says: String,
}

/// A model beside the events of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct DataView {
    pub events: u64,
    /// Events under names beyond the most that are told apart.
    pub events_under_further_names: u64,
    pub file: String,
    /// Those with most events first.
    pub names: Vec<NameView>,
    /// Names of the model that no event has.
    pub never: Vec<String>,
    /// Records, or elements of records, of which the topic's mapping wants nothing.
    pub skipped: u64,
    /// Events that can't be used.
    pub unusable: u64,
}

/// One name as it came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct NameView {
    /// It means something to the service itself.
    pub built_in: bool,
    /// What is probably meant, where it does nothing.
    pub did_you_mean: Option<String>,
    pub events: u64,
    /// What it is taken for, if that is another name.
    pub is: Option<String>,
    pub name: String,
    /// A move, a score rule or another rule of the model is about it.
    pub named_by_model: bool,
}
