//! `[won]`.

use super::spec::WonSpec;
use crate::condition::parse::events;
use crate::fault::{Faults, Spanned};
use crate::fields::Fields;

pub(super) fn won(fields: &mut Fields<'_>, faults: &mut Faults) -> WonSpec {
    let Some(mut fields) = fields.table("won", faults) else { return WonSpec::default() };
    let mut spec = WonSpec {
        place: fields.place.clone(),
        given: true,
        stage: fields.text("stage", faults),
        open: fields.text("open", faults),
        lost_to: fields.text("lost_to", faults),
        on: None,
    };
    if let Some((node, place)) = fields.node("on")
        && let Some(when) = events(node, &place, faults)
    {
        spec.on = Some(Spanned { value: when, place });
    }
    fields.finish(faults);
    spec
}
