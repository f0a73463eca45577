//! What accounts weigh.

use crate::domain::state::account::{Belongs, Membership};
use crate::domain::state::consensus::Consensus;
use crate::domain::state::group::{Group, Member};
use crate::domain::state::weight::units::{CHAINED, FLAG, FRAME, NUMBER, text, texts};
use crate::domain::terms::per_axis::PerAxis;

pub(crate) fn membership(membership: &Membership) -> usize {
    // Why it is barred has a frame of its own, and two numbers.
    let Membership { role, belongs, barred, group } = membership;
    let barred = barred.map_or(0, |_| FRAME + 2 * NUMBER);
    let belongs =
        belongs.as_ref().map_or(0, |Belongs { account, source: _, since_ms: _, sent_ms: _, sent_digest: _, group_id }| {
            FRAME + FRAME + account.len() + 4 * NUMBER + text(group_id.as_deref())
        });
    FRAME + text(role.as_deref()) + belongs + barred + group.as_deref().map_or(0, crate::domain::state::weight::account::group)
}

pub(crate) fn group(group: &Group) -> usize {
    let Group {
        model_hash: _,
        members,
        consensus,
        verdict,
        known_as,
        stages: PerAxis { journey, funnel },
        buyers,
        empty_since_ms: _,
    } = group;
    let Consensus { settled, votes } = consensus;
    let own = FRAME + 2 * NUMBER + texts(&[journey, funnel]) + 2 * FLAG + NUMBER;
    let verdict = verdict.as_ref().map_or(0, |v| FRAME + 2 * NUMBER + text(v.text.as_deref()));
    // Time, voter, cause, role, what was said.
    let votes = 5 * FRAME + (CHAINED + 8 + 8 + 4 + 2) * votes.len();
    let settled = 3 * FRAME + (8 + 4) * settled.agreed.len() + 8 * settled.undecided.len();
    let known_as = known_as.iter().map(|name| FRAME + name.len()).sum::<usize>();
    // Columns of members have a frame each.
    let buyers = 5 * FRAME + (8 + CHAINED) * buyers.len();
    own + verdict + votes + settled + known_as + buyers + members.iter().map(member).sum::<usize>()
}

/// One member of a buying group.
#[must_use]
pub fn member(member: &Member) -> usize {
    let Member {
        name,
        role,
        stages: PerAxis { journey, funnel },
        score: _,
        disqualified: _,
        updated_ms: _,
        active_ms: _,
        barred: _,
        held_ms: _,
    } = member;
    FRAME + FRAME + name.len() + texts(&[role, journey, funnel]) + 2 * NUMBER + FLAG + 2 * CHAINED + 1
}
