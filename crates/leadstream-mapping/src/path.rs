//! Paths: where a value stands in a record.
//!
//! ```text
//! data.id            keys of objects                      header:x-topic      a header of the record
//! lines[0].sku       an element of a list                 key   key.id        its key, and within one that is JSON
//! items[]            all elements of a list               topic               its topic
//! notes[name=anon].value       the first element whose `name` is `anon`       ^.sent_at     the record around an element
//! contexts[schema^=iglu:x/]    … whose `schema` begins so                     value.*       the first member that is not null
//! Message.@json.mail           JSON (or base64) in a text                     "a.b".c       a key with a point in it
//! params.@pairs(key,value).x   a list of names and values as one object      each   each.email     an element of a rule's `each`
//! Message?.@json.x             into the member if it is there, else on where it stands
//! .                            the whole value             @schema     the name of its schema (Avro, Protobuf)
//! data.@where(schema^=iglu:x/) all elements whose `schema` begins so
//! ```

use std::fmt;

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// The record's value, or the element that it was split into.
    Value,
    /// The record around the element.
    Record,
    Header(String),
    Key,
    Topic,
    /// The full name of the schema, or message, that it was written with.
    Schema,
    /// The element of a rule's `each`.
    Item,
}

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Key(String),
    /// Into the member if it is there.
    Maybe(String),
    Index(usize),
    /// All elements.
    Each,
    /// The first element whose member is, or begins with, this text.
    Find {
        member: String,
        text: String,
        is_prefix: bool,
    },
    /// All elements whose member is, or begins with, this text.
    Where {
        member: String,
        text: String,
        is_prefix: bool,
    },
    /// The first member that is not null.
    Any,
    /// JSON in a text.
    Json,
    /// Base64 in a text.
    Base64,
    /// A list of names and values as one object.
    Pairs {
        key: String,
        value: String,
    },
}

/// A path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    pub from: From,
    pub steps: Vec<Step>,
    text: String,
}

/// More steps than any record is deep.
const MOST_STEPS: usize = 32;

impl Path {
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (from, rest) = match text {
            "" => return Err("a path can't be empty".to_owned()),
            "." => (From::Value, ""),
            "key" => (From::Key, ""),
            "topic" => (From::Topic, ""),
            "@schema" => (From::Schema, ""),
            "each" => (From::Item, ""),
            _ => {
                if let Some(name) = text.strip_prefix("header:") {
                    if name.is_empty() {
                        return Err("`header:` wants the name of a header: `header:x-shopify-topic`".to_owned());
                    }
                    return Ok(Self { from: From::Header(name.to_ascii_lowercase()), steps: Vec::new(), text: text.to_owned() });
                }
                if let Some(rest) = text.strip_prefix("^.") {
                    (From::Record, rest)
                } else if let Some(rest) = text.strip_prefix("key.") {
                    (From::Key, rest)
                } else if let Some(rest) = text.strip_prefix("each.") {
                    (From::Item, rest)
                } else {
                    (From::Value, text)
                }
            }
        };
        let mut steps = Vec::new();
        if from == From::Key && !rest.is_empty() {
            steps.push(Step::Json);
        }
        let mut rest = rest;
        while !rest.is_empty() {
            let (step, tail) = step(rest, steps.is_empty())?;
            steps.push(step);
            rest = tail;
        }
        if steps.len() > MOST_STEPS {
            return Err(format!("a path has at most {MOST_STEPS} steps"));
        }
        Ok(Self { from, steps, text: text.to_owned() })
    }

    /// It stands for many values.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.steps.contains(&Step::Each)
    }

    /// The text that a file has.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The first step of a text, and the rest.
fn step(text: &str, is_first: bool) -> Result<(Step, &str), String> {
    if let Some(within) = text.strip_prefix('[') {
        let (inner, tail) = within.split_once(']').ok_or_else(|| format!("`[` without `]` in `{text}`"))?;
        let step = bracket(inner)?;
        let tail = match tail.strip_prefix('.') {
            Some("") => return Err("a path can't end with a point".to_owned()),
            Some(tail) => tail,
            None if tail.is_empty() || tail.starts_with('[') => tail,
            None => return Err(format!("after `[{inner}]` comes `.` or `[`, not `{tail}`")),
        };
        return Ok((step, tail));
    }
    if let Some(within) = text.strip_prefix('"') {
        let (key, tail) = within.split_once('"').ok_or_else(|| format!("`\"` without its end in `{text}`"))?;
        return Ok((Step::Key(key.to_owned()), after_key(tail)?));
    }
    if let Some(within) = text.strip_prefix("@pairs(") {
        let wrong = || format!("`{text}`: write `@pairs(key,value)` with the names of the two members");
        let (inner, tail) = within.split_once(')').ok_or_else(wrong)?;
        let (key, value) = inner.split_once(',').ok_or_else(wrong)?;
        let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
        return if key.is_empty() || value.is_empty() {
            Err(wrong())
        } else {
            Ok((Step::Pairs { key, value }, after_key(tail)?))
        };
    }
    if let Some(within) = text.strip_prefix("@where(") {
        let wrong = || format!("`{text}`: write `@where(name=value)` or `@where(name^=beginning)`");
        let (inner, tail) = within.split_once(')').ok_or_else(wrong)?;
        let Ok(Step::Find { member, text, is_prefix }) = bracket(inner) else { return Err(wrong()) };
        return Ok((Step::Where { member, text, is_prefix }, after_key(tail)?));
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (key, tail) = text.split_at(end);
    let step = match key {
        "" => return Err(format!("`{text}`: a key is missing between two points")),
        "@json" => Step::Json,
        "@base64" => Step::Base64,
        "*" if !is_first => Step::Any,
        key if key.starts_with('@') => {
            return Err(format!(
                "`{key}` is no step: known are `@json`, `@base64`, `@pairs(key,value)` and `@where(name=value)`"
            ));
        }
        key => match key.strip_suffix('?') {
            Some("") => return Err(format!("`{text}`: `?` wants the name of a member before it: `Message?`")),
            Some(key) => Step::Maybe(key.to_owned()),
            None => Step::Key(key.to_owned()),
        },
    };
    Ok((step, after_key(tail)?))
}

fn after_key(tail: &str) -> Result<&str, String> {
    match tail.strip_prefix('.') {
        Some("") => Err("a path can't end with a point".to_owned()),
        Some(tail) => Ok(tail),
        None => Ok(tail),
    }
}

fn bracket(inner: &str) -> Result<Step, String> {
    if inner.is_empty() {
        return Ok(Step::Each);
    }
    if let Ok(index) = inner.parse() {
        return Ok(Step::Index(index));
    }
    let (member, text) = inner
        .split_once('=')
        .ok_or_else(|| format!("`[{inner}]` is none of `[]`, `[0]`, `[name=value]`, `[name^=beginning]`"))?;
    let (member, is_prefix) = member.strip_suffix('^').map_or((member, false), |member| (member, true));
    if member.is_empty() || text.is_empty() {
        return Err(format!("`[{inner}]` wants a name and a value: `[name=value]`"));
    }
    Ok(Step::Find { member: member.to_owned(), text: text.to_owned(), is_prefix })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_step_by_step() {
        let key = |k: &str| Step::Key(k.to_owned());
        let steps = |text: &str| Path::parse(text).expect(text).steps;
        assert_eq!(steps("a.b"), [key("a"), key("b")]);
        assert_eq!(steps("a[0].b"), [key("a"), Step::Index(0), key("b")]);
        assert_eq!(steps("[]"), [Step::Each]);
        assert_eq!(steps("a[][1]"), [key("a"), Step::Each, Step::Index(1)]);
        assert_eq!(steps("Message.@json.mail"), [key("Message"), Step::Json, key("mail")]);
        assert_eq!(steps("\"a.b\".c"), [key("a.b"), key("c")]);
        assert_eq!(steps("v.*"), [key("v"), Step::Any]);
        let pairs = Step::Pairs { key: "key".to_owned(), value: "value".to_owned() };
        assert_eq!(steps("p.@pairs(key, value).x"), [key("p"), pairs, key("x")]);
        let find = |is_prefix| Step::Find { member: "name".to_owned(), text: "x/y.z".to_owned(), is_prefix };
        assert_eq!(steps("n[name=x/y.z].value"), [key("n"), find(false), key("value")]);
        assert_eq!(steps("n[name^=x/y.z]"), [key("n"), find(true)]);
        let all = Step::Where { member: "name".to_owned(), text: "x/y.z".to_owned(), is_prefix: true };
        assert_eq!(steps("n.@where(name^=x/y.z)"), [key("n"), all]);
        let from = |text: &str| Path::parse(text).expect(text).from;
        assert_eq!(from("header:X-Topic"), From::Header("x-topic".to_owned()));
        assert_eq!((from("key"), from("topic"), from("^.a")), (From::Key, From::Topic, From::Record));
        assert_eq!(Path::parse("key.id").expect("a path").steps, [Step::Json, key("id")]);
        assert_eq!((from("each"), from("each.email"), from("eachs")), (From::Item, From::Item, From::Value));
        assert_eq!(steps("Message?.@json[]"), [Step::Maybe("Message".to_owned()), Step::Json, Step::Each]);
        assert_eq!((from("keys"), from("@schema"), from("schema")), (From::Value, From::Schema, From::Value));
        assert_eq!((from("."), steps(".")), (From::Value, Vec::new()));
    }

    #[test]
    fn what_is_no_path_says_why() {
        for text in [
            "",
            "a.",
            "a..b",
            "a[",
            "a[x]",
            "a[0]b",
            "header:",
            "@xml.a",
            "\"a",
            "a[=1]",
            ".a",
            "a.@where(x)",
            "a.@where(x=1",
            "?",
        ] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
