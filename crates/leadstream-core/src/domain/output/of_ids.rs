//! Outputs about ids.

use crate::domain::ids::{IdKind, hash64, output_id};
use crate::domain::output::identity::IdentityChanged;
use crate::domain::output::{Body, Output, ProspectMerged};
use crate::domain::{Ms, Text};

impl From<ProspectMerged> for Output {
    fn from(merged: ProspectMerged) -> Self {
        let ProspectMerged { id, at_ms, from, renamed } = merged;
        of_ids(id, at_ms, IdentityChanged::Merged { from, renamed })
    }
}

/// `prospect` keeps an id that another one claims.
#[must_use]
pub fn conflict(prospect: &str, id: Text, refused: Text, at_ms: Ms) -> Output {
    let output = output_id(prospect, "", IdKind::Conflict, Some(&refused), at_ms, hash64(id.as_bytes()), 0);
    of_ids(output, at_ms, IdentityChanged::Conflict { id, refused })
}

/// An id that is nobody's from now on.
#[must_use]
pub fn blocked(id: &str, at_ms: Ms) -> Output {
    of_ids(output_id(id, "", IdKind::Blocked, None, at_ms, 0, 0), at_ms, IdentityChanged::Blocked)
}

/// The same for all tasks and routers.
#[must_use]
pub fn blocked_everywhere(at_ms: Ms) -> Output {
    Output { id: 0, model: 0, at_ms, event: None, body: Body::Blocked }
}

fn of_ids(id: u128, at_ms: Ms, body: IdentityChanged) -> Output {
    // It is the same whatever the models say.
    Output { id, model: 0, at_ms, event: None, body: Body::IdentityChanged(Box::new(body)) }
}
