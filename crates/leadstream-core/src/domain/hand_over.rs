//! What leaves about a lead's company, and what goes between members and their account.

use crate::domain::terms::sales::{Answer, HandOverKind, Qualification};
use crate::domain::{Ms, Text};

/// The company of a lead when the lead left.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Company {
    /// What members call it; empty: as the account is called.
    pub known_as: Vec<Text>,
    pub journey: Option<Text>,
    pub funnel: Option<Text>,
    pub score: f64,
    /// Whether the buying group agreed, and since when, as long as the account remembers it.
    pub consensus: bool,
    pub consensus_since_ms: Option<Ms>,
    pub expected: u32,
    pub agreed: Vec<Text>,
    pub missing: Vec<Text>,
    pub missing_roles: Vec<Text>,
    /// Everybody who is known of it, the lead included.
    pub members: u32,
    /// The others who did something lately.
    pub active_colleagues: Vec<Colleague>,
    pub disqualified: bool,
    pub customer: bool,
}

/// Somebody else of the company.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Colleague {
    pub member: Text,
    pub role: Option<Text>,
    pub journey: Option<Text>,
}

/// Between marketing and sales.
#[derive(Debug, Clone, PartialEq)]
pub struct HandOver {
    pub kind: HandOverKind,
    pub qualification: Qualification,
    /// In words: the rules that gave most points, the answer's reason, `no-answer`, `aged`.
    pub reasons: Vec<Text>,
    pub answer: Option<Answer>,
    pub sla_due_at_ms: Option<Ms>,
    /// Since when sales had the lead.
    pub handed_over_at_ms: Ms,
    pub score: f64,
    pub fit: Option<f64>,
    pub grade: Option<Text>,
    pub label: Option<Text>,
    pub persona: Option<Text>,
    /// The company, and the role in its buying group, as far as they are known.
    pub account: Option<Text>,
    pub role: Option<Text>,
    /// What the account knew of the company; `None` where the model knows no accounts, or no company is known.
    pub company: Option<Box<Company>>,
}
