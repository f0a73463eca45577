//! Hard or soft: how providers of mail say for how long nothing reaches an address. `docs/mail.md` has the table.
//!
//! Nothing of it is kept but what it says: these names may mean anything in other events.

use super::value::Scalar;
use smallvec::SmallVec;

/// How a place says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// In a word: `Permanent`, `soft_bounce`, `temporary`.
    Word,
    /// As the class of SparkPost.
    Class,
    /// As the code of a type of Postmark.
    TypeCode,
    /// Hard, if so.
    Hard,
    /// In a status of SMTP: `5.1.1`, `452`.
    Status,
    /// In a text that a server gave, with its status.
    Text,
}

/// Where bounces say it, below the properties: of several places the one with the lowest number decides, a soft one before a hard
/// one.
pub(super) const PLACES: [(&str, Says, u8); 70] = [
    ("bounce_type", Says::Word, 0),
    ("bounceType", Says::Word, 0),
    ("Bounce Type", Says::Word, 0),
    ("bounce.bounceType", Says::Word, 0),
    ("bounce.bounce_type", Says::Word, 0),
    ("bounce.type", Says::Word, 0),
    ("severity", Says::Word, 0),
    ("bounce_class", Says::Class, 0),
    ("hard_bounce", Says::Hard, 0),
    ("is_hard_bounce", Says::Hard, 0),
    ("isHardBounce", Says::Hard, 0),
    ("hardBounce", Says::Hard, 0),
    ("is_hard", Says::Hard, 0),
    ("permanent", Says::Hard, 0),
    ("is_permanent", Says::Hard, 0),
    ("isPermanent", Says::Hard, 0),
    ("event-data.severity", Says::Word, 0),
    ("msys.message_event.bounce_class", Says::Class, 0),
    ("TypeCode", Says::TypeCode, 0),
    ("event", Says::Word, 0),
    ("recipientState", Says::Word, 0),
    ("type", Says::Word, 1),
    ("Type", Says::Word, 1),
    ("bounce_category", Says::Word, 1),
    ("bounceCategory", Says::Word, 1),
    ("bounceCat", Says::Word, 1),
    ("category", Says::Word, 2),
    ("msg.state", Says::Word, 1),
    ("bounce_subtype", Says::Word, 2),
    ("bounceSubType", Says::Word, 2),
    ("bounce.bounceSubType", Says::Word, 2),
    ("bounce.subType", Says::Word, 2),
    ("bounce_classification", Says::Word, 2),
    ("bounce_description", Says::Word, 2),
    ("msg.bounce_description", Says::Word, 2),
    ("status", Says::Status, 3),
    ("status_code", Says::Status, 3),
    ("smtp_code", Says::Status, 3),
    ("error_code", Says::Status, 3),
    ("code", Says::Status, 3),
    ("dsnStatus", Says::Text, 3),
    ("dsn_status", Says::Text, 3),
    ("smtp_status", Says::Status, 3),
    ("enhanced_status_code", Says::Status, 3),
    ("bounce_code", Says::Status, 3),
    ("event-data.delivery-status.code", Says::Status, 3),
    ("event-data.delivery-status.enhanced-code", Says::Status, 3),
    ("bouncedRecipients.status", Says::Status, 3),
    ("bounce.bouncedRecipients.status", Says::Status, 3),
    ("delivery-status.code", Says::Status, 3),
    ("delivery-status.enhanced-code", Says::Status, 3),
    ("reason", Says::Text, 4),
    ("bounce_reason", Says::Text, 4),
    ("bounceReason", Says::Text, 4),
    ("Bounce Reason", Says::Text, 4),
    ("raw_reason", Says::Text, 4),
    ("msys.message_event.raw_reason", Says::Text, 4),
    ("dsnDiag", Says::Text, 4),
    ("bouncedRecipients.diagnosticCode", Says::Text, 4),
    ("bounce.bouncedRecipients.diagnosticCode", Says::Text, 4),
    ("diagnostic_code", Says::Text, 4),
    ("diagnosticCode", Says::Text, 4),
    ("smtp_response", Says::Text, 4),
    ("smtp-response", Says::Text, 4),
    ("response", Says::Text, 4),
    ("failure_message", Says::Text, 4),
    ("Description", Says::Text, 4),
    ("msg.diag", Says::Text, 4),
    ("delivery-status.message", Says::Text, 4),
    ("event-data.delivery-status.message", Says::Text, 4),
];

/// Nothing reaches the address any more.
const HARD: [&str; 24] = [
    "hard",
    "hardbounce",
    "hardbounced",
    "permanent",
    "permanentfailure",
    "permfail",
    "noemail",
    "suppressed",
    "onaccountsuppressionlist",
    "suppressbounce",
    "manuallydeactivated",
    "bademailaddress",
    "invalidemail",
    "invalidaddress",
    "invalidrecipient",
    "invaliddomain",
    "badmailbox",
    "nosuchmailbox",
    "unknownuser",
    "userunknown",
    "nonexistentaddress",
    "invalid",
    "bouncedaddress",
    "inactivemailbox",
];

/// It may pass.
const SOFT: [&str; 30] = [
    "soft",
    "softbounce",
    "softbounced",
    "transient",
    "transientfailure",
    "temporary",
    "temporaryfailure",
    "tempfail",
    "undetermined",
    "unknown",
    "blocked",
    "block",
    "delayed",
    "deferred",
    "mailboxfull",
    "overquota",
    "messagetoolarge",
    "contentrejected",
    "attachmentrejected",
    "content",
    "policy",
    "spam",
    "spamnotification",
    "dnserror",
    "dmarcpolicy",
    "autoresponder",
    "challengeverification",
    "technical",
    "reputation",
    "frequencyorvolumetoohigh",
];

/// Longest text that is looked through for a status.
const MAX_TEXT_BYTES: usize = 1_024;

/// What the places said. It is read when the event turns out to be a bounce: the same names stand in events of every kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Bounce<'a> {
    said: SmallVec<[(Says, u8, Scalar<'a>); 2]>,
}

impl<'a> Bounce<'a> {
    #[inline]
    pub(super) fn take_in(&mut self, says: Says, rank: u8, scalar: &Scalar<'a>) {
        if self.said.len() < PLACES.len() {
            self.said.push((says, rank, scalar.clone()));
        }
    }

    /// The mail bounced for good. What says neither is soft. A name that says so is as sure as the first of the places.
    pub(super) fn is_hard(&self, by_name: bool) -> bool {
        // One bit for each rank.
        let (mut hard, mut soft) = (u8::from(by_name), 0_u8);
        for (says, rank, scalar) in &self.said {
            if let Some(is_hard) = is_hard(*says, scalar) {
                *if is_hard { &mut hard } else { &mut soft } |= 1 << rank;
            }
        }
        hard != 0 && hard.trailing_zeros() < soft.trailing_zeros()
    }
}

fn is_hard(says: Says, scalar: &Scalar<'_>) -> Option<bool> {
    let text = match scalar {
        Scalar::Text(text) => text.trim(),
        Scalar::Digits(digits) => digits,
        Scalar::Bool(yes) => return (says == Says::Hard).then_some(*yes),
        Scalar::Signed(number) => return is_hard(says, &Scalar::Text(number.to_string().into())),
        Scalar::Float(number) => return is_hard(says, &Scalar::Text(number.to_string().into())),
        Scalar::Null | Scalar::Other => return None,
    };
    match says {
        Says::Word => word(text),
        Says::Hard => {
            [("true", true), ("1", true), ("false", false), ("0", false)].iter().find(|(t, _)| *t == text).map(|(_, h)| *h)
        }
        // Invalid recipient, no recipient, unsubscribed.
        Says::Class => text.parse::<u16>().ok().map(|class| matches!(class, 10 | 30 | 90)),
        // Hard bounce, bad address, deactivated by hand.
        Says::TypeCode => text.parse::<u32>().ok().map(|code| matches!(code, 1 | 100_000 | 100_002)),
        Says::Status => status(text),
        Says::Text if text.len() > MAX_TEXT_BYTES => None,
        Says::Text => word(text)
            .or_else(|| text.split([' ', ';', ':', ',', '(', ')', '<', '>', '#']).filter_map(in_text).reduce(surer).map(|s| s.0)),
    }
}

/// Letters only, in any case: `Soft Bounce`, `soft_bounce` and `softbounce` are one.
fn word(text: &str) -> Option<bool> {
    let letters = || text.bytes().filter(u8::is_ascii_alphabetic).map(|b| b.to_ascii_lowercase());
    let is = |word: &&str| letters().eq(word.bytes());
    if text.is_empty() || text.len() > 40 {
        None
    } else if HARD.iter().any(is) {
        Some(true)
    } else {
        SOFT.iter().any(is).then_some(false)
    }
}

/// A status: whether it is hard, and whether it is an enhanced one, which says more.
fn in_text(token: &str) -> Option<(bool, bool)> {
    // A sentence may end with it, and `550-5.1.1` is both.
    let token = token.trim_matches(['.', '-', '"', '\'', '[', ']']);
    let (before, after) = token.split_once('-').unwrap_or(("", token));
    let one = |token| Some((status(token)?, token.contains('.')));
    one(after).or_else(|| one(before))
}

/// The first enhanced status, else the first one.
fn surer(one: (bool, bool), other: (bool, bool)) -> (bool, bool) {
    if !one.1 && other.1 { other } else { one }
}

/// `5.1.1` or `550`.
fn status(text: &str) -> Option<bool> {
    let mut parts = text.splitn(3, '.').map(|part| part.parse::<u16>().ok().filter(|_| part.len() <= 3));
    match (parts.next()??, parts.next(), parts.next()) {
        (400..=499, None, None) => Some(false),
        // No such mailbox, or it takes nothing from anybody; others are about this mail, this sender, or this moment.
        (code @ 500..=599, None, None) => Some(matches!(code, 510..=513 | 550 | 551 | 553 | 556)),
        (4, Some(Some(_)), Some(Some(_))) => Some(false),
        (5, Some(Some(subject)), Some(Some(detail))) => Some(is_hard_status(subject, detail)),
        _ => None,
    }
}

/// What a permanent status is about (RFC 3463): the address, or what may be otherwise with the next mail.
fn is_hard_status(subject: u16, detail: u16) -> bool {
    match (subject, detail) {
        // Mailbox full, message too large; delivery time expired.
        (2, 2..=4) | (4, 7) => false,
        // The system, the content, policies: not of the address.
        (3 | 6 | 7, _) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(says: Says, text: &str) -> Option<bool> {
        is_hard(says, &Scalar::Text(text.into()))
    }

    #[test]
    fn words_are_read_whatever_joins_them() {
        for text in
            ["Permanent", "hard_bounce", "Hard Bounce", "HardBounce", "HARD-BOUNCE", "OnAccountSuppressionList", "invalid_email"]
        {
            assert_eq!(said(Says::Word, text), Some(true), "{text}");
        }
        for text in ["Transient", "softBounce", "soft-bounced", "temporary", "Undetermined", "blocked", "MailboxFull", "Unknown"]
        {
            assert_eq!(said(Says::Word, text), Some(false), "{text}");
        }
        for text in ["", "bounce", "bounced", "failed", "newsletter", "hardware", "softly"] {
            assert_eq!(said(Says::Word, text), None, "{text}");
        }
    }

    #[test]
    fn a_status_says_it_by_what_it_is_about() {
        for text in ["5.1.1", "5.1.2", "5.0.0", "5.2.1", "5.4.4", "550", "553"] {
            assert_eq!(said(Says::Status, text), Some(true), "{text}");
        }
        for text in ["4.2.2", "5.2.2", "5.7.1", "5.3.4", "5.4.7", "421", "452", "552", "554"] {
            assert_eq!(said(Says::Status, text), Some(false), "{text}");
        }
        for text in ["", "bounced", "200", "2.0.0", "5", "5.1", "5.1.1.1", "5.1.x", "2026", "failed"] {
            assert_eq!(said(Says::Status, text), None, "{text}");
        }
    }

    #[test]
    fn a_server_s_answer_is_looked_through() {
        for text in
            ["550 5.1.1 no such mailbox", "smtp; 550-5.1.1 The email account does not exist", "550 unknown recipient.", "hard"]
        {
            assert_eq!(said(Says::Text, text), Some(true), "{text}");
        }
        for text in ["452 4.2.2 mailbox full", "550 5.7.1 blocked by policy", "host said: 421 try again later (in reply to RCPT)"]
        {
            assert_eq!(said(Says::Text, text), Some(false), "{text}");
        }
        for text in ["no idea", "waited 550days", &"550 ".repeat(1_000)] {
            assert_eq!(said(Says::Text, text), None, "{text}");
        }
    }

    #[test]
    fn what_is_said_with_most_trust_decides_and_soft_before_hard() {
        let mut bounce = Bounce::default();
        assert!(!bounce.is_hard(false), "nothing said");
        bounce.take_in(Says::Text, 4, &Scalar::Text("550 5.1.1".into()));
        assert!(bounce.is_hard(false));
        bounce.take_in(Says::Word, 1, &Scalar::Text("blocked".into()));
        assert!(!bounce.is_hard(false));
        bounce.take_in(Says::Word, 0, &Scalar::Text("Permanent".into()));
        assert!(bounce.is_hard(false));
        bounce.take_in(Says::Class, 0, &Scalar::Digits("20"));
        assert!(!bounce.is_hard(false));
    }
}
