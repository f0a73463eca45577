//! The input files: which topic they are of, and their lines.

use crate::app::UsageError;
use crate::wire::decode::Topic;
use anyhow::Context;
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
        return Err(UsageError(format!("--input {argument}: say which topic the file is of, such as `clickstream={argument}`")));
    };
    let known = |t: &Topic| t.name == name || t.name.strip_prefix(prefix) == Some(name);
    let Some(topic) = topics.iter().position(known) else {
        let names: Vec<&str> = topics.iter().map(|t| t.name.as_str()).collect();
        return Err(UsageError(format!("--input {argument}: {name:?} is no input topic, the topics are {}", names.join(", "))));
    };
    Ok(Input { topic, path: PathBuf::from(path) })
}

/// Opens a file, unpacking by its ending; `-` is stdin.
pub(super) fn open(path: &Path) -> anyhow::Result<Box<dyn BufRead + Send>> {
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

/// Reads a line without its line break into `line`; false at the end.
///
/// # Errors
/// The file can't be read or unpacked.
pub(super) fn next_line(from: &mut dyn BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
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
    fn lines_end_with_either_line_break_or_the_file() {
        let mut from: &[u8] = b"a\r\n\nb";
        let (mut line, mut lines) = (Vec::new(), Vec::new());
        while next_line(&mut from, &mut line).unwrap() {
            lines.push(line.clone());
        }
        assert_eq!(lines, [b"a".to_vec(), b"".to_vec(), b"b".to_vec()]);
    }
}
