//! TOML text as a tree in which every value knows its line, so that a fault can be found.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and its line (1-based; 0 when it doesn't come from a file).
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub line: usize,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// A TOML date or time, as written.
    Date(String),
    Array(Vec<Node>),
    Table(Table),
}

/// A table, its entries in file order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    pub entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    pub node: Node,
}

impl Table {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|e| e.key == key).map(|e| &e.node)
    }
}

impl Value {
    /// What it is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a number",
            Self::Bool(_) => "true or false",
            Self::Date(_) => "a date",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// A value as TOML would have it.
#[must_use]
pub fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{text:?}"),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Date(date) => date.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(|item| written(&item.value)).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => {
            let entries = table.entries.iter().map(|e| format!("{} = {}", e.key, written(&e.node.value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The text is not TOML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct SyntaxFault {
    pub line: usize,
    pub message: String,
}

/// Reads a TOML document.
///
/// # Errors
/// Every place where the text is not TOML.
pub fn parse(text: &str) -> Result<Table, Vec<SyntaxFault>> {
    let lines = Lines::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let fault = |e: toml::de::Error| SyntaxFault {
            line: lines.of(e.span().map_or(0, |s| s.start)),
            message: e.message().trim().replace('\n', ", "),
        };
        // After the first place that is no TOML the parser guesses; a key that is there twice is always one.
        let sure = errors.into_iter().map(fault).enumerate().filter(|(n, fault)| *n == 0 || fault.message.contains("duplicate"));
        return Err(sure.map(|(_, fault)| fault).collect());
    }
    let mut faults = Vec::new();
    let table = table(document.get_ref(), &lines, &mut faults);
    if faults.is_empty() { Ok(table) } else { Err(faults) }
}

/// Reads one TOML value (as in `--set key=value`); `None` when the text is none.
#[must_use]
pub fn parse_value(text: &str) -> Option<Value> {
    let value = DeValue::parse(text).ok()?;
    let mut faults = Vec::new();
    let node = node(&value, 0, &Lines::new(""), &mut faults);
    faults.is_empty().then_some(without_lines(node).value)
}

/// The same value, standing in no file.
#[must_use]
pub fn without_lines(mut node: Node) -> Node {
    node.line = 0;
    node.value = match node.value {
        Value::Array(items) => Value::Array(items.into_iter().map(without_lines).collect()),
        Value::Table(table) => {
            let entries = table.entries.into_iter().map(|e| Entry { key: e.key, node: without_lines(e.node) }).collect();
            Value::Table(Table { entries })
        }
        other => other,
    };
    node
}

struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    fn new(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(n, _)| n + 1);
        Self { starts: std::iter::once(0).chain(breaks).collect() }
    }

    fn of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }
}

fn table(source: &DeTable<'_>, lines: &Lines, faults: &mut Vec<SyntaxFault>) -> Table {
    let mut keys: Vec<_> = source.iter().collect();
    keys.sort_by_key(|(key, _)| key.span().start);
    let entries = keys
        .into_iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            node: node(value, lines.of(key.span().start), lines, faults),
        })
        .collect();
    Table { entries }
}

fn node(source: &Spanned<DeValue<'_>>, line: usize, lines: &Lines, faults: &mut Vec<SyntaxFault>) -> Node {
    let value = match source.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => too_large(digits.as_str(), line, faults),
        },
        DeValue::Float(digits) => match digits.as_str().parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Float(number),
            _ => too_large(digits.as_str(), line, faults),
        },
        DeValue::Boolean(yes) => Value::Bool(*yes),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| node(item, lines.of(item.span().start), lines, faults)).collect())
        }
        DeValue::Table(entries) => Value::Table(table(entries, lines, faults)),
    };
    Node { line, value }
}

fn too_large(digits: &str, line: usize, faults: &mut Vec<SyntaxFault>) -> Value {
    faults.push(SyntaxFault { line, message: format!("{digits} is not a number that can be used here") });
    Value::Bool(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_its_line_and_tables_keep_the_order_of_the_file() {
        let table = parse("b = 1\n\n[a]\nz = [\n  { x = 1.5 },\n  { y = \"t\" },\n]\nb = true\n").expect("it is TOML");
        assert_eq!(table.entries.iter().map(|e| e.key.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        let a = table.get("a").expect("there");
        assert_eq!(a.line, 3);
        let Value::Table(a) = &a.value else { panic!("a table") };
        assert_eq!(a.entries.iter().map(|e| (e.key.as_str(), e.node.line)).collect::<Vec<_>>(), [("z", 4), ("b", 8)]);
        let Some(Node { value: Value::Array(items), .. }) = a.get("z") else { panic!("a list") };
        assert_eq!(items.iter().map(|i| i.line).collect::<Vec<_>>(), [5, 6]);
    }

    #[test]
    fn text_that_is_no_toml_is_refused_with_its_lines() {
        let faults = parse("a = 1\nb = \nc = 2\nc = 3\n").expect_err("not TOML");
        assert!(faults.iter().any(|f| f.line == 2), "{faults:?}");
        assert!(faults.iter().any(|f| f.line == 4), "{faults:?}");
        assert_eq!(parse("\na = 99999999999999999999\n").expect_err("too large")[0].line, 2);
    }

    #[test]
    fn a_single_value_is_read_and_a_bare_word_is_none() {
        assert_eq!(parse_value("4"), Some(Value::Integer(4)));
        assert_eq!(parse_value("\"x\""), Some(Value::Text("x".to_owned())));
        assert_eq!(parse_value("broker:9092"), None);
    }
}
