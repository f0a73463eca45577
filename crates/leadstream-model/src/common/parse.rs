//! Values that several sections have: limits per period, hours, weekdays, caps.

use crate::fault::{Faults, Spanned};
use crate::fields::{Fields, is_off, number_of, unknown};
use crate::units;
use leadstream_core::domain::model::contact::WEEKDAYS;
use leadstream_core::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Ms};

/// A cap, where `"off"` says the same as nothing.
pub(crate) fn cap(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<Spanned<f64>> {
    let (node, place) = fields.node("cap")?;
    if is_off(node) {
        return None;
    }
    number_of(node, &place, faults).map(|value| Spanned { value, place })
}

/// "2 per 1d", or a fault.
pub(crate) fn times_per(text: &Spanned<String>, faults: &mut Faults) -> Option<Spanned<(i64, Ms)>> {
    let Some(value) = at_most(&text.value) else {
        faults.add(&text.place, format!("{:?} must read like \"2 per 1d\": so many times, then the period", text.value));
        return None;
    };
    Some(Spanned { value, place: text.place.clone() })
}

/// "10 per 1d", also "1 per day".
pub(crate) fn at_most(text: &str) -> Option<(i64, Ms)> {
    let (times, period) = text.split_once(" per ")?;
    let per_ms = match period.trim() {
        "hour" => HOUR_MS,
        "day" => DAY_MS,
        "week" => 7 * DAY_MS,
        other => units::duration_ms(other).ok()?,
    };
    Some((times.trim().parse().ok()?, per_ms))
}

/// `{ from = "22:00", to = "08:00" }`.
pub(crate) fn hours(
    key: &'static str,
    like_from: &str,
    like_to: &str,
    fields: &mut Fields<'_>,
    faults: &mut Faults,
) -> Option<Spanned<(Ms, Ms)>> {
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
    Some(Spanned { value: (from_ms?, to_ms?), place })
}

/// "22:00".
fn time_of_day(text: &Spanned<String>, faults: &mut Faults) -> Option<Ms> {
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

pub(crate) fn weekdays(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<Spanned<Vec<u8>>> {
    let place = fields.place_of("weekdays");
    let names = fields.texts("weekdays", faults)?;
    let day = |name: &Spanned<String>| {
        let day = WEEKDAYS.iter().position(|d| *d == name.value).and_then(|n| u8::try_from(n).ok());
        if day.is_none() {
            faults.add(&name.place, unknown(&name.value, "day", &WEEKDAYS));
        }
        day
    };
    Some(Spanned { value: names.iter().filter_map(day).collect(), place })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_per_period_reads_as_people_say_it() {
        assert_eq!(at_most("10 per 1d"), Some((10, 86_400_000)));
        assert_eq!(at_most("1 per day"), Some((1, 86_400_000)));
        for wrong in ["10", "ten per 1d", "10 per", "10 per moon", "10/1d"] {
            assert_eq!(at_most(wrong), None, "{wrong}");
        }
    }
}
