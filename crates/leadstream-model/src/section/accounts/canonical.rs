//! The lines of companies in the canonical text of their model.

use super::spec::AccountsSpec;
use crate::condition::canonical::condition as canonical_condition;
use crate::fault::Spanned;
use leadstream_core::domain::company_names::Join;
use leadstream_core::domain::model::accounts::ScoreOf;

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(spec: &AccountsSpec) -> Vec<String> {
    let Some(consensus) = spec.place.as_ref().and(spec.consensus.as_ref()) else { return Vec::new() };
    let consensus = &consensus.value;
    let sorted = |names: &[Spanned<String>]| {
        let mut names: Vec<String> = names.iter().map(|n| format!("{:?}", n.value)).collect();
        names.sort();
        names.join(",")
    };
    let stage = consensus.stage.as_ref().map_or("", |s| s.value.as_str());
    let mut lines = vec![format!(
        "accounts consensus {stage:?} of {} roles[{}] score {:?} free mail[{}]",
        consensus.of.as_ref().map_or(0, |of| of.value),
        sorted(&consensus.roles),
        spec.score.as_ref().map_or(ScoreOf::Sum, |s| s.value),
        sorted(&spec.free_mail)
    )];
    if !consensus.deciders.is_empty() {
        lines.push(format!("accounts deciders[{}]", sorted(&consensus.deciders)));
    }
    if let Some(join) = spec.join.as_ref().filter(|join| join.value != Join::default()) {
        lines.push(format!("accounts join {:?}", join.value));
    }
    let mut aliases: Vec<String> =
        spec.aliases.iter().map(|(of, all)| format!("accounts {:?} is[{}]", of.value, sorted(all))).collect();
    aliases.sort();
    lines.extend(aliases);
    // The first role that fits counts: their order matters.
    for role in &spec.roles {
        let name = role.value.name.as_ref().map_or("", |n| n.value.as_str());
        lines.push(format!("accounts role {name:?} {}", canonical_condition(&role.value.when)));
    }
    for (what, said) in [("disqualified", &spec.disqualified), ("reopened", &spec.reopened)] {
        if let Some(said) = said {
            lines.push(format!("accounts {what} {}", canonical_condition(&said.value)));
        }
    }
    lines
}
