//! The shop's own people and its tests: what they do is left out as if it had not been, and counted.
//!
//! Who is known as one of the shop's people stays one, and nothing else is kept of them. Consent is never left out: an
//! unsubscribe is one from wherever it comes.

use crate::domain::Ms;
use crate::domain::event::Event;
use crate::domain::ids::{hash64, low32};
use crate::domain::model::internal::InternalModel;
use crate::domain::names::Kind;
use crate::domain::output::Note;
use crate::domain::rules::cart::outcome::Fact;
use crate::domain::rules::cart::{after_order, series};
use crate::domain::rules::context::StepContext;
use crate::domain::rules::orders::{carts, find, reverse};
use crate::domain::rules::{account, contact, won};
use crate::domain::state::cart::Cart;
use crate::domain::state::internal::MAX_TEST_ORDERS;
use crate::domain::state::prospect::{Extras, Prospect};
use crate::domain::terms::bots::InternalKind;
use crate::domain::terms::cart::Reason;

/// Whether an event is of the shop's own people or of a test: then it is counted and nothing else.
pub(crate) fn judge(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) -> bool {
    let model = step.model();
    let known = prospect.extras.as_ref().and_then(|extras| extras.internal.get());
    let may_be = known.is_some() || model.internal.may_be(event);
    if !may_be {
        return false;
    }
    let is_known = known.is_some_and(|known| known.since_ms.is_some());
    let is_released = known.is_some_and(|known| known.by_trait) && model.internal.is_released(event);
    let kind = if (is_known && !is_released) || model.internal.is_of_own_person(event) {
        if !is_known {
            join(prospect, event, event.time_ms, step);
            prospect.extras_mut().internal.by_trait = model.internal.is_marked_person(event);
        }
        // What they say of consent holds should they be customers again.
        if contact::is_about_consent(event) {
            contact::note_consent(prospect, event, &model.contact);
        }
        InternalKind::Person
    } else {
        if is_known {
            // A trait says that it is over: a customer like others from here on.
            let internal = &mut prospect.extras_mut().internal;
            (internal.since_ms, internal.by_trait) = (None, false);
        }
        let is_consent =
            matches!(event.kind, Kind::Unsubscribed | Kind::Subscribed | Kind::HardBounce | Kind::SoftBounce | Kind::Complained);
        if is_consent {
            return false;
        }
        if model.internal.marks(event) || is_about_test_order(prospect, event) {
            test(prospect, event, step);
            InternalKind::Marked
        } else if model.internal.is_from_own_network(event) {
            InternalKind::Network
        } else {
            return false;
        }
    };
    step.effects.notes.push(Note::Internal(kind));
    true
}

/// From now on nothing counts; what was known goes, as far as it isn't needed for telling messages apart and for consent.
pub(in crate::domain) fn join<'a, 'e: 'a>(
    prospect: &mut Prospect,
    fact: impl Into<Fact<'a, 'e>>,
    since_ms: Ms,
    step: &mut StepContext<'_, '_>,
) {
    let fact = fact.into();
    // What they bought was no sale, and no one was won.
    won::disown(prospect, step);
    carts::disown_all(prospect, step);
    after_order::disown(prospect, fact, |_| true, step);
    account::forgotten(prospect, step);
    drop_carts(prospect, fact, |_| true, step);
    let before = std::mem::take(prospect);
    let (erasure, contact) = before.extras.map(|extras| (extras.erasure, extras.contact)).unwrap_or_default();
    *prospect = Prospect {
        first_seen_ms: before.first_seen_ms,
        last_seen_ms: before.last_seen_ms,
        seen: before.seen,
        consent: before.consent,
        addressable: before.addressable,
        address: before.address,
        identified: before.identified,
        extras: Some(Box::new(Extras { contact, erasure, ..Extras::default() })),
        ..Prospect::default()
    };
    step.choose_model(prospect);
    prospect.extras_mut().internal.since_ms = Some(since_ms);
    step.effects.customer = true;
}

/// Of people or tests, not buyers: the series of these carts end.
fn drop_carts<'a, 'e: 'a>(
    prospect: &mut Prospect,
    fact: impl Into<Fact<'a, 'e>>,
    which: impl Fn(&Cart) -> bool,
    step: &mut StepContext<'_, '_>,
) {
    for cart in prospect.carts.iter().filter(|cart| which(cart)) {
        carts::disown_cart(cart, step);
    }
    series::drop_carts(prospect, fact.into(), Reason::Internal, which, step);
}

fn order_hash(event: &Event<'_>) -> Option<u32> {
    event.order_id.as_deref().map(|id| low32(hash64(id.as_bytes())))
}

fn is_about_test_order(prospect: &Prospect, event: &Event<'_>) -> bool {
    let known = prospect.extras.as_ref().and_then(|extras| extras.internal.get());
    event.kind.is_about_orders() && known.zip(order_hash(event)).is_some_and(|(known, order)| known.test_orders.contains(&order))
}

/// An order that was a test: what becomes of it is one too, and no reminder is sent for the cart that it came from.
fn test(prospect: &mut Prospect, event: &Event<'_>, step: &mut StepContext<'_, '_>) {
    if event.kind != Kind::OrderCompleted {
        return;
    }
    if let Some(order) = order_hash(event) {
        let orders = &mut prospect.extras_mut().internal.test_orders;
        if !orders.contains(&order) {
            if orders.len() >= MAX_TEST_ORDERS {
                orders.remove(0);
            }
            orders.push(order);
        }
    }
    // The confirmation page reported it before the server said that it was a test.
    if let Some(at) = find::named(prospect, event)
        && carts::disown(prospect, at, step)
    {
        let hash = event.order_hash();
        after_order::disown(prospect, event, |order| order == hash, step);
        reverse::reverse(prospect, at, step);
    }
    let named = event.cart_id.as_deref().filter(|id| prospect.carts.iter().any(|cart| cart.is_called(id)));
    drop_carts(prospect, event, |cart| named.is_none_or(|id| cart.is_called(id)), step);
}

impl InternalModel {
    /// It may be of the shop's own people, or of a test: nothing else has to be looked at for most events.
    fn may_be(&self, event: &Event<'_>) -> bool {
        !event.signals.flags.is_empty() || event.signals.ip.is_some() || (!self.domains.is_empty() && event.signals.email_is_own)
    }

    /// It names an address of the shop's own domain, or a trait that marks the person.
    fn is_of_own_person(&self, event: &Event<'_>) -> bool {
        let is_own = |domain: &str| self.domains.iter().any(|own| is_within(domain, own));
        self.is_marked_person(event)
            || (event.signals.email_is_own && !self.domains.is_empty() && event.signals.mail_domain().is_some_and(is_own))
    }

    fn is_marked_person(&self, event: &Event<'_>) -> bool {
        event.signals.flags.yes & self.person_marks != 0
    }

    /// A trait that marks the person says no.
    fn is_released(&self, event: &Event<'_>) -> bool {
        event.signals.flags.no & self.person_marks != 0 && !self.is_of_own_person(event)
    }

    /// Its sender marked it. What is called a test is one of an order only: a site tests much.
    fn marks(&self, event: &Event<'_>) -> bool {
        let of_orders = if event.kind.is_about_orders() { self.order_marks } else { 0 };
        event.signals.flags.yes & (self.marks | of_orders) != 0
    }

    fn is_from_own_network(&self, event: &Event<'_>) -> bool {
        event.signals.ip.is_some_and(|ip| self.networks.iter().any(|network| network.holds(ip)))
    }
}

/// The domain itself or one below it, in any case.
fn is_within(domain: &str, own: &str) -> bool {
    let domain = domain.trim_end_matches('.');
    let Some(begins) = domain.len().checked_sub(own.len()) else { return false };
    domain.get(begins..).is_some_and(|end| end.eq_ignore_ascii_case(own))
        && (begins == 0 || domain.as_bytes().get(begins - 1) == Some(&b'.'))
}

#[cfg(test)]
mod tests {
    use crate::domain::rules::internal::is_within;

    #[test]
    fn a_domain_and_those_below_it_are_own_and_no_others() {
        for own in ["shop.example", "SHOP.example", "mail.shop.example", "a.b.shop.example", "shop.example."] {
            assert!(is_within(own, "shop.example"), "{own}");
        }
        for other in ["myshop.example", "shop.example.com", "example", "", "shopexample", "éshop.example"] {
            assert!(!is_within(other, "shop.example"), "{other}");
        }
    }
}
