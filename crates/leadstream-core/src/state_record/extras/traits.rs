//! `TraitsRecord`.

use crate::domain::state::traits::{Trait, TraitValue, Traits};
use crate::state_record::reader::{Read, Reader, Value, damaged};
use crate::state_record::writer::Writer;

pub(super) fn write(value: &Traits, w: &mut Writer<'_>) {
    let Traits { known } = value;
    for one in known {
        w.nested(1, |w| write_one(one, w));
    }
}

fn write_one(one: &Trait, w: &mut Writer<'_>) {
    let Trait { name, time_ms, value } = one;
    w.fixed32(1, *name);
    w.time_or_0(2, *time_ms);
    match value {
        TraitValue::Text(text) => w.bytes(3, text.as_bytes()),
        TraitValue::Number(number) => w.fixed64(4, number.to_bits()),
        TraitValue::Bool(yes) => w.varint(5, u64::from(*yes)),
    }
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Traits> {
    let mut traits = Traits::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => traits.known.push(read_one(r.nested(b, "trait"))?),
            _ => return r.unknown(field),
        }
    }
    Ok(traits)
}

fn read_one(mut r: Reader<'_>) -> Read<Trait> {
    let (mut name, mut time_ms, mut said) = (0, 0, None);
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Fixed32(v)) => name = v,
            (2, Value::Varint(v)) => time_ms = r.time(v),
            (3, Value::Bytes(b)) => said = Some(TraitValue::Text(r.text(b)?)),
            (4, Value::Fixed64(v)) => said = Some(TraitValue::Number(f64::from_bits(v))),
            (5, Value::Varint(v)) => said = Some(TraitValue::Bool(v != 0)),
            _ => return r.unknown(field),
        }
    }
    let Some(value) = said else { return damaged(r.what, "says nothing") };
    Ok(Trait { name, time_ms, value })
}
