//! What a task writes, kept apart by task until all are done, so that the files are the same whatever finished first.

use super::input_log::Item;
use super::record::What;
use super::spill::{Log, Spill};
use crate::app::files::create_result;
use crate::domain::output::{Body, Output};
use crate::runtime::ports::{OutTopic, Rejected};
use crate::view::output::OutputView;
use crate::wire::decode::{FileHead, file_head};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::Write;
use std::path::Path;

/// The output files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Out {
    StageChanges,
    ScoreChanges,
    CartAbandoned,
    CartOutcomes,
    Triggers,
    HandOvers,
    Accounts,
    Identities,
    DeadLetters,
}

pub(super) const COUNT: usize = 9;
pub(super) const TOPICS: [OutTopic; COUNT] = [
    OutTopic::StageChanges,
    OutTopic::ScoreChanges,
    OutTopic::CartAbandoned,
    OutTopic::CartOutcomes,
    OutTopic::Triggers,
    OutTopic::HandOvers,
    OutTopic::Accounts,
    OutTopic::Identities,
    OutTopic::DeadLetters,
];
const BLOCK_BYTES: usize = 64 << 10;

impl Out {
    /// Which file; `None` for updates from members to their accounts.
    pub(super) fn of(output: &Output) -> Option<Self> {
        Some(match output.body {
            Body::StageChanged(_) => Self::StageChanges,
            Body::ScoreChanged(_) => Self::ScoreChanges,
            Body::CartAbandoned(_) => Self::CartAbandoned,
            Body::CartOutcome(_) => Self::CartOutcomes,
            Body::Triggered(_) => Self::Triggers,
            Body::HandOver(_) => Self::HandOvers,
            Body::AccountChanged(_) => Self::Accounts,
            Body::IdentityChanged(_) => Self::Identities,
            Body::Member(_) | Body::Told(_) | Body::Blocked => return None,
        })
    }
}

/// Outputs of one task, in order.
#[derive(Default)]
pub(super) struct Outputs([Log; COUNT]);

impl Outputs {
    pub(super) fn tail(&mut self, out: Out) -> &mut Vec<u8> {
        self.0[out as usize].tail()
    }

    pub(super) fn settle(&mut self, spill: &Spill) -> anyhow::Result<()> {
        self.0.iter_mut().try_for_each(|log| log.settle(spill, BLOCK_BYTES))
    }

    /// Spills everything: thousands of tasks may wait for the end of the replay.
    pub(super) fn spill_rest(&mut self, spill: &Spill) -> anyhow::Result<()> {
        self.0.iter_mut().try_for_each(|log| log.settle(spill, 1))
    }
}

/// Writes the files: task after task.
pub(super) fn write(dir: &Path, all: Vec<Outputs>, spill: &Spill) -> anyhow::Result<()> {
    let cannot = |path: &Path| format!("cannot write {}: is the disk full, or is permission missing?", path.display());
    let mut files = Vec::new();
    for topic in TOPICS {
        let path = dir.join(format!("{}.jsonl", topic.short_name()));
        let file = create_result(&path).with_context(|| cannot(&path))?;
        files.push((std::io::BufWriter::new(file), path));
    }
    for outputs in all {
        for (log, (file, path)) in outputs.0.into_iter().zip(&mut files) {
            let mut blocks = log.into_blocks();
            while let Some(block) = blocks.next(spill)? {
                file.write_all(&block).with_context(|| cannot(path))?;
            }
        }
    }
    files.iter_mut().try_for_each(|(file, path)| file.flush().with_context(|| cannot(path)))
}

/// Everything but dead letters: for the outputs of one prospect.
pub(super) fn values(outputs: Outputs, spill: &Spill) -> anyhow::Result<Vec<(OutputView, Value)>> {
    let mut values = Vec::new();
    for (log, topic) in outputs.0.into_iter().zip(TOPICS) {
        let mut blocks = log.into_blocks();
        while let Some(block) = blocks.next(spill)?.filter(|_| topic != OutTopic::DeadLetters) {
            for value in serde_json::Deserializer::from_slice(&block).into_iter::<Value>() {
                let value = value?;
                values.push((OutputView::deserialize(&value)?, value));
            }
        }
    }
    Ok(values)
}

#[derive(Serialize)]
struct DeadLetter<'a> {
    reason: &'static str,
    detail: &'a str,
    topic: &'a str,
    partition: i32,
    offset: i64,
    /// Number of the element that it is about, of a record of several events.
    #[serde(skip_serializing_if = "Option::is_none")]
    element: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    /// The original line, when it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
}

/// Writes one dead letter as a line.
pub(super) fn dead_letter(
    into: &mut Vec<u8>,
    rejected: &Rejected,
    topic: &str,
    partition: i32,
    item: &Item<'_>,
) -> anyhow::Result<()> {
    let line = item.what.bytes();
    let (head, partition, offset) = match item.what {
        // A mapping could make nothing of it: what looks like a person is none.
        What::Line(_) if item.refused.is_some() => (FileHead::default(), partition, item.offset),
        What::Line(line) => (file_head(line).unwrap_or_default(), partition, item.offset),
        What::Dumped { partition, offset, timestamp_ms, key, .. } => {
            let prospect = key.map(String::from_utf8_lossy);
            (FileHead { prospect, record_ms: timestamp_ms, ..FileHead::default() }, partition, offset)
        }
    };
    let text = std::str::from_utf8(line).ok();
    let letter = DeadLetter {
        reason: rejected.reason.name(),
        detail: &rejected.detail,
        topic,
        partition,
        offset,
        element: item.refused.and_then(|refused| refused.element),
        timestamp: head.record_ms,
        key: head.prospect.as_deref(),
        value: text,
        value_base64: if text.is_none() { Some(base64(line)) } else { None },
    };
    serde_json::to_writer(&mut *into, &letter)?;
    into.push(b'\n');
    Ok(())
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().enumerate().fold(0_u32, |bits, (n, byte)| bits | u32::from(*byte) << (16 - 8 * n));
        for n in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * n) & 63) as usize];
            text.push(if n <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_kept_as_base64() {
        // RFC 4648, section 10.
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
