//! The ids that an event says: those of its mapping, and those of an event in the form of the Segment spec. Only asked where identity
//! is on.

use super::proto;
use super::tidy_id::tidy;
use crate::domain::Text;
use crate::domain::event::Event as DecodedEvent;
use crate::domain::identity::id::Id;
use crate::domain::identity::naming::{EventIds, IdNaming};
use crate::domain::identity::said::SaidIds;
use crate::domain::identity::types::IdClass;
use crate::domain::names::{Kind, canonical, kind_of_track, known};
use leadstream_mapping::{Event, Mapping, NoSchemas, Record, What, parse};
use prost::Message as _;
use std::borrow::Cow;

/// Types and values, as they are said.
type Said = Vec<(String, String)>;

/// Types whose ids stand in events of sales as those of whoever answers for sales.
const ADDRESSES: [&str; 2] = ["email", "phone"];

/// Reads ids of events.
#[derive(Debug)]
pub struct IdReader {
    naming: IdNaming,
    spec: Mapping,
    /// Names of events that end the use of a device, in their canonical form.
    detach_on: Vec<String>,
}

impl IdReader {
    /// # Errors
    /// The places where events say their ids can't be read.
    pub fn new(naming: IdNaming) -> Result<Self, String> {
        let spec = parse("event_ids/spec.toml", include_str!("event_ids/spec.toml"))
            .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        Ok(Self { naming, spec, detach_on: Vec::new() })
    }

    /// Events of these names end the use of their devices.
    #[must_use]
    pub fn detaching_on(self, names: &[String]) -> Self {
        Self { detach_on: names.iter().map(|name| canonical(name).to_owned()).collect(), ..self }
    }

    #[must_use]
    pub fn naming(&self) -> &IdNaming {
        &self.naming
    }

    /// Of an event that a mapping made. What it says itself goes before what the spec's form says of one that came as it is.
    #[must_use]
    pub fn of_mapped(&self, event: &Event) -> EventIds {
        let mut said: Said = event.ids.iter().chain(&event.refused).cloned().collect();
        if let Some(json) = &event.as_is {
            let more = self.said(json.as_bytes());
            said.extend(more.into_iter().filter(|(kind, _)| !event.ids.iter().chain(&event.refused).any(|(own, _)| own == kind)));
        }
        self.ids(&said)
    }

    /// Of values that are ids of nobody, by type.
    #[must_use]
    pub fn of_refused(&self, refused: &[(String, String)]) -> EventIds {
        self.ids(refused)
    }

    /// Of an event in the form of the Segment spec that has no mapping. What is no JSON says none.
    #[must_use]
    pub fn of_spec(&self, json: &[u8]) -> EventIds {
        self.ids(&self.said(json))
    }

    /// Of an event in `leadstream.v1.Event`.
    #[must_use]
    pub fn of_protobuf(&self, value: &[u8]) -> EventIds {
        let Ok(event) = proto::Event::decode(value) else { return EventIds::default() };
        let mut said = Said::new();
        let mut say = |kind: &str, value: Option<String>| said.extend(value.map(|value| (kind.to_owned(), value)));
        say("user", Some(event.user_id).filter(|id| !id.is_empty()));
        let property = |names: &[&str]| {
            let found = names.iter().find_map(|name| event.properties.get(*name)?.value.as_ref());
            if let Some(proto::property_value::Value::Text(text)) = found { Some(text.clone()) } else { None }
        };
        say("email", property(&["traits.email", "context.traits.email"]));
        say("phone", property(&["traits.phone", "context.traits.phone"]));
        say("anon", property(&["anonymousId", "anonymous_id", "context.traits.anonymousId"]));
        say("cart", Some(event.cart_id).filter(|id| !id.is_empty()));
        self.ids(&said)
    }

    /// What the rules of linking look at.
    #[must_use]
    pub fn said_ids(&self, ids: &EventIds, event: &DecodedEvent<'_>) -> SaidIds {
        let key = ids.strongest().map(|id| self.naming.types().text(id)).unwrap_or_default();
        SaidIds { key, ids: ids.ids.iter().map(|id| (id.clone(), true)).collect(), alias: None, detaches: self.detaches(event) }
    }

    /// The strongest address that an event names, as ids are written: of what it says itself, else its key.
    #[must_use]
    pub fn address(&self, ids: &[Id], key: &str) -> Option<Text> {
        let types = self.naming.types();
        let is_address = |id: &&Id| types.class(id.kind()) == IdClass::Address;
        if !ids.is_empty() {
            return ids.iter().filter(is_address).min().map(|id| types.text(id));
        }
        types.parse(key).ok().as_ref().filter(is_address).map(|id| types.text(id))
    }

    /// Whether an event ends the use of its device.
    #[must_use]
    pub fn detaches(&self, event: &DecodedEvent<'_>) -> bool {
        self.detach_on.iter().any(|name| *name == *event.name)
    }

    fn said(&self, json: &[u8]) -> Said {
        let record = Record { topic: "", key: None, value: Some(json), headers: Vec::new() };
        let Ok(outcomes) = self.spec.apply(&record, &NoSchemas) else { return Said::new() };
        let mut said = Said::new();
        for outcome in outcomes {
            let all: Said = match outcome.what {
                What::Event(event) => event.ids.into_iter().chain(event.refused).collect(),
                What::Dead { refused, .. } => refused,
                What::Skipped => continue,
            };
            let name = known(&outcome.theirs).map_or(outcome.theirs.as_str(), |known| known.name);
            let is_of_sales = kind_of_track(name) == Kind::Sales;
            said.extend(all.into_iter().filter(|(kind, _)| !(is_of_sales && ADDRESSES.contains(&kind.as_str()))));
        }
        said
    }

    fn ids(&self, said: &[(String, String)]) -> EventIds {
        let tidied: Vec<(&str, Cow<'_, str>)> =
            said.iter().map(|(kind, value)| (kind.as_str(), tidy(Cow::Borrowed(value)))).collect();
        self.naming.of_event(tidied.iter().map(|(kind, value)| (*kind, &**value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::naming::NamingOptions;

    fn reader() -> IdReader {
        let options = NamingOptions { hashed: Some(Vec::new()), ..NamingOptions::default() };
        IdReader::new(IdNaming::new(options).expect("good")).expect("the places are read")
    }

    /// The ids from the strongest to the weakest, and in brackets what is none.
    fn shown(reader: &IdReader, event: &EventIds) -> String {
        let ids = event.ids.iter().map(|id| reader.naming().types().text(id).to_string());
        let refused = event.refused.iter().map(|(kind, why)| format!("({kind} {})", why.name()));
        ids.chain(refused).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_event_of_the_spec_says_its_ids_in_identity_fields_and_nowhere_else() {
        let reader = reader();
        for (json, want) in [
            (r#"{"type":"page","anonymousId":"v-1"}"#, "anon:v-1"),
            (r#"{"type":"page","userId":null,"anonymousId":"v-1"}"#, "anon:v-1"),
            (
                r#"{"type":"identify","userId":"42","anonymousId":"v-1","traits":{"email":"Ada@mail.example","phone":"+49 30 901820"}}"#,
                "42 email:ada@mail.example phone:+4930901820 anon:v-1",
            ),
            (
                r#"{"type":"track","event":"Order Completed","user_id":42,"context":{"traits":{"email":"ada@mail.example"}}}"#,
                "42 email:ada@mail.example",
            ),
            (
                r#"{"type":"track","event":"Product Added","anonymousId":"v-1","properties":{"cart_id":"C7","product_id":"p"}}"#,
                "anon:v-1 cart:C7",
            ),
            (r#"{"type":"track","event":"Checkout Started","properties":{"cart_token":"T9"}}"#, "cart:T9"),
            (r#"{"type":"track","event":"x","traits":{"userId":"gid://shopify/Customer/7"}}"#, "7"),
            (
                r#"{"type":"track","event":"Email Opened","context":{"externalIds":[{"type":"email","id":"ada@mail.example"}]}}"#,
                "email:ada@mail.example",
            ),
            // The friend's, not one's own.
            (
                r#"{"type":"track","event":"Invite Sent","userId":"42","properties":{"email":"bob@mail.example","phone":"+4930901821","userId":"43"}}"#,
                "42",
            ),
            // The company's.
            (
                r#"{"type":"group","userId":"42","groupId":"g","traits":{"email":"office@shop.example","phone":"+4930901821","userId":"43"}}"#,
                "42",
            ),
            (
                r#"{"type":"group","userId":"42","context":{"traits":{"email":"ada@mail.example"}},"traits":{"email":"office@shop.example"}}"#,
                "42 email:ada@mail.example",
            ),
            // Of whoever answers for sales.
            (r#"{"type":"track","event":"lead_accepted","userId":"42","traits":{"email":"rep@shop.example"}}"#, "42"),
            (
                r#"{"type":"track","event":"x","userId":"undefined","anonymousId":"00000000-0000-0000-0000-000000000000","traits":{"email":"guest@shop.example"}}"#,
                "(email no-address) (user placeholder) (anon placeholder)",
            ),
            (r#"{"type":"track","event":"x","userId":"null","traits":{"userId":"42"}}"#, "42"),
            (
                r#"{"type":"track","event":"x","userId":"undefined","anonymousId":"null"}"#,
                "(user placeholder) (anon placeholder)",
            ),
            (r#"{"type":"track","event":"x"}"#, ""),
            ("[1]", ""),
            ("{", ""),
            ("", ""),
        ] {
            assert_eq!(shown(&reader, &reader.of_spec(json.as_bytes())), want, "{json}");
        }
        let long = format!(r#"{{"type":"page","userId":"{}","anonymousId":"v-1"}}"#, "x".repeat(201));
        assert_eq!(shown(&reader, &reader.of_spec(long.as_bytes())), "anon:v-1 (user too-long)");
    }

    #[test]
    fn a_mapped_event_says_what_its_mapping_reads() {
        let reader = reader();
        let mapping = |text: &str| parse("m", text).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let ids = |mapping: &Mapping, json: &str| {
            let record = Record { topic: "t", key: None, value: Some(json.as_bytes()), headers: Vec::new() };
            let outcomes = mapping.apply(&record, &NoSchemas).expect("needs no schema");
            let What::Event(event) = &outcomes[0].what else { panic!("{outcomes:?}") };
            shown(&reader, &reader.of_mapped(event))
        };
        let own = mapping(
            "name = \"m\"\n[ids]\nuser = \"customer\"\nemail = \"mail\"\nanon = \"client\"\ncart = \"basket\"\nloyalty = \"card\"\n\
             [events]\n\"*\" = \"page\"\n",
        );
        for (json, want) in [
            (
                r#"{"customer":7,"mail":" Ada@mail.example","client":"v-1","basket":"C7"}"#,
                "7 email:ada@mail.example anon:v-1 cart:C7",
            ),
            (
                r#"{"customer":"guest","mail":"undefined","client":"v-1","basket":"null"}"#,
                "anon:v-1 (user placeholder) (email placeholder) (cart placeholder)",
            ),
            (r#"{"customer":null,"client":"v-1","card":"L1"}"#, "anon:v-1 (loyalty unknown-type)"),
            // It is not in the form of the spec: what stands there means nothing.
            (r#"{"customer":7,"anonymousId":"v-2","traits":{"email":"ada@mail.example"}}"#, "7"),
        ] {
            assert_eq!(ids(&own, json), want, "{json}");
        }
        let as_is = mapping(
            "name = \"m\"\nas_is = true\nname_from = [\"event\"]\n[ids]\nuser = \"context.customer\"\nanon = \"anonymousId\"\n",
        );
        let json = r#"{"event":"x","userId":"42","context":{"customer":"7"},"anonymousId":"v-1","properties":{"cart_id":"C7"}}"#;
        assert_eq!(ids(&as_is, json), "7 anon:v-1 cart:C7", "what the mapping says goes first, the rest is of the spec");
    }
}
