//! What the service itself looks at besides products and ids, whatever the models name: address, program, marks of machines, which
//! mail and trigger an event is about, the step of a checkout.

use super::bounce::Bounce;
use super::lookup::Signal;
use super::value::{MAX_ID_BYTES, Scalar};
use crate::domain::event::Signals;
use crate::domain::ids::{hash64, low32};
use crate::domain::names::Kind;
use std::borrow::Cow;

/// Longest address; a longer one is none.
const MAX_EMAIL_BYTES: usize = 320;
/// Longest name of a program that is looked at.
const MAX_AGENT_BYTES: usize = 1_024;
/// Longest name of a checkout's step.
const MAX_STEP_BYTES: usize = 64;

/// Signals before the event's kind is known. What has another type than expected says nothing, and is no fault: these names may
/// mean something else elsewhere.
#[derive(Debug, Default)]
pub(super) struct SignalDraft<'a> {
    /// From the traits of the call, from those of its context.
    emails: [Option<Cow<'a, str>>; 2],
    agents: [Option<Cow<'a, str>>; 2],
    marked: bool,
    trigger_id: Option<u128>,
    mails: [Option<Cow<'a, str>>; 2],
    links: [Option<Cow<'a, str>>; 2],
    checkout_step: Option<Cow<'a, str>>,
    of_list: bool,
    has_user: bool,
    pub bounce: Bounce,
}

impl<'a> SignalDraft<'a> {
    /// `userId`, the last one of several.
    pub(super) fn set_user(&mut self, scalar: &Scalar<'_>) {
        self.has_user = match scalar {
            Scalar::Text(text) => is_id(text.trim()),
            Scalar::Digits(digits) => is_id(digits),
            Scalar::Signed(number) => *number != 0,
            Scalar::Float(number) => number.is_finite() && *number != 0.0,
            Scalar::Bool(_) | Scalar::Null | Scalar::Other => false,
        };
    }

    pub(super) fn take_in(&mut self, signal: Signal, scalar: &Scalar<'a>) {
        match signal {
            Signal::Bounce(says, rank) => self.bounce.take_in(says, rank, scalar),
            Signal::List => self.of_list |= text(scalar, MAX_ID_BYTES).is_some(),
            Signal::Marked => self.marked |= says_yes(scalar),
            Signal::Trigger => {
                self.trigger_id = text(scalar, 32).and_then(|id| u128::from_str_radix(&id, 16).ok()).or(self.trigger_id);
            }
            Signal::CheckoutStep => self.checkout_step = text(scalar, MAX_STEP_BYTES).or(self.checkout_step.take()),
            Signal::Email(rank) => put(&mut self.emails, rank, text(scalar, MAX_EMAIL_BYTES)),
            Signal::UserAgent(rank) => put(&mut self.agents, rank, text(scalar, MAX_AGENT_BYTES)),
            Signal::Mail(rank) => put(&mut self.mails, rank, text(scalar, MAX_ID_BYTES)),
            Signal::Link(rank) => put(&mut self.links, rank, text(scalar, super::MAX_URL_BYTES)),
        }
    }

    /// The traits of a group call are those of a company: its address is nobody's.
    pub(super) fn finish(self, kind: Kind) -> Signals<'a> {
        let [own, of_context] = self.emails;
        Signals {
            email: own.filter(|_| kind != Kind::Group).or(of_context),
            user_agent: first(self.agents),
            marked: self.marked,
            trigger_id: self.trigger_id,
            mail: first(self.mails).map_or(0, |id| low32(hash64(id.as_bytes()))),
            link: first(self.links).map_or(0, |link| low32(hash64(link.as_bytes()))),
            checkout_step: self.checkout_step,
            of_list: self.of_list,
            has_user: self.has_user,
        }
    }
}

/// Not one of the words that programs write where they know nobody. Each event asks: most are told by their first byte.
fn is_id(text: &str) -> bool {
    const NOBODY: [&str; 7] = ["null", "undefined", "none", "nil", "nan", "false", "[object object]"];
    match text.as_bytes() {
        [] => false,
        [b'0', rest @ ..] => rest.iter().any(|b| *b != b'0'),
        [b'n' | b'N' | b'f' | b'F' | b'[', ..] => !NOBODY.iter().any(|word| text.eq_ignore_ascii_case(word)),
        [b'u' | b'U', b'n' | b'N', ..] => !text.eq_ignore_ascii_case("undefined"),
        _ => true,
    }
}

fn put<'a>(places: &mut [Option<Cow<'a, str>>; 2], rank: u8, found: Option<Cow<'a, str>>) {
    if let (Some(place), Some(found)) = (places.get_mut(usize::from(rank)), found) {
        *place = Some(found);
    }
}

fn first<'a>([one, other]: [Option<Cow<'a, str>>; 2]) -> Option<Cow<'a, str>> {
    one.or(other)
}

/// Text or a number, if it is not empty and not too long.
fn text<'a>(scalar: &Scalar<'a>, max_bytes: usize) -> Option<Cow<'a, str>> {
    match scalar {
        Scalar::Text(text) if !text.is_empty() && text.len() <= max_bytes => Some(text.clone()),
        Scalar::Digits(_) => scalar.clone().short(max_bytes, &mut super::value::Faults::default()),
        Scalar::Signed(number) => Some(Cow::Owned(number.to_string())),
        Scalar::Float(number) if number.is_finite() => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

fn says_yes(scalar: &Scalar<'_>) -> bool {
    match scalar {
        Scalar::Bool(yes) => *yes,
        Scalar::Text(text) => text.eq_ignore_ascii_case("true") || text == "1",
        Scalar::Digits(digits) => *digits == "1",
        Scalar::Signed(number) => *number == 1,
        Scalar::Float(number) => (number - 1.0).abs() < f64::EPSILON,
        Scalar::Null | Scalar::Other => false,
    }
}
