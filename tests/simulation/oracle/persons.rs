//! Ids that point to others, as they stand at the end: none in a circle, each known to whom it stands for.

use super::evidence::Evidence;
use super::fold::TaskFold;
use super::{Findings, Rule};
use leadstream::domain::Text;
use leadstream::domain::identity::types::IdType;
use leadstream::domain::state::prospect::Prospect;
use std::collections::BTreeMap;

/// Looks at what all tasks hold.
pub fn check(evidence: &Evidence<'_>, folds: &BTreeMap<i32, Option<TaskFold>>, findings: &mut Findings) {
    let Some(linking) = evidence.linking() else { return };
    let known = folds.values().flatten().flat_map(|fold| &fold.known);
    let all: BTreeMap<&str, &Prospect> = known.map(|(id, known)| (id.as_str(), &*known.standing.prospect)).collect();
    for (own, prospect) in &all {
        let Some(forward) = prospect.forward() else { continue };
        for claim in &forward.to {
            let (Ok(from), Ok(to)) = (linking.types.parse(own), linking.types.parse(&claim.id)) else {
                findings.add(Rule::ForwardsEnd, format!("{own} points to {}, and one of them is no id", claim.id));
                continue;
            };
            if to >= from {
                findings.add(Rule::ForwardsEnd, format!("{own} points to {}, which is not smaller", claim.id));
            }
            if to.kind() == IdType::TOP && forgets(&all, own, &claim.id) {
                findings.add(Rule::ForwardsEnd, format!("{own} stands for {}, which doesn't know it", claim.id));
            }
        }
    }
}

/// Whether an id stands for a prospect that doesn't know the id: it could not tell it when it is erased. Whoever pointed on until
/// somebody was erased, or logged out, has passed on what was known of it; a user points to nobody.
fn forgets(all: &BTreeMap<&str, &Prospect>, own: &str, claimed: &Text) -> bool {
    let Some(holder) = all.get(claimed.as_str()) else { return false };
    let identity = holder.extras.as_ref().and_then(|extras| extras.identity.get());
    let knows = identity.is_some_and(|identity| identity.names.iter().any(|name| *name.id == *own));
    holder.forward().is_none() && !knows
}
