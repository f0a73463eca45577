//! `MembershipRecord`.

use crate::domain::account::Membership;
use crate::wire::state_record::read::{Read, Reader};
use crate::wire::state_record::write::Writer;

pub(super) fn write(value: &Membership, _w: &mut Writer<'_>) {
    let Membership {} = value;
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Membership> {
    if let Some((field, _)) = r.next()? {
        return r.unknown(field);
    }
    Ok(Membership {})
}
