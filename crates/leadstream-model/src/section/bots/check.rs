//! What is wrong in `[machines]`.

use super::spec::BotsSpec;
use crate::fault::Faults;
use leadstream_core::domain::model::bots::{MAX_LINKS, PROXIES};
use leadstream_core::domain::{Ms, SECOND_MS};

/// Most names of programs of one model.
const MAX_BOT_NAMES: usize = 100;
/// A shorter name is in everything.
const MIN_BOT_NAME_BYTES: usize = 3;
const MAX_BOT_NAME_BYTES: usize = 64;
/// Fewer views in a minute are a person's.
const MIN_VIEWS: i64 = 20;
/// Most views or links: whatever is more is meant as off.
const MAX_COUNT: i64 = 10_000;
/// Longest time that tells a scanner from a reader.
const MAX_SCANNER_MS: Ms = 600 * SECOND_MS;

/// Notes what is wrong.
pub(super) fn check(spec: &BotsSpec, faults: &mut Faults) {
    let names = spec.bot_names.as_deref().unwrap_or_default();
    for name in names.iter().filter(|n| !(MIN_BOT_NAME_BYTES..=MAX_BOT_NAME_BYTES).contains(&n.value.trim().len())) {
        let message =
            format!("{:?} can't name a program: write {MIN_BOT_NAME_BYTES} to {MAX_BOT_NAME_BYTES} bytes of it", name.value);
        faults.add(&name.place, message);
    }
    if let Some(one_too_many) = names.get(MAX_BOT_NAMES) {
        faults.add(&one_too_many.place, format!("at most {MAX_BOT_NAMES} names fit"));
    }
    for (n, name) in spec.proxies.iter().flatten().enumerate() {
        if !PROXIES.contains(&name.value.as_str()) {
            let known = PROXIES.map(|p| format!("{p:?}")).join(", ");
            faults.add(&name.place, format!("there is no proxy {:?}: known are {known}", name.value));
        }
        if spec.proxies.iter().flatten().take(n).any(|other| other.value == name.value) {
            faults.add(&name.place, format!("{:?} is there twice: leave one out", name.value));
        }
    }
    let durations = [
        (spec.proxy_after_ms.as_ref().map(|at| (at.value, &at.place)), "\"5s\", or \"off\""),
        (spec.scanner_after_ms.as_ref().map(|at| (at.value, &at.place)), "\"10s\", or \"off\""),
        (spec.scanner_within_ms.as_ref().map(|at| (Some(at.value), &at.place)), "\"5s\""),
    ];
    for ((ms, place), example) in durations.into_iter().filter_map(|(said, example)| Some((said?, example))) {
        if ms.is_some_and(|ms| !(1..=MAX_SCANNER_MS).contains(&ms)) {
            faults.add(place, format!("a scanner is told by seconds, at most 10 minutes: write {example}"));
        }
    }
    if let Some(views) = &spec.views_per_minute
        && views.value.is_some_and(|n| !(MIN_VIEWS..=MAX_COUNT).contains(&n))
    {
        let message = format!("people look at many pages too: write a number from {MIN_VIEWS} to {MAX_COUNT}, or \"off\"");
        faults.add(&views.place, message);
    }
    if let Some(links) = &spec.scanner_links
        && links.value.is_some_and(|n| !(2..=MAX_LINKS).contains(&n))
    {
        faults.add(&links.place, format!("one link is a person's click: write a number from 2 to {MAX_LINKS}, or \"off\""));
    }
}
