//! Where prospects stand: stages, personas, score labels.

use crate::telemetry::metric::{Metric, counter, gauge, rows};
use crate::telemetry::registry::Telemetry;

rows! {
    /// Moves of prospects.
    STAGE_CHANGES = counter("leadstream_stage_changes_total", "changes", &["model", "axis", "from", "to", "cause"],
        "Stage changes by model, axis, stage left (empty on entry), stage entered and cause",
        "A move that used to be common stops: the site's tracking is broken.");
    /// Where prospects stand.
    PROSPECTS = gauge("leadstream_prospects", "prospects", &["model", "axis", "stage"],
        "Prospects currently in a stage, over the partitions of this instance",
        "Not by itself; sum over instances.");
    /// Prospects by persona and stage.
    PERSONAS = gauge("leadstream_persona_prospects", "prospects", &["model", "persona", "axis", "stage"],
        "Prospects of each persona (`none`: of no persona) currently in a stage, for models with personas",
        "Not by itself; a cell that stays at 0 is one that no content or campaign has reached.");
    /// Prospects by label.
    SCORE_LABELS = gauge("leadstream_score_labels", "prospects", &["model", "label"],
        "Prospects that currently have this score label (`none`: below the lowest), over the partitions of this instance",
        "Not by itself; sum over instances.");
    /// Label changes.
    SCORE_CHANGES = counter("leadstream_score_changes_total", "changes", &["model", "label", "direction"],
        "Score labels reached (`none`: fell below the lowest), by label and direction",
        "Only falls, no rises: events that matter are missing.");
}

impl Telemetry {
    /// `from` is `None` on entry.
    pub fn stage_changes(&self, model: &str, axis: &str, from: Option<&str>, to: &str, cause: &str, count: u64) {
        self.count(&STAGE_CHANGES, &[model, axis, from.unwrap_or(""), to, cause], count);
    }

    pub fn prospects(&self, model: &str, axis: &str, stage: &str, count: u64) {
        self.gauge(&PROSPECTS, &[model, axis, stage]).set(count as f64);
    }

    pub fn personas(&self, model: &str, persona: &str, axis: &str, stage: &str, count: u64) {
        self.gauge(&PERSONAS, &[model, persona, axis, stage]).set(count as f64);
    }

    /// `label` is `None` below the lowest.
    pub fn score_labels(&self, model: &str, label: Option<&str>, count: u64) {
        self.gauge(&SCORE_LABELS, &[model, label.unwrap_or("none")]).set(count as f64);
    }

    /// `label` is the one reached, `None` below the lowest.
    pub fn score_changes(&self, model: &str, label: Option<&str>, up: bool, count: u64) {
        let direction = if up { "up" } else { "down" };
        self.count(&SCORE_CHANGES, &[model, label.unwrap_or("none"), direction], count);
    }
}
