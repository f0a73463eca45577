//! What is won, in words.

use super::places::{contracts, places};
use crate::condition::describe;
use crate::section::view::ModelView;
use leadstream_core::domain::model::won::Places;

/// What it says, in words.
pub(super) fn describe(spec: &ModelView<'_>, say: &mut dyn FnMut(&str, String)) {
    let Some(Places { axis, open, won, lost_to }) = places(spec) else { return };
    let stages = &spec.axes[axis].stages;
    let name = |n: usize| stages.get(n).map_or("", |stage| stage.value.as_str());
    say("sold from stage", format!("{} of the {}", name(won), axis.name()));
    say("opportunities stand from stage", name(open).to_owned());
    if let Some(to) = lost_to {
        say("what sales lost falls back to stage", name(to).to_owned());
    }
    let events: Vec<String> = contracts(spec).iter().map(describe::condition).collect();
    say("a sale, besides orders", events.join(", or "));
}
