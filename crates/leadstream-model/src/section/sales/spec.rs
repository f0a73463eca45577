//! What the file says of the hand-over, of who is disqualified, and of the way back.

use crate::condition::spec::ConditionSpec;
use crate::fault::{Place, Spanned};
use leadstream_core::domain::Ms;
use leadstream_core::domain::model::sales::{ReEntryScore, ReEntryStage, ReturnReason};
use leadstream_core::domain::terms::sales::Answer;

/// What the file says of it: `[hand_over]`, `[disqualify]`, `[re_entry]`.
#[derive(Debug, Clone, Default)]
pub struct SalesSpec {
    pub hand_over: Option<HandOverSpec>,
    pub disqualify: Option<DisqualifySpec>,
    pub re_entry: Option<ReEntrySpec>,
}

#[derive(Debug, Clone, Default)]
pub struct HandOverSpec {
    pub place: Place,
    pub mql: Option<Spanned<LevelSpec>>,
    pub sql: Option<Spanned<LevelSpec>>,
    pub again_after_ms: Option<Spanned<Ms>>,
    /// Inner `None`: `"off"`.
    pub again_rise: Option<Spanned<Option<f64>>>,
    /// By such an event the buyer asks for sales.
    pub hand_raise: Option<Spanned<ConditionSpec>>,
    /// Such an event waits for the end of `again_after`, too.
    pub hand_raise_waits: Option<Spanned<bool>>,
    /// Who bought already is handed over like others.
    pub customers: Option<Spanned<bool>>,
    /// So are those whose company is disqualified.
    pub disqualified_accounts: Option<Spanned<bool>>,
    pub office: OfficeSpec,
    pub reset: Option<Spanned<ResetSpec>>,
    /// By why it goes back: instead of `reset`.
    pub reset_by: Vec<(ReturnReason, Spanned<ResetSpec>)>,
    pub answers: Vec<(Answer, Spanned<ConditionSpec>)>,
    /// The property in which answers say why.
    pub reason: Option<Spanned<String>>,
}

/// `mql` or `sql` of the hand-over.
#[derive(Debug, Clone, Default)]
pub struct LevelSpec {
    pub label: Option<Spanned<String>>,
    pub sla_ms: Option<Spanned<Ms>>,
    /// Of the MQL: after the reminder.
    pub grace_ms: Option<Spanned<Ms>>,
    /// Of the SQL. Inner `None`: `"off"`.
    pub age_ms: Option<Spanned<Option<Ms>>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ResetSpec {
    /// So much of all points stays: 0 to 1.
    Keep(f64),
    /// At most so many points are left of the score.
    To(f64),
    /// By group, so much of its points stays; of the others all.
    Groups(Vec<(Spanned<String>, f64)>),
}

#[derive(Debug, Clone, Default)]
pub struct DisqualifySpec {
    pub place: Place,
    pub rules: Vec<Spanned<DisqualifyRuleSpec>>,
}

#[derive(Debug, Clone, Default)]
pub struct DisqualifyRuleSpec {
    pub when: ConditionSpec,
    /// Why, in the model's words.
    pub reason: Option<Spanned<String>>,
    /// The property that says why.
    pub reason_from: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Default)]
pub struct ReEntrySpec {
    pub place: Place,
    pub rules: Vec<Spanned<ConditionSpec>>,
    /// Inner `None`: `"off"`.
    pub after_ms: Option<Spanned<Option<Ms>>>,
    pub to: Option<Spanned<ReEntryStage>>,
    pub score: Option<Spanned<ReEntryScore>>,
}

/// What the file says of it, in `[hand_over]`.
#[derive(Debug, Clone, Default)]
pub struct OfficeSpec {
    /// From, to: times of day.
    pub hours: Option<Spanned<(Ms, Ms)>>,
    /// 0 for Monday.
    pub weekdays: Option<Spanned<Vec<u8>>>,
    pub time_zone: Option<Spanned<String>>,
    /// `2026-12-25`, or `12-25` for every year.
    pub holidays: Vec<Spanned<String>>,
}

impl OfficeSpec {
    /// The time in which sales answers is counted by the office.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.hours.is_some()
    }
}
