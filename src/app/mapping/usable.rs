//! Whether the engine can use the events that a mapping makes: a time of the year 9999 is one that can be written and not one that
//! can be.

use crate::domain::names::Vocabulary;
use crate::runtime::ports::{RecordView, Rejected};
use crate::wire::decode::{Decoder, Options};
use leadstream_mapping::Event;

/// Reads events as the engine does, with its default settings.
pub struct Usable(Decoder);

impl Default for Usable {
    fn default() -> Self {
        Self(Decoder::new(Options::default(), &Vocabulary::default()))
    }
}

impl Usable {
    /// Why an event would be a dead letter after all.
    #[must_use]
    pub fn refused(&self, event: &Event) -> Option<Rejected> {
        let prospect = event.prospect.as_ref().map_or("", |(_, id)| id);
        let json = event.json();
        let record = RecordView { key: Some(prospect.as_bytes()), value: Some(json.as_bytes()), ..RecordView::default() };
        self.0.decode_event(&record).err()
    }
}
