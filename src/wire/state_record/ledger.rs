//! The ledger of a track: columns of a table.

use super::read::{List, Read, Reader, Value, damaged};
use super::write::{Writer, encode_varint};
use crate::domain::Ms;
use crate::domain::ledger::Entry;
use crate::domain::prospect::{Few, GroupPoints};

/// Fields 21 to 25 of a track.
pub(super) fn write(entries: &[Entry], groups: &[GroupPoints], w: &mut Writer<'_>) {
    if entries.is_empty() {
        return;
    }
    w.packed(21, entries.iter().map(|e| e.rule.to_le_bytes()));
    w.nested(22, |w| {
        for entry in entries {
            // Its group is one of the track's: the place says which.
            let place = groups.iter().position(|g| g.group == entry.group).unwrap_or(groups.len());
            encode_varint(place as u64, w.out);
        }
    });
    w.packed(23, entries.iter().map(|e| e.event.to_le_bytes()));
    w.times(24, entries.iter().map(|e| e.time_ms));
    w.packed(25, entries.iter().map(|e| e.points.to_le_bytes()));
}

/// The columns until they are put together.
#[derive(Default)]
pub(super) struct Columns<'b> {
    rules: &'b [[u8; 4]],
    groups: List<u64>,
    events: &'b [[u8; 2]],
    times: List<Ms>,
    points: &'b [[u8; 4]],
}

impl<'b> Columns<'b> {
    pub(super) fn read(&mut self, field: u32, value: Value<'b>, r: &Reader<'b>) -> Read<()> {
        match (field, value) {
            (21, Value::Bytes(b)) => self.rules = r.packed(b)?,
            (22, Value::Bytes(b)) => self.groups = r.varints(b)?,
            (23, Value::Bytes(b)) => self.events = r.packed(b)?,
            (24, Value::Bytes(b)) => self.times = r.times(b)?,
            (25, Value::Bytes(b)) => self.points = r.packed(b)?,
            _ => return r.unknown(field),
        }
        Ok(())
    }

    pub(super) fn entries(self, groups: &[GroupPoints], r: &Reader<'_>) -> Read<Few<Entry, 4>> {
        for column in [self.groups.len(), self.events.len(), self.times.len(), self.points.len()] {
            r.same_length(self.rules.len(), column)?;
        }
        let mut entries = Few::new();
        for (n, time_ms) in self.times.iter().enumerate() {
            let place = usize::try_from(self.groups[n]).unwrap_or(usize::MAX);
            let Some(group) = groups.get(place) else { return damaged("ledger", format_args!("group {place} is not there")) };
            entries.push(Entry {
                rule: u32::from_le_bytes(self.rules[n]),
                group: group.group,
                event: u16::from_le_bytes(self.events[n]),
                time_ms: *time_ms,
                points: f32::from_le_bytes(self.points[n]),
            });
        }
        Ok(entries)
    }
}
