//! The mappings that are built into the binary.

use crate::file::{Files, parse_with};
use crate::rules::Mapping;
use leadstream_core::domain::names::nearest;
use leadstream_model::{Fault, FileFault, Place};
use std::path::Path;
use std::sync::Arc;

/// Name and text.
pub const SHIPPED: [(&str, &str); 28] = [
    ("adobe-commerce", include_str!("../../../config/mappings/adobe-commerce.toml")),
    ("braze-currents", include_str!("../../../config/mappings/braze-currents.toml")),
    ("brevo", include_str!("../../../config/mappings/brevo.toml")),
    ("cloudevents-binary", include_str!("../../../config/mappings/cloudevents-binary.toml")),
    ("cloudevents-structured", include_str!("../../../config/mappings/cloudevents-structured.toml")),
    ("datalayer", include_str!("../../../config/mappings/datalayer.toml")),
    ("debezium-carts", include_str!("../../../config/mappings/debezium-carts.toml")),
    ("debezium-customers", include_str!("../../../config/mappings/debezium-customers.toml")),
    ("debezium-orders", include_str!("../../../config/mappings/debezium-orders.toml")),
    ("ga4-bigquery", include_str!("../../../config/mappings/ga4-bigquery.toml")),
    ("ga4-mp", include_str!("../../../config/mappings/ga4-mp.toml")),
    ("hubspot", include_str!("../../../config/mappings/hubspot.toml")),
    ("jitsu", include_str!("../../../config/mappings/jitsu.toml")),
    ("klaviyo", include_str!("../../../config/mappings/klaviyo.toml")),
    ("mailgun", include_str!("../../../config/mappings/mailgun.toml")),
    ("mailjet", include_str!("../../../config/mappings/mailjet.toml")),
    ("mandrill", include_str!("../../../config/mappings/mandrill.toml")),
    ("posthog", include_str!("../../../config/mappings/posthog.toml")),
    ("postmark", include_str!("../../../config/mappings/postmark.toml")),
    ("rudderstack", include_str!("../../../config/mappings/rudderstack.toml")),
    ("segment", include_str!("../../../config/mappings/segment.toml")),
    ("sendgrid", include_str!("../../../config/mappings/sendgrid.toml")),
    ("ses-eventbridge", include_str!("../../../config/mappings/ses-eventbridge.toml")),
    ("ses-sns", include_str!("../../../config/mappings/ses-sns.toml")),
    ("shopify", include_str!("../../../config/mappings/shopify.toml")),
    ("snowplow-json", include_str!("../../../config/mappings/snowplow-json.toml")),
    ("snowplow-tsv", include_str!("../../../config/mappings/snowplow-tsv.toml")),
    ("woocommerce", include_str!("../../../config/mappings/woocommerce.toml")),
];

/// Reads a mapping file, or a shipped mapping when the name is one, and runs its examples.
///
/// # Errors
/// Every fault, with its line.
pub fn load(path_or_name: &str) -> Result<Mapping, Vec<FileFault>> {
    let (origin, text) = match SHIPPED.iter().find(|(name, _)| *name == path_or_name) {
        Some((name, text)) => (format!("{name} (shipped)"), (*text).to_owned()),
        None => match std::fs::read_to_string(path_or_name) {
            Ok(text) => (path_or_name.to_owned(), text),
            Err(error) => {
                let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
                let meant =
                    nearest(path_or_name, names.iter().copied()).map_or(String::new(), |near| format!("did you mean {near:?}? "));
                let message =
                    format!("can't be read ({error}), and is no shipped mapping: {meant}shipped are {}", names.join(", "));
                return Err(vec![FileFault {
                    origin: path_or_name.to_owned(),
                    fault: Fault { place: Place::default(), message },
                }]);
            }
        },
    };
    let folder = Path::new(path_or_name).parent().unwrap_or(Path::new("")).to_owned();
    let files: Files = Arc::new(move |name| {
        let path = folder.join(name);
        std::fs::read(&path).map_err(|error| format!("{} can't be read: {error}", path.display()))
    });
    let mapping = parse_with(&origin, &text, &files)?;
    let wrong = mapping.wrong_examples(&origin);
    if wrong.is_empty() { Ok(mapping) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_one_is_told() {
        let faults = load("shopfy").expect_err("no such mapping");
        assert!(faults[0].to_string().contains("did you mean \"shopify\"?"), "{}", faults[0]);
    }

    #[test]
    fn every_shipped_mapping_loads_and_its_examples_come_out() {
        for (name, _) in SHIPPED {
            match load(name) {
                Ok(mapping) => assert_eq!(mapping.name, name),
                Err(faults) => panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
            }
        }
    }
}
