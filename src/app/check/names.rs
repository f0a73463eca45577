//! What inputs nearly say: names that are nearly known ones, and cart events without a product.

use super::report::Report;
use super::sample::Sampled;
use crate::app::service;
use crate::config::settings::InputTopic;
use crate::domain::misses::Misses;
use crate::domain::model::Models;
use crate::runtime::ports::RecordView;
use crate::wire::decode::Decoder;

/// Samples all inputs.
pub(super) fn check(sampled: Sampled<'_>, models: &Models, report: &mut Report) {
    if sampled.is_off() {
        return;
    }
    let decoder = Decoder::new(service::decoder_options(sampled.settings), &models.vocabulary);
    let told = |report: &mut Report, topic: &InputTopic, found: Misses| {
        if let Some(text) = text(&found, &topic.name) {
            report.warning("inputs", text);
        }
    };
    sampled.each(report, |_| true, |found, record| count(found, record, &decoder), told);
}

fn count(found: &mut Misses, record: &RecordView<'_>, decoder: &Decoder) {
    if let Ok(event) = decoder.decode_event(record) {
        found.count(&event);
    }
}

fn text(found: &Misses, topic: &str) -> Option<String> {
    let lines = found.lines();
    (!lines.is_empty()).then(|| format!("{topic}, of its newest records: {}; see docs/events.md", lines.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn names_that_are_nearly_known_and_adds_without_a_product_are_told() {
        let settings = Settings::default();
        let models = crate::config::models(&settings).expect("the shipped model loads");
        let decoder = Decoder::new(service::decoder_options(&settings), &models.vocabulary);
        let found = |values: &[&str]| {
            let mut found = Misses::default();
            for value in values {
                let record = RecordView {
                    input: 0,
                    partition: 0,
                    offset: 0,
                    timestamp_ms: Some(1_795_348_800_000),
                    key: Some(b"u"),
                    value: Some(value.as_bytes()),
                    content_type: None,
                    ..RecordView::default()
                };
                count(&mut found, &record, &decoder);
            }
            text(&found, "clickstream")
        };
        let said = found(&[
            r#"{"event":"orderComplete"}"#,
            r#"{"event":"orderComplete"}"#,
            r#"{"event":"Product Added","properties":{"goods":"p-1"}}"#,
            r#"{"event":"Something Else"}"#,
            "no event",
        ]);
        let want = "clickstream, of its newest records: 2 × `orderComplete`: did you mean Order Completed?; \
                    1 × Product Added without a product; see docs/events.md";
        assert_eq!(said.as_deref(), Some(want));
        let good = [r#"{"event":"order_completed"}"#, r#"{"event":"add_to_cart","properties":{"items":[{"item_id":"p"}]}}"#];
        assert_eq!(found(&good), None);
    }
}
