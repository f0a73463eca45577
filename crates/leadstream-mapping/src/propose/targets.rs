//! Which of our events a name of theirs most likely is.

use leadstream_core::domain::names::{CALLS, canonical_names, known, near, usual, words};

/// A name of ours and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub name: &'static str,
    /// The dictionary has this very name, in some spelling.
    pub is_sure: bool,
}

const CALL_NAMES: [&str; 5] = ["page", "screen", "identify", "group", "alias"];

/// What else teams call it, in English.
const ENGLISH: [(&str, &str); 33] = [
    ("basket", "cart"),
    ("bag", "cart"),
    ("trolley", "cart"),
    ("line", "product"),
    ("item", "product"),
    ("article", "product"),
    ("goods", "product"),
    ("shown", "viewed"),
    ("show", "viewed"),
    ("seen", "viewed"),
    ("displayed", "viewed"),
    ("visited", "viewed"),
    ("visit", "viewed"),
    ("loaded", "viewed"),
    ("detail", "viewed"),
    ("details", "viewed"),
    ("impression", "viewed"),
    ("view", "viewed"),
    ("entered", "started"),
    ("reached", "started"),
    ("begun", "started"),
    ("began", "started"),
    ("add", "added"),
    ("put", "added"),
    ("inserted", "added"),
    ("remove", "removed"),
    ("dropped", "removed"),
    ("cleared", "emptied"),
    ("purchased", "order completed"),
    ("declined", "failed"),
    ("erased", "deleted"),
    ("revoked", "cancelled"),
    ("withdrawn", "cancelled"),
];

/// What machines say of themselves.
const NOISE: [&str; 10] =
    ["heartbeat", "ping", "healthcheck", "keepalive", "debug", "noop", "watermark", "selftest", "alive", "pong"];

/// Beginnings of German words, and what they are in names of events.
const GERMAN: [(&str, &str); 62] = [
    ("produktseite", "product"),
    ("artikelseite", "product"),
    ("seite", "page"),
    ("warenkorb", "cart"),
    ("korb", "cart"),
    ("bestell", "order"),
    ("auftrag", "order"),
    ("kauf", "purchase"),
    ("gekauft", "purchased"),
    ("kasse", "checkout"),
    ("artikel", "product"),
    ("produkt", "product"),
    ("hinzugef", "added"),
    ("hinzu", "added"),
    ("gelegt", "added"),
    ("entfernt", "removed"),
    ("angesehen", "viewed"),
    ("angeseh", "viewed"),
    ("aufgerufen", "viewed"),
    ("aufruf", "viewed"),
    ("ansicht", "viewed"),
    ("betreten", "started"),
    ("begonnen", "started"),
    ("gestartet", "started"),
    ("beginn", "started"),
    ("start", "started"),
    ("abgeschlossen", "completed"),
    ("abgesendet", "completed"),
    ("aufgegeben", "completed"),
    ("eingegangen", "completed"),
    ("bezahlt", "paid"),
    ("abgesch", "completed"),
    ("storn", "cancelled"),
    ("erstatt", "refunded"),
    ("retour", "refunded"),
    ("geleert", "emptied"),
    ("geaender", "updated"),
    ("aktualisier", "updated"),
    ("zahlung", "payment"),
    ("fehlgeschlagen", "failed"),
    ("abgelehnt", "failed"),
    ("geoeffnet", "opened"),
    ("geklickt", "clicked"),
    ("zugestellt", "delivered"),
    ("gesendet", "sent"),
    ("abgemeldet", "unsubscribed"),
    ("abbestell", "unsubscribed"),
    ("angemeldet", "subscribed"),
    ("abonnier", "subscribed"),
    ("registrier", "signed up"),
    ("eingeloggt", "signed in"),
    ("suche", "search"),
    ("gesucht", "search"),
    ("merkliste", "wishlist"),
    ("wunschliste", "wishlist"),
    ("gutschein", "coupon"),
    ("eingeloest", "applied"),
    ("kunde", "customer"),
    ("nutzer", "user"),
    ("geloescht", "deleted"),
    ("angelegt", "created"),
    ("mail", "email"),
];

/// Rows of such words that say it otherwise.
const SAID: [(&str, &str); 13] = [
    ("added cart", "Product Added"),
    ("cart added", "Product Added"),
    ("removed cart", "Product Removed"),
    ("cart removed", "Product Removed"),
    ("product viewed", "Product Viewed"),
    ("page viewed", "page"),
    ("order completed", "Order Completed"),
    ("newsletter unsubscribed", "Unsubscribed"),
    ("newsletter subscribed", "Subscribed"),
    ("newsletter confirmed", "Subscribed"),
    ("newsletter cancelled", "Unsubscribed"),
    ("search", "Products Searched"),
    ("customer signed up", "Signed Up"),
];

/// What an event's name stands for; `None`: nothing that we know.
#[must_use]
pub fn target(theirs: &str) -> Option<Target> {
    let theirs = theirs.trim();
    if theirs.is_empty() || theirs.len() > 120 {
        return None;
    }
    let sure = |name| Some(Target { name, is_sure: true });
    let guess = |name| Some(Target { name, is_sure: false });
    if let Some(call) = CALL_NAMES.into_iter().find(|call| call.eq_ignore_ascii_case(theirs)) {
        return sure(call);
    }
    let of_words = words(theirs);
    let said = |text: &str| of_words.concat() == words(text).concat().to_lowercase();
    if let Some((_, call)) = CALLS.into_iter().find(|(name, _)| said(name)) {
        return sure(call);
    }
    if let Some(known) = known(theirs) {
        return sure(known.name);
    }
    if let Some(name) = canonical_names().find(|name| said(name)) {
        return sure(name);
    }
    if let Some((_, name)) = usual().find(|(name, _)| said(name)) {
        return guess(name);
    }
    // Who it is of may stand before: `com.acme.shop.order.placed`, `shop/orders/create`.
    let ends = |parts: usize| -> Option<String> {
        let all: Vec<&str> = theirs.split(['.', '/', ':', '|', '#']).filter(|part| !part.is_empty()).collect();
        (all.len() > parts).then(|| all[all.len() - parts..].join(" "))
    };
    of_things(&of_words)
        .and_then(guess)
        .or_else(|| near(theirs).and_then(guess))
        .or_else(|| {
            [3, 2, 1].into_iter().filter_map(ends).find_map(|end| {
                let words = words(&end);
                let call = CALL_NAMES.into_iter().find(|call| call.eq_ignore_ascii_case(&end));
                call.or_else(|| known(&end).map(|known| known.name))
                    .or_else(|| of_things(&words))
                    .or_else(|| near(&end))
                    .or_else(|| translated(&words))
                    .and_then(guess)
            })
        })
        .or_else(|| translated(&of_words).and_then(guess))
}

/// What happened to what, where the dictionary has no such name.
fn of_things(words: &[String]) -> Option<&'static str> {
    let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
    let is_changed =
        has(&["created", "create", "updated", "update", "changed", "change", "saved", "save", "modified", "upsert", "upserted"]);
    let is_gone = has(&["deleted", "delete", "erased", "redact", "redacted", "removed"]);
    if words.len() > 4 {
        return None;
    }
    if has(&["customer", "customers", "user", "users", "profile", "contact", "account"]) {
        if is_gone {
            return Some("User Deleted");
        }
        if has(&["registered", "register"]) {
            return Some("Signed Up");
        }
        return is_changed.then_some("identify");
    }
    if has(&["cart", "carts", "basket", "baskets", "bag"]) {
        let is_of_lines = has(&["item", "items", "product", "line", "article"]);
        return (is_changed && !is_of_lines).then_some("Cart Updated");
    }
    if has(&["order", "orders"]) {
        let is_made = has(&["created", "create", "placed", "place", "paid", "new"]);
        let is_taken_back = has(&["cancelled", "canceled", "cancel"]);
        return if is_made {
            Some("Order Completed")
        } else if is_taken_back {
            Some("Order Cancelled")
        } else if has(&["refunded", "refund"]) {
            Some("Order Refunded")
        } else {
            is_changed.then_some("Order Updated")
        };
    }
    None
}

/// Whether it is no event of anybody.
#[must_use]
pub fn is_noise(theirs: &str) -> bool {
    NOISE.contains(&words(theirs).concat().as_str())
}

/// A name word by word, in the words of our names: of German ones, and of English ones that are called otherwise.
fn translated(words: &[String]) -> Option<&'static str> {
    let fold = |word: &str| word.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss");
    let mut ours: Vec<String> = Vec::new();
    let mut is_translated = false;
    for word in words {
        let word = fold(word);
        if matches!(word.as_str(), "den" | "die" | "der" | "das" | "aus" | "dem" | "zum" | "zur" | "im" | "von" | "wurde") {
            continue;
        }
        let english = ENGLISH.iter().find(|(theirs, _)| *theirs == word);
        let found = english.or_else(|| GERMAN.iter().find(|(german, _)| word.starts_with(german))).map(|(_, ours)| *ours);
        is_translated |= found.is_some();
        ours.push(found.map_or(word, str::to_owned));
    }
    if ours.len() > 5 {
        return None;
    }
    let text = ours.iter().filter(|word| *word != "in").cloned().collect::<Vec<_>>().join(" ");
    if let Some((_, name)) = SAID.into_iter().find(|(said, _)| *said == text) {
        return Some(name);
    }
    if !is_translated {
        return None;
    }
    let has = |word: &str| ours.iter().any(|known| known == word);
    let of_cart = has("cart") && (has("product") || has("in") || has("to") || has("from"));
    if of_cart && has("added") {
        return Some("Product Added");
    }
    if of_cart && has("removed") {
        return Some("Product Removed");
    }
    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let is_text = |name: &&str| name.eq_ignore_ascii_case(&text);
    known(&text)
        .map(|known| known.name)
        .or_else(|| canonical_names().find(is_text))
        .or_else(|| of_things(&words))
        .or_else(|| near(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_theirs_are_ours() {
        for (theirs, want, is_sure) in [
            ("add_to_cart", "Product Added", true),
            ("Order Completed", "Order Completed", true),
            ("page", "page", true),
            ("PAGE_VIEW", "page", true),
            ("Signed Up", "Signed Up", true),
            ("demoRequested", "Demo Requested", true),
            ("order.placed", "Order Completed", false),
            ("com.acme.shop.order.placed", "Order Completed", false),
            ("shop/orders/create", "Order Completed", false),
            ("customer_updated", "identify", false),
            ("basket.changed", "Cart Updated", false),
            ("UserDeleted", "User Deleted", true),
            ("account.erased", "User Deleted", false),
            ("bestellung_abgeschlossen", "Order Completed", false),
            ("artikel_in_warenkorb_gelegt", "Product Added", false),
            ("warenkorb_geändert", "Cart Updated", false),
            ("Bestellung storniert", "Order Cancelled", false),
            ("seite_aufgerufen", "page", false),
            ("produkt_angesehen", "Product Viewed", false),
            ("kasse_begonnen", "Checkout Started", false),
            ("newsletter_abgemeldet", "Unsubscribed", false),
            ("kunde_geaendert", "identify", false),
            ("basket.line_added", "Product Added", false),
            ("basket.line_removed", "Product Removed", false),
            ("page.shown", "page", false),
            ("checkout.entered", "Checkout Started", false),
            ("ProductDetail", "Product Viewed", false),
            ("TrialBegan", "Trial Started", false),
            ("WineShop.Events.PageVisited", "page", false),
            ("WineShop.Events.CheckoutBegan", "Checkout Started", false),
            ("WineShop.Events.OrderRevoked", "Order Cancelled", false),
            ("NewsletterCancelled", "Unsubscribed", false),
        ] {
            assert_eq!(target(theirs), Some(Target { name: want, is_sure }), "{theirs}");
        }
        for theirs in ["", "heartbeat", "stock.level", "x", "preisalarm", "EUR", &"a".repeat(500)] {
            assert_eq!(target(theirs), None, "{theirs}");
        }
        assert!(is_noise("heart-beat") && is_noise("PING") && !is_noise("page"));
    }
}
