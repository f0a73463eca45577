//! Companies: when a buying group agrees, who plays which role in it, and which mail domains are no company.

use super::canonical::condition as canonical_condition;
use super::check::tests_of::condition as check_condition;
use super::check::{Found, check_name, known_stage};
use super::compile::{condition as compile_condition, predicate};
use super::people::TraitTests;
use super::spec::{At, ConditionSpec, ModelSpec, Place, TestSpec};
use super::{Condition, words};
use crate::domain::Text;
use crate::domain::company_names::MAX_ACCOUNT_BYTES;
use crate::domain::company_names::{Join, Names};
use crate::domain::event::Event;
use crate::domain::ids::name_hash;
use crate::domain::names::{PropertyId, Vocabulary};
use crate::domain::state::traits::Traits;
use crate::domain::terms::movement::Axis;
use crate::domain::titles::same_as;

/// Most members of a buying group that a model can ask for.
const MAX_OF: i64 = 64;
/// Most roles of a model.
const MAX_ROLES: usize = 16;
/// Most other names of accounts that a model lists.
const MAX_ALIASES: usize = 1_000;
/// What the group's own disqualification is called when the file says nothing.
const DISQUALIFIED: &str = "Account Disqualified";
const REOPENED: &str = "Account Reopened";

/// What the file says of it: `[accounts]`.
#[derive(Debug, Clone, Default)]
pub struct AccountsSpec {
    /// The file has the section.
    pub place: Option<Place>,
    pub consensus: Option<At<ConsensusSpec>>,
    pub score: Option<At<ScoreOf>>,
    pub free_mail: Vec<At<String>>,
    pub roles: Vec<At<RoleSpec>>,
    pub disqualified: Option<At<ConditionSpec>>,
    pub reopened: Option<At<ConditionSpec>>,
    pub join: Option<At<Join>>,
    /// `aliases = { "acme" = ["acme-holding.com"] }`: account, its other names.
    pub aliases: Vec<(At<String>, Vec<At<String>>)>,
}

/// `consensus = { stage, of, roles, deciders }`.
#[derive(Debug, Clone, Default)]
pub struct ConsensusSpec {
    pub stage: Option<At<String>>,
    pub of: Option<At<i64>>,
    pub roles: Vec<At<String>>,
    pub deciders: Vec<At<String>>,
}

/// `{ name, where }`: what is tested are traits, `group.NAME` those of the company.
#[derive(Debug, Clone, Default)]
pub struct RoleSpec {
    pub name: Option<At<String>>,
    /// Only its tests.
    pub when: ConditionSpec,
}

/// How the members' scores make the account's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScoreOf {
    #[default]
    Sum,
    Highest,
}

/// The same, compiled; `None`: the model knows no accounts.
#[derive(Debug, Clone, Default)]
pub struct AccountsModel(pub Option<Box<Accounts>>);

/// Accounts of a model.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Journey stage that a member who agrees has reached or passed.
    pub stage: usize,
    /// So many members must agree.
    pub of: usize,
    /// Each of these roles must be among those who agree.
    pub needed: Vec<Text>,
    /// Only members in these roles are asked, and all of them must agree; empty: everybody is asked, and `of` must agree.
    pub deciders: Vec<Text>,
    pub names: Names,
    pub score: ScoreOf,
    /// Mail domains that are no company, besides the well-known ones.
    pub free_mail: Vec<String>,
    pub roles: Vec<Role>,
    /// Where events carry what roles go by.
    pub roles_look_at: Vec<PropertyId>,
    pub disqualified: Condition,
    pub reopened: Condition,
    pub said: SaidBy,
}

/// A role in the buying group: the first whose tests hold.
#[derive(Debug, Clone)]
pub struct Role {
    pub name: Text,
    pub tests: TraitTests,
}

/// Where events say which company somebody belongs to, and why an account is out.
#[derive(Debug, Clone, Copy)]
pub struct SaidBy {
    pub group_id: PropertyId,
    pub group_name: PropertyId,
    pub company: PropertyId,
    pub company_name: PropertyId,
    pub reason: PropertyId,
}

impl Accounts {
    /// Whether an event may change what roles go by.
    #[must_use]
    pub fn speaks_of_roles(&self, event: &Event<'_>) -> bool {
        !event.properties.is_empty() && self.roles_look_at.iter().any(|id| event.property(*id).is_some())
    }

    /// Whether a member in this role is asked.
    #[must_use]
    pub fn decides(&self, role: Option<&str>) -> bool {
        self.deciders.is_empty() || role.is_some_and(|role| self.deciders.iter().any(|decider| decider == role))
    }

    /// The first role that what is known of somebody fits.
    #[must_use]
    pub fn role_of(&self, traits: &Traits) -> Option<&Text> {
        let fits = |role: &&Role| role.tests.iter().all(|(name, test)| test.holds(traits.get(*name).as_ref()));
        self.roles.iter().find(fits).map(|role| &role.name)
    }
}

/// Notes what is wrong.
pub(super) fn check(spec: &AccountsSpec, model: &ModelSpec, found: &mut Found) {
    let Some(place) = &spec.place else { return };
    roles(spec, found);
    match &spec.consensus {
        None => found.missing(place, "consensus", "consensus = { stage = \"validation\", of = 5 }"),
        Some(consensus) => check_consensus(consensus, spec, model, found),
    }
    check_aliases(spec, found);
    for domain in &spec.free_mail {
        let text = &domain.value;
        if text.contains('@') || !text.contains('.') || text.trim() != text {
            found.add(&domain.place, format!("{text:?} is no mail domain: write what follows the @, such as \"isp.example\""));
        }
    }
    for condition in [&spec.disqualified, &spec.reopened].into_iter().flatten() {
        check_condition(&condition.value, &condition.place, found);
    }
}

fn check_consensus(consensus: &At<ConsensusSpec>, spec: &AccountsSpec, model: &ModelSpec, found: &mut Found) {
    let journey = &model.axes[Axis::Journey.index()];
    match &consensus.value.stage {
        None => found.missing(&consensus.place, "stage", "stage = \"validation\", the journey stage of those who agree"),
        Some(stage) if !journey.given => {
            found.add(&stage.place, "the model has no [journey], and members agree by their journey: add one");
        }
        Some(stage) => drop(known_stage(journey, stage, found)),
    }
    match &consensus.value.of {
        None => found.missing(&consensus.place, "of", "of = 5, how many members have to agree"),
        Some(of) if !(1..=MAX_OF).contains(&of.value) => found.add(&of.place, format!("must be 1 to {MAX_OF} members")),
        Some(_) => {}
    }
    for role in consensus.value.roles.iter().chain(&consensus.value.deciders) {
        let mut names = spec.roles.iter().filter_map(|r| r.value.name.as_ref()).map(|n| n.value.as_str());
        if !names.any(|name| name == role.value) {
            found.add(&role.place, format!("{:?} is no role of [accounts]: add it to accounts.roles", role.value));
        }
    }
    let deciders = &consensus.value.deciders;
    for role in
        consensus.value.roles.iter().filter(|role| !deciders.is_empty() && !deciders.iter().any(|d| d.value == role.value))
    {
        found.add(
            &role.place,
            format!("{:?} is asked for and not asked: add it to deciders, or leave it out of roles", role.value),
        );
    }
}

fn check_aliases(spec: &AccountsSpec, found: &mut Found) {
    let names = Names { join: spec.join.as_ref().map(|j| j.value).unwrap_or_default(), aliases: Vec::new() };
    let mut seen: Vec<(Text, &str)> = Vec::new();
    for (account, aliases) in &spec.aliases {
        if account.value.trim().is_empty() || account.value.len() > MAX_ACCOUNT_BYTES {
            found.add(&account.place, format!("an account needs a name of at most {MAX_ACCOUNT_BYTES} bytes"));
        }
        for alias in aliases {
            let listed = names.listed(&alias.value);
            if let Some((_, other)) = seen.iter().find(|(name, of)| *name == listed && *of != account.value) {
                found.add(&alias.place, format!("{:?} is another name of {other:?} already: one company each", alias.value));
            } else if spec.aliases.iter().any(|(other, _)| other.value != account.value && other.value.to_lowercase() == *listed)
            {
                found.add(
                    &alias.place,
                    format!("{:?} is an account with other names of its own: list them under one", alias.value),
                );
            }
            seen.push((listed, &account.value));
        }
    }
    if let Some(more) = spec.aliases.iter().flat_map(|(_, aliases)| aliases).nth(MAX_ALIASES) {
        found.add(&more.place, format!("at most {MAX_ALIASES} other names of accounts fit in a model"));
    }
}

fn roles(spec: &AccountsSpec, found: &mut Found) {
    if let Some(more) = spec.roles.get(MAX_ROLES) {
        found.add(&more.place, format!("at most {MAX_ROLES} roles fit in a model"));
    }
    for (n, role) in spec.roles.iter().enumerate() {
        match &role.value.name {
            None => found.missing(&role.place, "name", "name = \"decision-maker\""),
            Some(name) => {
                check_name(name, "a role", found);
                if spec.roles[..n].iter().filter_map(|r| r.value.name.as_ref()).any(|other| other.value == name.value) {
                    found.add(&name.place, format!("role {:?} is there twice: roles need different names", name.value));
                }
            }
        }
        if role.value.when.tests.is_empty() {
            found.missing(&role.place, "where", "where = { job_title = { contains = \"Chief\" } }");
        }
        // Any event may carry traits.
        let any = ConditionSpec { on: vec![At::nowhere("*".to_owned())], tests: role.value.when.tests.clone() };
        check_condition(&any, &role.place, found);
    }
}

/// From a checked spec to what steps run on.
pub(super) fn compile(spec: &AccountsSpec, model: &ModelSpec, vocabulary: &mut Vocabulary) -> AccountsModel {
    let Some(consensus) = spec.place.as_ref().and(spec.consensus.as_ref()) else { return AccountsModel(None) };
    let consensus = &consensus.value;
    let journey = &model.axes[Axis::Journey.index()];
    let stage = consensus.stage.as_ref().and_then(|s| journey.stages.iter().position(|j| j.value == s.value));
    let mut event = |said: &Option<At<ConditionSpec>>, otherwise: &str| {
        let default = ConditionSpec { on: vec![At::nowhere(otherwise.to_owned())], tests: Vec::new() };
        compile_condition(said.as_ref().map_or(&default, |s| &s.value), vocabulary)
    };
    let disqualified = event(&spec.disqualified, DISQUALIFIED);
    let reopened = event(&spec.reopened, REOPENED);
    let mut roles = Vec::with_capacity(spec.roles.len());
    for role in &spec.roles {
        let test = |(name, tests): &(String, At<Vec<TestSpec>>)| {
            let name = name.strip_prefix("traits.").unwrap_or(name);
            (vocabulary.intern_trait(name), predicate(&tests.value))
        };
        let tests = role.value.when.tests.iter().map(test).collect();
        roles.push(Role { name: role.value.name.as_ref().map(|n| n.value.as_str().into()).unwrap_or_default(), tests });
    }
    let asked = |name: u32| roles.iter().flat_map(|role| &role.tests).any(|(n, _)| *n == name || same_as(*n).contains(&name));
    let roles_look_at = vocabulary.traits().iter().filter(|t| asked(t.hash)).map(|t| t.property).collect();
    let bare = Names { join: spec.join.as_ref().map(|j| j.value).unwrap_or_default(), aliases: Vec::new() };
    let lower = |account: &At<String>| Text::from(account.value.trim().to_lowercase());
    let aliases = spec.aliases.iter().flat_map(|(account, aliases)| {
        // The account's own name is it too, however it is written.
        aliases.iter().chain([account]).map(|alias| (bare.listed(&alias.value), lower(account)))
    });
    let names = Names { join: bare.join, aliases: aliases.collect() };
    let said = SaidBy {
        group_id: vocabulary.intern_property("groupId"),
        group_name: vocabulary.intern_property("traits.name"),
        company: vocabulary.intern_property("traits.company"),
        company_name: vocabulary.intern_property("traits.company.name"),
        reason: vocabulary.intern_property("reason"),
    };
    AccountsModel(Some(Box::new(Accounts {
        stage: stage.unwrap_or_default(),
        of: consensus.of.as_ref().and_then(|of| usize::try_from(of.value).ok()).unwrap_or(1),
        needed: consensus.roles.iter().map(|r| r.value.as_str().into()).collect(),
        deciders: consensus.deciders.iter().map(|r| r.value.as_str().into()).collect(),
        names,
        score: spec.score.as_ref().map_or(ScoreOf::Sum, |s| s.value),
        free_mail: spec.free_mail.iter().map(|d| d.value.to_lowercase()).collect(),
        roles,
        roles_look_at,
        disqualified,
        reopened,
        said,
    })))
}

/// Hash of a role's name; 0 for none.
#[must_use]
pub fn role_hash(role: Option<&str>) -> u32 {
    role.map_or(0, name_hash)
}

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(spec: &AccountsSpec) -> Vec<String> {
    let Some(consensus) = spec.place.as_ref().and(spec.consensus.as_ref()) else { return Vec::new() };
    let consensus = &consensus.value;
    let sorted = |names: &[At<String>]| {
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

/// What it says, in words.
pub(super) fn statements(spec: &AccountsSpec, say: &mut dyn FnMut(&str, String)) {
    let Some(consensus) = spec.place.as_ref().and(spec.consensus.as_ref()) else { return };
    let consensus = &consensus.value;
    let list = |names: &[At<String>]| names.iter().map(|n| n.value.as_str()).collect::<Vec<_>>().join(", ");
    let stage = consensus.stage.as_ref().map_or("", |s| s.value.as_str());
    let of = consensus.of.as_ref().map_or(0, |of| of.value);
    let asked = if consensus.deciders.is_empty() {
        format!("{of} members have come")
    } else {
        format!("all who decide ({}), at least {of}, have come", list(&consensus.deciders))
    };
    let among = if consensus.roles.is_empty() { String::new() } else { format!(", among them {}", list(&consensus.roles)) };
    say("accounts: a group agrees when", format!("{asked} to {stage} or further{among}"));
    let join = match spec.join.as_ref().map(|j| j.value).unwrap_or_default() {
        Join::Exact => "what is written alike, but for case and blanks",
        Join::Names => "names that differ in legal form, case and punctuation, and domains below one registered domain",
        Join::NamesAndDomains => "names that differ in legal form, case, blanks and punctuation, and domains of that name",
    };
    say("accounts: one company are", join.to_owned());
    for (account, aliases) in &spec.aliases {
        say(&format!("accounts: {} is also", account.value), list(aliases));
    }
    let score = match spec.score.as_ref().map_or(ScoreOf::Sum, |s| s.value) {
        ScoreOf::Sum => "the sum of its members' scores",
        ScoreOf::Highest => "the highest score of its members",
    };
    say("accounts: the score is", score.to_owned());
    if !spec.free_mail.is_empty() {
        say("accounts: further mail domains that are no company", list(&spec.free_mail));
    }
    for role in &spec.roles {
        let name = role.value.name.as_ref().map_or("", |n| n.value.as_str());
        let tests = role.value.when.tests.iter().map(|(p, tests)| format!("{p} {}", words::tests_in_words(&tests.value)));
        say(&format!("accounts: role {name}"), tests.collect::<Vec<_>>().join(" and "));
    }
    for (what, said, otherwise) in [("disqualified", &spec.disqualified, DISQUALIFIED), ("reopened", &spec.reopened, REOPENED)] {
        let when = said.as_ref().map_or_else(|| otherwise.to_owned(), |s| words::condition(&s.value));
        say(&format!("accounts: the group is {what} by"), when);
    }
}
