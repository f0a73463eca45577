//! `ConsentState` as a number.

use super::reader::{Read, damaged};
use crate::domain::terms::consent::ConsentState;

pub(super) fn consent_number(state: ConsentState) -> u32 {
    match state {
        ConsentState::Open => 0,
        ConsentState::Unsubscribed => 1,
        ConsentState::HardBounce => 2,
        ConsentState::Complained => 3,
    }
}

pub(super) fn consent_state(number: u64) -> Read<ConsentState> {
    Ok(match number {
        0 => ConsentState::Open,
        1 => ConsentState::Unsubscribed,
        2 => ConsentState::HardBounce,
        3 => ConsentState::Complained,
        _ => return damaged("prospect", format_args!("consent {number} is unknown")),
    })
}
