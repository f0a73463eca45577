//! What the runtime asks of a decoder.

use super::{Decoder, member_update};
use crate::domain::identity::message::Message;
use crate::engine::task::TaskInput;
use crate::runtime::ports::{Decode, Prepared, Progress, RecordBatch, RecordView, Rejected, Waiting};
use crate::wire::mapped::routed;

impl Decode for Decoder {
    fn prepare(&self, records: Box<dyn RecordBatch>, input: u16, progress: &mut dyn FnMut(Progress)) -> Prepared {
        if [self.options.routed_input, self.options.forwards_input].contains(&Some(input)) {
            return Prepared::all(routed(records, progress));
        }
        let Some(mappings) = &self.mappings else { return Prepared::all(records) };
        mappings.prepare(records, input, &self.options)
    }

    fn resume(&self, waiting: Waiting, input: u16) -> Prepared {
        let Some(mappings) = &self.mappings else { return Prepared { records: None, waiting: Some(waiting) } };
        mappings.resume(waiting, input, &self.options)
    }

    fn decode<'a>(&self, record: &RecordView<'a>) -> Result<TaskInput<'a>, Rejected> {
        if usize::from(record.input) == self.options.topics.len() && record.input > 0 {
            // The internal topic comes after those of the configuration.
            return member_update::decode(record, &self.options);
        }
        if self.options.forwards_input == Some(record.input) {
            return self.told(record);
        }
        if self.ids.is_none() || self.options.routed_input == Some(record.input) {
            return self.decode_as(record, TaskInput::Event);
        }
        self.decode_as(record, |event| TaskInput::Event(self.with_ids(record, event)))
    }

    fn forwarded(&self, record: &RecordView<'_>, message: &mut Message) {
        self.fill(record, message);
    }
}
