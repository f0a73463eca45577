//! Which address the prospect was seen with last, so that a reminder can say where it belongs.

use crate::domain::Text;
use crate::domain::event::Event;
use crate::domain::names::Kind;
use crate::domain::rules::cart::find::concerned;
use crate::domain::state::cart::Cart;
use crate::domain::state::contact::NamedAddress;
use crate::domain::state::prospect::Prospect;

/// Takes in the address that an event names, for the prospect and for the cart that it names, too. The event has changed its cart.
pub fn learn(prospect: &mut Prospect, event: &Event<'_>) {
    let Some(id) = event.address.as_ref().filter(|_| !is_of_mail(event)) else { return };
    let named = || Some(NamedAddress { id: id.clone(), at_ms: event.time_ms });
    let contact = &mut prospect.extras_mut().contact;
    contact.address = NamedAddress::newest(contact.address.take(), named());
    if event.cart_id.is_none() && !is_about_cart(event.kind) {
        return;
    }
    if let Some(at) = concerned(&prospect.carts, event.cart_id.as_deref()) {
        let cart = &mut prospect.carts[at];
        cart.address = NamedAddress::newest(cart.address.take(), named());
    }
}

/// Where the reminder of a cart belongs.
#[must_use]
pub fn of_cart(prospect: &Prospect, cart: &Cart) -> Option<Text> {
    let of_prospect = || prospect.extras.as_ref()?.contact.address.as_ref();
    cart.address.as_ref().or_else(of_prospect).map(|named| named.id.clone())
}

/// A mail that went somewhere brought it about: somebody reads there, but nobody said so.
fn is_of_mail(event: &Event<'_>) -> bool {
    event.on_mail_topic
        || matches!(event.kind, Kind::Mail | Kind::HardBounce | Kind::SoftBounce | Kind::Complained | Kind::Unsubscribed)
}

/// Without an id it is about the cart touched last.
fn is_about_cart(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ProductAdded
            | Kind::ProductRemoved
            | Kind::CartViewed
            | Kind::CartUpdated
            | Kind::CartLineSet
            | Kind::CartEmptied
            | Kind::CheckoutStarted
            | Kind::CheckoutProgress
            | Kind::PaymentFailed
    )
}
