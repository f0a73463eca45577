//! Names that say themselves whether a mail bounced for good, and what mail providers call their events where nothing but mail is told.

/// The mail bounced, and for good.
pub const HARD: [&str; 20] = [
    "Hard Bounce",
    "Hard Bounced",
    "Bounce Hard",
    "Bounced Hard",
    "Email Hard Bounce",
    "Email Hard Bounced",
    "Hard Bounced Email",
    "Email Bounce Hard",
    "Email Bounced Hard",
    "Email Bounce (Hard)",
    "Email Bounced (Hard)",
    "Bounced Email (Hard)",
    "Bounced Email Hard",
    "Bounce (Hard)",
    "Bounced (Hard)",
    "Permanent Bounce",
    "Email Permanent Bounce",
    "Email Permanently Bounced",
    "Bounced Permanently",
    "Email Bounced Permanently",
];

/// It bounced this time.
pub const SOFT: [&str; 20] = [
    "Soft Bounce",
    "Soft Bounced",
    "Bounce Soft",
    "Bounced Soft",
    "Email Soft Bounce",
    "Email Soft Bounced",
    "Soft Bounced Email",
    "Email Bounce Soft",
    "Email Bounced Soft",
    "Email Bounce (Soft)",
    "Email Bounced (Soft)",
    "Bounced Email (Soft)",
    "Bounced Email Soft",
    "Bounce (Soft)",
    "Bounced (Soft)",
    "Transient Bounce",
    "Temporary Bounce",
    "Email Temporary Bounce",
    "Email Temporarily Bounced",
    "Email Transient Bounce",
];

/// What providers call the events of a mail in a word of their own. Of a mail that word says one thing; in a shop's events it may mean
/// anything (`open`, `click`), so it counts on the topics of mail only.
pub const OF_MAIL: [(&str, &str); 29] = [
    ("bounce", "Email Bounced"),
    ("bounced", "Email Bounced"),
    ("dropped", "Email Bounced"),
    ("failed", "Email Bounced"),
    ("permanent_fail", "Email Bounced"),
    ("permanent_failure", "Email Bounced"),
    ("temporary_fail", "Email Bounced"),
    ("temporary_failure", "Email Bounced"),
    ("out_of_band", "Email Bounced"),
    ("invalid_email", "Email Bounced"),
    ("spamreport", "Email Marked as Spam"),
    ("spam", "Email Marked as Spam"),
    ("complaint", "Email Marked as Spam"),
    ("complained", "Email Marked as Spam"),
    ("open", "Email Opened"),
    ("opened", "Email Opened"),
    ("unique_opened", "Email Opened"),
    ("initial_open", "Email Opened"),
    ("click", "Email Link Clicked"),
    ("clicked", "Email Link Clicked"),
    ("delivered", "Email Delivered"),
    ("delivery", "Email Delivered"),
    ("sent", "Email Sent"),
    ("send", "Email Sent"),
    ("processed", "Email Sent"),
    ("accepted", "Email Sent"),
    ("deferred", "Email Delayed"),
    ("delayed", "Email Delayed"),
    ("delivery_delayed", "Email Delayed"),
];

/// Of which of [`OF_MAIL`] the word says how hard it bounced.
#[must_use]
pub fn hardness(name: &str) -> Option<bool> {
    let is = |names: &[&str]| names.contains(&name);
    if is(&HARD) || matches!(name, "permanent_fail" | "permanent_failure" | "invalid_email") {
        Some(true)
    } else {
        (is(&SOFT) || matches!(name, "temporary_fail" | "temporary_failure")).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::names::dictionary::DICTIONARY;
    use crate::domain::names::spelling::known;

    #[test]
    fn each_says_how_hard_and_is_known() {
        for (names, hard) in [(HARD, true), (SOFT, false)] {
            for name in names {
                assert_eq!((known(name).map(|known| known.name), hardness(name)), (Some("Email Bounced"), Some(hard)), "{name}");
            }
        }
        assert_eq!(hardness("Email Bounced"), None);
    }

    #[test]
    fn a_word_of_a_provider_means_what_is_known_and_nothing_else_elsewhere() {
        for (word, name) in OF_MAIL {
            assert!(known(word).is_none_or(|known| known.name == name), "{word}: {:?}", known(word));
            assert!(DICTIONARY.iter().any(|(known, _)| *known == name), "{word}");
        }
    }
}
