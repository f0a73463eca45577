//! What an id stands for, as `identity show --json` shows it.

use super::time::Time;
use crate::domain::Ms;
use crate::domain::identity::id::Id;
use crate::domain::identity::types::IdTypes;
use crate::domain::state::identity::{Claim, Forward, Identity, Name};
use crate::domain::state::prospect::Prospect;
use serde::{Deserialize, Serialize};

/// The answer of `identity show`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct IdsView {
    /// The id that was asked for, then those that it points to, as far as they lead.
    pub chain: Vec<IdView>,
    /// The id, as it is written.
    pub id: String,
    /// Whom it stands for; several only of an address. Empty: nobody.
    pub prospects: Vec<String>,
}

/// What is held under an id.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct IdView {
    /// Since when it is nobody's; `null`: it is not blocked.
    pub blocked_since: Option<Time>,
    /// Too many ids came to the prospect: nothing leaves for it until then.
    pub crowded_until: Option<Time>,
    /// Of a device: when whoever used it logged out.
    pub detached: Option<Time>,
    /// What happened before is nobody's: the id was erased.
    pub erased_before: Option<Time>,
    /// Until when that is remembered.
    pub erased_until: Option<Time>,
    pub id: String,
    /// The prospect's newest event.
    pub last_seen: Option<Time>,
    /// The other ids of the prospect, the strongest first.
    pub names: Vec<NameView>,
    /// The partition of the state where it lies.
    pub partition: i32,
    /// Whom it points to, the newest first.
    pub points_to: Vec<ClaimView>,
    /// When it first pointed to anybody.
    pub points_to_others_since: Option<Time>,
    /// A device that so many use that it stands for none of them.
    pub shared: bool,
    /// Of a device: how many users are remembered.
    pub users: usize,
    /// `prospect`, `points-on`, `erased`, or `nobody`: there is no record.
    pub what: String,
}

/// Whom an id points to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ClaimView {
    pub id: String,
    /// The newest link.
    pub linked: Option<Time>,
}

/// An id that stands for a prospect.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct NameView {
    pub id: String,
    /// When an event that came without a router last said so; `null`: none did.
    pub linked: Option<Time>,
    pub since: Option<Time>,
    /// `user`, `email`, `phone`, `anon`, `cart`, or a type of `identity.types`.
    #[serde(rename = "type")]
    pub kind: String,
}

impl IdView {
    #[must_use]
    pub fn of(id: &str, partition: i32, record: Option<&Prospect>, blocked_ms: Option<Ms>, types: &IdTypes) -> Self {
        let own = Self {
            blocked_since: blocked_ms.and_then(Time::of),
            id: id.to_owned(),
            partition,
            what: "nobody".to_owned(),
            ..Self::default()
        };
        let Some(prospect) = record else { return own };
        if let Some(forward) = prospect.forward() {
            return own.pointing(forward);
        }
        let own = own.erased(prospect.erasure().map(|erasure| (erasure.before_ms, erasure.until_ms)));
        let identity = prospect.extras.as_ref().and_then(|extras| extras.identity.get()).cloned().unwrap_or_default();
        let Identity { names, crowded_until_ms, device } = identity;
        let is_erased = prospect.is_only_erasure();
        Self {
            crowded_until: crowded_until_ms.and_then(Time::of),
            detached: device.detached_ms.and_then(Time::of),
            last_seen: Time::of(prospect.last_seen_ms).filter(|_| !is_erased),
            names: names_of(&names, types),
            shared: device.shared,
            users: device.users.len(),
            what: if is_erased { "erased" } else { "prospect" }.to_owned(),
            ..own
        }
    }

    fn pointing(self, forward: &Forward) -> Self {
        let Forward { to, first_ms, refreshed_ms: _, users, consent: _, erasure } = forward;
        let claim = |Claim { id, at_ms }: &Claim| ClaimView { id: id.to_string(), linked: Time::of(*at_ms) };
        let with = self.erased(erasure.map(|erasure| (erasure.before_ms, erasure.until_ms)));
        Self {
            points_to: to.iter().map(claim).collect(),
            points_to_others_since: Time::of(*first_ms),
            users: users.len(),
            what: "points-on".to_owned(),
            ..with
        }
    }

    fn erased(self, erasure: Option<(Ms, Ms)>) -> Self {
        let (before_ms, until_ms) = erasure.unzip();
        Self { erased_before: before_ms.and_then(Time::of), erased_until: until_ms.and_then(Time::of), ..self }
    }
}

/// The strongest first.
fn names_of(names: &[Name], types: &IdTypes) -> Vec<NameView> {
    let mut all: Vec<(Option<Id>, NameView)> = names
        .iter()
        .map(|Name { id, rank: _, since_ms, linked_ms }| {
            let parsed = types.parse(id).ok();
            let kind = parsed.as_ref().map(|id| types.name(id.kind()).to_owned()).unwrap_or_default();
            let linked = Some(*linked_ms).filter(|ms| *ms != 0).and_then(Time::of);
            (parsed, NameView { id: id.to_string(), linked, since: Time::of(*since_ms), kind })
        })
        .collect();
    all.sort_by(|(a, one), (b, other)| (a, &one.id).cmp(&(b, &other.id)));
    all.into_iter().map(|(_, name)| name).collect()
}
