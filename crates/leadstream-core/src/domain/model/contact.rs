//! How often and when a prospect may be contacted: caps, priorities, quiet hours.

mod consent;

use super::AtMost;
use super::check::Found;
use super::spec::{At, ModelSpec, Place};
use super::words::length;
use crate::domain::event::{Event, MailEvent};
use crate::domain::ids::name_hash;
use crate::domain::model::consent::ConsentModel;
use crate::domain::model::quiet::Quiet;
use crate::domain::names::Vocabulary;
use crate::domain::zones::{self, Zone};
use crate::domain::{DAY_MS, HOUR_MS, MINUTE_MS, Ms};
pub use consent::ConsentSpec;

/// The name under which the steps of cart series stand in `priority`.
pub const CART: &str = "cart";
/// Most times that a cap may allow: so many are remembered.
pub const MAX_CAP_TIMES: usize = 50;
/// Most caps of a model.
const MAX_CAPS: usize = 8;
/// Longest period of a cap.
const MAX_CAP_MS: Ms = 366 * DAY_MS;
/// Most soft bounces in a row that a model may bear.
const MAX_SOFT_BOUNCES: i64 = 100;
/// A mail waits at most this long for quiet hours to end, when the model says nothing.
pub const DEFAULT_MAX_HOLD_MS: Ms = 12 * HOUR_MS;
/// What was held leaves within this time from the end of quiet hours on, when the model says nothing.
pub const DEFAULT_SPREAD_MS: Ms = 30 * MINUTE_MS;
const MAX_SPREAD_MS: Ms = 12 * HOUR_MS;
/// The days of the week, as models write them.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Where events say in which time zone the prospect is.
const ZONE_PROPERTIES: [&str; 2] = ["traits.timezone", "context.timezone"];

/// What the file says of it: `[contact]`.
#[derive(Debug, Clone, Default)]
pub struct ContactSpec {
    pub place: Place,
    pub given: bool,
    /// So many times, in so many milliseconds.
    pub caps: Vec<At<(i64, Ms)>>,
    pub priority: Vec<At<String>>,
    /// From, to: times of day.
    pub quiet_hours: Option<At<(Ms, Ms)>>,
    /// Indices into [`WEEKDAYS`].
    pub weekdays: Option<At<Vec<u8>>>,
    pub time_zone: Option<At<String>>,
    /// True: `"hold"`.
    pub hold: Option<At<bool>>,
    /// Inner `None`: `"off"`.
    pub max_hold_ms: Option<At<Option<Ms>>>,
    /// Inner `None`: `"off"`.
    pub soft_bounces: Option<At<Option<i64>>>,
    /// True: `"count"`.
    pub opens: Option<At<bool>>,
    /// True: `"all"`.
    pub list_unsubscribe: Option<At<bool>>,
    pub consent: ConsentSpec,
    /// Inner `None`: `"off"`.
    pub spread_ms: Option<At<Option<Ms>>>,
}

/// The same, compiled.
#[derive(Debug, Clone, Default)]
pub struct ContactModel {
    pub caps: Vec<AtMost>,
    /// Hashes of names, the most important first.
    pub priority: Vec<u32>,
    /// [`name_hash`] of [`CART`].
    pub cart: u32,
    pub quiet: Option<Quiet>,
    pub soft_bounces: Option<u8>,
    /// Opens of mails are nothing: they are not looked at.
    pub ignores_opens: bool,
    /// Who leaves one newsletter wants no mail at all.
    pub one_list_is_all: bool,
    pub consent: ConsentModel,
}

impl ContactModel {
    /// Whether an event is nothing to this model: an open, where opens don't count.
    #[must_use]
    pub fn ignores(&self, event: &Event<'_>) -> bool {
        self.ignores_opens && event.mail() == Some(MailEvent::Opened)
    }

    /// Smaller is more important; what is not named comes last.
    #[must_use]
    pub fn rank(&self, name: u32) -> usize {
        self.priority.iter().position(|p| *p == name).unwrap_or(self.priority.len())
    }
}

/// Notes what is wrong.
pub(super) fn check(spec: &ContactSpec, model: &ModelSpec, found: &mut Found) {
    caps(spec, found);
    priority(spec, model, found);
    quiet(spec, found);
    consent::check(&spec.consent, found);
    if let Some(limit) = &spec.soft_bounces
        && limit.value.is_some_and(|n| !(1..=MAX_SOFT_BOUNCES).contains(&n))
    {
        found.add(&limit.place, format!("must be 1 to {MAX_SOFT_BOUNCES} soft bounces in a row, or \"off\""));
    }
}

fn caps(spec: &ContactSpec, found: &mut Found) {
    if let Some(cap) = spec.caps.get(MAX_CAPS) {
        found.add(&cap.place, format!("is one cap too many: at most {MAX_CAPS} fit"));
    }
    for (n, cap) in spec.caps.iter().enumerate() {
        let (times, per_ms) = cap.value;
        if usize::try_from(times).is_ok_and(|t| (1..=MAX_CAP_TIMES).contains(&t)) && (1..=MAX_CAP_MS).contains(&per_ms) {
            let tighter = |o: &&At<(i64, Ms)>| o.value.0 <= times && o.value.1 >= per_ms && o.value != cap.value;
            if let Some(other) = spec.caps.iter().find(tighter) {
                let message = format!(
                    "is never reached: {} per {} allows less already, so leave this cap out",
                    other.value.0,
                    length(other.value.1)
                );
                found.add(&cap.place, message);
            }
            if spec.caps[..n].iter().any(|o| o.value == cap.value) {
                found.add(&cap.place, "is there twice: leave one out");
            }
        } else {
            let message = format!("must allow 1 to {MAX_CAP_TIMES} mails in a period of at most 366d, such as \"2 per 1d\"");
            found.add(&cap.place, message);
        }
    }
}

fn priority(spec: &ContactSpec, model: &ModelSpec, found: &mut Found) {
    if let Some(first) = spec.priority.first()
        && spec.caps.is_empty()
    {
        found.add(
            &first.place,
            "priorities decide who gets the last place under a cap, but there is none: add caps = [\"2 per 1d\"]",
        );
    }
    for (n, name) in spec.priority.iter().enumerate() {
        let trigger = model.absence.triggers.iter().find(|t| t.value.name.as_ref().is_some_and(|t| t.value == name.value));
        let known = || model.absence.triggers.iter().filter_map(|t| t.value.name.as_ref()).map(|t| t.value.as_str());
        if name.value == CART {
        } else if let Some(trigger) = trigger {
            if trigger.value.mail.as_ref().is_some_and(|m| !m.value) {
                found.add(&name.place, format!("{:?} leads to no mail (mail = false), so no cap concerns it", name.value));
            }
        } else {
            let names = std::iter::once(CART).chain(known());
            let hint = match super::check::nearest(&name.value, names.clone()) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("known are {}", names.map(|n| format!("{n:?}")).collect::<Vec<_>>().join(", ")),
            };
            found.add(&name.place, format!("there is no trigger {:?}: {hint}", name.value));
        }
        if spec.priority[..n].iter().any(|o| o.value == name.value) {
            found.add(&name.place, format!("{:?} is there twice: each name has one place", name.value));
        }
    }
}

/// Notes where a time zone is none.
pub(super) fn check_zone(zone: &At<String>, found: &mut Found) {
    if Zone::find(&zone.value).is_some() {
        return;
    }
    let names = zones::names();
    // People write the city.
    let city = |n: &&String| n.rsplit('/').next().is_some_and(|c| c.eq_ignore_ascii_case(&zone.value.replace(' ', "_")));
    let near = names.iter().find(city).map(String::as_str);
    let near = near.or_else(|| super::check::nearest(&zone.value, names.iter().map(String::as_str)));
    let hint = near.map_or_else(|| "write it like \"Europe/Berlin\"".to_owned(), |near| format!("did you mean {near:?}?"));
    found.add(&zone.place, format!("{:?} is no time zone: {hint}", zone.value));
}

fn quiet(spec: &ContactSpec, found: &mut Found) {
    if let Some(hours) = spec.quiet_hours.as_ref().filter(|h| h.value.0 == h.value.1) {
        found.add(&hours.place, "begin and end at the same time: write { from = \"22:00\", to = \"08:00\" }");
    }
    if let Some(days) = spec.weekdays.as_ref().filter(|d| d.value.is_empty()) {
        found.add(&days.place, "names no day, so no mail could ever leave: write the days on which it may");
    }
    let is_quiet = is_quiet(spec);
    match &spec.time_zone {
        None if is_quiet => {
            let example = "time_zone = \"Europe/Berlin\", for prospects whose own is not known";
            found.missing(&spec.place, "time_zone", example);
        }
        Some(zone) => check_zone(zone, found),
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
            found.add(place, "has no effect without quiet_hours or weekdays: add them, or leave it out");
        }
        return;
    }
    let holds = spec.hold.as_ref().is_none_or(|h| h.value);
    match &spec.spread_ms {
        Some(spread) if !holds => {
            found.add(&spread.place, "has no effect: when_quiet = \"skip\" holds nothing that could be spread");
        }
        Some(spread) if spread.value.is_some_and(|ms| !(MINUTE_MS..=MAX_SPREAD_MS).contains(&ms)) => {
            found.add(
                &spread.place,
                "must be 1 minute to 12 hours: write \"30m\", or \"off\" to let all that was held leave at once",
            );
        }
        _ => {}
    }
    match &spec.max_hold_ms {
        Some(max) if !holds => found.add(&max.place, "has no effect: when_quiet = \"skip\" waits for nothing"),
        Some(max) if max.value.is_some_and(|ms| ms <= 0) => {
            found.add(
                &max.place,
                "must be longer than nothing: write \"12h\", \"off\" for as long as it takes, or when_quiet = \"skip\"",
            );
        }
        _ => {}
    }
}

/// From a checked spec to what steps run on.
pub(super) fn compile(spec: &ContactSpec, _model: &ModelSpec, vocabulary: &mut Vocabulary) -> ContactModel {
    let cap = |cap: &At<(i64, Ms)>| AtMost { times: u32::try_from(cap.value.0).unwrap_or(u32::MAX), per_ms: cap.value.1 };
    ContactModel {
        caps: spec.caps.iter().map(cap).collect(),
        priority: spec.priority.iter().map(|name| name_hash(&name.value)).collect(),
        cart: name_hash(CART),
        quiet: is_quiet(spec).then(|| Quiet {
            hours: spec.quiet_hours.as_ref().map(|h| h.value),
            weekdays: weekdays(spec).iter().fold(0, |days, day| days | 1 << day),
            zone: spec.time_zone.as_ref().and_then(|z| Zone::find(&z.value)).unwrap_or_default(),
            hold: spec.hold.as_ref().is_none_or(|h| h.value),
            max_hold_ms: spec.max_hold_ms.as_ref().map_or(Some(DEFAULT_MAX_HOLD_MS), |m| m.value),
            zone_properties: ZONE_PROPERTIES.iter().map(|path| vocabulary.intern_property(path)).collect(),
            spread_ms: spread_ms(spec),
        }),
        soft_bounces: spec.soft_bounces.as_ref().and_then(|n| n.value).map(|n| u8::try_from(n).unwrap_or(u8::MAX)),
        ignores_opens: ignores_opens(spec),
        one_list_is_all: one_list_is_all(spec),
        consent: consent::compile(&spec.consent, vocabulary),
    }
}

fn spread_ms(spec: &ContactSpec) -> Option<Ms> {
    spec.spread_ms.as_ref().map_or(Some(DEFAULT_SPREAD_MS), |spread| spread.value)
}

/// There are times at which no mail may leave.
fn is_quiet(spec: &ContactSpec) -> bool {
    spec.quiet_hours.is_some() || spec.weekdays.is_some()
}

fn ignores_opens(spec: &ContactSpec) -> bool {
    spec.opens.as_ref().is_some_and(|count| !count.value)
}

fn one_list_is_all(spec: &ContactSpec) -> bool {
    spec.list_unsubscribe.as_ref().is_some_and(|all| all.value)
}

fn weekdays(spec: &ContactSpec) -> Vec<u8> {
    let mut days = spec.weekdays.as_ref().map_or_else(|| (0..7).collect(), |d| d.value.clone());
    days.sort_unstable();
    days.dedup();
    days
}

/// Whether no mail may leave at this time of a week that begins with a Monday.
pub(super) fn is_quiet_at(spec: &ContactSpec, week_ms: Ms) -> bool {
    let time_ms = week_ms.rem_euclid(DAY_MS);
    let day = week_ms.div_euclid(DAY_MS).rem_euclid(7);
    let is_quiet = spec.quiet_hours.as_ref().is_some_and(|hours| {
        let (from_ms, to_ms) = hours.value;
        if from_ms < to_ms { (from_ms..to_ms).contains(&time_ms) } else { time_ms >= from_ms || time_ms < to_ms }
    });
    is_quiet || !weekdays(spec).iter().any(|allowed| i64::from(*allowed) == day)
}

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(spec: &ContactSpec) -> Vec<String> {
    let mut lines = Vec::new();
    let mut caps: Vec<_> = spec.caps.iter().map(|c| c.value).collect();
    caps.sort_unstable();
    lines.extend(caps.iter().map(|(times, per_ms)| format!("contact cap {times} per {per_ms}")));
    if !spec.priority.is_empty() {
        let names: Vec<&str> = spec.priority.iter().map(|n| n.value.as_str()).collect();
        lines.push(format!("contact priority {names:?}"));
    }
    if is_quiet(spec) {
        let hours = spec.quiet_hours.as_ref().map(|h| h.value);
        let zone = spec.time_zone.as_ref().map_or("", |z| z.value.as_str());
        let hold = spec.hold.as_ref().is_none_or(|h| h.value);
        let max_ms = spec.max_hold_ms.as_ref().map_or(Some(DEFAULT_MAX_HOLD_MS), |m| m.value);
        lines.push(format!("contact quiet {hours:?} days {:?} zone {zone:?} hold {hold} at most {max_ms:?}", weekdays(spec)));
    }
    if is_quiet(spec) && spread_ms(spec) != Some(DEFAULT_SPREAD_MS) {
        lines.push(format!("contact spread {:?}", spread_ms(spec)));
    }
    lines.extend(consent::lines(&spec.consent));
    if let Some(limit) = spec.soft_bounces.as_ref().and_then(|n| n.value) {
        lines.push(format!("contact soft bounces {limit}"));
    }
    if ignores_opens(spec) {
        lines.push("contact opens ignored".to_owned());
    }
    if one_list_is_all(spec) {
        lines.push("contact one list is all".to_owned());
    }
    lines
}

/// What it says, in words.
pub(super) fn statements(spec: &ContactSpec, say: &mut dyn FnMut(&str, String)) {
    for cap in &spec.caps {
        let (times, per_ms) = cap.value;
        say(&format!("contact: within {}", length(per_ms)), format!("at most {times} triggers that lead to a mail"));
    }
    if !spec.priority.is_empty() {
        let names: Vec<&str> = spec.priority.iter().map(|n| n.value.as_str()).collect();
        say("contact: the last place under a cap goes to", names.join(", before "));
    }
    if let Some(hours) = &spec.quiet_hours {
        say("contact: quiet hours", format!("from {} to {}", clock(hours.value.0), clock(hours.value.1)));
    }
    if spec.weekdays.is_some() {
        let days: Vec<&str> = weekdays(spec).iter().map(|d| WEEKDAYS[usize::from(*d) % 7]).collect();
        say("contact: days on which mail may leave", days.join(", "));
    }
    if let Some(zone) = &spec.time_zone {
        say("contact: the clock of prospects whose own is not known", zone.value.clone());
    }
    if is_quiet(spec) {
        let hold = spec.hold.as_ref().is_none_or(|h| h.value);
        let max_ms = spec.max_hold_ms.as_ref().map_or(Some(DEFAULT_MAX_HOLD_MS), |m| m.value);
        let waits =
            max_ms.map_or_else(|| "waits for their end".to_owned(), |ms| format!("waits for their end, at most {}", length(ms)));
        say("contact: what is due in quiet hours", if hold { waits } else { "is skipped".to_owned() });
        if hold {
            let within = spread_ms(spec).map_or_else(|| "at once".to_owned(), |ms| format!("spread over {}", length(ms)));
            say("contact: what was held leaves when they are over", within);
        }
    }
    if let Some(limit) = spec.soft_bounces.as_ref().and_then(|n| n.value) {
        say("contact: an address counts as dead after", format!("{limit} soft bounces in a row"));
    }
    say("contact: opens of mails", if ignores_opens(spec) { "are ignored" } else { "count" }.to_owned());
    let one = if one_list_is_all(spec) { "wants no mail at all" } else { "goes on getting the others" };
    say("contact: who leaves one newsletter", one.to_owned());
    consent::statements(&spec.consent, say);
}

pub(super) fn clock(time_of_day_ms: Ms) -> String {
    format!("{:02}:{:02}", time_of_day_ms / HOUR_MS, time_of_day_ms % HOUR_MS / MINUTE_MS)
}
