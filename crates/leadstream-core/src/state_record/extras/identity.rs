//! `IdentityRecord`, and the users of a device.

use crate::domain::state::few::InlineVec;
use crate::domain::state::identity::{Device, DeviceUser, Identity, MAX_NAMES, MAX_USERS, Name, Users};
use crate::state_record::reader::{Read, Reader, Value, damaged};
use crate::state_record::writer::Writer;

pub(super) fn write(value: &Identity, w: &mut Writer<'_>) {
    let Identity { names, crowded_until_ms, device: Device { users, shared, detached_ms } } = value;
    for name in names {
        w.nested(1, |w| write_name(name, w));
    }
    w.time(2, *crowded_until_ms);
    if !users.is_empty() {
        w.nested(3, |w| write_users(users, w));
    }
    w.flag(4, *shared);
    w.time(5, *detached_ms);
}

fn write_name(Name { id, rank, since_ms, linked_ms }: &Name, w: &mut Writer<'_>) {
    w.text(1, id);
    w.uint(2, u32::from(*rank));
    w.time_or_0(3, *since_ms);
    w.time_or_0(4, *linked_ms);
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Identity> {
    let mut identity = Identity::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(_)) if identity.names.len() == MAX_NAMES => return damaged(r.what, "too many names"),
            (1, Value::Bytes(b)) => identity.names.push(read_name(r.nested(b, "name"))?),
            (2, Value::Varint(v)) => identity.crowded_until_ms = Some(r.time(v)),
            (3, Value::Bytes(b)) => identity.device.users = read_users(r.nested(b, "users"))?,
            (4, Value::Varint(v)) => identity.device.shared = v != 0,
            (5, Value::Varint(v)) => identity.device.detached_ms = Some(r.time(v)),
            _ => return r.unknown(field),
        }
    }
    Ok(identity)
}

fn read_name(mut r: Reader<'_>) -> Read<Name> {
    let mut name = Name { id: "".into(), rank: 0, since_ms: 0, linked_ms: 0 };
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => name.id = r.text(b)?,
            (2, Value::Varint(v)) => name.rank = r.number(v)?,
            (3, Value::Varint(v)) => name.since_ms = r.time(v),
            (4, Value::Varint(v)) => name.linked_ms = r.time(v),
            _ => return r.unknown(field),
        }
    }
    Ok(name)
}

/// `UsersRecord`.
pub(in crate::state_record) fn write_users(users: &[DeviceUser], w: &mut Writer<'_>) {
    w.packed(1, users.iter().map(|user| user.hash.to_le_bytes()));
    w.times(2, users.iter().map(|user| user.at_ms));
}

pub(in crate::state_record) fn read_users(mut r: Reader<'_>) -> Read<Users> {
    let (mut hashes, mut times): (&[[u8; 4]], InlineVec<_, 4>) = (&[], InlineVec::new());
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => hashes = r.packed(b)?,
            (2, Value::Bytes(b)) => times = r.times(b)?,
            _ => return r.unknown(field),
        }
    }
    r.same_length(hashes.len(), times.len())?;
    if hashes.len() > MAX_USERS {
        return damaged(r.what, "too many users");
    }
    Ok(hashes.iter().zip(times).map(|(hash, at_ms)| DeviceUser { hash: u32::from_le_bytes(*hash), at_ms }).collect())
}
