//! The task record: where the task of one partition stands (see [`TaskRecord`]), as versioned protobuf.

use super::proto;
use crate::engine::codec::CodecError;
use crate::runtime::ports::TaskRecord;
use prost::Message;

/// Version that this build writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// Appends the record's bytes.
pub fn encode(record: &TaskRecord, out: &mut Vec<u8>) {
    let positions = record.positions.iter();
    let message = proto::TaskRecord {
        version: VERSION,
        time_ms: record.time_ms,
        positions: positions.map(|(topic, next)| proto::InputPosition { topic: topic.clone(), next_offset: *next }).collect(),
        incarnation: record.incarnation,
        writer: record.writer.clone(),
    };
    message.encode_raw(out);
}

/// # Errors
/// The bytes are damaged, or of a version that this build doesn't know.
pub fn decode(bytes: &[u8]) -> Result<TaskRecord, CodecError> {
    let message = proto::TaskRecord::decode(bytes).map_err(|e| CodecError::Damaged(e.to_string()))?;
    match message.version {
        0 => Err(CodecError::Damaged("the task record has no version".to_owned())),
        VERSION => Ok(TaskRecord {
            time_ms: message.time_ms,
            positions: message.positions.into_iter().map(|p| (p.topic, p.next_offset)).collect(),
            incarnation: message.incarnation,
            writer: message.writer,
        }),
        found => Err(CodecError::Newer { found, known: VERSION }),
    }
}
