//! How far the report says that it can be trusted: young shops, small numbers, intervals, and a sentence for every figure.

use super::report;
use crate::program::{stdout, succeed};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Days and minutes after Monday, 2 March 2026.
fn at(day: i64, minute: i64) -> String {
    let monday = jiff::Timestamp::from_second(1_772_409_600).unwrap();
    format!("{:.3}", monday + jiff::SignedDuration::from_mins(day * 1_440 + minute))
}

/// A cart of 50 on a day, ordered so many minutes later, if it is.
type Cart = (i64, Option<i64>);

/// A shop of such carts, each of another visitor; the last event is a page view on `last_day`.
fn shop(dir: &Path, carts: &[Cart], last_day: i64) -> String {
    let track = |name: &str, user: &str, time: String, id: String, properties: Value| {
        let event = json!({ "type": "track", "event": name, "messageId": id, "userId": user, "timestamp": time, "properties": properties });
        (time, event.to_string())
    };
    let mut lines = Vec::new();
    for (n, (day, ordered)) in carts.iter().enumerate() {
        let user = format!("user-{n}");
        // A few seconds apart: nobody is like another.
        let minute = i64::try_from(n % 600).unwrap();
        let product = json!({ "product_id": "p", "price": 50, "quantity": 1, "currency": "EUR" });
        lines.push(track("Product Added", &user, at(*day, minute), format!("add-{n}"), product));
        if let Some(later) = ordered {
            let order = json!({ "order_id": format!("order-{n}"), "total": 50, "currency": "EUR" });
            lines.push(track("Order Completed", &user, at(*day, minute + later), format!("order-{n}"), order));
        }
    }
    let page = json!({ "type": "page", "messageId": "end", "userId": "user-0", "timestamp": at(last_day, 0), "properties": { "path": "/" } });
    lines.push((at(last_day, 0), page.to_string()));
    lines.sort();
    let text: String = lines.into_iter().map(|(_, line)| line + "\n").collect();
    let path = dir.join("shop.jsonl");
    std::fs::write(&path, text).unwrap();
    format!("clickstream={}", path.display())
}

fn near(value: &Value, wanted: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - wanted).abs() < 1e-6 * wanted.abs().max(1.0))
}

#[test]
fn a_shop_of_two_days_promises_nothing() {
    let dir = tempfile::tempdir().unwrap();
    // Every cart but those of the last hour was ordered within minutes.
    let carts: Vec<Cart> = (0..60).map(|n| (n / 40, (n < 50).then_some(3))).collect();
    let input = shop(dir.path(), &carts, 2);
    let report = report(&["--input", &input]);
    let pipeline = &report["models"][0]["pipeline"];
    let told = ["win_rate", "cycle_days", "expected_wins"].map(|figure| &pipeline[figure]);
    assert_eq!(told, [&Value::Null; 3], "{pipeline}");
    // Its week ends after five more days, and counts 7 days later.
    assert_eq!(
        pipeline["win_rate_trust"],
        json!({ "cases": 0, "why": "too young to tell (first figure in 12 days)", "first_figure_in_days": 12 })
    );
    let forecast = &pipeline["money"]["EUR"];
    assert_eq!((&forecast["expected"], &forecast["per_day"], &forecast["velocity"]), (&Value::Null, &Value::Null, &Value::Null));
    assert!(near(&forecast["pipeline_value"], 500.0), "{forecast}");
    // 50 ordered, none forgotten yet, 10 still open: as good as nothing is known of how carts end.
    let carts = &report["carts"];
    assert_eq!([&carts["ordered"], &carts["still_open"], &carts["not_ordered_rate"]], [&json!(50), &json!(10), &Value::Null]);
    assert!(carts["not_ordered_rate_trust"]["why"].as_str().unwrap().starts_with("too young to tell"), "{carts}");
    assert!(report["customers"]["time_to_close_trust"]["why"].as_str().unwrap().contains("so far"), "{}", report["customers"]);
    let text = stdout(&succeed(&["report", "--input", &input]));
    assert!(text.contains("forecast       too young to tell (first figure in 12 days)") && !text.contains("÷ 0.0"), "{text}");
    assert!(text.contains("not ordered              too young to tell (no cart"), "{text}");
    assert!(text.contains("(UTC)") && text.contains("4 March 2026, 00:00"), "{text}");
}

#[test]
fn slow_buyers_seen_for_a_short_while_are_too_young_however_many_they_are() {
    let dir = tempfile::tempdir().unwrap();
    // Orders come evenly over the 13 days after a cart: in 15 days only the quick ones of most are seen.
    let carts: Vec<Cart> = (0..195)
        .map(|n| (n % 15, Some((n / 15) * 1_440 + 60)))
        .filter(|(day, m)| day * 1_440 + m.unwrap() < 14 * 1_440)
        .collect();
    let report = report(&["--input", &shop(dir.path(), &carts, 15)]);
    let trust = &report["models"][0]["pipeline"]["win_rate_trust"];
    assert!(trust["first_figure_in_days"].as_i64().unwrap() >= 1 && trust["cases"].is_i64(), "{trust}");
}

#[test]
fn an_old_shop_tells_its_win_rate_with_an_interval_and_what_its_carts_are_worth_at_their_age() {
    let dir = tempfile::tempdir().unwrap();
    // In the first week 40 carts: 16 ordered at once, 4 after three days. Then 10 old ones and 10 of today.
    let mut carts: Vec<Cart> = (0..40)
        .map(|n| {
            (
                n % 6,
                if n < 16 {
                    Some(20)
                } else if n < 20 {
                    Some(3 * 1_440)
                } else {
                    None
                },
            )
        })
        .collect();
    carts.extend([(12, None); 10]);
    carts.extend([(25, None); 10]);
    let input = shop(dir.path(), &carts, 26);
    let told = report(&["--input", &input]);
    let pipeline = &told["models"][0]["pipeline"];
    let cohort = &pipeline["cohort"];
    assert!(told["carts"]["forgotten"].as_i64() > Some(0) && told["carts"]["not_ordered_rate"].is_number(), "{}", told["carts"]);
    // The second week ended 12 days ago: it had the time too.
    assert_eq!(
        [&cohort["opened"], &cohort["won"], &cohort["lost"], &cohort["still_open"]],
        [&json!(50), &json!(20), &json!(20), &json!(10)]
    );
    assert!(near(&pipeline["win_rate"], 0.4), "{pipeline}");
    let ends: Vec<f64> = pipeline["win_rate_trust"]["interval"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    assert!((ends[0] - 0.2761).abs() < 1e-3 && (ends[1] - 0.5382).abs() < 1e-3, "Wilson of 20 in 50: {ends:?}");
    let forecast = &pipeline["money"]["EUR"];
    let (expected, most) = (forecast["expected"].as_f64().unwrap(), forecast["pipeline_value"].as_f64().unwrap());
    // The first ones have gone stale. 20 are open; at an age of half a day 4 of the 34 that were still open were won later, at the ages of the others none.
    assert!((expected - 10.0 * 4.0 / 34.0 * 50.0).abs() < 1e-6 && near(&forecast["pipeline_value"], 1_000.0), "{forecast}");
    let interval: Vec<f64> = forecast["expected_interval"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    assert!(interval[0] < expected && expected < interval[1] && interval[1] <= most, "{forecast}");
    assert_eq!(forecast["velocity_per"], "day");
    // Between other stages the same files are counted anew.
    let other = report(&["--input", &input, "--pipeline", "evaluation..purchase"]);
    let other = &other["models"][0]["pipeline"];
    assert_eq!(
        (&other["opportunities"], &other["won_directly"], &other["cohort"]["opened"]),
        (&json!(0), &json!(20), &json!(0)),
        "{other}"
    );
    assert_eq!(other["win_rate_trust"]["why"], "no opportunity was opened");
}

#[test]
fn few_cases_are_told_as_few_and_every_rate_has_its_cases_and_interval() {
    let dir = tempfile::tempdir().unwrap();
    let carts: Vec<Cart> = vec![(0, Some(5)), (1, Some(5))];
    let input = shop(dir.path(), &carts, 60);
    let told = report(&["--input", &input]);
    let trust = &told["models"][0]["pipeline"]["win_rate_trust"];
    assert_eq!(trust["why"], "too few to tell (won or lost were 2, at least 10 are needed)", "{trust}");
    let carts = &told["carts"];
    assert_eq!((&carts["trade_abandonment_rate"], &carts["trade_abandonment_rate_trust"]["cases"]), (&json!(0.0), &json!(2)));
    let text = stdout(&succeed(&["report", "--input", &input]));
    assert!(text.contains("0.0 % (0.0–65.8, of 2) abandoned = 1 − 2 ordered ÷ 2 opened"), "{text}");
    rates_have_their_trust(&told, "report");
}

/// Every number called a rate, a conversion, a share or a drop-off has cases and, if there is one, an interval around it.
fn rates_have_their_trust(value: &Value, place: &str) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let is_rate =
                    name.ends_with("_rate") || ["conversion", "drop_off", "share", "precision"].contains(&name.as_str());
                if is_rate && !place.contains("unusual") && !place.ends_with("how") {
                    let trust = members.get(&format!("{name}_trust")).unwrap_or_else(|| panic!("{place}.{name} stands alone"));
                    assert!(trust["cases"].is_i64(), "{place}.{name}: {trust}");
                    if let Some(rate) = value.as_f64() {
                        let [low, high] = [0, 1].map(|n| trust["interval"][n].as_f64().unwrap());
                        assert!(low <= rate + 1e-9 && rate <= high + 1e-9 && high - low > 0.0, "{place}.{name}: {rate} {trust}");
                    }
                }
                rates_have_their_trust(value, &format!("{place}.{name}"));
            }
        }
        Value::Array(members) => members.iter().for_each(|member| rates_have_their_trust(member, place)),
        _ => {}
    }
}

/// Two companies' people: one lead is won, one goes back unanswered; of each something is known.
fn business(dir: &Path) -> String {
    let event = |user: &str, minute: i64, name: &str, kind: &str, more: Value| {
        let mut event = json!({ "type": kind, "messageId": format!("{user}-{minute}-{name}"), "userId": user, "timestamp": at(minute / 1_440, minute % 1_440) });
        if kind == "track" {
            event["event"] = json!(name);
        }
        more.as_object().unwrap().iter().for_each(|(key, value)| event[key] = value.clone());
        (minute, event.to_string())
    };
    let mut lines = Vec::new();
    for (n, user) in ["ann", "bob"].into_iter().enumerate() {
        let n = i64::try_from(n).unwrap();
        let source = json!({ "context": { "campaign": { "source": if n == 0 { "search" } else { "fair" }, "name": "spring" } } });
        lines.push(event(
            user,
            n,
            "",
            "group",
            json!({ "groupId": "acme", "traits": { "industry": "software", "employees": 200 } }),
        ));
        lines.push(event(user, 2 + n, "", "identify", json!({ "traits": { "title": "Engineer" } })));
        lines.push(event(user, 10 + n, "Demo Requested", "track", source));
        lines.push(event(user, 20 + n, "White Paper Read", "track", json!({})));
        lines.push(event(user, 30 + n, "Meeting Booked", "track", json!({})));
    }
    lines.push(event("ann", 90, "Lead Accepted", "track", json!({})));
    lines.push(event(
        "ann",
        9_000,
        "Contract Signed",
        "track",
        json!({ "properties": { "order_id": "c1", "total": 24_000, "currency": "EUR" } }),
    ));
    lines.push(event("ann", 9_001, "Lead Won", "track", json!({})));
    lines.push(event("bob", 20_000, "", "page", json!({ "properties": { "path": "/" } })));
    lines.sort();
    let text: String = lines.into_iter().map(|(_, line)| line + "\n").collect();
    let path = dir.join("business.jsonl");
    std::fs::write(&path, text).unwrap();
    format!("cart={}", path.display())
}

#[test]
fn leads_are_told_by_source_with_the_speed_of_the_answer_and_accounts_stand_in_the_report() {
    let dir = tempfile::tempdir().unwrap();
    let input = business(dir.path());
    let told = report(&["--input", &input, "--set", "model.files=b2b10"]);
    let leads = &told["leads"];
    assert_eq!(
        (&leads["handed_over"], &leads["taken"], &leads["answered_in_time"]),
        (&json!(2), &json!(1), &json!(1)),
        "{leads}"
    );
    assert!(near(&leads["precision"], 0.5), "{leads}");
    // Handed over at minute 30, accepted at minute 90.
    let took_ms = leads["ms_to_answer_median"].as_i64().unwrap();
    assert!((took_ms - 3_600_000).abs() < 360_000 && leads["ms_to_answer_trust"]["cases"] == 1, "{leads}");
    let by = |name: &str| leads["by_source"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap().clone();
    let (search, fair) = (by("search"), by("fair"));
    assert_eq!(
        [&search["mql"], &search["mql_to_sql"], &search["won"], &search["with_sales"]],
        [&json!(1), &json!(1), &json!(1), &json!(0)]
    );
    assert_eq!(
        [&fair["mql"], &fair["mql_to_sql"], &fair["mql_back"], &fair["won"]],
        [&json!(1), &json!(0), &json!(1), &json!(0)]
    );
    assert_eq!((&search["mql_to_sql_rate"], &fair["mql_to_sql_rate"]), (&json!(1.0), &json!(0.0)));
    assert_eq!(leads["by_persona"][0]["name"], "engineering", "{leads}");
    let account = &told["accounts"][0];
    assert_eq!(
        [&account["accounts"], &account["members"], &account["disqualified"]],
        [&json!(1), &json!(2), &json!(0)],
        "{account}"
    );
    rates_have_their_trust(&told, "report");
    let text = stdout(&succeed(&["report", "--input", &input, "--set", "model.files=b2b10"]));
    assert!(text.contains("Accounts (b2b10)") && text.contains("first answer") && text.contains("by source"), "{text}");
    // A shop without sales and companies has neither.
    let shop = report(&["--input", &shop(dir.path(), &[(0, None)], 1)]);
    assert_eq!((&shop["leads"], &shop["accounts"]), (&Value::Null, &json!([])));
}

/// The places of all leaves, with `[]` for members of lists.
fn leaves(value: &Value, place: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => members.iter().for_each(|(name, value)| {
            let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
            leaves(value, &place, into);
        }),
        Value::Array(members) if !members.is_empty() => {
            members.iter().for_each(|value| leaves(value, &format!("{place}[]"), into))
        }
        _ => {
            into.insert(place.to_owned());
        }
    }
}

#[test]
fn every_figure_of_the_json_says_how_it_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let carts: Vec<Cart> = (0..40).map(|n| (n % 6, (n < 20).then_some(20))).collect();
    let reports = [
        report(&["--input", &shop(dir.path(), &carts, 40), "--campaign-cost", "spring=1"]),
        report(&["--input", &business(dir.path()), "--set", "model.files=b2b10"]),
    ];
    for mut report in reports {
        let how = report["how"].take();
        let mut all = BTreeSet::new();
        leaves(&report, "", &mut all);
        assert!(all.len() > 80, "{}", all.len());
        all.remove("how");
        for leaf in all {
            let trust = leaf.rsplit_once("_trust.").map(|(_, figure)| format!("*_trust.{}", figure.trim_end_matches("[]")));
            // A currency may be any word.
            let parts: Vec<&str> = leaf.split('.').collect();
            let money = format!("{}.*.{}", parts[..parts.len().saturating_sub(2)].join("."), parts[parts.len() - 1]);
            // What is said of a list, or of amounts, is said of all in it.
            let around = leaf.rsplit_once('.').map(|(list, _)| list.to_owned());
            let said = [
                Some(leaf.clone()),
                Some(format!("{leaf}[]")),
                trust,
                Some(money),
                around,
                Some(leaf.trim_end_matches("[]").to_owned()),
            ];
            let lists = said.iter().flatten().flat_map(|name| [name.clone(), name.trim_end_matches("[]").to_owned()]);
            assert!(lists.clone().any(|name| how[&name].is_string()), "{leaf} is said nowhere: {:?}", lists.collect::<Vec<_>>());
        }
    }
}
