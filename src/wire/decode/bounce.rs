//! Hard or soft: how providers of mail say for how long nothing reaches an address. `docs/mail.md` has the table.
//!
//! Nothing of it is kept but what it says: these names may mean anything in other events.

use super::value::Scalar;
use smallvec::SmallVec;

/// How a place says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BounceNotation {
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
pub(super) const PLACES: [(&str, BounceNotation, u8); 70] = [
    ("bounce_type", BounceNotation::Word, 0),
    ("bounceType", BounceNotation::Word, 0),
    ("Bounce Type", BounceNotation::Word, 0),
    ("bounce.bounceType", BounceNotation::Word, 0),
    ("bounce.bounce_type", BounceNotation::Word, 0),
    ("bounce.type", BounceNotation::Word, 0),
    ("severity", BounceNotation::Word, 0),
    ("bounce_class", BounceNotation::Class, 0),
    ("hard_bounce", BounceNotation::Hard, 0),
    ("is_hard_bounce", BounceNotation::Hard, 0),
    ("isHardBounce", BounceNotation::Hard, 0),
    ("hardBounce", BounceNotation::Hard, 0),
    ("is_hard", BounceNotation::Hard, 0),
    ("permanent", BounceNotation::Hard, 0),
    ("is_permanent", BounceNotation::Hard, 0),
    ("isPermanent", BounceNotation::Hard, 0),
    ("event-data.severity", BounceNotation::Word, 0),
    ("msys.message_event.bounce_class", BounceNotation::Class, 0),
    ("TypeCode", BounceNotation::TypeCode, 0),
    ("event", BounceNotation::Word, 0),
    ("recipientState", BounceNotation::Word, 0),
    ("type", BounceNotation::Word, 1),
    ("Type", BounceNotation::Word, 1),
    ("bounce_category", BounceNotation::Word, 1),
    ("bounceCategory", BounceNotation::Word, 1),
    ("bounceCat", BounceNotation::Word, 1),
    ("category", BounceNotation::Word, 2),
    ("msg.state", BounceNotation::Word, 1),
    ("bounce_subtype", BounceNotation::Word, 2),
    ("bounceSubType", BounceNotation::Word, 2),
    ("bounce.bounceSubType", BounceNotation::Word, 2),
    ("bounce.subType", BounceNotation::Word, 2),
    ("bounce_classification", BounceNotation::Word, 2),
    ("bounce_description", BounceNotation::Word, 2),
    ("msg.bounce_description", BounceNotation::Word, 2),
    ("status", BounceNotation::Status, 3),
    ("status_code", BounceNotation::Status, 3),
    ("smtp_code", BounceNotation::Status, 3),
    ("error_code", BounceNotation::Status, 3),
    ("code", BounceNotation::Status, 3),
    ("dsnStatus", BounceNotation::Text, 3),
    ("dsn_status", BounceNotation::Text, 3),
    ("smtp_status", BounceNotation::Status, 3),
    ("enhanced_status_code", BounceNotation::Status, 3),
    ("bounce_code", BounceNotation::Status, 3),
    ("event-data.delivery-status.code", BounceNotation::Status, 3),
    ("event-data.delivery-status.enhanced-code", BounceNotation::Status, 3),
    ("bouncedRecipients.status", BounceNotation::Status, 3),
    ("bounce.bouncedRecipients.status", BounceNotation::Status, 3),
    ("delivery-status.code", BounceNotation::Status, 3),
    ("delivery-status.enhanced-code", BounceNotation::Status, 3),
    ("reason", BounceNotation::Text, 4),
    ("bounce_reason", BounceNotation::Text, 4),
    ("bounceReason", BounceNotation::Text, 4),
    ("Bounce Reason", BounceNotation::Text, 4),
    ("raw_reason", BounceNotation::Text, 4),
    ("msys.message_event.raw_reason", BounceNotation::Text, 4),
    ("dsnDiag", BounceNotation::Text, 4),
    ("bouncedRecipients.diagnosticCode", BounceNotation::Text, 4),
    ("bounce.bouncedRecipients.diagnosticCode", BounceNotation::Text, 4),
    ("diagnostic_code", BounceNotation::Text, 4),
    ("diagnosticCode", BounceNotation::Text, 4),
    ("smtp_response", BounceNotation::Text, 4),
    ("smtp-response", BounceNotation::Text, 4),
    ("response", BounceNotation::Text, 4),
    ("failure_message", BounceNotation::Text, 4),
    ("Description", BounceNotation::Text, 4),
    ("msg.diag", BounceNotation::Text, 4),
    ("delivery-status.message", BounceNotation::Text, 4),
    ("event-data.delivery-status.message", BounceNotation::Text, 4),
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
    found: SmallVec<[(BounceNotation, u8, Scalar<'a>); 2]>,
}

impl<'a> Bounce<'a> {
    #[inline]
    pub(super) fn add(&mut self, notation: BounceNotation, rank: u8, scalar: &Scalar<'a>) {
        if self.found.len() < PLACES.len() {
            self.found.push((notation, rank, scalar.clone()));
        }
    }

    /// The mail bounced for good. What says neither is soft. A name that says so is as sure as the first of the places.
    pub(super) fn is_hard(&self, by_name: bool) -> bool {
        // One bit for each rank.
        let (mut hard, mut soft) = (u8::from(by_name), 0_u8);
        for (notation, rank, scalar) in &self.found {
            if let Some(is_hard) = is_hard(*notation, scalar) {
                *if is_hard { &mut hard } else { &mut soft } |= 1 << rank;
            }
        }
        hard != 0 && hard.trailing_zeros() < soft.trailing_zeros()
    }
}

fn is_hard(notation: BounceNotation, scalar: &Scalar<'_>) -> Option<bool> {
    let text = match scalar {
        Scalar::Text(text) => text.trim(),
        Scalar::Digits(digits) => digits,
        Scalar::Bool(yes) => return (notation == BounceNotation::Hard).then_some(*yes),
        Scalar::Signed(number) => return is_hard(notation, &Scalar::Text(number.to_string().into())),
        Scalar::Float(number) => return is_hard(notation, &Scalar::Text(number.to_string().into())),
        Scalar::Null | Scalar::Other => return None,
    };
    match notation {
        BounceNotation::Word => word(text),
        BounceNotation::Hard => {
            [("true", true), ("1", true), ("false", false), ("0", false)].iter().find(|(t, _)| *t == text).map(|(_, h)| *h)
        }
        // Invalid recipient, no recipient, unsubscribed.
        BounceNotation::Class => text.parse::<u16>().ok().map(|class| matches!(class, 10 | 30 | 90)),
        // Hard bounce, bad address, deactivated by hand.
        BounceNotation::TypeCode => text.parse::<u32>().ok().map(|code| matches!(code, 1 | 100_000 | 100_002)),
        BounceNotation::Status => status(text),
        BounceNotation::Text if text.len() > MAX_TEXT_BYTES => None,
        BounceNotation::Text => word(text)
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

    fn is_hard_text(notation: BounceNotation, text: &str) -> Option<bool> {
        is_hard(notation, &Scalar::Text(text.into()))
    }

    #[test]
    fn words_are_read_whatever_joins_them() {
        for text in
            ["Permanent", "hard_bounce", "Hard Bounce", "HardBounce", "HARD-BOUNCE", "OnAccountSuppressionList", "invalid_email"]
        {
            assert_eq!(is_hard_text(BounceNotation::Word, text), Some(true), "{text}");
        }
        for text in ["Transient", "softBounce", "soft-bounced", "temporary", "Undetermined", "blocked", "MailboxFull", "Unknown"]
        {
            assert_eq!(is_hard_text(BounceNotation::Word, text), Some(false), "{text}");
        }
        for text in ["", "bounce", "bounced", "failed", "newsletter", "hardware", "softly"] {
            assert_eq!(is_hard_text(BounceNotation::Word, text), None, "{text}");
        }
    }

    #[test]
    fn a_status_says_it_by_what_it_is_about() {
        for text in ["5.1.1", "5.1.2", "5.0.0", "5.2.1", "5.4.4", "550", "553"] {
            assert_eq!(is_hard_text(BounceNotation::Status, text), Some(true), "{text}");
        }
        for text in ["4.2.2", "5.2.2", "5.7.1", "5.3.4", "5.4.7", "421", "452", "552", "554"] {
            assert_eq!(is_hard_text(BounceNotation::Status, text), Some(false), "{text}");
        }
        for text in ["", "bounced", "200", "2.0.0", "5", "5.1", "5.1.1.1", "5.1.x", "2026", "failed"] {
            assert_eq!(is_hard_text(BounceNotation::Status, text), None, "{text}");
        }
    }

    #[test]
    fn a_server_s_answer_is_looked_through() {
        for text in
            ["550 5.1.1 no such mailbox", "smtp; 550-5.1.1 The email account does not exist", "550 unknown recipient.", "hard"]
        {
            assert_eq!(is_hard_text(BounceNotation::Text, text), Some(true), "{text}");
        }
        for text in ["452 4.2.2 mailbox full", "550 5.7.1 blocked by policy", "host said: 421 try again later (in reply to RCPT)"]
        {
            assert_eq!(is_hard_text(BounceNotation::Text, text), Some(false), "{text}");
        }
        for text in ["no idea", "waited 550days", &"550 ".repeat(1_000)] {
            assert_eq!(is_hard_text(BounceNotation::Text, text), None, "{text}");
        }
    }

    #[test]
    fn what_is_said_with_most_trust_decides_and_soft_before_hard() {
        let mut bounce = Bounce::default();
        assert!(!bounce.is_hard(false), "nothing said");
        bounce.add(BounceNotation::Text, 4, &Scalar::Text("550 5.1.1".into()));
        assert!(bounce.is_hard(false));
        bounce.add(BounceNotation::Word, 1, &Scalar::Text("blocked".into()));
        assert!(!bounce.is_hard(false));
        bounce.add(BounceNotation::Word, 0, &Scalar::Text("Permanent".into()));
        assert!(bounce.is_hard(false));
        bounce.add(BounceNotation::Class, 0, &Scalar::Digits("20"));
        assert!(!bounce.is_hard(false));
    }
}
