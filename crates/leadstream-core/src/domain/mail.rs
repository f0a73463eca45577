//! Which mail an event is about, as its mailer names it.

use super::ids::{hash64, some32};
use std::borrow::Cow;
use std::num::NonZeroU32;

/// Longest name that is compared; of a longer one the beginning.
const MAX_NAME_BYTES: usize = 256;
/// Words for carts, and for what a reminder is about, in the languages that shops name campaigns in.
const CART: [&str; 7] = ["cart", "basket", "checkout", "warenkorb", "panier", "carrito", "carrello"];
const REMINDER: [&str; 9] = ["abandon", "remind", "recover", "forgot", "erinner", "abbrech", "abbruch", "vergessen", "relance"];

/// How a mailer names the mail of an event, where it does: the id of the mail, the id and the name of its campaign, its template or
/// subject. What they are [known by](known_by) is found when somebody asks: few prospects have a reminder that it may be about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailNames<'a>(Option<Box<Said<'a>>>);

type Said<'a> = [Option<Cow<'a, str>>; 4];

impl<'a> MailNames<'a> {
    /// Of the names in the order of their sureness.
    #[must_use]
    pub fn new(said: Said<'a>) -> Self {
        Self(said.iter().any(Option::is_some).then(|| Box::new(said)))
    }

    /// It says nothing of which mail it was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether one of its names is known by this.
    #[must_use]
    pub fn has(&self, known_by: NonZeroU32) -> bool {
        self.all().any(|name| self::known_by(name) == known_by)
    }

    /// What the surest of its names is known by.
    #[must_use]
    pub fn surest(&self) -> Option<NonZeroU32> {
        self.all().next().map(known_by)
    }

    /// One of them says that it reminds of a cart, such as `cart-reminder-2` or "Abandoned Checkout".
    #[must_use]
    pub fn says_cart_reminder(&self) -> bool {
        self.all().any(says_cart_reminder)
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|said| said.iter().filter_map(Option::as_deref))
    }
}

/// Letters and digits of a name, in small letters: however it is written, it is the same name.
fn plain<'a>(name: &str, into: &'a mut [u8; MAX_NAME_BYTES]) -> &'a [u8] {
    let mut length = 0;
    let bytes = name.bytes().filter(|b| b.is_ascii_alphanumeric() || !b.is_ascii()).take(MAX_NAME_BYTES);
    for (to, from) in into.iter_mut().zip(bytes) {
        *to = from.to_ascii_lowercase();
        length += 1;
    }
    into.get(..length).unwrap_or_default()
}

/// 32 bits of a hash of a name, whatever its case and what joins its words.
#[must_use]
pub fn known_by(name: &str) -> NonZeroU32 {
    some32(hash64(plain(name, &mut [0; MAX_NAME_BYTES])))
}

fn says_cart_reminder(name: &str) -> bool {
    let mut buffer = [0; MAX_NAME_BYTES];
    let plain = plain(name, &mut buffer);
    let has = |words: &[&str]| words.iter().any(|word| plain.windows(word.len()).any(|part| part == word.as_bytes()));
    has(&CART) && has(&REMINDER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_however_it_is_written() {
        assert_eq!(known_by("Cart Reminder 1"), known_by("cart-reminder_1"));
        assert!(known_by("cart-reminder-1") != known_by("cart-reminder-2"));
        assert_ne!(known_by("für dich"), known_by("fr dich"));
        assert_eq!(known_by(&"x".repeat(300)), known_by(&"x".repeat(256)), "nobody tells two apart behind that");
    }

    #[test]
    fn a_reminder_of_a_cart_says_so() {
        for name in
            ["cart-reminder-1", "Abandoned Cart: Email 2", "checkout_abandonment", "Warenkorb-Erinnerung", "panier abandonné"]
        {
            assert!(says_cart_reminder(name), "{name}");
        }
        for name in ["newsletter-2026-10", "cartoon of the week", "Reminder: your appointment", "spring-sale", "win-back", ""] {
            assert!(!says_cart_reminder(name), "{name}");
        }
    }

    #[test]
    fn the_surest_name_is_the_one_that_is_kept() {
        assert_eq!((MailNames::default().surest(), MailNames::new([const { None }; 4]).is_empty()), (None, true));
        let spring = || Some(Cow::Borrowed("spring"));
        assert_eq!(MailNames::new([None, None, spring(), None]).surest(), Some(known_by("spring")));
        let names = MailNames::new([Some("e-77".into()), None, spring(), None]);
        assert_eq!(names.surest(), Some(known_by("e-77")));
        assert!(names.has(known_by("Spring")) && !names.has(known_by("summer")) && !names.is_empty());
    }
}
