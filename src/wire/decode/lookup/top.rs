//! Which keys stand at the top level of an event.

use crate::wire::decode::fields::{CONTEXT, ECOMMERCE, TRAITS, Top, TopField};
use crate::wire::decode::key_table::KeyTable;

/// All that are looked at. `file`: the record's key and time stand in the event.
pub(super) fn keys(file: bool) -> KeyTable<Top> {
    let mut keys = KeyTable::default();
    let of_files = [("userId", TopField::UserId), ("anonymousId", TopField::AnonymousId)];
    let of_records = [("userId", TopField::SomeUser)];
    let fields = [
        ("type", TopField::Call),
        ("event", TopField::Event),
        ("name", TopField::Name),
        ("category", TopField::Category),
        ("groupId", TopField::GroupId),
        ("messageId", TopField::MessageId),
        ("timestamp", TopField::Timestamp),
        ("originalTimestamp", TopField::OriginalTimestamp),
        ("receivedAt", TopField::ReceivedAt),
        ("sentAt", TopField::SentAt),
        ("batch", TopField::Batch),
        ("email", TopField::Email),
    ];
    let of_both = fields.into_iter().chain(of_files.into_iter().filter(|_| file));
    for (key, field) in of_both.chain(of_records.into_iter().filter(|_| !file)) {
        *keys.add(key) = Top::Field(field);
        *keys.add_otherwise(key) = Top::Otherwise(field);
    }
    // Segment's spec for mail tools calls it so.
    *keys.add_otherwise("action") = Top::Otherwise(TopField::Call);
    // What the data layer of GA4 has beside its event.
    let objects = [
        ("properties", Top::Properties),
        ("context", Top::Nested(CONTEXT)),
        ("traits", Top::Nested(TRAITS)),
        ("ecommerce", Top::Nested(ECOMMERCE)),
    ];
    for (key, object) in objects {
        *keys.add(key) = object;
        *keys.add_otherwise(key) = object;
    }
    keys.seal();
    keys
}
