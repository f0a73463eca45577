//! Which journey a prospect is on, and those before it, each with the stages that are still remembered of it.

use super::names::Names;
use crate::domain::Ms;
use crate::domain::model::AxisModel;
use crate::domain::rules::journey::next::closed_ms;
use crate::domain::state::track::StagePosition;
use crate::http::health::rfc3339;
use serde_json::{Value, json};

/// Adds the journeys to what is shown of an axis; of one that nothing closes there is only one, which has no number.
pub(super) fn add(out: &mut Value, position: &StagePosition, model: Option<&AxisModel>, names: &Names<'_>) {
    let Some(model) = model.filter(|model| model.is_closed_by_something()) else { return };
    let oldest_ms = position.history.first().map_or(position.entered_ms, |past| past.entered_ms);
    let journeys = position.journeys.as_deref();
    let (number, began_ms) = journeys.map_or((1, oldest_ms), |journeys| (journeys.number(), journeys.began_ms));
    out["journey_number"] = json!(number);
    out["journey_began"] = json!(rfc3339(began_ms));
    out["journey_closed"] = json!(closed_ms(model, position).and_then(rfc3339));
    let past = journeys.map_or(&[][..], |journeys| &journeys.past);
    let begins_next = past.iter().skip(1).map(|next| next.began_ms).chain([began_ms]);
    let before = past.iter().zip(begins_next).enumerate().map(|(n, (journey, next_ms))| {
        json!({
            "number": journeys.map_or(0, |journeys| journeys.forgotten as usize) + n + 1,
            "began": rfc3339(journey.began_ms),
            "closed": rfc3339(journey.closed_ms),
            "stages": stages(position, journey.began_ms, next_ms, names),
        })
    });
    out["past_journeys"] = before.collect();
}

/// The stages that were entered in a journey, as far back as the record keeps them, oldest first.
fn stages(position: &StagePosition, from_ms: Ms, to_ms: Ms, names: &Names<'_>) -> Vec<Value> {
    let in_it = |entered_ms: Ms| (from_ms..to_ms).contains(&entered_ms);
    let past = position.history.iter().filter(|past| in_it(past.entered_ms));
    past.map(|past| json!({ "stage": names.stage(past.stage_hash), "entered": rfc3339(past.entered_ms) })).collect()
}
