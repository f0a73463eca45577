//! What the service itself looks at besides products and ids, whatever the models name: address, program, marks of machines, which
//! mail and trigger an event is about, the step of a checkout.

use super::bounce::Bounce;
use super::fields::{BEYOND_DOUBT, MAY_BE_AN_ID, SENDGRID, Signal};
use super::flags::{self, Channels};
use super::orders;
use super::value::{Faults, MAX_ID_BYTES, MAX_URL_BYTES, Scalar};
use crate::domain::event::{OrderStatus, Signals};
use crate::domain::ids::{hash64, low32};
use crate::domain::mail::MailNames;
use crate::domain::names::{Flags, Kind, words};
use crate::domain::placeholder_ids::{IdOf, is_address, is_id};
use crate::wire::tidy_id::tidy;
use core::net::IpAddr;
use std::borrow::Cow;
use std::num::NonZeroU32;

/// Longest address; a longer one is none.
const MAX_EMAIL_BYTES: usize = 320;
/// Longest name of a program that is looked at.
const MAX_AGENT_BYTES: usize = 1_024;
/// Longest category or title of a page that is looked at, and longest rating.
const MAX_PAGE_WORD_BYTES: usize = 256;
const MAX_RATING_BYTES: usize = 32;
/// Longest name of a mail or campaign.
const MAX_NAME_BYTES: usize = 512;
/// Longest name of a checkout's step.
const MAX_STEP_BYTES: usize = 64;

/// Signals before the event's kind is known. What has another type than expected says nothing, and is no fault: these names may
/// mean something else elsewhere.
#[derive(Debug, Default)]
pub(super) struct SignalBuilder<'a> {
    /// From the traits of the call, from those of its context, from anywhere else in the event.
    emails: [Ranked<'a>; 3],
    agent: Ranked<'a>,
    marked: bool,
    /// Set by a field of the mail.
    mail_marked: bool,
    trigger_id: Option<u128>,
    /// It names a trigger, but by no id of ours.
    other_trigger: Option<Cow<'a, str>>,
    mail: Ranked<'a>,
    mail_names: [Option<Cow<'a, str>>; 4],
    link: Ranked<'a>,
    checkout_step: Option<Cow<'a, str>>,
    of_list: bool,
    of_mail_group: bool,
    /// A user or the record's key is an address.
    id_is_address: bool,
    order: orders::OrderWords,
    has_user: bool,
    pub bounce: Bounce<'a>,
    /// Ids in traits, context and properties, for events that have none where it belongs.
    user: Ranked<'a>,
    anonymous: Ranked<'a>,
    pub flags: Flags,
    channels: Channels,
    ip: Option<(u8, IpAddr)>,
    /// Category and title of a page.
    page_words: [Option<Cow<'a, str>>; 2],
    rating: Ranked<'a>,
    best_rating: Ranked<'a>,
}

/// A text and the rank of the place that gave it: the lowest wins.
type Ranked<'a> = Option<(u8, Cow<'a, str>)>;

impl<'a> SignalBuilder<'a> {
    /// `userId`.
    pub(super) fn set_user(&mut self, scalar: &Scalar<'_>) {
        if let Scalar::Text(text) = scalar {
            self.see_id(text);
        }
        self.has_user |= match scalar {
            Scalar::Text(text) => is_id(text, IdOf::Person),
            Scalar::Digits(digits) => is_id(digits.strip_suffix(".0").unwrap_or(digits), IdOf::Person),
            Scalar::Signed(number) => *number != 0,
            Scalar::Float(number) => number.is_finite() && *number != 0.0,
            Scalar::Bool(_) | Scalar::Null | Scalar::Other => false,
        };
    }

    /// How an order stands, by all that was said of it.
    pub(super) fn order_status(&self) -> OrderStatus {
        self.order.says()
    }

    /// An id may be an address.
    #[inline]
    pub(super) fn see_id(&mut self, id: &str) {
        self.id_is_address |= id.as_bytes().contains(&b'@') && is_address(id);
    }

    /// For mails whose link has the name under which other events give their page.
    pub(super) fn link_of_mail(&mut self, url: &mut Option<Cow<'a, str>>) {
        if let (None, Some(url)) = (&self.link, url.take()) {
            self.link = Some((u8::MAX, url));
        }
    }

    pub(super) fn has_user(&self) -> bool {
        self.has_user
    }

    pub(super) fn set(&mut self, signal: Signal, scalar: &Scalar<'a>) {
        match signal {
            Signal::Bounce(notation, rank) => self.bounce.add(notation, rank, scalar),
            Signal::List => self.of_list |= text(scalar, MAX_ID_BYTES).is_some(),
            Signal::Lists => self.of_list |= !matches!(scalar, Scalar::Null),
            Signal::MailGroup => self.of_mail_group |= text(scalar, MAX_ID_BYTES).is_some(),
            Signal::MailMarked => self.mail_marked |= says_yes(scalar) || names_a_machine(scalar),
            Signal::Marked => self.marked |= says_yes(scalar),
            Signal::Trigger => {
                let id = text(scalar, MAX_ID_BYTES).filter(|id| is_id(id, IdOf::Thing));
                let ours = id.as_deref().filter(|id| id.len() <= 32).and_then(|id| u128::from_str_radix(id, 16).ok());
                self.other_trigger = id.filter(|_| ours.is_none()).or(self.other_trigger.take());
                self.trigger_id = ours.or(self.trigger_id);
            }
            Signal::MailName(place) => {
                if let Some(name) = self.mail_names.get_mut(usize::from(place)) {
                    *name = text(scalar, MAX_NAME_BYTES).filter(|name| is_id(name, IdOf::Thing)).or(name.take());
                }
            }
            Signal::CheckoutStep => self.checkout_step = text(scalar, MAX_STEP_BYTES).or(self.checkout_step.take()),
            Signal::Email(rank) => {
                let address = text(scalar, MAX_EMAIL_BYTES).map(without_name).filter(|address| is_address(address));
                let address = address.filter(|address| rank < MAY_BE_AN_ID || address.contains('@'));
                put(&mut self.emails[usize::from(rank.min(2))], rank, address);
            }
            Signal::UserAgent(rank) => put(&mut self.agent, rank, text(scalar, MAX_AGENT_BYTES)),
            Signal::Mail(rank) => put(&mut self.mail, rank, text(scalar, MAX_ID_BYTES)),
            Signal::Link(rank) => put(&mut self.link, rank, text(scalar, MAX_URL_BYTES)),
            Signal::User(rank) => {
                put(&mut self.user, rank, text(scalar, MAX_ID_BYTES).map(tidy).filter(|id| is_id(id, IdOf::Person)));
            }
            Signal::Anonymous(rank) => {
                put(&mut self.anonymous, rank, text(scalar, MAX_ID_BYTES).map(tidy).filter(|id| is_id(id, IdOf::Person)));
            }
            Signal::OrderStatus(rank) => self.order.status(rank, scalar),
            Signal::OrderPart => self.order.part(scalar),
            Signal::OrderReason(rank) => self.order.reason(rank, scalar),
            Signal::Flag(bit) => flags::set(&mut self.flags, bit, scalar),
            Signal::Channel(group) => self.channels.add(group, scalar),
            Signal::Ip(rank) => {
                if self.ip.is_none_or(|(best, _)| rank <= best) {
                    self.ip = flags::ip(scalar).map(|ip| (rank, ip)).or(self.ip);
                }
            }
            Signal::PageWord(which) => {
                if let Some(word) = self.page_words.get_mut(usize::from(which)).filter(|word| word.is_none()) {
                    *word = text(scalar, MAX_PAGE_WORD_BYTES);
                }
            }
            Signal::Rating(rank) => put(&mut self.rating, rank, text(scalar, MAX_RATING_BYTES)),
            Signal::BestRating(rank) => put(&mut self.best_rating, rank, text(scalar, MAX_RATING_BYTES)),
        }
    }

    /// What a page calls itself: category and title.
    pub(super) fn page_words(&self) -> [Option<&str>; 2] {
        self.page_words.each_ref().map(Option::as_deref)
    }

    /// A rating, and where its scale ends, if that is said.
    pub(super) fn rating(&self) -> Option<(&str, Option<f64>)> {
        let (_, rating) = self.rating.as_ref()?;
        Some((rating, self.best_rating.as_ref().and_then(|(_, best)| best.trim().parse().ok())))
    }

    /// The ids of a person in traits, context and properties: of the user, else of the browser.
    pub(super) fn take_ids(&mut self) -> [Option<Cow<'a, str>>; 2] {
        let user = self.user.take().map(|(_, id)| id);
        self.has_user |= user.is_some();
        [user, self.anonymous.take().map(|(_, id)| id)]
    }

    /// The traits of a group call are those of a company: its address is no person's. What is sent to a friend names the friend's.
    pub(super) fn finish(self, kind: Kind, name: &str, near: Option<&'static str>) -> Signals<'a> {
        let [own, of_context, of_event] = self.emails;
        let own = own.filter(|_| kind != Kind::Group);
        let of_event = of_event.filter(|_| kind != Kind::Group && !concerns_others(name));
        let email = own.or(of_context).or(of_event);
        let email_is_own = kind != Kind::Sales
            && email.as_ref().is_some_and(|(rank, _)| *rank < BEYOND_DOUBT || !matches!(kind, Kind::Other | Kind::Site));
        let is_sendgrids = self.mail.as_ref().is_some_and(|(rank, _)| matches!(*rank, SENDGRID | 3));
        Signals {
            refunded_so_far: false,
            email: email.map(|(_, address)| address),
            email_is_own,
            flags: self.flags,
            channel: self.channels.says(),
            ip: self.ip.map(|(_, ip)| ip),
            user_agent: self.agent.map(|(_, agent)| agent),
            id_is_address: self.id_is_address || self.user.as_ref().is_some_and(|(_, id)| id.contains('@') && is_address(id)),
            marked: self.marked || (self.mail_marked && kind == Kind::Mail),
            trigger_id: self.trigger_id,
            mail: self.mail.and_then(|(_, id)| NonZeroU32::new(low32(hash64(id.as_bytes())))),
            names: if kind == Kind::Mail { mail_names(self.mail_names, self.other_trigger) } else { MailNames::default() },
            link: self.link.and_then(|(_, link)| NonZeroU32::new(low32(hash64(link.as_bytes())))),
            checkout_step: self.checkout_step,
            of_list: self.of_list || (self.of_mail_group && is_sendgrids),
            has_user: self.has_user || self.user.is_some(),
            near,
            order_status: if kind.is_about_orders() { self.order.says() } else { OrderStatus::Unsaid },
            is_part: kind == Kind::OrderUpdated && self.order.is_part(),
            unwanted: kind.is_about_orders() && self.order.is_unwanted(),
        }
    }
}

/// What a mail event says of which mail it is about. A trigger that is none of ours is another mail's.
fn mail_names<'a>(
    [id, campaign_id, campaign, other]: [Option<Cow<'a, str>>; 4],
    other_trigger: Option<Cow<'a, str>>,
) -> MailNames<'a> {
    MailNames::new([id, campaign_id, campaign, other.or(other_trigger)])
}

/// Whether an address among the properties of such an event may be somebody else's: an invitation, a gift, what is shared.
fn concerns_others(name: &str) -> bool {
    const WORDS: [&str; 8] = ["invit", "friend", "share", "sharing", "refer", "gift", "recommend", "forward"];
    words(name).iter().any(|word| WORDS.iter().any(|other| word.starts_with(other)))
}

/// Of two from places of one rank the last one.
fn put<'a>(place: &mut Ranked<'a>, rank: u8, found: Option<Cow<'a, str>>) {
    if let Some(found) = found
        && place.as_ref().is_none_or(|(best, _)| rank <= *best)
    {
        *place = Some((rank, found));
    }
}

/// Text or a number, if it is not empty and not too long.
fn text<'a>(scalar: &Scalar<'a>, max_bytes: usize) -> Option<Cow<'a, str>> {
    match scalar {
        Scalar::Text(text) if !text.is_empty() && text.len() <= max_bytes => Some(text.clone()),
        Scalar::Digits(_) => scalar.clone().short(max_bytes, &mut Faults::default()),
        Scalar::Signed(number) => Some(Cow::Owned(number.to_string())),
        Scalar::Float(number) if number.is_finite() => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// The address of `"Kim" <kim@mail.example>`.
fn without_name(text: Cow<'_, str>) -> Cow<'_, str> {
    let inner = |text: &str| {
        let (before, inner) = text.trim().strip_suffix('>')?.rsplit_once('<')?;
        (!before.contains('@')).then_some(inner.len())
    };
    let Some(length) = inner(&text) else { return text };
    let end = text.trim_end().len() - 1;
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(end - length..end).unwrap_or(text)),
        Cow::Owned(text) => Cow::Owned(text.get(end - length..end).unwrap_or(&text).to_owned()),
    }
}

/// A word that stands for some machine: `apple`, `gmail`, `generic`.
fn names_a_machine(scalar: &Scalar<'_>) -> bool {
    const NONE: [&str; 9] = ["none", "false", "no", "null", "0", "human", "unknown", "other", "direct"];
    matches!(scalar, Scalar::Text(text) if !text.trim().is_empty() && !NONE.iter().any(|word| text.trim().eq_ignore_ascii_case(word)))
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
