//! What is wrong in `[contact]`.

use super::consent;
use super::spec::ContactSpec;
use crate::common::check::check_zone;
use crate::fault::{Faults, Spanned};
use crate::section::view::ModelView;
use leadstream_core::domain::model::contact::{CART, MAX_CAP_TIMES};
use leadstream_core::domain::model::words::length;
use leadstream_core::domain::names::nearest;
use leadstream_core::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Ms};

/// Most caps of a model.
const MAX_CAPS: usize = 8;
/// Longest period of a cap.
const MAX_CAP_MS: Ms = 366 * DAY_MS;
/// Most soft bounces in a row that a model may bear.
const MAX_SOFT_BOUNCES: i64 = 100;
const MAX_SPREAD_MS: Ms = 12 * HOUR_MS;

/// Notes what is wrong.
pub(super) fn check(spec: &ContactSpec, model: &ModelView<'_>, faults: &mut Faults) {
    caps(spec, faults);
    priority(spec, model, faults);
    quiet(spec, faults);
    consent::check(&spec.consent, faults);
    if let Some(limit) = &spec.soft_bounces
        && limit.value.is_some_and(|n| !(1..=MAX_SOFT_BOUNCES).contains(&n))
    {
        faults.add(&limit.place, format!("must be 1 to {MAX_SOFT_BOUNCES} soft bounces in a row, or \"off\""));
    }
}

fn caps(spec: &ContactSpec, faults: &mut Faults) {
    if let Some(cap) = spec.caps.get(MAX_CAPS) {
        faults.add(&cap.place, format!("is one cap too many: at most {MAX_CAPS} fit"));
    }
    for (n, cap) in spec.caps.iter().enumerate() {
        let (times, per_ms) = cap.value;
        if usize::try_from(times).is_ok_and(|t| (1..=MAX_CAP_TIMES).contains(&t)) && (1..=MAX_CAP_MS).contains(&per_ms) {
            let tighter = |o: &&Spanned<(i64, Ms)>| o.value.0 <= times && o.value.1 >= per_ms && o.value != cap.value;
            if let Some(other) = spec.caps.iter().find(tighter) {
                let message = format!(
                    "is never reached: {} per {} allows less already, so leave this cap out",
                    other.value.0,
                    length(other.value.1)
                );
                faults.add(&cap.place, message);
            }
            if spec.caps[..n].iter().any(|o| o.value == cap.value) {
                faults.add(&cap.place, "is there twice: leave one out");
            }
        } else {
            let message = format!("must allow 1 to {MAX_CAP_TIMES} mails in a period of at most 366d, such as \"2 per 1d\"");
            faults.add(&cap.place, message);
        }
    }
}

fn priority(spec: &ContactSpec, model: &ModelView<'_>, faults: &mut Faults) {
    if let Some(first) = spec.priority.first()
        && spec.caps.is_empty()
    {
        faults.add(
            &first.place,
            "priorities decide who gets the last place under a cap, but there is none: add caps = [\"2 per 1d\"]",
        );
    }
    for (n, name) in spec.priority.iter().enumerate() {
        let trigger = model.triggers.triggers.iter().find(|t| t.value.name.as_ref().is_some_and(|t| t.value == name.value));
        let known = || model.triggers.triggers.iter().filter_map(|t| t.value.name.as_ref()).map(|t| t.value.as_str());
        if name.value == CART {
        } else if let Some(trigger) = trigger {
            if trigger.value.mail.as_ref().is_some_and(|m| !m.value) {
                faults.add(&name.place, format!("{:?} leads to no mail (mail = false), so no cap concerns it", name.value));
            }
        } else {
            let names = std::iter::once(CART).chain(known());
            let hint = match nearest(&name.value, names.clone()) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("known are {}", names.map(|n| format!("{n:?}")).collect::<Vec<_>>().join(", ")),
            };
            faults.add(&name.place, format!("there is no trigger {:?}: {hint}", name.value));
        }
        if spec.priority[..n].iter().any(|o| o.value == name.value) {
            faults.add(&name.place, format!("{:?} is there twice: each name has one place", name.value));
        }
    }
}

fn quiet(spec: &ContactSpec, faults: &mut Faults) {
    if let Some(hours) = spec.quiet_hours.as_ref().filter(|h| h.value.0 == h.value.1) {
        faults.add(&hours.place, "begin and end at the same time: write { from = \"22:00\", to = \"08:00\" }");
    }
    if let Some(days) = spec.weekdays.as_ref().filter(|d| d.value.is_empty()) {
        faults.add(&days.place, "names no day, so no mail could ever leave: write the days on which it may");
    }
    let is_quiet = spec.is_quiet();
    match &spec.time_zone {
        None if is_quiet => {
            let example = "time_zone = \"Europe/Berlin\", for prospects whose own is not known";
            faults.missing(&spec.place, "time_zone", example);
        }
        Some(zone) => check_zone(zone, faults),
        None => {}
    }
    if !is_quiet {
        let lonely = [
            spec.time_zone.as_ref().map(|v| &v.place),
            spec.hold.as_ref().map(|v| &v.place),
            spec.max_hold_ms.as_ref().map(|v| &v.place),
            spec.spread_ms.as_ref().map(|v| &v.place),
        ];
        for place in lonely.into_iter().flatten() {
            faults.add(place, "has no effect without quiet_hours or weekdays: add them, or leave it out");
        }
        return;
    }
    let holds = spec.holds();
    match &spec.spread_ms {
        Some(spread) if !holds => {
            faults.add(&spread.place, "has no effect: when_quiet = \"skip\" holds nothing that could be spread");
        }
        Some(spread) if spread.value.is_some_and(|ms| !(MINUTE_MS..=MAX_SPREAD_MS).contains(&ms)) => {
            faults.add(
                &spread.place,
                "must be 1 minute to 12 hours: write \"30m\", or \"off\" to let all that was held leave at once",
            );
        }
        _ => {}
    }
    match &spec.max_hold_ms {
        Some(max) if !holds => faults.add(&max.place, "has no effect: when_quiet = \"skip\" waits for nothing"),
        Some(max) if max.value.is_some_and(|ms| ms <= 0) => {
            faults.add(
                &max.place,
                "must be longer than nothing: write \"12h\", \"off\" for as long as it takes, or when_quiet = \"skip\"",
            );
        }
        _ => {}
    }
}
