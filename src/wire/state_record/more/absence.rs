//! `AbsenceRecord`.

use crate::domain::absence::Absence;
use crate::wire::state_record::read::{Read, Reader};
use crate::wire::state_record::write::Writer;

pub(super) fn write(value: &Absence, _w: &mut Writer<'_>) {
    let Absence {} = value;
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Absence> {
    if let Some((field, _)) = r.next()? {
        return r.unknown(field);
    }
    Ok(Absence {})
}
