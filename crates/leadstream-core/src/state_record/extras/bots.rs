//! `MachineRecord`.

use crate::domain::Ms;
use crate::domain::state::bots::{BotEvidence, Click, Delivered, Views};
use crate::state_record::reader::{List, Read, Reader, Value};
use crate::state_record::writer::Writer;
use std::num::NonZeroU32;

pub(super) fn write(value: &BotEvidence, w: &mut Writer<'_>) {
    let BotEvidence { delivered, clicks, views } = value;
    if let Some(Delivered { time_ms, mail }) = delivered {
        w.time(1, Some(*time_ms));
        w.hash32(2, *mail);
    }
    w.times(3, clicks.iter().map(|c| c.time_ms));
    w.packed(4, clicks.iter().map(|c| c.link.get().to_le_bytes()));
    if let Some(Views { since_ms, count, flood }) = views {
        w.time(5, Some(*since_ms));
        w.uint(6, *count);
        w.flag(7, *flood);
    }
}

pub(super) fn read(mut r: Reader<'_>) -> Read<BotEvidence> {
    let mut m = BotEvidence::default();
    let (mut times, mut links): (List<Ms>, &[[u8; 4]]) = (List::new(), &[]);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => m.delivered = Some(Delivered { time_ms: r.time(v), mail: None }),
            (2, Value::Fixed32(v)) => m.delivered.get_or_insert_default().mail = NonZeroU32::new(v),
            (3, Value::Bytes(b)) => times = r.times(b)?,
            (4, Value::Bytes(b)) => links = r.packed(b)?,
            (5, Value::Varint(v)) => m.views.get_or_insert_default().since_ms = r.time(v),
            (6, Value::Varint(v)) => m.views.get_or_insert_default().count = r.number(v)?,
            (7, Value::Varint(v)) => m.views.get_or_insert_default().flood = v != 0,
            _ => return r.unknown(field),
        }
    }
    r.same_length(times.len(), links.len())?;
    m.clicks = times
        .into_iter()
        .zip(links)
        .filter_map(|(time_ms, link)| Some(Click { time_ms, link: NonZeroU32::new(u32::from_le_bytes(*link))? }))
        .collect();
    Ok(m)
}
