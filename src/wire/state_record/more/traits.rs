//! `TraitsRecord`.

use crate::domain::traits::Traits;
use crate::wire::state_record::read::{Read, Reader};
use crate::wire::state_record::write::Writer;

pub(super) fn write(value: &Traits, _w: &mut Writer<'_>) {
    let Traits {} = value;
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Traits> {
    if let Some((field, _)) = r.next()? {
        return r.unknown(field);
    }
    Ok(Traits {})
}
