//! `DecisionsRecord`.

use crate::domain::decisions::Decisions;
use crate::wire::state_record::read::{Read, Reader};
use crate::wire::state_record::write::Writer;

pub(super) fn write(value: &Decisions, _w: &mut Writer<'_>) {
    let Decisions {} = value;
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Decisions> {
    if let Some((field, _)) = r.next()? {
        return r.unknown(field);
    }
    Ok(Decisions {})
}
