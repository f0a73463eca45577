//! Seeded shop traffic in Segment's format, about 580 bytes an event: 40 % pages, 10 % lists, 30 % product views, 7 % adds,
//! 1.5 % removals, 2 % checkouts, 1.5 % orders and 8 % mails; few prospects do much, most do little (square law).

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;

/// The input topics, without prefix.
pub const TOPICS: [&str; 3] = ["clickstream", "email", "cart"];

/// One event to be sent.
pub struct Message<'a> {
    pub topic: &'static str,
    pub key: &'a str,
    pub value: &'a str,
}

/// Makes the events, one after the other, into buffers of its own.
pub struct Traffic {
    dice: ChaCha8Rng,
    prospects: u64,
    made: u64,
    key: String,
    value: String,
}

impl Traffic {
    pub fn new(seed: u64, prospects: u64) -> Self {
        Self { dice: ChaCha8Rng::seed_from_u64(seed), prospects, made: 0, key: String::new(), value: String::new() }
    }

    /// The next event, at this time.
    pub fn next(&mut self, time_ms: i64) -> Message<'_> {
        let n = self.made;
        self.made += 1;
        let who = (self.prospects as f64 * self.dice.random::<f64>().powi(2)) as u64;
        let d: f64 = self.dice.random();
        let product: u32 = self.dice.random_range(0..20_000);
        let quantity: u32 = self.dice.random_range(1..4);
        let price = 5.0 + f64::from(product % 400) / 2.0;
        let (topic, event) = match d {
            _ if d < 0.40 => ("clickstream", "page"),
            _ if d < 0.50 => ("clickstream", "Product List Viewed"),
            _ if d < 0.80 => ("clickstream", "Product Viewed"),
            _ if d < 0.87 => ("cart", "Product Added"),
            _ if d < 0.885 => ("cart", "Product Removed"),
            _ if d < 0.905 => ("cart", "Checkout Started"),
            _ if d < 0.92 => ("cart", "Order Completed"),
            _ if d < 0.97 => ("email", "Email Opened"),
            _ if d < 0.998 => ("email", "Email Link Clicked"),
            _ => ("email", "Unsubscribed"),
        };
        self.key.clear();
        write_to(&mut self.key, format_args!("u-{who}"));
        self.value.clear();
        let out = &mut self.value;
        match event {
            "page" => out.push_str("{\"type\":\"page\",\"name\":\"Category\""),
            _ => write_to(out, format_args!("{{\"type\":\"track\",\"event\":\"{event}\"")),
        }
        let time = jiff::Timestamp::from_millisecond(time_ms).expect("a time of this century");
        write_to(
            out,
            format_args!(
                ",\"messageId\":\"m-{n}-{product:x}\",\"anonymousId\":\"a-{who}\",\"userId\":\"u-{who}\",\"timestamp\":\"{time:.3}\",\
                 \"context\":{{\"ip\":\"203.0.113.{}\",\"locale\":\"en-GB\",\"userAgent\":\"Mozilla/5.0 (X11; Linux x86_64) \
                 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36\",\"library\":{{\"name\":\"analytics.js\",\
                 \"version\":\"next-1.70.0\"}}}},\"properties\":{{",
                who % 250
            ),
        );
        properties(out, event, n, who, product, quantity, price);
        out.push_str("}}");
        Message { topic, key: &self.key, value: &self.value }
    }
}

fn properties(out: &mut String, event: &str, n: u64, who: u64, product: u32, quantity: u32, price: f64) {
    match event {
        "page" => write_to(
            out,
            format_args!(
                "\"path\":\"/c/{0}\",\"url\":\"https://shop.example/c/{0}?utm_source=newsletter&utm_medium=email\",\
                 \"title\":\"Category {0}\",\"referrer\":\"https://search.example/?q=running+shoes\"",
                product % 300
            ),
        ),
        "Product List Viewed" => {
            write_to(out, format_args!("\"list_id\":\"list-{}\",\"category\":\"Category {}\"", product % 90, product % 300));
        }
        "Product Viewed" => one_product(out, product, 1, price),
        "Product Added" | "Product Removed" => {
            write_to(out, format_args!("\"cart_id\":\"cart-{who}\","));
            one_product(out, product, if event == "Product Added" { quantity } else { 1 }, price);
        }
        "Checkout Started" => {
            write_to(out, format_args!("\"order_id\":\"o-{n}\",\"value\":{price},\"currency\":\"EUR\",\"products\":[{{"));
            one_product(out, product, 1, price);
            out.push_str("}]");
        }
        "Order Completed" => {
            write_to(
                out,
                format_args!(
                    "\"order_id\":\"o-{n}\",\"checkout_id\":\"c-{n}\",\"total\":{price},\"revenue\":{price},\"currency\":\"EUR\",\"products\":[{{"
                ),
            );
            one_product(out, product, 1, price);
            out.push_str("}]");
        }
        _ => {
            write_to(
                out,
                format_args!(
                    "\"email_id\":\"e-{product}\",\"email_subject\":\"New in this week\",\"campaign_id\":\"cam-{0}\",\"campaign_name\":\"Weekly {0}\"",
                    product % 50
                ),
            );
            if event == "Email Link Clicked" {
                write_to(out, format_args!(",\"link_url\":\"https://shop.example/p/{product}\""));
            }
        }
    }
}

fn one_product(out: &mut String, id: u32, quantity: u32, price: f64) {
    write_to(
        out,
        format_args!(
            "\"product_id\":\"p-{id}\",\"sku\":\"SKU-{id}\",\"category\":\"Category {}\",\"name\":\"Product number {id}\",\"brand\":\"Brand {}\",\
             \"variant\":\"blue\",\"price\":{price},\"quantity\":{quantity},\"currency\":\"EUR\",\"url\":\"https://shop.example/p/{id}\",\
             \"image_url\":\"https://cdn.shop.example/p/{id}.jpg\"",
            id % 300,
            id % 40
        ),
    );
}

fn write_to(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to a String never fails");
}
