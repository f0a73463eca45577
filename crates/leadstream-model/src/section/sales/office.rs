//! Office hours and holidays: by them the time is counted in which sales has to answer.

use super::spec::OfficeSpec;
use crate::common::check::check_zone;
use crate::common::describe::clock;
use crate::fault::{Faults, Place};
use leadstream_core::domain::model::contact::WEEKDAYS;
use leadstream_core::domain::model::sales::Office;
use leadstream_core::domain::zones::{Day, Zone};

/// Monday to Friday.
const WORKING_DAYS: [u8; 5] = [0, 1, 2, 3, 4];

/// Most holidays of a model.
const MAX_HOLIDAYS: usize = 1_000;

/// Notes what is wrong.
pub(super) fn check(spec: &OfficeSpec, section: &Place, faults: &mut Faults) {
    if let Some(hours) = spec.hours.as_ref().filter(|hours| hours.value.0 == hours.value.1) {
        faults.add(&hours.place, "begin and end at the same time: write { from = \"09:00\", to = \"17:30\" }");
    }
    if let Some(days) = spec.weekdays.as_ref().filter(|days| days.value.is_empty()) {
        faults.add(&days.place, "names no day, so nobody could ever answer: write the days on which sales works");
    }
    for holiday in &spec.holidays {
        if Day::find(&holiday.value).is_none() {
            let hint = "write it like \"2026-12-25\", or \"12-25\" for every year";
            faults.add(&holiday.place, format!("{:?} is no day: {hint}", holiday.value));
        }
    }
    if let Some(one) = spec.holidays.get(MAX_HOLIDAYS) {
        faults.add(&one.place, format!("is one holiday too many: at most {MAX_HOLIDAYS} fit"));
    }
    match &spec.time_zone {
        None if spec.is_given() => faults.missing(section, "time_zone", "time_zone = \"Europe/Berlin\", the clock of the office"),
        Some(zone) => check_zone(zone, faults),
        None => {}
    }
    if !spec.is_given() {
        let days = spec.weekdays.as_ref().map(|days| &days.place);
        let holiday = spec.holidays.first().map(|one| &one.place);
        for place in [days, spec.time_zone.as_ref().map(|zone| &zone.place), holiday].into_iter().flatten() {
            faults.add(place, "has no effect without office_hours: add office_hours = { from = \"09:00\", to = \"17:30\" }");
        }
    }
}

pub(super) fn compile(spec: &OfficeSpec) -> Option<Office> {
    let (from_ms, to_ms) = spec.hours.as_ref()?.value;
    let zone = spec.time_zone.as_ref().and_then(|zone| Zone::find(&zone.value)).unwrap_or_default();
    let holidays = spec.holidays.iter().filter_map(|day| Day::find(&day.value)).collect();
    Some(Office { zone, from_ms, to_ms, weekdays: days(spec).iter().fold(0, |all, day| all | 1 << day), holidays })
}

fn days(spec: &OfficeSpec) -> Vec<u8> {
    let mut days = spec.weekdays.as_ref().map_or_else(|| WORKING_DAYS.to_vec(), |days| days.value.clone());
    days.sort_unstable();
    days.dedup();
    days
}

fn holidays(spec: &OfficeSpec) -> Vec<&str> {
    let mut all: Vec<&str> = spec.holidays.iter().map(|day| day.value.as_str()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// A line of the canonical text where the file says something of it.
pub(super) fn line(spec: &OfficeSpec) -> Option<String> {
    let (from_ms, to_ms) = spec.hours.as_ref()?.value;
    let zone = spec.time_zone.as_ref().map_or("", |zone| zone.value.as_str());
    Some(format!("hand-over office {from_ms} to {to_ms} days {:?} zone {zone:?} holidays {:?}", days(spec), holidays(spec)))
}

pub(super) fn describe(spec: &OfficeSpec, say: &mut dyn FnMut(&str, String)) {
    let Some((from_ms, to_ms)) = spec.hours.as_ref().map(|hours| hours.value) else { return };
    let names: Vec<&str> = days(spec).iter().map(|day| WEEKDAYS[usize::from(*day) % 7]).collect();
    let zone = spec.time_zone.as_ref().map_or("", |zone| zone.value.as_str());
    let hours = format!("from {} to {} in {zone}, {}", clock(from_ms), clock(to_ms), names.join(", "));
    say("the time in which sales answers is counted", hours);
    if !spec.holidays.is_empty() {
        say("the time in which sales answers is not counted on", holidays(spec).join(", "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Spanned;
    use leadstream_core::domain::{DAY_MS, HOUR_MS, Ms};

    /// 2026-10-23T00:00:00Z, a Friday; on Sunday the clocks of Berlin go back.
    const FRIDAY_MS: Ms = 1_792_713_600_000;

    fn berlin(from: Ms, to: Ms, weekdays: &[u8], holidays: &[&str]) -> Office {
        let at = |text: &str| Spanned::nowhere(text.to_owned());
        let spec = OfficeSpec {
            hours: Some(Spanned::nowhere((from * HOUR_MS, to * HOUR_MS))),
            weekdays: Some(Spanned::nowhere(weekdays.to_vec())),
            time_zone: Some(at("Europe/Berlin")),
            holidays: holidays.iter().map(|day| at(day)).collect(),
        };
        compile(&spec).expect("hours")
    }

    #[test]
    fn only_office_time_counts_and_the_clock_may_change_meanwhile() {
        let office = berlin(9, 17, &WORKING_DAYS, &[]);
        // Friday 16:00 in summer time: one hour left, then Monday from 9:00 in winter time.
        let friday_ms = FRIDAY_MS + 14 * HOUR_MS;
        assert_eq!(office.due_ms(friday_ms, HOUR_MS), friday_ms + HOUR_MS);
        assert_eq!(office.due_ms(friday_ms, 3 * HOUR_MS), FRIDAY_MS + 3 * DAY_MS + 10 * HOUR_MS);
        // What comes on Saturday waits for Monday; what comes before the office opens, until then.
        assert_eq!(office.due_ms(FRIDAY_MS + DAY_MS, HOUR_MS), FRIDAY_MS + 3 * DAY_MS + 9 * HOUR_MS);
        assert_eq!(office.due_ms(FRIDAY_MS, 2 * HOUR_MS), FRIDAY_MS + 9 * HOUR_MS);
        // Days go by while it lasts.
        assert_eq!(office.due_ms(FRIDAY_MS, 16 * HOUR_MS), FRIDAY_MS + 3 * DAY_MS + 16 * HOUR_MS);
    }

    #[test]
    fn a_shift_over_the_change_of_the_clock_is_as_long_as_it_was() {
        let office = berlin(22, 6, &[5], &[]);
        // Saturday 22:00 to Sunday 6:00 are nine hours when the clock goes back.
        let begins_ms = FRIDAY_MS + DAY_MS + 20 * HOUR_MS;
        assert_eq!(office.due_ms(begins_ms, 9 * HOUR_MS), begins_ms + 9 * HOUR_MS);
        assert_eq!(office.due_ms(begins_ms + 4 * HOUR_MS, 5 * HOUR_MS), begins_ms + 9 * HOUR_MS);
        assert_eq!(office.due_ms(begins_ms, 9 * HOUR_MS + 1), FRIDAY_MS + 8 * DAY_MS + 21 * HOUR_MS + 1);
    }

    #[test]
    fn holidays_do_not_count_once_or_every_year() {
        let hour_before_closing_ms = FRIDAY_MS + 14 * HOUR_MS;
        let due =
            |holidays: &[&str]| berlin(9, 17, &WORKING_DAYS, holidays).due_ms(hour_before_closing_ms, 2 * HOUR_MS) - FRIDAY_MS;
        let monday_ms = 3 * DAY_MS + 9 * HOUR_MS;
        assert_eq!(due(&[]), monday_ms);
        assert_eq!(due(&["2026-10-26"]), monday_ms + DAY_MS);
        assert_eq!(due(&["10-26", "2026-10-27"]), monday_ms + 2 * DAY_MS);
        assert_eq!(due(&["2027-10-26"]), monday_ms);
        // Closed for good: the time is counted as it passes.
        let always: Vec<String> = (1..=12).flat_map(|month| (1..=31).map(move |day| format!("{month:02}-{day:02}"))).collect();
        let always: Vec<&str> = always.iter().map(String::as_str).collect();
        assert_eq!(due(&always), 16 * HOUR_MS);
    }
}
