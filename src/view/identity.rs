//! Ids of persons, as `check --json` shows what identity would do with a sample.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What identity would do with the newest records of the inputs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct IdentitySampleView {
    /// By type of id, the strongest first.
    pub by_type: Vec<IdTypeView>,
    /// The five largest sets of ids that events name together, whether they are one person's or not.
    pub clusters: Vec<ClusterView>,
    /// Ids that two persons claim, of whom neither gets the other.
    pub contested: u64,
    /// Ids that would be blocked: so many others come to them that they are nobody's.
    pub crowded: u64,
    /// Events that can be used.
    pub events: u64,
    /// Of these, those that name nobody, and are known by the key of their record.
    pub events_by_key: u64,
    /// Events that are not looked at, since there are too many.
    pub events_left_out: u64,
    /// How often events are written once more before they are where they belong.
    pub hops: HopsView,
    /// Events that name nobody: dead letters.
    pub nobodys: u64,
    pub persons: u64,
    /// How many ids a person has.
    pub persons_by_ids: PersonsByIdsView,
    pub records: u64,
    /// From the oldest of the events to the newest.
    pub span_ms: i64,
    /// Ids that look as if they were several people's, those that most others come to first.
    pub suspects: Vec<SuspectView>,
    /// More of them than are shown.
    pub suspects_left_out: u64,
    /// Events that can't be used for another reason.
    pub unusable: u64,
}

/// Ids of one type.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct IdTypeView {
    /// Different ids.
    pub distinct: u64,
    /// Events that name one.
    pub events: u64,
    /// They hold a hash in place of the value.
    pub is_hashed: bool,
    /// Values that are no ids, by why (`placeholder`, `blocked`, …).
    pub no_ids: BTreeMap<String, u64>,
    /// `user`, `email`, …
    #[serde(rename = "type")]
    pub kind: String,
}

/// Ids that events name together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ClusterView {
    pub events: u64,
    pub ids: u64,
    pub ids_by_type: BTreeMap<String, u64>,
    pub persons: u64,
    /// The id that is named together with most others.
    pub tied_by: String,
    /// How many these are.
    pub tied_others: u64,
}

/// How often events are written once more before they are where they belong.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct HopsView {
    /// They stay where they lie.
    pub none: u64,
    /// By a router, or because they name nobody but by an id that points to others.
    pub one: u64,
    /// For both reasons.
    pub two: u64,
}

/// Persons by the number of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PersonsByIdsView {
    pub more: u64,
    pub one: u64,
    pub three: u64,
    pub two: u64,
}

/// An id that looks as if it were several people's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct SuspectView {
    pub id: String,
    /// What that means, and what to do.
    pub message: String,
    /// How many others came to it, use it or are joined by it.
    pub others: u64,
    /// `crowded`: it would be blocked; `joins`: it makes many one person; `shared`: a device of three users or more; `changes-hands`: a
    /// device of many; `many-holders`: an address of more than four.
    pub why: String,
}
