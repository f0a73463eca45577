//! By what records of shipped sources are told from all others: what no other system writes.

use crate::path::{From, Path};
use crate::record::Record;
use crate::scan;
use std::borrow::Cow;

/// A source and its marks, of which one is enough. In a mark all parts must hold: a path that is there, that is a text (`=`), begins
/// with one (`^=`), or has it in it (`~=`). Where a record has marks of several sources, the one that stands first is meant.
pub const MARKS: [(&str, &[&str]); 28] = [
    ("shopify", &["header:x-shopify-topic", "header:x-shopify-event-id", "admin_graphql_api_id^=gid://shopify/"]),
    ("woocommerce", &["header:x-wc-webhook-topic", "header:x-wc-webhook-delivery-id"]),
    ("adobe-commerce", &["[].type^=com.adobe.commerce.", "[].type^=observer.", "event.metadata & event.data.value"]),
    ("debezium-carts", &["payload?.source.connector & payload?.op & payload?.source.table~=cart"]),
    ("debezium-orders", &["payload?.source.connector & payload?.op & payload?.source.table~=order"]),
    (
        "debezium-customers",
        &[
            "payload?.source.connector & payload?.op & payload?.source.table~=customer",
            "payload?.source.connector & payload?.op & payload?.source.table~=user",
            "payload?.source.connector & payload?.op & payload?.source.table~=account",
        ],
    ),
    (
        "ses-sns",
        &["Message.@json.mail", "TopicArn & Message.@json.eventType", "mail.destination & mail.messageId & mail.timestamp"],
    ),
    ("ses-eventbridge", &["source=aws.ses & detail-type"]),
    ("sendgrid", &["[].sg_event_id", "[].sg_message_id"]),
    ("mandrill", &["mandrill_events", "[].msg._id", "[]._id & [].ts & [].msg"]),
    ("mailgun", &["event-data.event", "signature.token", "recipient-domain & log-level"]),
    ("mailjet", &["[].mj_campaign_id", "[].Message_GUID", "[].MessageID & [].event & [].time"]),
    ("brevo", &["[].message-id & [].ts_epoch", "[].camp_id & [].ts_event", "[].message-id & [].ts_event & [].event"]),
    ("postmark", &["RecordType & MessageID", "RecordType & MessageStream", "RecordType & Recipient"]),
    (
        "klaviyo",
        &[
            "data[].topic^=event:",
            "data[].attributes.event_properties",
            "data[].metric & data[].profile",
            "data.attributes.event_properties",
        ],
    ),
    ("hubspot", &["[].subscriptionType & [].objectId", "[].portalId & [].eventId", "portalId & recipient & type"]),
    (
        "braze-currents",
        &[
            "header:event_type^=users.",
            "topic^=users.",
            "events[].event_type^=users.",
            "[].event_type^=users.",
            "external_user_id & app_group_id",
        ],
    ),
    ("snowplow-tsv", &["collector_tstamp^=20 & event & event_id"]),
    ("snowplow-json", &["collector_tstamp & event_vendor", "collector_tstamp & event_id & app_id"]),
    ("ga4-bigquery", &["event_timestamp & event_name & event_params", "event_timestamp & event_name & user_pseudo_id"]),
    ("ga4-mp", &["client_id & events[].name", "app_instance_id & events[].name"]),
    ("posthog", &["distinct_id & event & properties", "batch[].distinct_id & batch[].event", "distinct_id & event & uuid"]),
    ("rudderstack", &["rudderId", "context.library.name^=Rudder", "channel & integrations & originalTimestamp & messageId"]),
    (
        "jitsu",
        &[
            "context.library.name^=@jitsu",
            "context.clientIds & messageId",
            "writeKey & requestIp & messageId",
            "eventn_ctx_event_id",
        ],
    ),
    ("cloudevents-binary", &["header:ce_type", "header:ce_id & header:ce_source"]),
    ("cloudevents-structured", &["[].specversion & [].type"]),
    (
        "datalayer",
        &[
            "[].event^=gtm.",
            "[].\"gtm.uniqueEventId\"",
            "[].event & [].ecommerce",
            "[].ecommerce.items",
            "[].event & [].ecommerce.purchase",
        ],
    ),
    (
        "segment",
        &[
            "type=track & event & messageId",
            "type=track & event & message_id",
            "type=track & event & timestamp & userId",
            "type=track & event & timestamp & anonymousId",
            "type=page & messageId",
            "type=screen & messageId",
            "type=identify & messageId",
            "type=group & messageId",
            "type=alias & messageId",
            "type=page & anonymousId",
            "type=identify & traits & userId",
            "type=page & context.page & userId",
        ],
    ),
];

#[derive(Debug)]
enum Test {
    IsThere,
    Is(String),
    BeginsWith(String),
    Contains(String),
}

/// The marks of a source, ready to be looked for.
#[derive(Debug)]
pub struct Marks(Vec<(&'static str, Vec<(Path, Test)>)>);

impl Marks {
    pub fn of(source: &str) -> Self {
        let of_source = MARKS.iter().find(|(known, _)| *known == source).map_or(&[][..], |(_, marks)| marks);
        let compiled = |mark: &&'static str| {
            let parts: Option<Vec<_>> = mark.split(" & ").map(part).collect();
            Some((*mark, parts?))
        };
        Self(of_source.iter().filter_map(compiled).collect())
    }

    /// The mark that a record has.
    pub fn found(&self, record: &Record<'_>, json: &str) -> Option<&'static str> {
        let holds = |(path, test): &(Path, Test)| {
            let value = match &path.from {
                From::Header(name) => record.header(name).map(|text| Cow::Owned(crate::json::quoted(text))),
                From::Topic => Some(Cow::Owned(crate::json::quoted(record.topic))),
                From::Value => scan::follow(Cow::Borrowed(json), &path.steps),
                From::Record | From::Key | From::Item | From::Schema => None,
            };
            value.is_some_and(|value| test.holds(&value, path.is_list()))
        };
        self.0.iter().find(|(_, parts)| parts.iter().all(holds)).map(|(mark, _)| *mark)
    }
}

impl Test {
    fn holds(&self, json: &str, is_list: bool) -> bool {
        let of_one = |json: &str| {
            if json.is_empty() || json == "null" {
                return false;
            }
            let text = scan::text(json).unwrap_or(Cow::Borrowed(json));
            match self {
                Self::IsThere => true,
                Self::Is(wanted) => text == wanted.as_str(),
                Self::BeginsWith(wanted) => text.starts_with(wanted),
                Self::Contains(wanted) => text.contains(wanted),
            }
        };
        if is_list { scan::elements(json).into_iter().any(of_one) } else { of_one(json.trim()) }
    }
}

fn part(text: &str) -> Option<(Path, Test)> {
    let (path, test) = if let Some((path, text)) = text.split_once("^=") {
        (path, Test::BeginsWith(text.to_owned()))
    } else if let Some((path, text)) = text.split_once("~=") {
        (path, Test::Contains(text.to_owned()))
    } else if let Some((path, text)) = text.split_once('=') {
        (path, Test::Is(text.to_owned()))
    } else {
        (text, Test::IsThere)
    };
    Some((Path::parse(path).ok()?, test))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_source_has_marks_that_can_be_read() {
        for (source, _) in crate::SHIPPED {
            let marks = MARKS.iter().find(|(known, _)| *known == source).map(|(_, marks)| marks.len());
            assert_eq!(marks, Some(Marks::of(source).0.len()), "{source}");
        }
    }

    #[test]
    fn a_mark_is_found_in_one_element_of_many() {
        let marks = Marks::of("sendgrid");
        let found = |json: &str| marks.found(&Record::default(), json);
        assert_eq!(found(r#"[7,{"event":"open"},{"sg_event_id":"e"}]"#), Some("[].sg_event_id"));
        assert_eq!(found(r#"{"sg_event_id":"e"}"#), Some("[].sg_event_id"), "an object counts as a list of one");
        for json in [r#"[{"event":"open","sg_event_id":null}]"#, "", "[", "7", "\"sg_event_id\""] {
            assert_eq!(found(json), None, "{json}");
        }
    }
}
