//! Contact in words.

use super::consent;
use super::spec::ContactSpec;
use crate::common::describe::clock;
use leadstream_core::domain::model::contact::WEEKDAYS;
use leadstream_core::domain::model::words::length;

/// What it says, in words.
pub(super) fn describe(spec: &ContactSpec, say: &mut dyn FnMut(&str, String)) {
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
        let days: Vec<&str> = spec.weekdays().iter().map(|d| WEEKDAYS[usize::from(*d) % 7]).collect();
        say("contact: days on which mail may leave", days.join(", "));
    }
    if let Some(zone) = &spec.time_zone {
        say("contact: the clock of prospects whose own is not known", zone.value.clone());
    }
    if spec.is_quiet() {
        let hold = spec.holds();
        let max_ms = spec.max_hold_ms();
        let waits =
            max_ms.map_or_else(|| "waits for their end".to_owned(), |ms| format!("waits for their end, at most {}", length(ms)));
        say("contact: what is due in quiet hours", if hold { waits } else { "is skipped".to_owned() });
        if hold {
            let within = spec.spread_ms().map_or_else(|| "at once".to_owned(), |ms| format!("spread over {}", length(ms)));
            say("contact: what was held leaves when they are over", within);
        }
    }
    if let Some(limit) = spec.soft_bounces.as_ref().and_then(|n| n.value) {
        say("contact: an address counts as dead after", format!("{limit} soft bounces in a row"));
    }
    say("contact: opens of mails", if spec.ignores_opens() { "are ignored" } else { "count" }.to_owned());
    let one = if spec.one_list_is_all() { "wants no mail at all" } else { "goes on getting the others" };
    say("contact: who leaves one newsletter", one.to_owned());
    consent::describe(&spec.consent, say);
}
