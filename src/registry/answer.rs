//! What a registry's answers say.

use super::http::Answer;
use leadstream_mapping::{Language, SchemaId};
use serde::Deserialize;
use std::fmt::Write as _;

/// A schema as the registry has it, and which others it refers to.
#[derive(Debug, Deserialize)]
pub struct Found {
    pub schema: String,
    #[serde(rename = "schemaType", default)]
    language: Option<String>,
    #[serde(default)]
    references: Option<Vec<Reference>>,
}

/// Another schema: the name under which it is meant, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reference {
    pub name: String,
    pub subject: String,
    pub version: i64,
}

#[derive(Deserialize)]
struct Refusal {
    error_code: i64,
    #[serde(default)]
    message: String,
}

/// How a request ended, as a metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Ok,
    Unknown,
    Refused,
    Failed,
    Away,
}

impl Outcome {
    pub const ALL: [Self; 5] = [Self::Ok, Self::Unknown, Self::Refused, Self::Failed, Self::Away];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Away => "away",
        }
    }
}

/// Why there is no schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// The registry itself says that it has none.
    Unknown(String),
    /// It can't be used, whoever asks.
    Unusable(String),
    /// Anything else, which may pass: what it is, and what to do.
    Trouble(Outcome, String),
}

/// What the registry calls what it doesn't have: a subject, a version, a schema.
const UNKNOWN: [i64; 3] = [40401, 40402, 40403];

/// Reads an answer.
///
/// # Errors
/// It has no schema.
pub fn read(answer: Result<Answer, String>) -> Result<Found, Missing> {
    let (status, body) = answer.map_err(|why| Missing::Trouble(Outcome::Away, why))?;
    let refusal = || serde_json::from_slice::<Refusal>(&body).ok();
    let trouble = |outcome, text: String| Err(Missing::Trouble(outcome, text));
    match status {
        200 => serde_json::from_slice(&body).map_err(|error| {
            Missing::Trouble(Outcome::Failed, format!("answers what no registry does ({error}): is the path right?"))
        }),
        401 | 403 => trouble(
            Outcome::Refused,
            format!("refuses us ({status}): check registry.username and password_file, or token_file, and what they may read"),
        ),
        404 => match refusal() {
            Some(refusal) if UNKNOWN.contains(&refusal.error_code) => {
                Err(Missing::Unknown(format!("the registry says: {} ({})", short(&refusal.message), refusal.error_code)))
            }
            // A registry that is too old for GUIDs, a proxy, another service: nobody said that there is no such schema.
            _ => trouble(Outcome::Failed, "answers 404, but not as a registry does: is the path right?".to_owned()),
        },
        status => {
            let message = refusal().map_or(String::new(), |refusal| format!(": {}", short(&refusal.message)));
            trouble(Outcome::Failed, format!("answers {status}{message}"))
        }
    }
}

/// The start of a text of others, on one line.
fn short(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

impl Found {
    /// # Errors
    /// A language that nobody here reads.
    pub fn language(&self) -> Result<Language, Missing> {
        let word = self.language.as_deref().unwrap_or_default();
        Language::of(word).ok_or_else(|| Missing::Unusable(format!("it is of the language {:?}", short(word))))
    }

    #[must_use]
    pub fn references(&self) -> &[Reference] {
        self.references.as_deref().unwrap_or_default()
    }
}

/// Where a schema stands.
#[must_use]
pub fn path_of(id: SchemaId) -> String {
    match id {
        SchemaId::Number(number) => format!("/schemas/ids/{number}"),
        SchemaId::Guid(_) => format!("/schemas/guids/{id}"),
    }
}

impl Reference {
    /// Where it stands, also when somebody has deleted it since.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/subjects/{}/versions/{}?deleted=true", encoded(&self.subject), self.version)
    }
}

/// A part of a path.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            all.push(char::from(byte));
        } else {
            let written = write!(all, "%{byte:02X}");
            debug_assert!(written.is_ok(), "text grows");
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Result<Found, Missing> {
        read(Ok((status, body.as_bytes().to_vec())))
    }

    #[test]
    fn only_the_registry_itself_says_that_it_has_no_such_schema() {
        let unknown = of(404, r#"{"error_code":40403,"message":"Schema 7 not found\n"}"#);
        assert_eq!(unknown.err(), Some(Missing::Unknown("the registry says: Schema 7 not found  (40403)".to_owned())));
        for (status, body, outcome) in [
            (404, "<html>", Outcome::Failed),
            (404, r#"{"error_code":404,"message":"HTTP 404 Not Found"}"#, Outcome::Failed),
            (401, "", Outcome::Refused),
            (403, r#"{"error_code":40301,"message":"no"}"#, Outcome::Refused),
            (500, r#"{"error_code":50001,"message":"store"}"#, Outcome::Failed),
            (302, "", Outcome::Failed),
            (200, "[]", Outcome::Failed),
            (200, r#"{"subjects":[]}"#, Outcome::Failed),
        ] {
            let found = of(status, body);
            assert!(matches!(&found, Err(Missing::Trouble(is, _)) if *is == outcome), "{status} {body}: {found:?}");
        }
        assert!(matches!(read(Err("closed".to_owned())), Err(Missing::Trouble(Outcome::Away, _))));
    }

    #[test]
    fn a_schema_has_its_language_and_its_references() {
        let found = of(200, r#"{"schema":"\"string\""}"#).expect("a schema");
        assert_eq!((found.language(), found.references()), (Ok(Language::Avro), [].as_slice()));
        let body = r#"{"schema":"x","schemaType":"PROTOBUF","references":[{"name":"a.proto","subject":"a b/ü","version":3}]}"#;
        let found = of(200, body).expect("a schema");
        assert_eq!(found.language(), Ok(Language::Protobuf));
        assert_eq!(found.references()[0].path(), "/subjects/a%20b%2F%C3%BC/versions/3?deleted=true");
        let found = of(200, r#"{"schema":"x","schemaType":"THRIFT","references":null}"#).expect("a schema");
        assert!(matches!(found.language(), Err(Missing::Unusable(_))));
        assert_eq!(path_of(SchemaId::Number(7)), "/schemas/ids/7");
        assert_eq!(path_of(SchemaId::Guid(1)), "/schemas/guids/00000000-0000-0000-0000-000000000001");
    }
}
