//! Rows of warehouses: the events that Segment, RudderStack and their like have written into tables, as JSON lines or CSV. Their
//! keys are in snake case and everything is flat; here a row becomes the event that it was.

use memchr::memmem::Finder;
use serde_json::{Map, Value};
use std::path::Path;
use std::sync::LazyLock;

/// What a file's name says of its rows: `pages.csv`, `identifies.jsonl.gz`, …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// All rows are calls of this type.
    Calls(&'static str),
    /// One row for each person: its `id` is theirs.
    Users,
    /// Each row says itself what it is.
    Events,
}

impl Table {
    pub(super) fn of(path: &Path) -> Self {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match name.split('.').next().unwrap_or_default() {
            "pages" => Self::Calls("page"),
            "screens" => Self::Calls("screen"),
            "identifies" => Self::Calls("identify"),
            "groups" => Self::Calls("group"),
            "aliases" => Self::Calls("alias"),
            "users" => Self::Users,
            _ => Self::Events,
        }
    }
}

/// Columns that are fields of the event itself, and how those are called there.
const FIELDS: [(&str, &str); 14] = [
    ("message_id", "messageId"),
    ("user_id", "userId"),
    ("anonymous_id", "anonymousId"),
    ("timestamp", "timestamp"),
    ("original_timestamp", "originalTimestamp"),
    ("sent_at", "sentAt"),
    ("received_at", "receivedAt"),
    ("group_id", "groupId"),
    ("previous_id", "previousId"),
    ("type", "type"),
    ("userId", "userId"),
    ("anonymousId", "anonymousId"),
    ("messageId", "messageId"),
    ("receivedAt", "receivedAt"),
];

/// Columns by which a line is known for a row.
const MARKS: [&str; 7] = ["message_id", "user_id", "anonymous_id", "received_at", "sent_at", "original_timestamp", "event_text"];

/// Objects of an event's context that are columns with their name in front.
const CONTEXT_OBJECTS: [&str; 11] =
    ["campaign", "page", "traits", "app", "device", "network", "os", "screen", "library", "location", "referrer"];

/// Columns of the warehouse's own.
const HOUSEKEEPING: [&str; 5] = ["uuid", "uuid_ts", "loaded_at", "channel", "version"];

/// How some warehouses write that there is nothing.
const ABSENT: &str = "\\N";

/// Columns that a browser writes with every page.
const OF_PAGES: [&str; 5] = ["path", "url", "title", "search", "referrer"];

/// The event of a line that is a row. `None`: it is none.
pub(super) fn event_of_line(line: &[u8], table: Table) -> Option<Vec<u8>> {
    // Most lines are recognised by what they don't contain.
    static FINDERS: LazyLock<[Finder<'static>; MARKS.len()]> = LazyLock::new(|| MARKS.map(Finder::new));
    // Of the columns in capital letters, which some warehouses make of all, nearly every one ends so.
    static CAPITALS: LazyLock<[Finder<'static>; 3]> = LazyLock::new(|| ["_ID\"", "_AT\"", "EVENT_TEXT\""].map(Finder::new));
    let has = |marks: &[Finder<'static>]| marks.iter().any(|mark| mark.find(line).is_some());
    if !has(&*FINDERS) && !has(&*CAPITALS) && table != Table::Users {
        return None;
    }
    let row: Map<String, Value> = small(serde_json::from_slice(line).ok()?);
    let is_nested = ["properties", "traits", "context"].iter().any(|key| row.get(*key).is_some_and(Value::is_object));
    let is_row = MARKS.iter().any(|mark| row.contains_key(*mark)) || (table == Table::Users && row.contains_key("id"));
    if is_nested || !is_row { None } else { event_of_row(row, table) }
}

/// The event of a row.
pub(super) fn event_of_row(row: Map<String, Value>, table: Table) -> Option<Vec<u8>> {
    let row = small(row);
    let call = call(&row, table);
    let (mut event, mut properties, mut context) = (Map::new(), Map::new(), Map::new());
    let (mut names, mut id) = ([None, None], None);
    for (column, value) in row {
        if value.is_null() || matches!(value.as_str(), Some("" | ABSENT)) || HOUSEKEEPING.contains(&column.as_str()) {
            continue;
        }
        match column.as_str() {
            // The table's name is in `event`; what the event is called in its text.
            "event_text" => names[0] = Some(value),
            "event" => names[1] = Some(value),
            "id" => id = Some(value),
            "properties" | "traits" | "context" => drop(event.insert(column, unpacked(value))),
            other => match FIELDS.iter().find(|(name, _)| *name == other) {
                Some((_, field)) => drop(event.insert((*field).to_owned(), value)),
                None => match other.strip_prefix("context_") {
                    Some(rest) => put_context(rest, value, &mut context),
                    None => drop(properties.insert(column, unpacked(value))),
                },
            },
        }
    }
    if let Some(id) = id {
        let field = if table == Table::Users { "userId" } else { "messageId" };
        event.entry(field).or_insert(id);
    }
    let [text, name] = names;
    if let Some(name) = text.or(name).filter(|_| call == "track") {
        event.insert("event".to_owned(), name);
    }
    event.insert("type".to_owned(), Value::from(call));
    for (field, columns) in
        [("context", context), (if matches!(call, "identify" | "group") { "traits" } else { "properties" }, properties)]
    {
        match event.get_mut(field).and_then(Value::as_object_mut) {
            Some(nested) => {
                for (key, value) in columns {
                    nested.entry(key).or_insert(value);
                }
            }
            None if columns.is_empty() => {}
            None => drop(event.insert(field.to_owned(), Value::Object(columns))),
        }
    }
    serde_json::to_vec(&event).ok()
}

/// The columns in small letters, if none has any.
fn small(row: Map<String, Value>) -> Map<String, Value> {
    let has_small = |key: &String| key.bytes().any(|byte| byte.is_ascii_lowercase());
    if row.keys().any(has_small) { row } else { row.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), value)).collect() }
}

/// Which call of the spec a row was.
fn call(row: &Map<String, Value>, table: Table) -> &'static str {
    let given = |column: &str| row.get(column).is_some_and(|value| !value.is_null() && value.as_str() != Some(""));
    const CALLS: [&str; 6] = ["track", "page", "screen", "identify", "group", "alias"];
    let said = row.get("type").and_then(Value::as_str);
    if let Some(call) = said.and_then(|said| CALLS.into_iter().find(|call| call.eq_ignore_ascii_case(said))) {
        return call;
    }
    match table {
        Table::Calls(call) => call,
        Table::Users => "identify",
        Table::Events if given("event") || given("event_text") => "track",
        Table::Events if given("previous_id") => "alias",
        Table::Events if OF_PAGES.iter().any(|column| given(column)) => "page",
        Table::Events if given("group_id") => "group",
        Table::Events => "identify",
    }
}

/// `campaign_source` is `campaign.source`, `user_agent` is `userAgent`.
fn put_context(column: &str, value: Value, context: &mut Map<String, Value>) {
    let inner = CONTEXT_OBJECTS.iter().find_map(|object| Some((*object, column.strip_prefix(object)?.strip_prefix('_')?)));
    match inner {
        Some((object, key)) => {
            let place = context.entry(object).or_insert_with(|| Value::Object(Map::new()));
            if let Some(place) = place.as_object_mut() {
                place.insert(key.to_owned(), value);
            }
        }
        None => drop(context.insert(camel(column), value)),
    }
}

fn camel(column: &str) -> String {
    let mut words = column.split('_');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

/// Lists and objects are text in a table.
fn unpacked(value: Value) -> Value {
    match &value {
        Value::String(text) if text.starts_with(['[', '{']) => serde_json::from_str(text).unwrap_or(value),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(row: Value, table: Table) -> Option<Value> {
        event_of_line(&serde_json::to_vec(&row).unwrap(), table).map(|event| serde_json::from_slice(&event).unwrap())
    }

    #[test]
    fn a_row_becomes_the_event_that_it_was() {
        let row = json!({"id": "m", "message_id": "m", "anonymous_id": null, "user_id": "ann", "event": "order_completed",
            "event_text": "Order Completed", "received_at": "2026-09-14 09:00:00.000 UTC", "uuid_ts": "x", "order_id": "o-1",
            "total": "12,50", "coupon": "", "products": "[{\"product_id\":\"p\"}]", "note": "[not json",
            "context_campaign_source": "news", "context_page_path": "/a", "context_user_agent": "Mozilla", "context_ip": "::1"});
        let want = json!({"type": "track", "event": "Order Completed", "messageId": "m", "userId": "ann",
            "receivedAt": "2026-09-14 09:00:00.000 UTC",
            "properties": {"order_id": "o-1", "total": "12,50", "products": [{"product_id": "p"}], "note": "[not json"},
            "context": {"campaign": {"source": "news"}, "page": {"path": "/a"}, "userAgent": "Mozilla", "ip": "::1"}});
        assert_eq!(event(row, Table::Events), Some(want));
    }

    #[test]
    fn rows_of_tables_that_are_no_events_are_calls() {
        let row = json!({"id": "m", "user_id": "ann", "received_at": "x", "name": "Home", "path": "/"});
        let page = json!({"type": "page", "messageId": "m", "userId": "ann", "receivedAt": "x", "properties": {"name": "Home", "path": "/"}});
        assert_eq!(event(row, Table::Events), Some(page));
        let row = json!({"id": "m", "user_id": "ann", "received_at": "x", "email": "ann@shop.example", "context_page_path": "/"});
        let identify = json!({"type": "identify", "messageId": "m", "userId": "ann", "receivedAt": "x",
            "traits": {"email": "ann@shop.example"}, "context": {"page": {"path": "/"}}});
        assert_eq!(event(row, Table::Events), Some(identify));
        let row = json!({"id": "ann", "received_at": "x", "email": "ann@shop.example"});
        let user = json!({"type": "identify", "userId": "ann", "receivedAt": "x", "traits": {"email": "ann@shop.example"}});
        assert_eq!(event(row, Table::of(Path::new("out/users.csv.gz"))), Some(user));
        let row = json!({"id": "m", "anonymous_id": "a", "received_at": "x", "name": "Start"});
        assert_eq!(event(row, Table::of(Path::new("screens.jsonl"))).unwrap()["type"], "screen");
    }

    #[test]
    fn columns_in_capital_letters_are_the_same_columns() {
        let row = json!({"ID": "m", "USER_ID": "ann", "EVENT": "product_added", "EVENT_TEXT": "Product Added", "RECEIVED_AT": "x",
            "PRODUCT_ID": "p", "CONTEXT_PAGE_PATH": "/a", "UUID_TS": "y"});
        let want = json!({"type": "track", "event": "Product Added", "messageId": "m", "userId": "ann", "receivedAt": "x",
            "properties": {"product_id": "p"}, "context": {"page": {"path": "/a"}}});
        assert_eq!(event(row, Table::Events), Some(want));
        let row = json!({"ID": "ann", "EMAIL": "ann@shop.example"});
        assert_eq!(event(row, Table::Users).unwrap()["userId"], "ann");
        // Names of a shop's own in an event that is no row stay as they are.
        assert_eq!(event(json!({"type": "page", "userId": "ann", "PRODUCT_ID": "p"}), Table::Events), None);
        assert_eq!(event(json!({"SKU_ID": "p", "PRICE": 7}), Table::Events), None);
    }

    #[test]
    fn objects_in_text_are_objects_and_nothing_is_nothing() {
        let row = json!({"user_id": "ann", "event": "A", "timestamp": "x", "properties": "{\"a\":1}", "b": 2, "c": "\\N"});
        let want = json!({"type": "track", "event": "A", "userId": "ann", "timestamp": "x", "properties": {"a": 1, "b": 2}});
        assert_eq!(event(row, Table::Events), Some(want));
    }

    #[test]
    fn an_event_with_its_own_objects_is_no_row() {
        for row in [
            json!({"type": "identify", "user_id": "ann", "traits": {"email": "a"}}),
            json!({"type": "page", "userId": "ann", "timestamp": 1}),
            json!({"event": "A", "message_id": "m", "context": {}}),
        ] {
            assert_eq!(event(row.clone(), Table::Events), None, "{row}");
        }
        assert_eq!(event_of_line(b"user_id", Table::Events), None);
    }

    proptest::proptest! {
        #![proptest_config(crate::regressions())]

        #[test]
        fn whatever_stands_in_a_row_an_event_or_nothing_comes_of_it(columns in proptest::collection::vec(("(context_|user_id|event|id|[a-z_]{0,3}){0,3}", "[\\[{\\\\N\"a1]{0,4}"), 0..6)) {
            let row: Map<String, Value> = columns.into_iter().map(|(column, cell)| (column, Value::from(cell))).collect();
            let line = serde_json::to_vec(&row).unwrap();
            for table in [Table::Events, Table::Users, Table::Calls("page")] {
                if let Some(event) = event_of_line(&line, table) {
                    assert!(serde_json::from_slice::<Value>(&event).unwrap()["type"].is_string());
                }
            }
        }
    }
}
