//! Companies: when a buying group agrees, who plays which role in it, and which mail domains are no company.

use crate::domain::Text;
use crate::domain::company_names::Names;
use crate::domain::event::Event;
use crate::domain::ids::name_hash;
use crate::domain::model::personas::TraitTests;
use crate::domain::model::predicate::Condition;
use crate::domain::names::PropertyId;
use crate::domain::state::traits::Traits;
use std::num::NonZeroU32;

/// How the members' scores make the account's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScoreOf {
    #[default]
    Sum,
    Highest,
}

/// What steps run on; `None`: the model knows no accounts.
#[derive(Debug, Clone, Default)]
pub struct AccountsModel(pub Option<Box<Accounts>>);

/// Accounts of a model.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Journey stage that a member who agrees has reached or passed.
    pub stage: usize,
    /// At least this many members must agree.
    pub min_agreeing: usize,
    /// Each of these roles must be among those who agree.
    pub required_roles: Vec<Text>,
    /// Only members in these roles are asked, and all of them must agree; empty: everybody is asked.
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
    pub fields: EventFields,
}

/// A role in the buying group: the first whose tests hold.
#[derive(Debug, Clone)]
pub struct Role {
    pub name: Text,
    pub tests: TraitTests,
}

/// Where events say which company somebody belongs to, and why an account is out.
#[derive(Debug, Clone, Copy)]
pub struct EventFields {
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

/// Hash of a role's name.
#[must_use]
pub fn role_hash(role: Option<&str>) -> Option<NonZeroU32> {
    NonZeroU32::new(name_hash(role?))
}
