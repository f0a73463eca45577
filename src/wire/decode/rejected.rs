//! Why a record is refused, in words.

use crate::domain::names::Authority;
use crate::runtime::ports::{DeadReason, Rejected};

#[cold]
pub(super) fn no_id(what: &str, text: &str) -> Rejected {
    let shown: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    Rejected {
        reason: DeadReason::KeyEmpty,
        detail: format!("{what} is `{shown}`, which identifies no one: it has to be the prospect"),
    }
}

pub(super) fn reject(reason: DeadReason, detail: &str) -> Rejected {
    Rejected { reason, detail: detail.to_owned() }
}

#[cold]
pub(super) fn untrusted(authority: Authority, name: &str) -> Rejected {
    let detail = format!("`{name}` {} and is accepted only from the topics of inputs.trusted", authority.words());
    Rejected { reason: DeadReason::Untrusted(authority), detail }
}
