//! `MachineRecord`.

use crate::domain::machine::Machine;
use crate::wire::state_record::read::{Read, Reader};
use crate::wire::state_record::write::Writer;

pub(super) fn write(value: &Machine, _w: &mut Writer<'_>) {
    let Machine {} = value;
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Machine> {
    if let Some((field, _)) = r.next()? {
        return r.unknown(field);
    }
    Ok(Machine {})
}
