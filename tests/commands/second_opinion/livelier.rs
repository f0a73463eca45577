//! What `simulate` doesn't write: campaigns, refunds in part, cancellations, payments that fail after the order, orders told twice or
//! with another total, prices that drop. Put into the files of a shop by counting: no dice, always the same.

use serde_json::{Value, json};
use std::path::Path;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// Adds them to the events in this folder.
pub fn enliven(dir: &Path) {
    let mut counts = Counts::default();
    for topic in ["clickstream", "cart"] {
        let path = dir.join(format!("{topic}.jsonl"));
        let mut lines = Vec::new();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let mut event: Value = serde_json::from_str(line).unwrap();
            let extras = counts.extras(&mut event);
            lines.extend(std::iter::once(event).chain(extras).map(|event| event.to_string()));
        }
        std::fs::write(&path, lines.join("\n")).unwrap();
    }
}

#[derive(Default)]
struct Counts {
    pages: usize,
    views: usize,
    orders: usize,
}

impl Counts {
    /// What follows from an event; a page may come by a campaign.
    fn extras(&mut self, event: &mut Value) -> Vec<Value> {
        if event["type"] == "page" {
            self.pages += 1;
            if self.pages.is_multiple_of(4) {
                let (source, name) = (["search", "social", "partner"][self.pages % 3], ["spring", "launch"][self.pages / 4 % 2]);
                event["context"]["campaign"] = json!({ "source": source, "name": name });
            }
            return Vec::new();
        }
        match event["event"].as_str() {
            Some("Product Viewed") => {
                self.views += 1;
                let product = event["properties"]["product_id"].clone();
                let dropped = || after(event, DAY_MS, "Price Dropped", json!({ "product_id": product }));
                self.views.is_multiple_of(40).then(dropped).into_iter().collect()
            }
            Some("Order Completed") => {
                self.orders += 1;
                self.of_order(event)
            }
            _ => Vec::new(),
        }
    }

    fn of_order(&self, order: &Value) -> Vec<Value> {
        let (n, of) = (self.orders, &order["properties"]);
        let (id, total, currency) = (&of["order_id"], of["total"].as_f64().unwrap(), &of["currency"]);
        let mut all = Vec::new();
        if n % 9 == 0 {
            let part =
                json!({ "order_id": id, "refund_id": format!("r{n}"), "value": (total / 2.0).round(), "currency": currency });
            all.push(after(order, 3 * DAY_MS, "Order Refunded", part));
        }
        if n % 11 == 3 {
            let why = ["customer", "not paid"][n % 2];
            all.push(after(order, 120 * MINUTE_MS, "Order Cancelled", json!({ "order_id": id, "reason": why })));
        }
        if n % 13 == 5 {
            all.push(after(order, 10 * MINUTE_MS, "Payment Failed", json!({ "order_id": id })));
        }
        if n % 17 == 7 {
            let dearer = json!({ "order_id": id, "total": total + 10.0, "currency": currency });
            all.push(after(order, DAY_MS, "Order Updated", dearer));
        }
        if n % 7 == 2 {
            let by_server = json!({ "order_id": id, "total": total, "currency": currency });
            all.push(after(order, 3_000, "Order Completed", by_server));
        }
        all
    }
}

/// Another event of the same person, so long after this one.
fn after(event: &Value, by_ms: i64, name: &str, properties: Value) -> Value {
    let later = |time: &Value| {
        let time: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
        Value::from(format!("{:.3}", jiff::Timestamp::from_millisecond(time.as_millisecond() + by_ms).unwrap()))
    };
    let mut another = event.clone();
    another["type"] = "track".into();
    another["event"] = name.into();
    another["messageId"] = format!("{}+{by_ms} {name}", event["messageId"].as_str().unwrap()).into();
    another["timestamp"] = later(&event["timestamp"]);
    another["receivedAt"] = later(&event["receivedAt"]);
    another["properties"] = properties;
    another
}
