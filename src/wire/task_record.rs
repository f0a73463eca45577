//! The task record: where the task of one partition stands (see [`TaskRecord`]), as versioned protobuf.

use super::proto;
use crate::engine::codec::CodecError;
use crate::runtime::ports::{InputPosition, TaskRecord};
use prost::Message;

/// Key of the task record in the changelog. The first byte is never part of UTF-8 text and every prospect's key is UTF-8,
/// so no prospect can have this key.
pub const TASK_KEY: &[u8] = b"\xFFleadstream-task";

/// Version that this build writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// Appends the record's bytes.
pub fn encode(record: &TaskRecord, out: &mut Vec<u8>) {
    let message = proto::TaskRecord {
        version: VERSION,
        time_ms: record.time_ms,
        inputs: record
            .inputs
            .iter()
            .map(|i| proto::InputPosition { topic: i.topic.clone(), next_offset: i.next_offset, topic_id: i.topic_id.clone() })
            .collect(),
        log_incarnation: record.log_incarnation.clone(),
        instance_id: record.instance_id.clone(),
        model_hashes: record.model_hashes.clone(),
    };
    out.reserve(message.encoded_len());
    message.encode_raw(out);
}

/// # Errors
/// The bytes are damaged, or of a version that this build doesn't know.
pub fn decode(bytes: &[u8]) -> Result<TaskRecord, CodecError> {
    let message = proto::TaskRecord::decode(bytes).map_err(|e| CodecError::Damaged(e.to_string()))?;
    match message.version {
        0 => return Err(CodecError::Damaged("the task record has no version".to_owned())),
        VERSION => {}
        found => return Err(CodecError::Newer { found, known: VERSION }),
    }
    Ok(TaskRecord {
        time_ms: message.time_ms,
        inputs: message
            .inputs
            .into_iter()
            .map(|i| InputPosition { topic: i.topic, next_offset: i.next_offset, topic_id: i.topic_id })
            .collect(),
        log_incarnation: message.log_incarnation,
        instance_id: message.instance_id,
        model_hashes: message.model_hashes,
    })
}
