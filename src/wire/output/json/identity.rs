//! What is said of ids.

use crate::domain::output::IdentityChanged;
use serde::Serialize;

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Changed<'a> {
    Merged { from: &'a str, renamed: bool },
    Conflict { claimed: &'a str, refused: &'a str },
    Blocked { reason: &'a str },
}

pub(super) fn changed(body: &IdentityChanged) -> Changed<'_> {
    match body {
        IdentityChanged::Merged { from, renamed } => Changed::Merged { from, renamed: *renamed },
        IdentityChanged::Conflict { id, refused } => Changed::Conflict { claimed: id, refused },
        IdentityChanged::Blocked => Changed::Blocked { reason: "crowded" },
    }
}
