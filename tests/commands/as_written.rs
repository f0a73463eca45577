//! Names, ids, products and addresses as real shops write them, from a file to what leaves.

use crate::program::{json_lines, leadstream, stdout, succeeded};
use serde_json::Value;

/// Replays lines on the topic `cart` to the end of time.
fn replayed(lines: &[String], set: &[&str]) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("in.jsonl");
    std::fs::write(&input, lines.join("\n")).unwrap();
    let mut replay = leadstream(&["replay", "--until", "forever", "--input", &format!("cart={}", input.display())]);
    replay.arg("--out").arg(dir.path().join("out")).args(set.iter().flat_map(|set| ["--set", set]));
    let output = succeeded(&mut replay);
    (dir, stdout(&output))
}

/// Of each first reminder who gets it, the hour and minute, the products, and whether anybody knows an address.
fn first_reminders(lines_in: &[String], set: &[&str]) -> Vec<String> {
    let (dir, _) = replayed(lines_in, set);
    let mut all: Vec<String> = json_lines(dir.path().join("out/cart-abandoned.jsonl"))
        .iter()
        .filter(|step| step["step"] == 1)
        .map(|step| {
            let products: Vec<_> = step["lines"].as_array().unwrap().iter().map(|l| l["product_id"].as_str().unwrap()).collect();
            let known = if step["addressable"] == true { " known" } else { "" };
            format!(
                "{} {} {}{known}",
                step["prospect"].as_str().unwrap(),
                &step["at"].as_str().unwrap()[11..16],
                products.join(",")
            )
        })
        .collect();
    all.sort();
    all
}

/// An event at this hour and minute; `who` is what the envelope says of the person.
fn said(at: &str, who: &str, event: &str, properties: &str) -> String {
    format!(
        r#"{{"type":"track","event":"{event}",{who},"timestamp":"2026-03-02T{at}:00.000Z","receivedAt":"2026-03-02T{at}:00.300Z","properties":{properties}}}"#
    )
}

const ADDED: &str = r#"{"cart_id":"k-1","product_id":"lamp","price":80,"quantity":1,"currency":"EUR"}"#;

#[test]
fn an_order_in_any_spelling_ends_the_reminders_and_an_add_in_any_spelling_begins_them() {
    let mut all = Vec::new();
    for (n, order) in ["order_completed", "orderCompleted", "Order completed", " ORDER-COMPLETED ", "purchase", "completed order"]
        .iter()
        .enumerate()
    {
        let who = format!(r#""userId":"bought-{n}""#);
        all.push(said("09:00", &who, "Product Added", ADDED));
        all.push(said("09:20", &who, order, r#"{"order_id":"o-1","total":80}"#));
    }
    for (n, add) in ["product_added", "productAdded", "add_to_cart", "AddToCart", "Added Product"].iter().enumerate() {
        all.push(said("09:00", &format!(r#""userId":"left-{n}""#), add, ADDED));
    }
    all.push(said("09:00", r#""userId":"survey""#, "Product Added", ADDED));
    all.push(said("09:20", r#""userId":"survey""#, "Order Completed Survey Shown", "{}"));
    let mut want: Vec<String> = (0..5).map(|n| format!("left-{n} 10:00 lamp")).collect();
    want.push("survey 10:20 lamp".to_owned());
    assert_eq!(first_reminders(&all, &[]), want);
}

#[test]
fn words_for_nobody_leave_each_browser_to_itself() {
    let mut all = Vec::new();
    for (n, word) in
        [r#""undefined""#, r#""null""#, r#""  ""#, r#""[object Object]""#, r#""0""#, "0", "null", r#""guest""#].iter().enumerate()
    {
        all.push(said("09:00", &format!(r#""userId":{word},"anonymousId":"b-{n}""#), "Product Added", ADDED));
    }
    all.push(said(
        "09:10",
        r#""userId":"undefined","anonymousId":"b-0""#,
        "Order Completed",
        r#"{"order_id":"undefined","total":80}"#,
    ));
    all.push(said("09:00", r#""userId":"guest-12","anonymousId":"b-9""#, "Product Added", ADDED));
    let mut want: Vec<String> = (1..8).map(|n| format!("b-{n} 10:00 lamp")).collect();
    want.push("guest-12 10:00 lamp".to_owned());
    assert_eq!(first_reminders(&all, &[]), want);
    let of_the_shop = [said("09:00", r#""userId":"Gast","anonymousId":"b-1""#, "Product Added", ADDED)];
    assert_eq!(first_reminders(&of_the_shop, &[]), ["Gast 10:00 lamp"]);
    assert_eq!(first_reminders(&of_the_shop, &[r#"inputs.no_ids=["gast"]"#]), ["b-1 10:00 lamp"]);
}

#[test]
fn a_cart_is_known_in_whatever_form_its_products_come() {
    let two = r#"{"product_id":"lamp","price":80,"quantity":1},{"product_id":"bulb","price":4,"quantity":2}"#;
    let text = serde_json::to_string(&format!("[{two}]")).unwrap();
    let mut all = Vec::new();
    for (n, products) in [
        format!(r#""products":[{two}]"#),
        format!(r#""products":[[{two}]]"#),
        format!(r#""products":{text}"#),
        r#""products":{"0":{"product_id":"lamp","price":80},"1":{"product_id":"bulb","price":4}}"#.to_owned(),
        format!(r#""line_items":[{two}]"#),
        r#""ecommerce":{"items":[{"item_id":"lamp","price":80},{"item_id":"bulb","price":4}]}"#.to_owned(),
    ]
    .iter()
    .enumerate()
    {
        let properties = format!(r#"{{"cart_id":"k-1","currency":"EUR",{products}}}"#);
        all.push(said("09:00", &format!(r#""userId":"u-{n}""#), "Cart Updated", &properties));
    }
    let want: Vec<String> = (0..6).map(|n| format!("u-{n} 10:00 lamp,bulb")).collect();
    assert_eq!(first_reminders(&all, &[]), want);
    let none = [said("09:00", r#""userId":"u-1""#, "Cart Updated", r#"{"cart_id":"k-1","products":"lamp and bulb"}"#)];
    assert!(first_reminders(&none, &[]).is_empty());
}

#[test]
fn camel_case_names_the_same_cart_and_leaves_the_other_alone() {
    let all = [
        said("09:00", r#""userId":"u-1""#, "Product Added", r#"{"cartId":"k-1","productId":"lamp","price":80}"#),
        said("09:01", r#""userId":"u-1""#, "Product Added", r#"{"cart_id":"k-2","product_id":"rug","price":9}"#),
        said(
            "09:05",
            r#""userId":"u-1""#,
            "Order Completed",
            r#"{"cartID":"k-1","orderId":"o-1","products":[{"productID":"lamp"}]}"#,
        ),
    ];
    assert_eq!(first_reminders(&all, &[]), ["u-1 10:05 rug"]);
}

#[test]
fn who_types_an_address_can_be_written_to_and_whose_friend_s_it_is_can_not() {
    let mut all = Vec::new();
    for (n, (event, properties)) in [
        ("Checkout Started", r#"{"cart_id":"k-1","email":"kim@mail.example"}"#),
        ("Checkout Step Completed", r#"{"cart_id":"k-1","step":1,"$email":"guest@mail.example"}"#),
        ("Checkout Started", r#"{"cart_id":"k-1","customer":{"email":"kim@mail.example"}}"#),
        ("Product Shared", r#"{"share_via":"email","email":"friend@mail.example"}"#),
        ("Invite Sent", r#"{"email":"friend@mail.example"}"#),
        ("Checkout Started", r#"{"cart_id":"k-1","email":"undefined"}"#),
        ("Checkout Started", r#"{"cart_id":"k-1","email":"noreply@shop.example"}"#),
        ("Checkout Started", r#"{"cart_id":"k-1","email":"kim@example.com"}"#),
    ]
    .into_iter()
    .enumerate()
    {
        let who = format!(r#""anonymousId":"b-{n}""#);
        all.push(said("09:00", &who, "Product Added", ADDED));
        all.push(said("09:03", &who, event, properties));
    }
    let want = ["b-0 10:03 lamp known", "b-1 10:03 lamp known", "b-2 10:03 lamp known"].map(str::to_owned).into_iter();
    let want: Vec<String> = want.chain((3..8).map(|n| format!("b-{n} 10:03 lamp"))).collect();
    assert_eq!(first_reminders(&all, &[]), want);
}

#[test]
fn a_mail_event_is_read_as_the_spec_for_mail_tools_has_it() {
    let opened = |who: &str, rest: &str| {
        format!(
            r#"{{{who},"action":"track","event":"Email Opened","context":{{{rest}"traits":{{"email":"kim@mail.example"}}}},"properties":{{"email_id":"e-1"}},"timestamp":"2026-03-02T08:00:00Z"}}"#
        )
    };
    let (dir, _) = replayed(
        &[
            opened(r#""user_id":"scanner-1""#, r#""user_agent":"Barracuda Sentinel (EE)","#),
            opened(r#""userId":"scanner-2""#, r#""userAgent":"Barracuda Sentinel (EE)","#),
            opened(
                r#""user_id":"person-1""#,
                r#""user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0","#,
            ),
            opened(r#""userId":"person-2""#, ""),
        ],
        &[],
    );
    let mut interested: Vec<_> = json_lines(dir.path().join("out/stage-changes.jsonl"))
        .iter()
        .map(|c| format!("{} {}", c["prospect"].as_str().unwrap(), c["to"].as_str().unwrap()))
        .collect();
    interested.sort();
    assert_eq!(interested, ["person-1 interest", "person-2 interest"]);
}

#[test]
fn what_is_nearly_understood_is_told_by_name_with_its_count() {
    let mut all = vec![said("09:00", r#""userId":"u-1""#, "Page Scrolled", "{}")];
    for n in 0..4 {
        all.push(said("09:01", &format!(r#""userId":"u-{n}""#), "orderComplete", r#"{"order_id":"o-1"}"#));
    }
    all.push(said("09:02", r#""userId":"u-1""#, "Prodcut Added", ADDED));
    all.push(said("09:03", r#""userId":"u-1""#, "Product Added", r#"{"cart_id":"k-1","goods":"lamp"}"#));
    let (dir, shown) = replayed(&all, &[]);
    for line in [
        "4 × `orderComplete`: did you mean Order Completed?",
        "1 × `Prodcut Added`: did you mean Product Added?",
        "1 × Product Added without a product",
    ] {
        assert!(shown.contains(line), "{line} is not in {shown}");
    }
    assert!(!shown.contains("Page Scrolled"));
    let summary: Value = serde_json::from_str(&std::fs::read_to_string(dir.path().join("out/summary.json")).unwrap()).unwrap();
    assert_eq!(summary["near_misses"][0], serde_json::json!({"name":"orderComplete","did_you_mean":"Order Completed","count":4}));
    assert_eq!(summary["near_misses_by_name"], serde_json::json!({"Order Completed":4,"Product Added":1}));
    assert_eq!(summary["without_product"], serde_json::json!({"Product Added":1}));
    assert!(json_lines(dir.path().join("out/cart-abandoned.jsonl")).is_empty(), "nothing is made of it");
}
