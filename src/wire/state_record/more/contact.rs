//! `ContactRecord`.

use crate::domain::contact::Contact;
use crate::wire::state_record::read::{Read, Reader};
use crate::wire::state_record::write::Writer;

pub(super) fn write(value: &Contact, _w: &mut Writer<'_>) {
    let Contact {} = value;
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Contact> {
    if let Some((field, _)) = r.next()? {
        return r.unknown(field);
    }
    Ok(Contact {})
}
