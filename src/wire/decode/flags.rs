//! Flags (yes or no), the channel that an event about consent means, and the network that an event came from.

use super::value::Scalar;
use crate::domain::event::Channel;
use crate::domain::names::Flags;
use core::net::IpAddr;
use std::borrow::Cow;

/// Longest word that is looked at.
const MAX_WORD_BYTES: usize = 32;

/// Properties that name the channel, and those that name the purpose of the consent.
pub(super) const CHANNELS: [(&str, Group); 9] = [
    ("channel", Group::Channel),
    ("channels", Group::Channel),
    ("consent_channel", Group::Channel),
    ("marketing_channel", Group::Channel),
    ("subscription_channel", Group::Channel),
    ("purpose", Group::Purpose),
    ("purposes", Group::Purpose),
    ("consent_purpose", Group::Purpose),
    ("consent_type", Group::Purpose),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Channel,
    Purpose,
}

/// Words without anything but letters and digits, in small letters.
const YES: [&str; 23] = [
    "true",
    "yes",
    "y",
    "1",
    "on",
    "t",
    "ja",
    "oui",
    "si",
    "sí",
    "sim",
    "granted",
    "given",
    "optin",
    "optedin",
    "subscribed",
    "accepted",
    "agreed",
    "allowed",
    "confirmed",
    "active",
    "explicit",
    "doubleoptin",
];
const NO: [&str; 22] = [
    "false",
    "no",
    "n",
    "0",
    "off",
    "f",
    "nein",
    "non",
    "não",
    "denied",
    "withdrawn",
    "revoked",
    "optout",
    "optedout",
    "unsubscribed",
    "notsubscribed",
    "rejected",
    "declined",
    "refused",
    "disallowed",
    "never",
    "none",
];
/// Mail, everything, or the place where it was given: no other channel is named.
const MAIL: [&str; 31] = [
    "email",
    "emails",
    "mail",
    "mails",
    "emailmarketing",
    "marketingemail",
    "marketingemails",
    "newsletter",
    "newsletters",
    "emailnewsletter",
    "marketing",
    "directmarketing",
    "promotions",
    "all",
    "any",
    "everything",
    "web",
    "website",
    "site",
    "online",
    "mobile",
    "app",
    "ios",
    "android",
    "shop",
    "store",
    "instore",
    "server",
    "checkout",
    "form",
    "footer",
];
/// Other ways, and other purposes.
const OTHER: [&str; 45] = [
    "sms",
    "text",
    "texts",
    "textmessage",
    "textmessages",
    "mms",
    "rcs",
    "push",
    "webpush",
    "mobilepush",
    "apppush",
    "browserpush",
    "pushnotification",
    "pushnotifications",
    "whatsapp",
    "telegram",
    "viber",
    "wechat",
    "line",
    "messenger",
    "facebookmessenger",
    "inapp",
    "phone",
    "call",
    "calls",
    "telephone",
    "telemarketing",
    "voice",
    "post",
    "postal",
    "directmail",
    "letter",
    "fax",
    "analytics",
    "tracking",
    "cookie",
    "cookies",
    "statistics",
    "functional",
    "necessary",
    "personalization",
    "personalisation",
    "advertising",
    "profiling",
    "terms",
];

/// What a place says, as its bit; words that are none of both say nothing.
pub(super) fn set(flags: &mut Flags, bit: u8, scalar: &Scalar<'_>) {
    let bit = 1_u64.checked_shl(u32::from(bit)).unwrap_or_default();
    match says(scalar) {
        Some(true) => flags.yes |= bit,
        Some(false) => flags.no |= bit,
        None => {}
    }
}

fn says(scalar: &Scalar<'_>) -> Option<bool> {
    let number = |is_one: bool, is_zero: bool| if is_one { Some(true) } else { is_zero.then_some(false) };
    match scalar {
        Scalar::Bool(yes) => Some(*yes),
        Scalar::Text(text) => {
            let word = word(text)?;
            if YES.contains(&&*word) { Some(true) } else { NO.contains(&&*word).then_some(false) }
        }
        Scalar::Digits(digits) => number(*digits == "1", *digits == "0"),
        Scalar::Signed(n) => number(*n == 1, *n == 0),
        Scalar::Float(n) => number((n - 1.0).abs() < f64::EPSILON, *n == 0.0),
        Scalar::Null | Scalar::Other => None,
    }
}

/// The letters and digits of a word, in small letters; `None`: there are none, or it is longer than any that is known.
fn word(text: &str) -> Option<Cow<'_, str>> {
    if text.len() > MAX_WORD_BYTES {
        return None;
    }
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Some(Cow::Borrowed(text));
    }
    let word: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    (!word.is_empty()).then_some(Cow::Owned(word))
}

/// Which ways and purposes were named so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Channels([Named; 2]);

#[derive(Debug, Clone, Copy, Default)]
struct Named {
    mail: bool,
    other: bool,
    unknown: bool,
}

impl Channels {
    pub(super) fn add(&mut self, group: Group, scalar: &Scalar<'_>) {
        let Some(named) = self.0.get_mut(group as usize) else { return };
        match scalar {
            Scalar::Text(text) => {
                for part in text.split([',', ';', '|', '/', '+', '&']).filter(|part| !part.trim().is_empty()) {
                    let word = word(part).unwrap_or_default();
                    named.mail |= MAIL.contains(&&*word);
                    named.other |= OTHER.contains(&&*word);
                    named.unknown |= !MAIL.contains(&&*word) && !OTHER.contains(&&*word);
                }
            }
            Scalar::Null => {}
            _ => named.unknown = true,
        }
    }

    /// Consent to be mailed is about mail in every respect.
    pub(super) fn says(self) -> Channel {
        let one = |named: Named| match named {
            Named { mail: true, .. } => Channel::Mail,
            Named { unknown: true, .. } => Channel::Unknown,
            Named { other: true, .. } => Channel::Other,
            _ => Channel::Mail,
        };
        let all = self.0.map(one);
        if all.contains(&Channel::Other) {
            Channel::Other
        } else if all.contains(&Channel::Unknown) {
            Channel::Unknown
        } else {
            Channel::Mail
        }
    }
}

/// An address of the network; of a chain of proxies the first one, which the request came from.
pub(super) fn ip(scalar: &Scalar<'_>) -> Option<IpAddr> {
    let Scalar::Text(text) = scalar else { return None };
    let first = text.split(',').next()?.trim();
    let bare = first.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(first, |(inner, _)| inner);
    bare.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Scalar<'_> {
        Scalar::Text(Cow::Borrowed(text))
    }

    #[test]
    fn words_that_people_write_for_yes_and_no() {
        for yes in ["true", "TRUE", " Yes ", "1", "on", "Ja", "oui", "Sí", "opted_in", "Opted-In", "SUBSCRIBED", "granted"] {
            assert_eq!(says(&text(yes)), Some(true), "{yes}");
        }
        for no in ["false", "No", "0", "off", "Nein", "opted_out", "Opt-Out", "unsubscribed", "NOT_SUBSCRIBED", "withdrawn"] {
            assert_eq!(says(&text(no)), Some(false), "{no}");
        }
        for nothing in
            ["", "pending", "unknown", "maybe", "2", "--", "true or false", "a word that is longer than any that is known"]
        {
            assert_eq!(says(&text(nothing)), None, "{nothing}");
        }
        assert_eq!(
            (says(&Scalar::Digits("1")), says(&Scalar::Float(0.0)), says(&Scalar::Signed(7))),
            (Some(true), Some(false), None)
        );
        assert_eq!((says(&Scalar::Null), says(&Scalar::Other)), (None, None));
    }

    #[test]
    fn a_way_of_reaching_somebody_is_mail_unless_it_is_surely_another() {
        let of = |channel: &str, purpose: &str| {
            let mut channels = Channels::default();
            channels.add(Group::Channel, &text(channel));
            channels.add(Group::Purpose, &text(purpose));
            channels.says()
        };
        for mail in ["", "email", "E-Mail", "web", "email, sms", "all"] {
            assert_eq!(of(mail, ""), Channel::Mail, "{mail}");
        }
        for other in ["sms", "SMS", "push", "Web Push", "whatsapp", "sms+push"] {
            assert_eq!(of(other, "marketing"), Channel::Other, "{other}");
        }
        assert_eq!((of("pigeon", ""), of("sms;pigeon", "")), (Channel::Unknown, Channel::Unknown));
        assert_eq!((of("email", "cookies"), of("", "analytics")), (Channel::Other, Channel::Other));
    }

    #[test]
    fn addresses_of_the_network_are_read_as_they_come() {
        let read = |t: &str| ip(&text(t)).map(|ip| ip.to_string());
        assert_eq!(read("10.1.2.3").as_deref(), Some("10.1.2.3"));
        assert_eq!(read(" 2001:DB8::1 ").as_deref(), Some("2001:db8::1"));
        assert_eq!(read("::ffff:10.1.2.3").as_deref(), Some("10.1.2.3"));
        assert_eq!(read("203.0.113.7, 10.0.0.1").as_deref(), Some("203.0.113.7"));
        assert_eq!(read("[2001:db8::1]:443").as_deref(), Some("2001:db8::1"));
        for none in ["", "10.1.2", "10.1.2.3.4", "localhost", "300.1.1.1", "10.1.2.*"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
