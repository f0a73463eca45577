//! The input files: which topic they are of, and their lines, of CSV as JSON.

use super::rows::{self, Table};
use crate::app::exit::UsageError;
use crate::wire::decode::Topic;
use anyhow::{Context, bail};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Read ahead so much.
const BUFFER_BYTES: usize = 256 * 1024;

/// One `TOPIC=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Index of the topic in configured order.
    pub topic: usize,
    pub path: PathBuf,
}

/// Reads `TOPIC=FILE`; the topic is named with or without the configured prefix.
///
/// # Errors
/// No such topic, or not of that form.
pub(super) fn parse(argument: &str, topics: &[Topic], prefix: &str) -> Result<Input, UsageError> {
    let Some((name, path)) = argument.split_once('=') else {
        return Err(UsageError(format!(
            "--input {argument}: say which topic the file belongs to, such as `clickstream={argument}`"
        )));
    };
    let names: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
    let topic = position(&names, name, prefix).map_err(|why| UsageError(format!("--input {argument}: {why}")))?;
    Ok(Input { topic, path: PathBuf::from(path) })
}

/// Which of the input topics is named, with or without the configured prefix.
///
/// # Errors
/// None of them: which there are.
pub(in crate::app) fn position(topics: &[&str], name: &str, prefix: &str) -> Result<usize, String> {
    let is_it = |topic: &&str| *topic == name || topic.strip_prefix(prefix) == Some(name);
    let found = topics.iter().position(is_it);
    found.ok_or_else(|| format!("{name:?} is not an input topic; the topics are {}", topics.join(", ")))
}

/// Opens a file, unpacking by its ending; `-` is stdin.
pub(in crate::app) fn open(path: &Path) -> anyhow::Result<Box<dyn BufRead + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, std::io::stdin())));
    }
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let unpacked: Box<dyn Read + Send> = match path.extension().and_then(|e| e.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(file)),
        Some("zst") => Box::new(zstd::Decoder::new(file).with_context(|| format!("cannot read {}", path.display()))?),
        _ => Box::new(file),
    };
    Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, unpacked)))
}

/// What the lines of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Events, or rows of columns.
    Events,
    /// Records that a mapping reads, whatever they look like.
    Records,
}

/// The lines of a file, each with its number.
pub(super) enum Lines {
    Text { from: Box<dyn BufRead + Send>, path: PathBuf, first: Option<Vec<u8>>, number: u64 },
    Csv(Box<Csv>),
}

/// A file whose first line names its columns.
pub(super) struct Csv {
    from: csv::Reader<Box<dyn Read + Send>>,
    columns: Vec<String>,
    path: PathBuf,
}

/// Columns by which a header is recognised.
const OF_HEADERS: [&str; 9] =
    ["user_id", "anonymous_id", "userId", "anonymousId", "timestamp", "received_at", "message_id", "event", "event_text"];

impl Lines {
    /// Opens a file; one of events is by its name or by its first line one of columns.
    pub(super) fn open(path: &Path, content: Content) -> anyhow::Result<Self> {
        let mut from = open(path)?;
        let mut first = Vec::new();
        let number = u64::from(next_line(from.as_mut(), &mut first).with_context(|| cannot(path))?);
        if first.starts_with(b"PAR1") {
            bail!(
                "{} is Parquet, which replay doesn't read: duckdb -c \"COPY (SELECT * FROM '{0}') TO 'rows.csv'\" makes CSV of it",
                path.display()
            );
        }
        match delimiter(path, &first).filter(|_| content == Content::Events) {
            None => Ok(Self::Text { from, path: path.to_owned(), first: (number == 1).then_some(first), number }),
            Some(delimiter) => {
                let header = first.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&first).to_vec();
                let whole: Box<dyn Read + Send> = Box::new(std::io::Cursor::new([header, b"\n".to_vec()].concat()).chain(from));
                let mut from = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(whole);
                let header = from.byte_headers().with_context(|| cannot(path))?;
                let columns = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
                Ok(Self::Csv(Box::new(Csv { from, columns, path: path.to_owned() })))
            }
        }
    }

    /// Reads the next line and gives its number; `None` at the end.
    pub(super) fn next(&mut self, line: &mut Vec<u8>, table: Table) -> anyhow::Result<Option<u64>> {
        match self {
            Self::Text { from, path, first, number } => {
                if let Some(first) = first.take() {
                    *line = first;
                    return Ok(Some(1));
                }
                *number += 1;
                Ok(next_line(from.as_mut(), line).with_context(|| cannot(path))?.then_some(*number))
            }
            Self::Csv(csv) => csv.next(line, table),
        }
    }
}

impl Csv {
    fn next(&mut self, line: &mut Vec<u8>, table: Table) -> anyhow::Result<Option<u64>> {
        let mut record = csv::ByteRecord::new();
        if !self.from.read_byte_record(&mut record).with_context(|| cannot(&self.path))? {
            return Ok(None);
        }
        let number = record.position().map_or(0, csv::Position::line);
        let cells = self.columns.iter().zip(&record).filter(|(column, cell)| !column.is_empty() && !cell.is_empty());
        // What is no text becomes marks of doubt in its own cell only.
        let row: Map<String, Value> =
            cells.map(|(column, cell)| (column.clone(), String::from_utf8_lossy(cell).into())).collect();
        *line = rows::event_of_row(row, table).unwrap_or_default();
        Ok(Some(number))
    }
}

fn cannot(path: &Path) -> String {
    format!("cannot read {}", path.display())
}

/// What stands between the cells of a file of columns. `None`: its lines are JSON.
fn delimiter(path: &Path, first: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(first).ok()?.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() || text.starts_with(['{', '[']) {
        return None;
    }
    let is_column = |cell: &str| OF_HEADERS.contains(&cell.trim().trim_matches('"'));
    let by_header =
        [b',', b'\t', b';'].into_iter().find(|d| text.split(char::from(*d)).filter(|cell| is_column(cell)).count() > 1);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    let by_name =
        [(".csv", b','), (".tsv", b'\t')].into_iter().find(|(end, _)| name.ends_with(end)).map(|(_, delimiter)| delimiter);
    by_header.or(by_name)
}

/// Reads a line without its line break into `line`; false at the end.
///
/// # Errors
/// The file can't be read or unpacked.
pub(in crate::app) fn next_line(from: &mut dyn BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    if from.read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::decode::Format;

    fn topics() -> Vec<Topic> {
        ["shop.clickstream", "shop.email"]
            .map(|n| Topic { name: n.to_owned(), is_email: false, is_trusted: true, format: Format::Json })
            .to_vec()
    }

    #[test]
    fn a_topic_is_named_with_or_without_its_prefix() {
        for (argument, topic) in [("clickstream=a.jsonl", 0), ("shop.email=-", 1)] {
            assert_eq!(parse(argument, &topics(), "shop.").unwrap().topic, topic);
        }
        assert_eq!(parse("email=a=b.gz", &topics(), "shop.").unwrap().path, PathBuf::from("a=b.gz"));
    }

    #[test]
    fn an_unknown_topic_is_refused_with_the_known_ones() {
        let error = parse("carts=a", &topics(), "shop.").unwrap_err().to_string();
        assert!(error.contains("shop.clickstream, shop.email"), "{error}");
        assert!(parse("a.jsonl", &topics(), "").unwrap_err().to_string().contains("clickstream=a.jsonl"));
    }

    #[test]
    fn files_of_columns_are_known_by_their_name_or_first_line() {
        for (name, first, want) in [
            ("a.csv", "x,y", Some(b',')),
            ("a.csv.gz", "x;y", Some(b',')),
            ("a.TSV", "x\ty", Some(b'\t')),
            ("a.txt", "user_id;event", Some(b';')),
            ("-", "\u{feff}\"user_id\",\"received_at\",x", Some(b',')),
            ("a.csv", "{\"type\":\"page\"}", None),
            ("a.jsonl", "not json, event", None),
            ("a.csv", "", None),
        ] {
            assert_eq!(delimiter(Path::new(name), first.as_bytes()), want, "{name} {first}");
        }
    }

    #[test]
    fn rows_of_columns_come_as_events_with_their_line_numbers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cart.csv");
        let text = "user_id,event,received_at,note,products\nann,A,2026-09-14,\"two\nlines, and a comma\",\"[{\"\"sku\"\":\"\"s\"\"}]\"\nben,B\n";
        std::fs::write(&path, text).unwrap();
        let (mut lines, mut line) = (Lines::open(&path, Content::Events).unwrap(), Vec::new());
        let mut next =
            || lines.next(&mut line, Table::Events).unwrap().map(|n| (n, serde_json::from_slice::<Value>(&line).unwrap()));
        let (number, ann) = next().unwrap();
        assert_eq!((number, &ann["userId"], &ann["properties"]["note"]), (2, &"ann".into(), &"two\nlines, and a comma".into()));
        assert_eq!(ann["properties"]["products"][0]["sku"], "s");
        let (number, ben) = next().unwrap();
        assert_eq!((number, &ben["event"], &ben["receivedAt"]), (4, &"B".into(), &Value::Null));
        assert_eq!(next(), None);
    }

    #[test]
    fn parquet_is_refused_with_the_way_round() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cart.parquet");
        std::fs::write(&path, b"PAR1\x15\x04\x15").unwrap();
        let error = Lines::open(&path, Content::Events).err().unwrap().to_string();
        assert!(error.contains("duckdb -c") && error.contains("cart.parquet'"), "{error}");
    }

    #[test]
    fn lines_end_with_either_line_break_or_the_file() {
        let mut from: &[u8] = b"a\r\n\nb";
        let (mut line, mut lines) = (Vec::new(), Vec::new());
        while next_line(&mut from, &mut line).unwrap() {
            lines.push(line.clone());
        }
        assert_eq!(lines, [b"a".to_vec(), b"".to_vec(), b"b".to_vec()]);
    }
}
