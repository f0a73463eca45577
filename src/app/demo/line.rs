//! A record of the output topics, with the fields that the demo shows.

use serde::Deserialize;

/// One record.
#[derive(Deserialize)]
pub(super) struct Line<'a> {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: &'a str,
    pub prospect: String,
    pub axis: Option<String>,
    pub direction: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub step: Option<u8>,
    pub due_at: Option<jiff::Timestamp>,
    #[serde(default)]
    pub lines: Vec<Item>,
    pub value: Option<f64>,
    pub currency: Option<String>,
    pub attribution: Option<String>,
    #[serde(default)]
    pub late: bool,
    pub reason: Option<String>,
    pub steps_sent: Option<u8>,
    pub score: Option<f64>,
    pub qualification: Option<String>,
    pub answer: Option<String>,
    #[serde(default)]
    pub reasons: Vec<String>,
    #[serde(default)]
    pub agreed: Vec<String>,
    #[serde(default)]
    pub missing: Vec<String>,
    /// What the company is called.
    #[serde(default)]
    pub known_as: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Item {
    pub name: Option<String>,
    pub product_id: Option<String>,
}
