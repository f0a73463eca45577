//! `[contact]`.

use super::consent::ConsentSpec;
use super::spec::ContactSpec;
use crate::common::parse::{hours, times_per, weekdays};
use crate::fault::{Faults, Spanned};
use crate::fields::Fields;
use leadstream_core::domain::Ms;

pub(super) fn contact(fields: &mut Fields<'_>, faults: &mut Faults) -> ContactSpec {
    let Some(mut fields) = fields.table("contact", faults) else { return ContactSpec::default() };
    let spec = ContactSpec {
        place: fields.place.clone(),
        given: true,
        caps: caps(&mut fields, faults),
        priority: fields.texts("priority", faults).unwrap_or_default(),
        quiet_hours: hours("quiet_hours", "22:00", "08:00", &mut fields, faults),
        weekdays: weekdays(&mut fields, faults),
        time_zone: fields.text("time_zone", faults),
        hold: fields.choice("when_quiet", &[("hold", true), ("skip", false)], faults),
        max_hold_ms: fields.duration_or_off("max_hold", faults),
        soft_bounces: fields.integer_or_off("soft_bounces", faults),
        opens: fields.choice("opens", &[("count", true), ("ignore", false)], faults),
        list_unsubscribe: fields.choice("list_unsubscribe", &[("ignore", false), ("all", true)], faults),
        consent: ConsentSpec {
            opt_in: fields.choice("consent", &[("opt-out", false), ("opt-in", true)], faults),
            agreeing: fields.texts("consent_traits", faults),
            refusing: fields.texts("opt_out_traits", faults),
        },
        spread_ms: fields.duration_or_off("spread", faults),
    };
    fields.finish(faults);
    spec
}

fn caps(fields: &mut Fields<'_>, faults: &mut Faults) -> Vec<Spanned<(i64, Ms)>> {
    let texts = fields.texts("caps", faults).unwrap_or_default();
    texts.into_iter().filter_map(|text| times_per(&text, faults)).collect()
}
