//! Which dead letters are meant.

use crate::app::cli::DeadLettersFilter;
use crate::domain::Ms;
use crate::runtime::ports::DeadReason;
use crate::wire::dead_letter::Info;
use leadstream_model::{fields, units};

/// The filter of the command line, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    reasons: Vec<String>,
    topics: Vec<String>,
    since_ms: Option<Ms>,
    until_ms: Option<Ms>,
}

impl Filter {
    /// # Errors
    /// An unknown reason, or a time that is none.
    pub(super) fn new(args: &DeadLettersFilter, now_ms: Ms) -> Result<Self, String> {
        let known: Vec<&str> = DeadReason::ALL.iter().map(|r| r.name()).collect();
        for reason in &args.reason {
            if !known.contains(&reason.as_str()) {
                return Err(format!("--reason: {}", fields::unknown(reason, "reason", &known)));
            }
        }
        let time = |option: &str, text: &Option<String>| {
            text.as_ref().map(|text| point(text, now_ms).ok_or_else(|| bad_time(option, text))).transpose()
        };
        let filter = Self {
            reasons: args.reason.clone(),
            topics: args.topic.clone(),
            since_ms: time("--since", &args.since)?,
            until_ms: time("--until", &args.until)?,
        };
        if let (Some(since), Some(until)) = (filter.since_ms, filter.until_ms)
            && since >= until
        {
            return Err("--since is not before --until: no time is left between them".to_owned());
        }
        Ok(filter)
    }

    /// `at_ms`: the dead letter's own time. That of the original record may be of any year.
    pub(super) fn fits(&self, info: &Info, at_ms: Ms) -> bool {
        let any = |wanted: &[String], found: &str| wanted.is_empty() || wanted.iter().any(|w| w == found);
        any(&self.reasons, &info.reason)
            && any(&self.topics, &info.topic)
            && self.since_ms.is_none_or(|since| at_ms >= since)
            && self.until_ms.is_none_or(|until| at_ms < until)
    }
}

fn bad_time(option: &str, text: &str) -> String {
    format!("{option}: {text:?} must be a time such as 2026-03-01T00:00:00Z, or how long ago, such as 2h or 3d")
}

/// A time, or so long ago.
fn point(text: &str, now_ms: Ms) -> Option<Ms> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_millisecond());
    }
    units::duration_ms(text).ok().map(|ago| now_ms - ago)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args() -> DeadLettersFilter {
        DeadLettersFilter::default()
    }

    fn info(reason: &str, topic: &str) -> Info {
        Info { reason: reason.to_owned(), topic: topic.to_owned(), ..Info::default() }
    }

    #[test]
    fn without_options_everything_fits() {
        let filter = Filter::new(&args(), 0).expect("good");
        assert!(filter.fits(&info("absurd-time", "cart"), -1));
    }

    #[test]
    fn reason_topic_and_time_must_all_fit() {
        let args = DeadLettersFilter {
            reason: vec!["absurd-time".to_owned()],
            topic: vec!["cart".to_owned()],
            since: Some("1h".to_owned()),
            until: Some("1970-01-01T02:00:00Z".to_owned()),
        };
        let filter = Filter::new(&args, 2 * 3_600_000).expect("good");
        assert!(filter.fits(&info("absurd-time", "cart"), 3_600_000));
        assert!(!filter.fits(&info("absurd-time", "cart"), 3_599_999), "too early");
        assert!(!filter.fits(&info("absurd-time", "cart"), 7_200_000), "too late");
        assert!(!filter.fits(&info("absurd-time", "email"), 3_600_000), "another topic");
        assert!(!filter.fits(&info("no-name", "cart"), 3_600_000), "another reason");
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_to_write() {
        let reason = DeadLettersFilter { reason: vec!["absurd-tme".to_owned()], ..args() };
        assert!(Filter::new(&reason, 0).expect_err("unknown").contains("did you mean \"absurd-time\"?"));
        let since = DeadLettersFilter { since: Some("yesterday".to_owned()), ..args() };
        assert!(Filter::new(&since, 0).expect_err("no time").contains("2h"));
        let empty = DeadLettersFilter { since: Some("1h".to_owned()), until: Some("2h".to_owned()), ..args() };
        assert!(Filter::new(&empty, 10_000_000).is_err());
    }
}
