//! What the file says of companies.

use crate::condition::spec::ConditionSpec;
use crate::fault::{At, Place};
use leadstream_core::domain::company_names::Join;
use leadstream_core::domain::model::accounts::ScoreOf;

/// What the group's own disqualification is called when the file says nothing.
pub(super) const DISQUALIFIED: &str = "Account Disqualified";
pub(super) const REOPENED: &str = "Account Reopened";

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
