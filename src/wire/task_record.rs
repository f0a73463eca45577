//! The task record: where the task of one partition stands (see [`TaskRecord`]), as versioned protobuf.

use super::proto;
use crate::engine::codec::CodecError;
use crate::engine::routed::{LastRouted, RoutedPartition};
use crate::runtime::ports::TaskRecord;
use prost::Message;

/// Version that this build writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// Appends the record's bytes. `topics`: of all inputs, by their numbers.
pub fn encode(record: &TaskRecord, topics: &[String], out: &mut Vec<u8>) {
    let positions = record.positions.iter();
    let message = proto::TaskRecord {
        version: VERSION,
        time_ms: record.time_ms,
        positions: positions.map(|(topic, next)| proto::InputPosition { topic: topic.clone(), next_offset: *next }).collect(),
        incarnation: record.incarnation,
        writer: record.writer.clone(),
        routed: by_topic(&record.routed, topics),
    };
    message.encode_raw(out);
}

fn by_topic(routed: &[(RoutedPartition, LastRouted)], topics: &[String]) -> Vec<proto::RoutedTopic> {
    let mut all: Vec<proto::RoutedTopic> = Vec::new();
    for ((input, partition), reached) in routed {
        let Some(topic) = topics.get(usize::from(*input)) else { continue };
        let at = all.iter().position(|of| of.topic == *topic).unwrap_or_else(|| {
            all.push(proto::RoutedTopic { topic: topic.clone(), ..proto::RoutedTopic::default() });
            all.len() - 1
        });
        let of = &mut all[at];
        of.partitions.push(*partition);
        of.offsets.push(reached.offset);
        of.elements.push(reached.element);
        of.parts.push(reached.part);
        of.newest_ms.push(reached.newest_ms);
    }
    all
}

/// What came last of a topic's partitions; nothing of one that isn't read any more.
fn by_partition(of: &proto::RoutedTopic, topics: &[String]) -> Vec<(RoutedPartition, LastRouted)> {
    let input = topics.iter().position(|topic| *topic == of.topic).and_then(|input| u16::try_from(input).ok());
    let places = of.offsets.iter().zip(&of.elements).zip(of.parts.iter().zip(&of.newest_ms));
    let reached = places.map(|((offset, element), (part, newest_ms))| LastRouted {
        offset: *offset,
        element: *element,
        part: *part,
        newest_ms: *newest_ms,
    });
    let all = of.partitions.iter().zip(reached);
    input.map(|input| all.map(|(partition, reached)| ((input, *partition), reached)).collect()).unwrap_or_default()
}

/// # Errors
/// The bytes are damaged, or of a version that this build doesn't know.
pub fn decode(bytes: &[u8], topics: &[String]) -> Result<TaskRecord, CodecError> {
    let message = proto::TaskRecord::decode(bytes).map_err(|e| CodecError::Damaged(e.to_string()))?;
    match message.version {
        0 => Err(CodecError::Damaged("the task record has no version".to_owned())),
        VERSION => Ok(TaskRecord {
            time_ms: message.time_ms,
            positions: message.positions.into_iter().map(|p| (p.topic, p.next_offset)).collect(),
            incarnation: message.incarnation,
            writer: message.writer,
            routed: message.routed.iter().flat_map(|of| by_partition(of, topics)).collect(),
        }),
        found => Err(CodecError::Newer { found, known: VERSION }),
    }
}
