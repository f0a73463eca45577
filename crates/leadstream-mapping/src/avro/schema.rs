//! Avro schemas: the JSON of one, and of those that it refers to, as a table of types.

use crate::json::quoted;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a type stands in the table.
pub type At = usize;

/// Types of a schema, and of those within each other.
const MOST_TYPES: usize = 65_536;

/// More decimal places no number has that can be written; such a logical type counts as none, as Avro says of invalid ones.
const MOST_SCALE: u64 = 150;

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    Text,
    Fixed(usize),
    /// Sixteen bytes of one.
    Uuid,
    /// Bytes, or so many of them.
    Decimal {
        size: Option<usize>,
        scale: usize,
    },
    /// Symbols as JSON.
    Enum(Vec<String>),
    List(At),
    Map(At),
    Union(Vec<At>),
    /// What stands before each value in JSON: `{"a":`, `,"b":`.
    Record(Vec<(String, At)>),
}

/// A schema that was read.
#[derive(Debug)]
pub struct Schema {
    pub types: Vec<Type>,
    pub root: At,
    /// Full names of those that have one.
    pub names: BTreeMap<At, Arc<str>>,
}

impl Schema {
    /// Reads a schema after those that it refers to, which come in the order in which each knows those that it needs.
    ///
    /// # Errors
    /// It is none.
    pub fn parse<'t>(text: &str, references: impl Iterator<Item = &'t str>) -> Result<Self, String> {
        let mut reader = Reader::default();
        for reference in references {
            reader.read(reference)?;
        }
        let root = reader.read(text)?;
        let names = reader.names.into_iter().map(|(name, at)| (at, name.into())).collect();
        Ok(Self { types: reader.types, root, names })
    }
}

#[derive(Default)]
struct Reader {
    types: Vec<Type>,
    names: BTreeMap<String, At>,
}

impl Reader {
    fn read(&mut self, text: &str) -> Result<At, String> {
        // A bare name is a schema too, with or without its quotes.
        let value = serde_json::from_str(text).or_else(|error| match text.trim() {
            name if is_primitive(name) => Ok(Value::String(name.to_owned())),
            _ => Err(format!("the schema is no JSON: {error}")),
        })?;
        self.one(&value, "")
    }

    fn add(&mut self, one: Type) -> Result<At, String> {
        if self.types.len() >= MOST_TYPES {
            return Err(format!("the schema has more than {MOST_TYPES} types"));
        }
        self.types.push(one);
        Ok(self.types.len() - 1)
    }

    fn one(&mut self, value: &Value, space: &str) -> Result<At, String> {
        match value {
            Value::String(name) => self.named(name, space),
            Value::Array(branches) => {
                let branches: Vec<At> = branches.iter().map(|branch| self.one(branch, space)).collect::<Result<_, _>>()?;
                if branches.iter().any(|at| matches!(self.types[*at], Type::Union(_))) {
                    return Err("the schema has a union within a union".to_owned());
                }
                self.add(Type::Union(branches))
            }
            Value::Object(object) => self.object(object, space),
            other => Err(format!("{other} is no type of a schema")),
        }
    }

    /// A type by its name.
    fn named(&mut self, name: &str, space: &str) -> Result<At, String> {
        if let Some(one) = primitive(name) {
            return self.add(one);
        }
        let near = self.names.get(&full(name, space)).or_else(|| self.names.get(name));
        near.copied().ok_or_else(|| format!("the schema says nowhere what {name:?} is"))
    }

    fn object(&mut self, object: &Map<String, Value>, space: &str) -> Result<At, String> {
        let kind = match object.get("type") {
            Some(Value::String(kind)) => kind.as_str(),
            Some(inner @ (Value::Object(_) | Value::Array(_))) => return self.one(inner, space),
            _ => return Err("the schema has a type without `type`".to_owned()),
        };
        let inner = |key: &str| object.get(key).ok_or_else(|| format!("the schema has a type {kind:?} without `{key}`"));
        let logical = object.get("logicalType").and_then(Value::as_str).unwrap_or_default();
        match kind {
            "array" => {
                let items = self.one(inner("items")?, space)?;
                self.add(Type::List(items))
            }
            "map" => {
                let values = self.one(inner("values")?, space)?;
                self.add(Type::Map(values))
            }
            "bytes" if logical == "decimal" => {
                let one = scale(object).map_or(Type::Bytes, |scale| Type::Decimal { size: None, scale });
                self.add(one)
            }
            "record" | "error" => {
                let (at, space) = self.name(object, space, Type::Null)?;
                let fields = inner("fields")?.as_array().ok_or("the schema has `fields` that are no list")?;
                let mut read = Vec::with_capacity(fields.len());
                for field in fields {
                    let name = field["name"].as_str().ok_or("the schema has a field without a name")?;
                    let before = if read.is_empty() { '{' } else { ',' };
                    read.push((format!("{before}{}:", quoted(name)), self.one(&field["type"], &space)?));
                }
                self.types[at] = Type::Record(read);
                Ok(at)
            }
            "enum" => {
                let symbols = inner("symbols")?.as_array().ok_or("the schema has `symbols` that are no list")?;
                let symbols = symbols.iter().map(|symbol| quoted(symbol.as_str().unwrap_or_default())).collect();
                self.name(object, space, Type::Enum(symbols)).map(|(at, _)| at)
            }
            "fixed" => {
                let size = inner("size")?.as_u64().and_then(|size| usize::try_from(size).ok());
                let size = size.ok_or("the schema has a `size` that is no number")?;
                let one = match (logical, scale(object)) {
                    ("decimal", Some(scale)) => Type::Decimal { size: Some(size), scale },
                    ("uuid", _) if size == 16 => Type::Uuid,
                    _ => Type::Fixed(size),
                };
                self.name(object, space, one).map(|(at, _)| at)
            }
            name => self.named(name, space),
        }
    }

    /// Adds a type under its name, and says of which namespace the names in it are.
    fn name(&mut self, object: &Map<String, Value>, space: &str, one: Type) -> Result<(At, String), String> {
        let name = object.get("name").and_then(Value::as_str).ok_or("the schema has a named type without a name")?;
        let own = object.get("namespace").and_then(Value::as_str).unwrap_or(space);
        let full = full(name, own);
        let at = self.add(one)?;
        let space = full.rsplit_once('.').map_or(String::new(), |(space, _)| space.to_owned());
        self.names.insert(full, at);
        Ok((at, space))
    }
}

fn full(name: &str, space: &str) -> String {
    if name.contains('.') || space.is_empty() { name.to_owned() } else { format!("{space}.{name}") }
}

fn is_primitive(name: &str) -> bool {
    primitive(name).is_some()
}

fn primitive(name: &str) -> Option<Type> {
    Some(match name {
        "null" => Type::Null,
        "boolean" => Type::Boolean,
        "int" => Type::Int,
        "long" => Type::Long,
        "float" => Type::Float,
        "double" => Type::Double,
        "bytes" => Type::Bytes,
        "string" => Type::Text,
        _ => return None,
    })
}

fn scale(object: &Map<String, Value>) -> Option<usize> {
    let scale = object.get("scale").map_or(Some(0), Value::as_u64)?;
    usize::try_from(scale).ok().filter(|_| scale <= MOST_SCALE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        Schema::parse(text, std::iter::empty()).map(|schema| format!("{schema:?}")).expect_err(text)
    }

    #[test]
    fn what_is_no_schema_says_why() {
        for (text, says) in [
            ("{", "no JSON"),
            ("7", "no type"),
            ("\"x\"", "nowhere what \"x\" is"),
            (r#"{"type":"record","name":"a"}"#, "`fields`"),
            (r#"{"type":"record","fields":[]}"#, "without a name"),
            (r#"{"type":"array"}"#, "`items`"),
            (r#"{"type":"fixed","name":"a","size":-1}"#, "`size`"),
            (r#"{"type":"record","name":"a","fields":[{"name":"x"}]}"#, "no type"),
            (r#"["null",["string","int"]]"#, "a union within a union"),
            (r#"{"name":"a"}"#, "without `type`"),
        ] {
            assert!(wrong(text).contains(says), "{text}: {}", wrong(text));
        }
    }

    #[test]
    fn names_are_of_their_namespace() {
        let text = r#"{"type":"record","name":"shop.Order","fields":[
            {"name":"a","type":{"type":"enum","name":"State","symbols":["ON"]}},
            {"name":"b","type":"State"},{"name":"c","type":["null","shop.State"]},{"name":"d","type":"Money"}]}"#;
        let money = r#"{"type":"record","name":"Money","namespace":"shop","fields":[]}"#;
        let schema = Schema::parse(text, [money].into_iter()).expect("a schema");
        assert_eq!(schema.names.get(&schema.root).map(AsRef::as_ref), Some("shop.Order"));
        let Type::Record(fields) = &schema.types[schema.root] else { panic!("{schema:?}") };
        assert_eq!(fields[0].1, fields[1].1);
        assert_eq!(schema.types[fields[3].1], Type::Record(Vec::new()));
        assert_eq!(Schema::parse("string", std::iter::empty()).expect("a schema").types, [Type::Text]);
    }
}
