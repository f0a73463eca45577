//! What is wrong in `[accounts]`.

use super::spec::{AccountsSpec, ConsensusSpec};
use crate::common::check::{check_name, known_stage};
use crate::condition::check::condition as check_condition;
use crate::condition::spec::ConditionSpec;
use crate::fault::{Faults, Spanned};
use crate::section::view::ModelView;
use leadstream_core::domain::Text;
use leadstream_core::domain::company_names::MAX_ACCOUNT_BYTES;
use leadstream_core::domain::company_names::Names;
use leadstream_core::domain::terms::movement::Axis;

/// Most members of a buying group that a model can ask for.
const MAX_OF: i64 = 64;
/// Most roles of a model.
const MAX_ROLES: usize = 16;
/// Most other names of accounts that a model lists.
const MAX_ALIASES: usize = 1_000;

/// Notes what is wrong.
pub(super) fn check(spec: &AccountsSpec, model: &ModelView<'_>, faults: &mut Faults) {
    let Some(place) = &spec.place else { return };
    roles(spec, faults);
    match &spec.consensus {
        None => faults.missing(place, "consensus", "consensus = { stage = \"validation\", of = 5 }"),
        Some(consensus) => check_consensus(consensus, spec, model, faults),
    }
    check_aliases(spec, faults);
    for domain in &spec.free_mail {
        let text = &domain.value;
        if text.contains('@') || !text.contains('.') || text.trim() != text {
            faults.add(&domain.place, format!("{text:?} is no mail domain: write what follows the @, such as \"isp.example\""));
        }
    }
    for condition in [&spec.disqualified, &spec.reopened].into_iter().flatten() {
        check_condition(&condition.value, &condition.place, faults);
    }
}

fn check_consensus(consensus: &Spanned<ConsensusSpec>, spec: &AccountsSpec, model: &ModelView<'_>, faults: &mut Faults) {
    let journey = &model.axes[Axis::Journey];
    match &consensus.value.stage {
        None => faults.missing(&consensus.place, "stage", "stage = \"validation\", the journey stage of those who agree"),
        Some(stage) if !journey.given => {
            faults.add(&stage.place, "the model has no [journey], and members agree by their journey: add one");
        }
        Some(stage) => drop(known_stage(journey, stage, faults)),
    }
    match &consensus.value.of {
        None => faults.missing(&consensus.place, "of", "of = 5, how many members have to agree"),
        Some(of) if !(1..=MAX_OF).contains(&of.value) => faults.add(&of.place, format!("must be 1 to {MAX_OF} members")),
        Some(_) => {}
    }
    for role in consensus.value.roles.iter().chain(&consensus.value.deciders) {
        let mut names = spec.roles.iter().filter_map(|r| r.value.name.as_ref()).map(|n| n.value.as_str());
        if !names.any(|name| name == role.value) {
            faults.add(&role.place, format!("{:?} is no role of [accounts]: add it to accounts.roles", role.value));
        }
    }
    let deciders = &consensus.value.deciders;
    for role in
        consensus.value.roles.iter().filter(|role| !deciders.is_empty() && !deciders.iter().any(|d| d.value == role.value))
    {
        faults.add(
            &role.place,
            format!("{:?} is asked for and not asked: add it to deciders, or leave it out of roles", role.value),
        );
    }
}

fn check_aliases(spec: &AccountsSpec, faults: &mut Faults) {
    let names = Names { join: spec.join.as_ref().map(|j| j.value).unwrap_or_default(), aliases: Vec::new() };
    let mut seen: Vec<(Text, &str)> = Vec::new();
    for (account, aliases) in &spec.aliases {
        if account.value.trim().is_empty() || account.value.len() > MAX_ACCOUNT_BYTES {
            faults.add(&account.place, format!("an account needs a name of at most {MAX_ACCOUNT_BYTES} bytes"));
        }
        for alias in aliases {
            let listed = names.listed(&alias.value);
            if let Some((_, other)) = seen.iter().find(|(name, of)| *name == listed && *of != account.value) {
                faults.add(&alias.place, format!("{:?} is another name of {other:?} already: one company each", alias.value));
            } else if spec.aliases.iter().any(|(other, _)| other.value != account.value && other.value.to_lowercase() == *listed)
            {
                faults.add(
                    &alias.place,
                    format!("{:?} is an account with other names of its own: list them under one", alias.value),
                );
            }
            seen.push((listed, &account.value));
        }
    }
    if let Some(more) = spec.aliases.iter().flat_map(|(_, aliases)| aliases).nth(MAX_ALIASES) {
        faults.add(&more.place, format!("at most {MAX_ALIASES} other names of accounts fit in a model"));
    }
}

fn roles(spec: &AccountsSpec, faults: &mut Faults) {
    if let Some(more) = spec.roles.get(MAX_ROLES) {
        faults.add(&more.place, format!("at most {MAX_ROLES} roles fit in a model"));
    }
    for (n, role) in spec.roles.iter().enumerate() {
        match &role.value.name {
            None => faults.missing(&role.place, "name", "name = \"decision-maker\""),
            Some(name) => {
                check_name(name, "a role", faults);
                if spec.roles[..n].iter().filter_map(|r| r.value.name.as_ref()).any(|other| other.value == name.value) {
                    faults.add(&name.place, format!("role {:?} is there twice: roles need different names", name.value));
                }
            }
        }
        if role.value.when.tests.is_empty() {
            faults.missing(&role.place, "where", "where = { job_title = { contains = \"Chief\" } }");
        }
        // Any event may carry traits.
        let any = ConditionSpec { on: vec![Spanned::nowhere("*".to_owned())], tests: role.value.when.tests.clone() };
        check_condition(&any, &role.place, faults);
    }
}
