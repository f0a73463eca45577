//! What changed of an account.

use crate::domain::Text;
use crate::domain::state::group::Member;
use crate::domain::terms::account::AccountKind;
use crate::domain::terms::movement::Axis;

/// A record in `leadstream.accounts`; its key is the account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountChanged {
    pub kind: AccountKind,
    pub account: Text,
    /// Of a stage change.
    pub axis: Option<Axis>,
    pub journey: Option<Text>,
    pub funnel: Option<Text>,
    pub from: Option<Text>,
    pub to: Option<Text>,
    pub score: f64,
    pub members: u32,
    /// Members who have reached the model's stage of agreement or a later one, and those who have not.
    pub agreed: Vec<Text>,
    pub missing: Vec<Text>,
    /// How many have to agree.
    pub expected: u32,
    /// Roles that have to be among those who agree and are not.
    pub missing_roles: Vec<Text>,
    pub consensus: bool,
    /// The group as a whole.
    pub disqualified: bool,
    pub reason: Option<Text>,
    /// Id of the output that does not stand.
    pub recalls: Option<u128>,
    /// What the company is called where members say so.
    pub known_as: Vec<Text>,
    pub group: Vec<Member>,
}
