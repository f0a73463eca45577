//! `[contact]`.

use super::score::at_most;
use crate::config::fields::{Faults, Fields, is_off, unknown};
use crate::config::tree::Value;
use crate::domain::model::contact::{ConsentSpec, ContactSpec, WEEKDAYS};
use crate::domain::model::spec::{At, Place};
use crate::domain::{HOUR_MS, MINUTE_MS, Ms};

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
        soft_bounces: soft_bounces(&mut fields, faults),
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

fn caps(fields: &mut Fields<'_>, faults: &mut Faults) -> Vec<At<(i64, Ms)>> {
    let texts = fields.texts("caps", faults).unwrap_or_default();
    texts.into_iter().filter_map(|text| times_per(&text, faults)).collect()
}

/// "2 per 1d", or a fault.
pub(super) fn times_per(text: &At<String>, faults: &mut Faults) -> Option<At<(i64, Ms)>> {
    let Some(value) = at_most(&text.value) else {
        faults.add(&text.place, format!("{:?} must read like \"2 per 1d\": so many times, then the period", text.value));
        return None;
    };
    Some(At { value, place: text.place.clone() })
}

/// `{ from = "22:00", to = "08:00" }`.
pub(super) fn hours(
    key: &'static str,
    like_from: &str,
    like_to: &str,
    fields: &mut Fields<'_>,
    faults: &mut Faults,
) -> Option<At<(Ms, Ms)>> {
    let mut hours = fields.table(key, faults)?;
    let place = hours.place.clone();
    let (from, to) = (hours.text("from", faults), hours.text("to", faults));
    for key in ["from", "to"] {
        if hours.node(key).is_none() {
            faults.add(&place, format!("{key} is missing: write {{ from = {like_from:?}, to = {like_to:?} }}"));
        }
    }
    hours.finish(faults);
    let (from, to) = (from?, to?);
    let (from_ms, to_ms) = (time_of_day(&from, faults), time_of_day(&to, faults));
    Some(At { value: (from_ms?, to_ms?), place })
}

/// "22:00".
fn time_of_day(text: &At<String>, faults: &mut Faults) -> Option<Ms> {
    let parts = || {
        let (hours, minutes) = text.value.split_once(':')?;
        let number = |t: &str| t.parse::<Ms>().ok().filter(|_| t.len() <= 2 && t.bytes().all(|b| b.is_ascii_digit()));
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        (hours < 24 && minutes < 60 && text.value.len() >= 4).then_some(hours * HOUR_MS + minutes * MINUTE_MS)
    };
    let time = parts();
    if time.is_none() {
        faults.add(
            &text.place,
            format!("{:?} is no time of day: write it like \"22:00\", from \"00:00\" to \"23:59\"", text.value),
        );
    }
    time
}

pub(super) fn weekdays(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<At<Vec<u8>>> {
    let place = fields.place_of("weekdays");
    let names = fields.texts("weekdays", faults)?;
    let day = |name: &At<String>| {
        let day = WEEKDAYS.iter().position(|d| *d == name.value).and_then(|n| u8::try_from(n).ok());
        if day.is_none() {
            faults.add(&name.place, unknown(&name.value, "day", &WEEKDAYS));
        }
        day
    };
    Some(At { value: names.iter().filter_map(day).collect(), place })
}

fn soft_bounces(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<At<Option<i64>>> {
    let (node, place): (_, Place) = fields.node("soft_bounces")?;
    if is_off(node) {
        return Some(At { value: None, place });
    }
    if let Value::Integer(value) = node.value {
        return Some(At { value: Some(value), place });
    }
    faults.add(&place, format!("must be a whole number or \"off\", not {}", node.value.kind()));
    None
}
