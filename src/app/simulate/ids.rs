//! Names of people, carts, products and orders: the same in whatever format an event is written.

use super::json_writer::{Stamp, number, put, uuid};

/// Who has an account: `u-100042`, or the number alone.
pub(super) fn user(out: &mut Vec<u8>, visitor: u32, stamp: &Stamp) {
    if !stamp.has_number_ids {
        put!(out, b"u-");
    }
    number(out, 100_000 + u64::from(visitor));
}

/// A browser.
pub(super) fn anonymous(out: &mut Vec<u8>, visitor: u32, stamp: &Stamp) {
    device(out, visitor, 0, stamp);
}

/// One of the devices of somebody.
pub(super) fn device(out: &mut Vec<u8>, visitor: u32, device: u8, stamp: &Stamp) {
    uuid(out, &visitor.to_le_bytes(), stamp.seed ^ 0xa0_0a ^ (u64::from(device) << 40));
}

pub(super) fn address(out: &mut Vec<u8>, visitor: u32, stamp: &Stamp) {
    user(out, visitor, stamp);
    put!(out, b"@box.example");
}

/// The message of an event, or the nth record that the same act gives.
pub(super) fn message(out: &mut Vec<u8>, stamp: &Stamp, nth: u64) {
    uuid(out, &stamp.number.to_le_bytes(), stamp.seed ^ (nth << 32));
}

/// `c-<visitor>-<cart>`, and alike for checkouts and mails.
pub(super) fn counted(out: &mut Vec<u8>, letter: &str, visitor: u32, count: u32) {
    put!(out, letter, b"-");
    number(out, u64::from(visitor));
    out.push(b'-');
    number(out, u64::from(count));
}

pub(super) fn order(out: &mut Vec<u8>, visitor: u32, count: u32, stamp: &Stamp) {
    if stamp.has_number_ids {
        number(out, (100_000 + u64::from(visitor)) * 10_000 + u64::from(count));
    } else {
        counted(out, "o", visitor, count);
    }
}

pub(super) fn product(out: &mut Vec<u8>, product: u16, stamp: &Stamp) {
    if stamp.has_number_ids {
        number(out, 7_000_000 + u64::from(product));
    } else {
        put!(out, b"p-");
        number(out, u64::from(product));
    }
}

pub(super) fn sku(out: &mut Vec<u8>, product: u16) {
    put!(out, b"SKU-");
    number(out, 10_000 + u64::from(product));
}
