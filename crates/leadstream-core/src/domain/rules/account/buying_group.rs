//! Who of a buying group is asked whether they agree, and who does.

use crate::domain::model::Model;
use crate::domain::model::accounts::{Accounts, ScoreOf};
use crate::domain::model::stages::stage_index;
use crate::domain::state::group::{Group, Member};
use crate::domain::terms::movement::Axis;

/// Whether a member agrees: asked, not disqualified, and come to the stage of agreement or further.
#[must_use]
pub fn agrees(member: &Member, model: &Model, accounts: &Accounts) -> bool {
    !member.disqualified
        && is_asked(member, accounts)
        && rank(Axis::Journey, member, model).is_some_and(|stage| stage >= accounts.stage)
}

/// Whether a member is in a role that decides; everybody where the model doesn't say who does.
#[must_use]
pub fn is_asked(member: &Member, accounts: &Accounts) -> bool {
    accounts.decides(member.role.as_deref())
}

/// How far a member has come on an axis.
#[must_use]
pub fn rank(axis: Axis, member: &Member, model: &Model) -> Option<usize> {
    stage_index(&model.axes[axis], member.stages[axis].as_deref()?)
}

/// How many have to agree: as many as the model says, and where it says who decides, all of these.
#[must_use]
pub fn expected(group: &Group, accounts: &Accounts) -> usize {
    let decides = |m: &&Member| !m.disqualified && is_asked(m, accounts);
    let deciders = if accounts.deciders.is_empty() { 0 } else { group.members.iter().filter(decides).count() };
    accounts.min_agreeing.max(deciders)
}

/// The group's score: the sum of its members' or the highest; disqualified members do not count.
#[must_use]
pub fn score(group: &Group, accounts: &Accounts) -> f64 {
    let counted = group.members.iter().filter(|m| !m.disqualified).map(|m| m.score);
    match accounts.score {
        ScoreOf::Sum => counted.sum(),
        ScoreOf::Highest => counted.fold(0.0, f64::max),
    }
}
