//! From what the file says of companies to what steps run on.

use super::spec::{AccountsSpec, DISQUALIFIED, REOPENED};
use crate::condition::compile::{condition as compile_condition, predicate};
use crate::condition::spec::{ConditionSpec, PredicateSpec};
use crate::fault::Spanned;
use crate::section::view::ModelView;
use leadstream_core::domain::Text;
use leadstream_core::domain::company_names::Names;
use leadstream_core::domain::model::accounts::{Accounts, AccountsModel, EventFields, Role, ScoreOf};
use leadstream_core::domain::names::Vocabulary;
use leadstream_core::domain::terms::movement::Axis;
use leadstream_core::domain::titles::same_as;

/// From a checked spec to what steps run on.
pub(super) fn compile(spec: &AccountsSpec, model: &ModelView<'_>, vocabulary: &mut Vocabulary) -> AccountsModel {
    let Some(consensus) = spec.place.as_ref().and(spec.consensus.as_ref()) else { return AccountsModel(None) };
    let consensus = &consensus.value;
    let journey = &model.axes[Axis::Journey];
    let stage = consensus.stage.as_ref().and_then(|s| journey.stages.iter().position(|j| j.value == s.value));
    let mut event = |said: &Option<Spanned<ConditionSpec>>, otherwise: &str| {
        let default = ConditionSpec { on: vec![Spanned::nowhere(otherwise.to_owned())], tests: Vec::new() };
        compile_condition(said.as_ref().map_or(&default, |s| &s.value), vocabulary)
    };
    let disqualified = event(&spec.disqualified, DISQUALIFIED);
    let reopened = event(&spec.reopened, REOPENED);
    let mut roles = Vec::with_capacity(spec.roles.len());
    for role in &spec.roles {
        let test = |(name, tests): &(String, Spanned<Vec<PredicateSpec>>)| {
            let name = name.strip_prefix("traits.").unwrap_or(name);
            (vocabulary.intern_trait(name), predicate(&tests.value))
        };
        let tests = role.value.when.tests.iter().map(test).collect();
        roles.push(Role { name: role.value.name.as_ref().map(|n| n.value.as_str().into()).unwrap_or_default(), tests });
    }
    let asked = |name: u32| roles.iter().flat_map(|role| &role.tests).any(|(n, _)| *n == name || same_as(*n).contains(&name));
    let roles_look_at = vocabulary.traits().iter().filter(|t| asked(t.hash)).map(|t| t.property).collect();
    let bare = Names { join: spec.join.as_ref().map(|j| j.value).unwrap_or_default(), aliases: Vec::new() };
    let lower = |account: &Spanned<String>| Text::from(account.value.trim().to_lowercase());
    let aliases = spec.aliases.iter().flat_map(|(account, aliases)| {
        // The account's own name is it too, however it is written.
        aliases.iter().chain([account]).map(|alias| (bare.listed(&alias.value), lower(account)))
    });
    let names = Names { join: bare.join, aliases: aliases.collect() };
    let fields = EventFields {
        group_id: vocabulary.intern_property("groupId"),
        group_name: vocabulary.intern_property("traits.name"),
        company: vocabulary.intern_property("traits.company"),
        company_name: vocabulary.intern_property("traits.company.name"),
        reason: vocabulary.intern_property("reason"),
    };
    AccountsModel(Some(Box::new(Accounts {
        stage: stage.unwrap_or_default(),
        min_agreeing: consensus.of.as_ref().and_then(|of| usize::try_from(of.value).ok()).unwrap_or(1),
        required_roles: consensus.roles.iter().map(|r| r.value.as_str().into()).collect(),
        deciders: consensus.deciders.iter().map(|r| r.value.as_str().into()).collect(),
        names,
        score: spec.score.as_ref().map_or(ScoreOf::Sum, |s| s.value),
        free_mail: spec.free_mail.iter().map(|d| d.value.to_lowercase()).collect(),
        roles,
        roles_look_at,
        disqualified,
        reopened,
        fields,
    })))
}
