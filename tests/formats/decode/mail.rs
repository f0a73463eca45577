//! What mailers tell in their own words: hardness in a name, links, mails, machines, addresses, lists.

use super::*;
use leadstream::domain::event::MailEvent;
use leadstream::domain::names::Kind;

fn on(input: u16, name: &str, properties: &str) -> Event<'static> {
    decode_on(input, track(name, properties).leak())
}

#[test]
fn a_name_says_how_hard_a_mail_bounced() {
    for name in ["Email Hard Bounced", "Hard Bounce", "hard_bounce", "emailHardBounce", "Email Bounced (Hard)", "HARD-BOUNCED"] {
        for input in [CLICKSTREAM, EMAIL] {
            let event = on(input, name, "{}");
            assert_eq!((event.kind, &*event.name), (Kind::HardBounce, "Email Bounced"), "{name}");
        }
    }
    for (name, properties) in [
        ("Email Soft Bounced", "{}"),
        ("Soft Bounce", r#"{"status":"5.1.1"}"#),
        ("soft_bounce", r#"{"bounce_type":"hard"}"#),
        ("emailSoftBounce", "{}"),
        ("Email Bounced (Soft)", "{}"),
        ("Hard Bounce", r#"{"bounce_type":"soft"}"#),
        ("Email Bounced", "{}"),
    ] {
        assert_eq!(on(EMAIL, name, properties).kind, Kind::SoftBounce, "{name} {properties}");
    }
    for name in ["Hardware Bounced", "Hard Bounce Report Viewed", "Bounce Rate Seen", "Hard"] {
        assert_eq!(on(CLICKSTREAM, name, "{}").kind, Kind::Other, "{name}");
    }
}

#[test]
fn one_word_of_a_provider_is_about_a_mail_where_mail_is_told() {
    for (name, properties, want) in [
        ("bounce", r#"{"reason":"550 5.1.1 no such user"}"#, Kind::HardBounce),
        ("bounce", r#"{"type":"blocked"}"#, Kind::SoftBounce),
        ("dropped", r#"{"reason":"Bounced Address"}"#, Kind::HardBounce),
        ("dropped", r#"{"reason":"Unsubscribed Address"}"#, Kind::SoftBounce),
        ("failed", r#"{"severity":"permanent"}"#, Kind::HardBounce),
        ("permanent_fail", "{}", Kind::HardBounce),
        ("temporary_fail", "{}", Kind::SoftBounce),
        ("spamreport", "{}", Kind::Complained),
        ("SpamComplaint", "{}", Kind::Complained),
        ("unsubscribe", "{}", Kind::Unsubscribed),
        ("open", "{}", Kind::Mail),
        ("Click", "{}", Kind::Mail),
        ("delivered", "{}", Kind::Mail),
    ] {
        assert_eq!(on(EMAIL, name, properties).kind, want, "{name} {properties}");
    }
    assert_eq!(on(EMAIL, "open", "{}").mail(), Some(MailEvent::Opened));
    assert_eq!(on(EMAIL, "click", "{}").mail(), Some(MailEvent::Clicked));
    for name in ["bounce", "dropped", "failed", "open", "click", "delivered", "spam", "sent", "processed"] {
        let event = on(CLICKSTREAM, name, r#"{"reason":"550 5.1.1"}"#);
        assert!(matches!(event.kind, Kind::Other | Kind::Seller) && event.mail().is_none(), "{name} on a shop's topic");
    }
    assert_eq!(on(EMAIL, "Door Opened", "{}").kind, Kind::Other);
}

#[test]
fn a_click_is_known_by_its_link_and_mail_under_the_names_of_providers() {
    let click = |properties: &str| on(EMAIL, "Email Link Clicked", properties).click().map(|click| click.hash);
    for same in [
        [
            r#"{"sg_message_id":"m","url":"https://s.example/a","sg_event_id":"1"}"#,
            r#"{"sg_message_id":"m","url":"https://s.example/a","sg_event_id":"2"}"#,
        ],
        [
            r#"{"message":{"headers":{"message-id":"m"}},"url":"https://s.example/a","id":"1"}"#,
            r#"{"message":{"headers":{"message-id":"m"}},"url":"https://s.example/a","id":"2"}"#,
        ],
        [
            r#"{"MessageID":"m","OriginalLink":"https://s.example/a","n":1}"#,
            r#"{"MessageID":"m","OriginalLink":"https://s.example/a","n":2}"#,
        ],
        [
            r#"{"mail":{"messageId":"m"},"click":{"link":"https://s.example/a"},"n":1}"#,
            r#"{"mail":{"messageId":"m"},"click":{"link":"https://s.example/a"},"n":2}"#,
        ],
        [r#"{"email_id":"m","link":"https://s.example/a","n":1}"#, r#"{"email_id":"m","link":"https://s.example/a","n":2}"#],
    ] {
        assert!(click(same[0]).is_some() && click(same[0]) == click(same[1]), "{}", same[0]);
    }
    for other in [
        [r#"{"sg_message_id":"m","url":"https://s.example/a"}"#, r#"{"sg_message_id":"m","url":"https://s.example/b"}"#],
        [r#"{"sg_message_id":"m","url":"https://s.example/a"}"#, r#"{"sg_message_id":"n","url":"https://s.example/a"}"#],
        [r#"{"click":{"link":"https://s.example/a"}}"#, r#"{"click":{"link":"https://s.example/b"}}"#],
    ] {
        assert_ne!(click(other[0]), click(other[1]), "{}", other[0]);
    }
    assert_eq!(click(r#"{"sg_message_id":"m"}"#), None, "which link is not said");
    for name in ["Product Viewed", "page", "Product Added"] {
        let event = on(CLICKSTREAM, name, r#"{"product_id":"p-1","url":"https://s.example/a"}"#);
        assert_eq!((event.signals.link, event.click()), (None, None), "{name}: its url is a page's");
    }
}

#[test]
fn providers_mark_what_machines_do() {
    for properties in [
        r#"{"bot":"apple"}"#,
        r#"{"bot":"gmail"}"#,
        r#"{"bot":"generic"}"#,
        r#"{"bot":true}"#,
        r#"{"client-info":{"bot":"apple"}}"#,
        r#"{"event-data":{"client-info":{"bot":"generic"}}}"#,
        r#"{"Apple Privacy Open":true}"#,
        r#"{"Bot Click":"true"}"#,
        r#"{"prefetched":true}"#,
        r#"{"is_prefetched":"true"}"#,
        r#"{"proxySource":"Apple"}"#,
        r#"{"sg_machine_open":true}"#,
    ] {
        for name in ["Email Opened", "Email Link Clicked"] {
            assert!(on(EMAIL, name, properties).signals.marked, "{name} {properties}");
        }
    }
    for properties in [
        r#"{"bot":"none"}"#,
        r#"{"bot":""}"#,
        r#"{"bot":"False"}"#,
        r#"{"bot":null}"#,
        r#"{"bot":false}"#,
        r#"{"client-info":{"bot":""}}"#,
        r#"{"Apple Privacy Open":false}"#,
        r#"{"prefetched":0}"#,
        r#"{"robot":"apple"}"#,
    ] {
        assert!(!on(EMAIL, "Email Opened", properties).signals.marked, "{properties}");
    }
    for name in ["Chat Started", "Product Viewed", "page"] {
        let event = on(CLICKSTREAM, name, r#"{"bot":"sales-assistant","prefetched":"yes"}"#);
        assert!(!event.signals.marked, "{name}: what a bot is called says nothing of who made it");
    }
    for properties in
        [r#"{"client-info":{"user-agent":"curl/8"}}"#, r#"{"open":{"userAgent":"curl/8"}}"#, r#"{"useragent":"curl/8"}"#]
    {
        assert_eq!(on(EMAIL, "Email Opened", properties).signals.user_agent.as_deref(), Some("curl/8"), "{properties}");
    }
}

#[test]
fn an_address_is_seen_wherever_a_shop_writes_the_buyer_s() {
    for properties in [
        r#"{"billing_address":{"email":"kim@shop.example"}}"#,
        r#"{"guest_email":"kim@shop.example"}"#,
        r#"{"guestEmail":"kim@shop.example"}"#,
        r#"{"checkout":{"email":"kim@shop.example"}}"#,
        r#"{"order":{"customer":{"email":"kim@shop.example"}}}"#,
        r#"{"customer_properties":{"$email":"kim@shop.example"}}"#,
        r#"{"profile":{"email":"kim@shop.example"}}"#,
        r#"{"user_data":{"email":"kim@shop.example"}}"#,
        r#"{"email":"\"Kim\" <kim@shop.example>"}"#,
        r#"{"email":"Kim Example <kim@shop.example>"}"#,
    ] {
        let event = on(CLICKSTREAM, "Product Added", properties);
        assert_eq!(event.signals.email.as_deref(), Some("kim@shop.example"), "{properties}");
    }
    for properties in [
        r#"{"email":"null@null.com"}"#,
        r#"{"email":"***@***.***"}"#,
        r#"{"email":"k***@shop.example"}"#,
        r#"{"email":"Kim <nobody>"}"#,
        r#"{"email":"a@b.example <c@d.example>"}"#,
        r#"{"gift":{"email":"ben@shop.example"}}"#,
        r#"{"shipping_address":{"email":"ben@shop.example"}}"#,
        r#"{"recipient_email":"ben@shop.example"}"#,
        r#"{"order":{"email":"5d41402abc4b2a76b9719d911017c592"}}"#,
    ] {
        let event = on(CLICKSTREAM, "Product Added", properties);
        assert!(event.signals.email.is_none() && !event.shows_address(), "{properties}");
    }
    for name in ["Invite Sent", "Gift Card Sent", "Friend Referred"] {
        let event = on(CLICKSTREAM, name, r#"{"guest_email":"ben@shop.example","order":{"email":"ben@shop.example"}}"#);
        assert!(!event.shows_address(), "{name}");
    }
}

#[test]
fn an_address_may_stand_for_the_person() {
    let shows = |key: &str, rest: &str| {
        let value = format!(r#"{{"type":"track","event":"Product Added","messageId":"m-1",{rest}}}"#);
        let record = RecordView { ..record(key.as_bytes(), value.as_bytes()) };
        let event = decoder().decode_event(&record).unwrap();
        (event.shows_address(), event.signals.email.is_some())
    };
    assert_eq!(shows("kim@shop.example", r#""properties":{}"#), (true, false), "the key");
    assert_eq!(shows("a-1", r#""userId":"kim@shop.example""#), (true, false), "the user");
    assert_eq!(shows("a-1", r#""properties":{"userId":"kim@shop.example"}"#), (true, false), "among the properties");
    let external = r#""context":{"externalIds":[{"id":"kim@shop.example","type":"email","collection":"users"}]}"#;
    assert_eq!(shows("a-1", external), (true, true));
    assert_eq!(shows("a-1", r#""context":{"email":"kim@shop.example"}"#), (true, true));
    for (key, rest) in [
        ("u-1", r#""userId":"u-1""#),
        ("null@null.com", r#""properties":{}"#),
        ("5d41402abc4b2a76b9719d911017c592", r#""userId":"5d41402abc4b2a76b9719d911017c592""#),
        ("a-1", r#""userId":"kim@shop""#),
        ("a-1", r#""context":{"externalIds":[{"id":"5d41402abc4b2a76b9719d911017c592","type":"ga_client_id"}]}"#),
        ("a-1", r#""context":{"externalIds":[]}"#),
    ] {
        assert_eq!(shows(key, rest), (false, false), "{key} {rest}");
    }
}

#[test]
fn one_list_is_named_in_the_words_of_providers() {
    for properties in [
        r#"{"asm_group_id":17}"#,
        r#"{"messageTypeIds":[17]}"#,
        r#"{"messageTypeIds":["17"]}"#,
        r#"{"subscription_topic_id":"news"}"#,
        r#"{"list":"Weekly news"}"#,
        r#"{"list":{"id":"l-1","name":"Weekly news"}}"#,
        r#"{"sg_message_id":"m","group_id":17}"#,
    ] {
        assert!(on(EMAIL, "Unsubscribed", properties).signals.of_list, "{properties}");
    }
    for properties in [
        "{}",
        r#"{"asm_group_id":null}"#,
        r#"{"messageTypeIds":[]}"#,
        r#"{"messageTypeIds":null}"#,
        r#"{"list":""}"#,
        r#"{"list":[]}"#,
        r#"{"group_id":"acme"}"#,
        r#"{"email_id":"m","group_id":"acme"}"#,
    ] {
        assert!(!on(EMAIL, "Unsubscribed", properties).signals.of_list, "{properties}");
    }
}

#[test]
fn products_are_found_where_older_shops_write_them() {
    let products = |name: &str, properties: &str| {
        let event = on(CLICKSTREAM, name, properties);
        assert_eq!(event.broken_fields, 0, "{properties}");
        event.products.iter().map(|p| format!("{} {}", p.id, p.name.as_deref().unwrap_or("-"))).collect::<Vec<_>>().join(",")
    };
    let ua = r#"{"ecommerce":{"currencyCode":"EUR","add":{"products":[{"id":"p-1","name":"Shoe","price":"15","quantity":1}]}}}"#;
    assert_eq!(products("Product Added", ua), "p-1 Shoe");
    let bought =
        r#"{"ecommerce":{"purchase":{"actionField":{"id":"o-1","revenue":"15"},"products":[{"id":"p-1","name":"Shoe"}]}}}"#;
    assert_eq!(products("Order Completed", bought), "p-1 Shoe");
    let event = on(CLICKSTREAM, "Order Completed", bought);
    assert_eq!((event.order_id.as_deref(), event.value), (Some("o-1"), Some(15.0)));
    assert_eq!(
        products("Order Completed", r#"{"products":"\"[{\\\"product_id\\\":\\\"p-1\\\"}]\""}"#),
        "p-1 -",
        "a text of a text"
    );
    assert_eq!(products("Order Completed", r#"{"line_items":[{"product_id":1,"title":"Shoe"}]}"#), "1 Shoe");
    assert_eq!(products("Order Completed", r#"{"line_items":[{"product_id":1,"name":"Shoe","title":"Red"}]}"#), "1 Shoe");
    let cart = r#"{"product_id":"p-2","cart":{"items":[{"product_id":"p-1"},{"product_id":"p-2"}]}}"#;
    assert_eq!(products("Cart Updated", cart), "p-1 -,p-2 -");
    assert_eq!(products("Product Added", cart), "p-2 -", "what is in the cart was not added now");
    assert_eq!(products("Product Viewed", cart), "p-2 -");
    assert_eq!(products("Product Viewed", r#"{"product_id":"p-2","title":"The page"}"#), "p-2 -", "a page's title");
    assert_eq!(products("Order Completed", r#"{"order_id":"o-1","ecommerce":{"purchase":{}}}"#), "");
}
