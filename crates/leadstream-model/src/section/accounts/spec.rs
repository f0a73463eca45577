//! What the file says of companies.

use crate::condition::spec::ConditionSpec;
use crate::fault::{Place, Spanned};
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
    pub consensus: Option<Spanned<ConsensusSpec>>,
    pub score: Option<Spanned<ScoreOf>>,
    pub free_mail: Vec<Spanned<String>>,
    pub roles: Vec<Spanned<RoleSpec>>,
    pub disqualified: Option<Spanned<ConditionSpec>>,
    pub reopened: Option<Spanned<ConditionSpec>>,
    pub join: Option<Spanned<Join>>,
    /// `aliases = { "acme" = ["acme-holding.com"] }`: account, its other names.
    pub aliases: Vec<(Spanned<String>, Vec<Spanned<String>>)>,
}

/// `consensus = { stage, of, roles, deciders }`.
#[derive(Debug, Clone, Default)]
pub struct ConsensusSpec {
    pub stage: Option<Spanned<String>>,
    pub of: Option<Spanned<i64>>,
    pub roles: Vec<Spanned<String>>,
    pub deciders: Vec<Spanned<String>>,
}

/// `{ name, where }`: what is tested are traits, `group.NAME` those of the company.
#[derive(Debug, Clone, Default)]
pub struct RoleSpec {
    pub name: Option<Spanned<String>>,
    /// Only its tests.
    pub when: ConditionSpec,
}
