//! Names of events, properties and envelopes in the spellings of real shops, GA4's among them, and the forms of products.

use super::*;
use leadstream::domain::names::{Kind, NameId};
use leadstream::domain::origin::Position;

const ONE: &str = r#"{"product_id":"p-1"}"#;

#[test]
fn a_built_in_name_is_understood_in_any_spelling_and_shown_as_it_is_canonically() {
    for name in [
        "order_completed",
        "orderCompleted",
        "Order completed",
        "ORDER-COMPLETED",
        "Order Completed ",
        " order  completed",
        "ordercompleted",
        "completed_order",
        "CompletedOrder",
        "purchase",
        "Purchase",
    ] {
        let value = track(name, r#"{"order_id":"o-1"}"#);
        let event = decode(&value);
        assert_eq!((event.kind, &*event.name), (Kind::OrderCompleted, "Order Completed"), "{name}");
        assert_eq!(event.name_id, vocabulary().name("Order Completed"), "{name}: the models see it");
        assert_eq!(event.signals.near, None);
    }
}

#[test]
fn names_of_ga4_and_of_mail_tools_have_their_meaning() {
    for (name, canonical, kind) in [
        ("add_to_cart", "Product Added", Kind::ProductAdded),
        ("AddToCart", "Product Added", Kind::ProductAdded),
        ("remove_from_cart", "Product Removed", Kind::ProductRemoved),
        ("cart_line_set", "Cart Line Set", Kind::CartLineSet),
        ("view_cart", "Cart Viewed", Kind::CartViewed),
        ("begin_checkout", "Checkout Started", Kind::CheckoutStarted),
        ("add_payment_info", "Payment Info Entered", Kind::CheckoutProgress),
        ("add_shipping_info", "Checkout Step Completed", Kind::CheckoutProgress),
        ("refund", "Order Refunded", Kind::OrderUpdated),
        ("view_item", "Product Viewed", Kind::Site),
        ("view_item_list", "Product List Viewed", Kind::Site),
        ("search", "Products Searched", Kind::Site),
        ("add_to_wishlist", "Product Added to Wishlist", Kind::Site),
        ("sign_up", "Signed Up", Kind::Other),
        ("login", "Signed In", Kind::Other),
        ("Marked Email as Spam", "Email Marked as Spam", Kind::Complained),
        ("email_clicked", "Email Link Clicked", Kind::Mail),
        ("Opened Email", "Email Opened", Kind::Mail),
        ("unsubscribed", "Unsubscribed", Kind::Unsubscribed),
        ("unsubscribed_from_list", "Unsubscribed from List", Kind::Unsubscribed),
        ("user_deleted", "User Deleted", Kind::Deleted),
    ] {
        let value = track(name, ONE);
        let event = decode(&value);
        assert_eq!((&*event.name, event.kind), (canonical, kind), "{name}");
    }
    for name in ["Order Completed Survey Shown", "Purchase Guide Read"] {
        let value = track(name, ONE);
        let event = decode(&value);
        assert_eq!((&*event.name, event.kind, event.signals.near), (name, Kind::Other, None), "another thing keeps its own name");
    }
}

#[test]
fn what_only_trusted_inputs_may_say_they_alone_say_in_every_spelling() {
    for name in ["User Deleted", "user_deleted", "userDeleted", "UNSUBSCRIBED", "marked_email_as_spam", "lead_won"] {
        let value = track(name, "{}");
        let rejected = doubting_decoder().decode_event(&record(b"u-1", value.as_bytes())).unwrap_err();
        assert!(matches!(rejected.reason, DeadReason::Untrusted(_)), "{name}");
    }
}

#[test]
fn a_name_that_only_models_have_is_found_in_other_spellings_unless_it_could_be_two() {
    let value = track("quote_requested", "{}");
    let event = decode(&value);
    assert_eq!((event.name_id, &*event.name), (vocabulary().name("Quote Requested"), "Quote Requested"));
    let mut two = vocabulary();
    two.intern_name("quote_requested");
    two.intern_name("order_completed");
    assert_eq!(two.name("order_completed"), NameId::NONE, "a model that writes it so means the built-in one");
    let decoder = Decoder::new(Options::default(), &two);
    let of = |name: &str| {
        let value = track(name, "{}");
        decoder.decode_event(&record(b"u-1", value.as_bytes())).unwrap().name_id
    };
    assert_eq!((of("Quote Requested"), of("quote_requested")), (two.name("Quote Requested"), two.name("quote_requested")));
    assert_eq!(of("quoteRequested"), NameId::NONE, "it may be either");
}

#[test]
fn what_is_nearly_a_known_name_is_told_and_nothing_else_comes_of_it() {
    for _ in 0..2 {
        let value = track("orderComplete", r#"{"order_id":"o-1"}"#);
        let event = decode(&value);
        assert_eq!((&*event.name, event.kind, event.signals.near), ("orderComplete", Kind::Other, Some("Order Completed")));
    }
    let decoder = decoder();
    // More names than are remembered.
    for n in 0..1_000 {
        let (near, far) = (track(&format!("Order  Completd{}", " ".repeat(n % 50)), "{}"), track(&format!("Thing {n}"), "{}"));
        let near_of = |value: &str| decoder.decode_event(&record(b"u-1", value.as_bytes())).unwrap().signals.near;
        assert_eq!((near_of(&near), near_of(&far)), (Some("Order Completed"), None), "{n}");
    }
}

#[test]
fn the_call_is_read_in_any_case_as_type_or_action_and_may_be_missing() {
    for (value, kind) in [
        (r#"{"action":"track","event":"Email Opened"}"#, Kind::Mail),
        (r#"{"event":"Email Opened"}"#, Kind::Mail),
        (r#"{"type":"TRACK","event":"Email Opened"}"#, Kind::Mail),
        (r#"{"action":"Page","name":"Home"}"#, Kind::Page),
        (r#"{"type":"page","action":"track","event":"Email Opened"}"#, Kind::Page),
        (r#"{"action":"track","type":"page","event":"Email Opened"}"#, Kind::Page),
        // Something else is meant by it.
        (r#"{"action":"click","event":"Email Opened"}"#, Kind::Mail),
    ] {
        let event = decode(value);
        assert_eq!((event.kind, event.broken_fields), (kind, 0), "{value}");
    }
}

#[test]
fn properties_are_found_in_any_spelling() {
    for keys in [
        ["cart_id", "product_id", "image_url", "quantity", "order_id"],
        ["cartId", "productId", "imageUrl", "qty", "orderId"],
        ["cartID", "productID", "imageURL", "Quantity", "orderID"],
        ["Cart ID", "Product ID", "Image URL", "QUANTITY", "Order ID"],
        ["CART_ID", "PRODUCT_ID", "IMAGE_URL", "Qty", "ORDER_ID"],
        ["cart-id", "product-id", "image-url", "item_quantity", "order-id"],
        ["basket_id", "item_id", "productImageUrl", "itemQuantity", "transaction_id"],
    ] {
        let [cart, product, image, quantity, order] = keys;
        let properties =
            format!(r#"{{"{cart}":"c-1","{product}":"p-1","{image}":"https://x.example/i.png","{quantity}":2,"{order}":"o-1"}}"#);
        let value = track("Product Added", &properties);
        let event = decode(&value);
        assert_eq!((event.cart_id.as_deref(), event.order_id.as_deref()), (Some("c-1"), Some("o-1")), "{properties}");
        let [single] = &*event.products else { panic!("{properties}") };
        assert_eq!((&*single.id, single.quantity), ("p-1", Some(2.0)), "{properties}");
        assert_eq!(single.image_url.as_deref(), Some("https://x.example/i.png"), "{properties}");
        let listed = track("Cart Viewed", &format!(r#"{{"products":[{properties}]}}"#));
        assert_eq!(decode(&listed).products, event.products, "{properties}");
    }
}

#[test]
fn of_several_names_of_one_thing_the_canonical_one_counts_in_any_order() {
    let fields = [
        r#""order_id":"best""#,
        r#""orderId":"second""#,
        r#""OrderID":"third""#,
        r#""transaction_id":"fourth""#,
        r#""order_number":"fifth""#,
    ];
    for first in 0..fields.len() {
        let mut left: Vec<_> = fields[first..].to_vec();
        let want = ["best", "second", "third", "fourth", "fifth"][first];
        for _ in 0..left.len() {
            left.rotate_left(1);
            for order in [left.clone(), left.iter().rev().copied().collect()] {
                let value = track("Order Completed", &format!("{{{}}}", order.join(",")));
                assert_eq!(decode(&value).order_id.as_deref(), Some(want), "{value}");
            }
        }
    }
    for properties in
        [r#"{"order_id":null,"orderId":"o"}"#, r#"{"orderId":"o","order_id":"undefined"}"#, r#"{"orderId":"o","order_id":""}"#]
    {
        assert_eq!(decode(&track("Order Completed", properties)).order_id.as_deref(), Some("o"), "{properties}");
    }
}

#[test]
fn a_model_that_looks_at_the_canonical_name_sees_the_others_too() {
    for (properties, want) in [
        (r#"{"orderTotal":12.5}"#, Some(12.5)),
        (r#"{"Total":12.5,"order_total":9}"#, Some(12.5)),
        (r#"{"order_total":9,"total":12.5}"#, Some(12.5)),
        (r#"{"totals":12.5}"#, None),
    ] {
        let value = track("Order Completed", properties);
        let event = decode(&value);
        assert_eq!(property(&event, "total"), want.map(Value::Number).as_ref(), "{properties}");
        assert_eq!(event.value, want, "{properties}");
    }
    let value = track("Order Completed", r#"{"Coupon":"X","CATEGORY":"Games"}"#);
    assert!(decode(&value).properties.is_empty(), "what only models look at keeps its spelling");
}

#[test]
fn the_envelope_is_read_in_snake_case_too() {
    let line = br#"{"type":"track","event":"Product Added","message_id":"m-9","user_id":"u-9","anonymous_id":"a-9",
        "original_timestamp":"2026-11-22T06:00:00Z","received_at":"2026-11-22T06:00:01Z","properties":{"product_id":"p-1"}}"#;
    let event = decoder().decode_line(line, Position::default()).unwrap();
    assert_eq!((&*event.prospect, event.message_id.as_deref(), event.signals.has_user), ("u-9", Some("m-9"), true));
    let agent = r#"{"type":"page","context":{"user_agent":"Barracuda Sentinel (EE)"},"user_id":"u-9"}"#;
    let event = decode(agent);
    assert_eq!((event.signals.user_agent.as_deref(), event.signals.has_user), (Some("Barracuda Sentinel (EE)"), true));
    let both = r#"{"user_id":"other","userId":"u-1","type":"page","timestamp":"2026-11-22T06:00:00Z"}"#;
    assert_eq!(decoder().decode_line(both.as_bytes(), Position::default()).unwrap().prospect, "u-1");
}

#[test]
fn products_come_as_list_object_or_text() {
    let two = r#"{"product_id":"p-1","price":5},{"productId":"p-2"}"#;
    let text = |json: &str| serde_json::to_string(json).unwrap();
    for (products, ids) in [
        (format!("[{two}]"), "p-1 p-2"),
        (format!("[[{two}]]"), "p-1 p-2"),
        (r#"{"0":{"product_id":"p-1"},"1":{"product_id":"p-2"}}"#.to_owned(), "p-1 p-2"),
        (r#"{"1":{"sku":"p-1"},"2":{"sku":"p-2"}}"#.to_owned(), "p-1 p-2"),
        (r#"{"p-1":{"quantity":2},"p-2":{"quantity":1}}"#.to_owned(), "p-1 p-2"),
        (r#"{"4711":{"quantity":2},"4712":{"quantity":1}}"#.to_owned(), "4711 4712"),
        (r#"{"product_id":"p-1","price":5}"#.to_owned(), "p-1"),
        (text(&format!("[{two}]")), "p-1 p-2"),
        (text(&format!(" [{two}] ")), "p-1 p-2"),
        (text(r#"{"product_id":"p-1"}"#), "p-1"),
        (format!("[{},{}]", text(r#"{"id":"p-1"}"#), text(r#"{"sku":"p-2"}"#)), "p-1 p-2"),
    ] {
        for key in ["products", "items", "line_items", "lineItems"] {
            let value = track("Cart Viewed", &format!(r#"{{"cart_id":"c","{key}":{products}}}"#));
            let event = decode(&value);
            let found: Vec<_> = event.products.iter().map(|p| &*p.id).collect();
            assert_eq!((found.join(" ").as_str(), event.has_products, event.broken_fields), (ids, true, 0), "{value}");
        }
    }
}

#[test]
fn what_is_called_as_a_list_may_be_none() {
    for properties in [
        r#"{"items":3,"products":[{"product_id":"p-1"}]}"#,
        r#"{"products":[{"product_id":"p-1"}],"items":["a","b"]}"#,
        r#"{"items":[{"product_id":"x"}],"products":[{"product_id":"p-1"}]}"#,
        r#"{"products":[{"product_id":"p-1"}],"items":[{"product_id":"x"}]}"#,
        r#"{"products":null,"items":[{"item_id":"p-1"}]}"#,
        r#"{"items":[{"item_id":"p-1"}],"products":[]}"#,
        r#"{"items":{"a":1},"products":[{"product_id":"p-1"}]}"#,
    ] {
        let value = track("Cart Viewed", properties);
        let event = decode(&value);
        let ids: Vec<_> = event.products.iter().map(|p| &*p.id).collect();
        assert_eq!((ids, event.has_products, event.broken_fields), (vec!["p-1"], true, 0), "{properties}");
    }
    let value = track("Survey Answered", r#"{"items":["a",{"b":1}],"line_items":"none"}"#);
    assert_eq!((decode(&value).has_products, decode(&value).broken_fields), (false, 0));
}

#[test]
fn the_data_layer_of_ga4_is_read_within_the_properties_and_beside_them() {
    let ecommerce = r#""ecommerce":{"transaction_id":"T-1","value":25.5,"currency":"EUR","items":[
        {"item_id":"SKU-1","item_name":"Shirt","item_variant":"green","price":10,"quantity":2}]}"#;
    for value in [
        track("purchase", &format!("{{{ecommerce}}}")),
        format!(r#"{{"event":"purchase","messageId":"m-1",{ecommerce}}}"#),
        track("purchase", ecommerce.trim_start_matches(r#""ecommerce":"#)),
    ] {
        let event = decode(&value);
        assert_eq!((event.kind, event.order_id.as_deref()), (Kind::OrderCompleted, Some("T-1")), "{value}");
        assert_eq!((event.value, event.currency.as_deref()), (Some(25.5), Some("EUR")), "{value}");
        let [product] = &*event.products else { panic!("{value}") };
        assert_eq!((&*product.id, product.name.as_deref(), product.variant.as_deref()), ("SKU-1", Some("Shirt"), Some("green")));
        assert_eq!((product.quantity, product.price, event.broken_fields), (Some(2.0), Some(10.0), 0));
    }
}

#[test]
fn a_product_in_an_object_of_its_own_is_the_single_one() {
    let value = track("Product Added", r#"{"cart_id":"c","product":{"id":7,"title":"x","name":"Shoe"}}"#);
    let event = decode(&value);
    assert_eq!((event.products.len(), event.has_products), (1, false));
    assert_eq!((&*event.products[0].id, event.products[0].name.as_deref()), ("7", Some("Shoe")));
    let value = track("Product Added", r#"{"product":{"id":7},"product_id":"p-1"}"#);
    assert_eq!(decode(&value).products[0].id, "p-1");
    let value = track("Product Added", r#"{"product":"a shoe","id":"x"}"#);
    assert!(decode(&value).products.is_empty() && decode(&value).lacks_product());
}

#[test]
fn words_for_no_id_are_absent_wherever_they_stand() {
    for word in [
        r#""undefined""#,
        r#""null""#,
        r#""   ""#,
        r#""[object Object]""#,
        r#""0""#,
        "0",
        r#""00000000-0000-0000-0000-000000000000""#,
    ] {
        let properties = format!(r#"{{"cart_id":{word},"order_id":{word},"product_id":{word},"sku":"s-1"}}"#);
        let value =
            format!(r#"{{"type":"track","event":"Product Added","messageId":{word},"userId":{word},"properties":{properties}}}"#);
        let event = decode(&value);
        assert_eq!(
            (event.cart_id.as_deref(), event.order_id.as_deref(), event.message_id.as_deref()),
            (None, None, None),
            "{word}"
        );
        assert_eq!((&*event.products[0].id, event.signals.has_user, event.broken_fields), ("s-1", false, 0), "{word}");
        let line = format!(r#"{{"type":"page","userId":{word},"anonymousId":"a-1","timestamp":"2026-11-22T06:00:00Z"}}"#);
        assert_eq!(decoder().decode_line(line.as_bytes(), Position::default()).unwrap().prospect, "a-1", "{word}");
        let line = format!(r#"{{"type":"page","userId":{word},"anonymousId":{word},"timestamp":"2026-11-22T06:00:00Z"}}"#);
        assert_eq!(decoder().decode_line(line.as_bytes(), Position::default()).unwrap_err().reason, DeadReason::KeyMissing);
    }
    for key in ["undefined", "null", " ", "[object Object]", "0", "anonymous", "guest", "\"undefined\""] {
        let rejected = rejected(&record(key.as_bytes(), br#"{"type":"page"}"#));
        assert_eq!(rejected.reason, DeadReason::KeyEmpty, "{key}");
    }
    assert!(rejected(&record(b"undefined", br#"{"type":"page"}"#)).detail.contains("`undefined`"));
    for key in ["u-1", "1", "guest-7", "undefined-1", "00a"] {
        assert!(decoder().decode_event(&record(key.as_bytes(), br#"{"type":"page"}"#)).is_ok(), "{key}");
    }
}

#[test]
fn a_shop_has_words_of_its_own() {
    let options = Options { no_ids: vec!["Gast".to_owned(), "p-dummy".to_owned()], ..Options::default() };
    let decoder = Decoder::new(options, &vocabulary());
    let line =
        br#"{"type":"track","event":"Product Added","userId":"GAST","anonymousId":"a-1","timestamp":"2026-11-22T06:00:00Z",
        "properties":{"cart_id":"gast","product_id":"p-dummy","sku":"s-1"}}"#;
    let event = decoder.decode_line(line, Position::default()).unwrap();
    assert_eq!((&*event.prospect, event.cart_id.as_deref(), &*event.products[0].id), ("a-1", None, "s-1"));
    assert_eq!(decoder.decode_event(&record(b"gast", br#"{"type":"page"}"#)).unwrap_err().reason, DeadReason::KeyEmpty);
    assert!(decoder.decode_event(&record(b"gast-1", br#"{"type":"page"}"#)).is_ok());
}

#[test]
fn ids_are_looked_for_in_traits_context_and_properties_where_the_envelope_has_none() {
    for (rest, prospect) in [
        (r#""traits":{"userId":"u-1"}"#, "u-1"),
        (r#""context":{"traits":{"user_id":"u-1"}}"#, "u-1"),
        (r#""properties":{"user_id":"u-1"}"#, "u-1"),
        (r#""properties":{"anonymousId":"a-1"},"context":{"userId":"u-1"}"#, "u-1"),
        (r#""properties":{"anonymous_id":"a-1"},"userId":"undefined""#, "a-1"),
        (r#""anonymousId":"a-1","properties":{"user_id":"author"}"#, "a-1"),
    ] {
        let line = format!(r#"{{"type":"track","event":"Product Viewed","timestamp":"2026-11-22T06:00:00Z",{rest}}}"#);
        assert_eq!(decoder().decode_line(line.as_bytes(), Position::default()).unwrap().prospect, prospect, "{rest}");
    }
}

#[test]
fn an_address_anywhere_is_the_prospect_s_unless_it_is_a_friend_s_or_nobody_s() {
    let at = r#""ann@mail.example""#;
    for (name, properties) in [
        ("Checkout Started", format!(r#"{{"email":{at}}}"#)),
        ("Checkout Step Completed", format!(r#"{{"$email":{at}}}"#)),
        ("Checkout Started", format!(r#"{{"customer":{{"email":{at}}}}}"#)),
        ("Checkout Started", format!(r#"{{"customerEmail":{at}}}"#)),
        ("Order Completed", format!(r#"{{"email":"undefined","billing_email":{at}}}"#)),
        ("Preferences Updated", format!(r#"{{"Email":{at}}}"#)),
    ] {
        let value = track(name, &properties);
        let event = decode(&value);
        assert_eq!((event.signals.email.as_deref(), event.shows_address()), (Some("ann@mail.example"), true), "{value}");
    }
    let top = format!(r#"{{"type":"page","email":{at}}}"#);
    assert!(decode(&top).shows_address());
    for name in ["Invite Sent", "Product Shared", "cart_shared", "Friend Referred", "referFriend", "Gift Card Ordered"] {
        let value = track(name, &format!(r#"{{"email":{at}}}"#));
        assert!(!decode(&value).shows_address(), "{name}");
    }
    for word in ["undefined", "null", "", "guest", "ann@localhost", "x@example.com", "noreply@shop.example", "test@mail.example"]
    {
        let value = format!(r#"{{"type":"identify","traits":{{"email":"{word}"}}}}"#);
        assert!(!decode(&value).shows_address(), "{word}");
    }
}

#[test]
fn the_documentation_names_every_other_name() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/events.md")).unwrap();
    for (spelling, known) in
        leadstream::domain::names::all_known().filter(|(spelling, known)| *spelling != known.name && !known.is_v1)
    {
        let row =
            text.lines().find(|line| line.contains(&format!("`{spelling}`"))).unwrap_or_else(|| panic!("{spelling} is missing"));
        assert!(row.contains(&format!("| {}", known.name)), "{spelling} is {}: {row}", known.name);
    }
    // Each row of the properties is read as it says.
    let rows = text.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 3);
    let of = |line: &str| line.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows: Vec<_> = rows.skip_while(|line| !line.contains("cart_id")).map(of).collect();
    assert_eq!(rows.len(), 16);
    for names in rows {
        for name in &names[1..] {
            let value = |key: &str| match names[0].as_str() {
                "products" => track("Cart Viewed", &format!(r#"{{"{key}":[{{"product_id":"p"}}]}}"#)),
                "product_id" => track("Product Added", &format!(r#"{{"{key}":"7","price":1}}"#)),
                "amount" => track("Contract Signed", &format!(r#"{{"{key}":"7"}}"#)),
                _ => track("Product Added", &format!(r#"{{"product_id":"p","{key}":"7"}}"#)),
            };
            let (other, canonical) = (value(name), value(&names[0]));
            let (other, canonical) = (decode(&other), decode(&canonical));
            assert_eq!(other.products, canonical.products, "{name}");
            assert_eq!(
                (&other.cart_id, &other.order_id, other.value),
                (&canonical.cart_id, &canonical.order_id, canonical.value),
                "{name}"
            );
            assert_eq!((&other.currency, other.has_products), (&canonical.currency, canonical.has_products), "{name}");
            let plain = track("Product Added", r#"{"product_id":"p"}"#);
            assert!(
                decode(&plain).products != other.products
                    || other.cart_id.is_some()
                    || other.order_id.is_some()
                    || other.value.is_some()
                    || other.currency.is_some()
                    || names[0] == "products",
                "{name}: it does something"
            );
        }
    }
}
