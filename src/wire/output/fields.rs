//! How single fields of an output are written, whatever the format: names, ids, amounts.

use crate::domain::output::{Body, Output};
use crate::domain::terms::account::AccountVerdict;
use crate::domain::terms::movement::Direction;
use crate::domain::terms::trigger::TriggerKind;

/// The `type` of an output.
#[must_use]
pub fn type_name(output: &Output) -> &'static str {
    match &output.body {
        Body::StageChanged(_) => "stage.changed",
        Body::ScoreChanged(_) => "score.changed",
        Body::CartAbandoned(_) => "cart.abandoned",
        Body::CartOutcome(outcome) => outcome.kind.type_name(),
        Body::Triggered(body) => match body.kind {
            TriggerKind::Fired => "trigger.fired",
            TriggerKind::Recalled => "trigger.recalled",
        },
        Body::HandOver(body) => body.kind.type_name(),
        Body::AccountChanged(body) => body.kind.type_name(),
        Body::Member(_) => "account.member",
        Body::IdentityChanged(body) => body.type_name(),
        Body::Told(_) => "id.told",
        Body::Blocked => "id.nobody",
    }
}

pub(super) fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Enter => "enter",
        Direction::Forward => "forward",
        Direction::Back => "back",
    }
}

pub(super) fn verdict_name(verdict: AccountVerdict) -> &'static str {
    match verdict {
        AccountVerdict::Disqualified => "disqualified",
        AccountVerdict::Reopened => "reopened",
    }
}

/// An id as 32 hex digits.
pub(super) fn hex(id: u128, digits: &mut [u8; 32]) -> &str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(id.to_be_bytes()) {
        *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 0xf)]];
    }
    std::str::from_utf8(digits).unwrap_or_default()
}

/// Scores and amounts leave with two decimals: 59.97, not 59.97000000000001.
pub(super) fn rounded(number: f64) -> f64 {
    // Adding 0 makes 0 of -0.
    (number * 100.0).round() / 100.0 + 0.0
}
