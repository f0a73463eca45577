//! `CustomerRecord`.

use crate::domain::customer::Customer;
use crate::wire::state_record::read::{Read, Reader};
use crate::wire::state_record::write::Writer;

pub(super) fn write(value: &Customer, _w: &mut Writer<'_>) {
    let Customer {} = value;
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Customer> {
    if let Some((field, _)) = r.next()? {
        return r.unknown(field);
    }
    Ok(Customer {})
}
