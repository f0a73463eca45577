//! Times of an answer as the reader's clock shows them.

use crate::app::zone::Zone;
use serde_json::Value;

/// What holds a time wherever it stands in an answer; no name that comes from outside has a text under one of these.
const TIMES: [&str; 28] = [
    "answered",
    "at",
    "began",
    "clicked",
    "closed",
    "cooldown_from",
    "due",
    "entered",
    "first_heard",
    "first_seen",
    "forget_at",
    "handed_over",
    "internal_since",
    "journey_began",
    "journey_closed",
    "label_falls_at",
    "label_rises_at",
    "last_activity",
    "last_heard",
    "last_seen",
    "leaves",
    "left",
    "next_due",
    "not_again_before",
    "opened",
    "since",
    "stale_at",
    "until",
];

/// The same answer with its times in the zone, to the second, and the zone's name beside the time of the whole.
pub(super) fn in_zone(answer: &Value, zone: &Zone) -> Value {
    let mut shown = of(answer, zone);
    if let Some(at) = shown["at"].as_str() {
        shown["at"] = format!("{at} ({})", zone.name).into();
    }
    shown
}

fn of(value: &Value, zone: &Zone) -> Value {
    match value {
        Value::Array(all) => all.iter().map(|one| of(one, zone)).collect(),
        Value::Object(all) => {
            let one = |(key, value): (&String, &Value)| {
                let time = value.as_str().filter(|_| TIMES.contains(&key.as_str()));
                let time = time.and_then(|text| text.parse::<jiff::Timestamp>().ok());
                let value = time.map_or_else(|| of(value, zone), |time| zone.second(time.as_millisecond()).into());
                (key.clone(), value)
            };
            all.iter().map(one).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_those_of_the_reader_to_the_second_and_nothing_else_changes() {
        let answer = json!({
            "prospect": "2026-03-01T08:00:00Z", "at": "2026-03-01T08:00:00.123Z", "last_seen": null, "sessions": 3,
            "models": [{ "journey": { "entered": "2026-07-01T08:00:00.999Z", "stage": "2026-07-01T08:00:00Z", "stale_at": "soon" } }],
            "traits": { "since": { "value": "2026-03-01T08:00:00Z", "said": "x" } },
        });
        let shown = in_zone(&answer, &Zone::named(Some("Europe/Berlin")).unwrap());
        let expected = json!({
            "prospect": "2026-03-01T08:00:00Z", "at": "2026-03-01 09:00:00 (Europe/Berlin)", "last_seen": null, "sessions": 3,
            "models": [{ "journey": { "entered": "2026-07-01 10:00:00", "stage": "2026-07-01T08:00:00Z", "stale_at": "soon" } }],
            "traits": { "since": { "value": "2026-03-01T08:00:00Z", "said": "x" } },
        });
        assert_eq!(shown, expected);
    }
}
