//! `MembershipRecord`: where a prospect belongs, or an account itself.

use super::lead::bar;
use crate::domain::Ms;
use crate::domain::state::account::Source;
use crate::domain::state::account::{Belongs, Membership};
use crate::domain::state::consensus::Announced;
use crate::domain::state::consensus::{Ballot, Consensus, Settled, Vote};
use crate::domain::state::group::{Group, Member, Reason};
use crate::domain::terms::per_axis::PerAxis;
use crate::state_record::reader::{List, Read, Reader, Value, damaged};
use crate::state_record::writer::{Writer, encode_varint};
use std::num::{NonZeroU32, NonZeroU64};

pub(super) fn write(value: &Membership, w: &mut Writer<'_>) {
    // Why it is barred stands beside it: records without an account have no part of it.
    let Membership { role, belongs, barred: _, group } = value;
    w.optional_text(1, role.as_deref());
    if let Some(belongs) = belongs {
        w.nested(2, |w| write_belongs(belongs, w));
    }
    if let Some(group) = group {
        w.nested(3, |w| write_group(group, w));
    }
}

pub(super) fn read(mut r: Reader<'_>) -> Read<Membership> {
    let mut m = Membership::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => m.role = Some(r.text(b)?),
            (2, Value::Bytes(b)) => m.belongs = Some(read_belongs(r.nested(b, "belongs"))?),
            (3, Value::Bytes(b)) => m.group = Some(Box::new(read_group(r.nested(b, "group"))?)),
            _ => return r.unknown(field),
        }
    }
    Ok(m)
}

fn write_belongs(belongs: &Belongs, w: &mut Writer<'_>) {
    let Belongs { account, source, since_ms, sent_ms, sent_digest, group_id } = belongs;
    w.text(1, account);
    w.uint(
        2,
        match source {
            Source::MailDomain => 0,
            Source::Trait => 1,
            Source::GroupCall => 2,
        },
    );
    w.time_or_0(3, *since_ms);
    w.time(4, *sent_ms);
    w.hash64(5, *sent_digest);
    w.optional_text(7, group_id.as_deref());
}

fn read_belongs(mut r: Reader<'_>) -> Read<Belongs> {
    let mut b = Belongs {
        account: crate::domain::Text::default(),
        source: Source::MailDomain,
        since_ms: 0,
        sent_ms: None,
        sent_digest: None,
        group_id: None,
    };
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(text)) => b.account = r.text(text)?,
            (2, Value::Varint(1)) => b.source = Source::Trait,
            (2, Value::Varint(2)) => b.source = Source::GroupCall,
            (3, Value::Varint(v)) => b.since_ms = r.time(v),
            (4, Value::Varint(v)) => b.sent_ms = Some(r.time(v)),
            (5, Value::Fixed64(v)) => b.sent_digest = NonZeroU64::new(v),
            (7, Value::Bytes(text)) => b.group_id = Some(r.text(text)?),
            _ => return r.unknown(field),
        }
    }
    Ok(b)
}

fn write_group(group: &Group, w: &mut Writer<'_>) {
    let Group { model_hash, members, consensus, verdict, known_as, stages: PerAxis { journey, funnel }, buyers, empty_since_ms } =
        group;
    let Consensus { settled: Settled { agreed, undecided, out, reached, until_ms }, votes } = consensus;
    w.fixed64(1, *model_hash);
    for member in members {
        w.nested(2, |w| write_member(member, w));
    }
    w.optional_text(3, journey.as_deref());
    w.optional_text(4, funnel.as_deref());
    w.time(5, *empty_since_ms);
    if let Some(Reason { time_ms, by, text }) = verdict {
        w.nested(6, |w| {
            w.time_or_0(1, *time_ms);
            w.fixed64(2, *by);
            w.optional_text(3, text.as_deref());
        });
    }
    w.packed(7, agreed.iter().map(|(voter, _)| voter.to_le_bytes()));
    w.packed(8, agreed.iter().map(|(_, role)| role.map_or(0, NonZeroU32::get).to_le_bytes()));
    w.flag(9, *out);
    w.flag(10, *reached);
    w.time_or_0(11, *until_ms);
    w.times(12, votes.iter().map(|v| v.time_ms));
    w.packed(13, votes.iter().map(|v| v.voter.to_le_bytes()));
    w.packed(14, votes.iter().map(|v| v.cause.to_le_bytes()));
    w.packed(15, votes.iter().map(|v| if let Ballot::Agrees(Some(role)) = v.ballot { role.get() } else { 0 }.to_le_bytes()));
    if !votes.is_empty() {
        w.nested(16, |w| votes.iter().for_each(|v| encode_varint(said(v), w.out)));
    }
    w.packed(19, undecided.iter().map(|voter| voter.to_le_bytes()));
    for name in known_as {
        w.text(20, name);
    }
    w.packed(21, buyers.iter().map(|(who, _)| who.to_le_bytes()));
    w.times(22, buyers.iter().map(|(_, since_ms)| *since_ms));
    if members.iter().any(|m| m.active_ms.is_some()) {
        w.times(23, members.iter().map(|m| m.active_ms.unwrap_or_default()));
    }
    if members.iter().any(|m| m.held_ms.is_some()) {
        w.times(24, members.iter().map(|m| m.held_ms.unwrap_or_default()));
    }
    if members.iter().any(|m| m.barred.is_some()) {
        w.nested(25, |w| members.iter().for_each(|m| encode_varint(m.barred.map_or(0, |bar| bar as u64), w.out)));
    }
}

/// Marks a vote of somebody who decides and doesn't agree: above how many times something was said.
const UNDECIDED: u64 = 1 << 12;

/// What a vote says, what was said of it and how many times, in one number.
fn said(vote: &Vote) -> u64 {
    let says = match vote.ballot {
        Ballot::Agrees(_) => 0,
        Ballot::AgreesNot => 1,
        Ballot::Undecided => 1 | UNDECIDED,
        Ballot::Out => 2,
        Ballot::Reopened => 3,
    };
    let said = match vote.announced {
        Announced::Nothing => 0,
        Announced::Reached => 1,
        Announced::Lost => 2,
    };
    says | said << 2 | u64::from(vote.revision) << 4
}

/// The columns of the votes until they are put together.
#[derive(Default)]
struct Columns<'b> {
    times: List<Ms>,
    voters: &'b [[u8; 8]],
    causes: &'b [[u8; 8]],
    roles: &'b [[u8; 4]],
    said: List<u64>,
}

impl Columns<'_> {
    fn votes(self, r: &Reader<'_>) -> Read<Vec<Vote>> {
        for column in [self.voters.len(), self.causes.len(), self.roles.len(), self.said.len()] {
            r.same_length(self.times.len(), column)?;
        }
        let vote = |(n, time_ms): (usize, &Ms)| {
            let said = self.said[n];
            Ok(Vote {
                time_ms: *time_ms,
                voter: u64::from_le_bytes(self.voters[n]),
                cause: u64::from_le_bytes(self.causes[n]),
                ballot: match said & 3 {
                    0 => Ballot::Agrees(NonZeroU32::new(u32::from_le_bytes(self.roles[n]))),
                    1 if said & UNDECIDED != 0 => Ballot::Undecided,
                    1 => Ballot::AgreesNot,
                    2 => Ballot::Out,
                    _ => Ballot::Reopened,
                },
                announced: match said >> 2 & 3 {
                    0 => Announced::Nothing,
                    1 => Announced::Reached,
                    2 => Announced::Lost,
                    other => return damaged("vote", format_args!("{other} is said of it")),
                },
                revision: r.number((said & !UNDECIDED) >> 4)?,
            })
        };
        self.times.iter().enumerate().map(vote).collect()
    }
}

fn read_group(mut r: Reader<'_>) -> Read<Group> {
    let mut g = Group::default();
    let (mut agreed, mut roles): (&[[u8; 8]], &[[u8; 4]]) = (&[], &[]);
    let mut undecided: &[[u8; 8]] = &[];
    let mut columns = Columns::default();
    let (mut buyers, mut since): (&[[u8; 8]], List<Ms>) = (&[], List::default());
    let (mut active, mut held, mut barred) = (List::<Ms>::default(), List::<Ms>::default(), List::<u64>::default());
    while let Some((field, value)) = r.next()? {
        let settled = &mut g.consensus.settled;
        match (field, value) {
            (1, Value::Fixed64(v)) => g.model_hash = v,
            (2, Value::Bytes(b)) => g.members.push(read_member(r.nested(b, "member"))?),
            (3, Value::Bytes(b)) => g.stages.journey = Some(r.text(b)?),
            (4, Value::Bytes(b)) => g.stages.funnel = Some(r.text(b)?),
            (5, Value::Varint(v)) => g.empty_since_ms = Some(r.time(v)),
            (6, Value::Bytes(b)) => g.verdict = Some(read_reason(r.nested(b, "reason"))?),
            (7, Value::Bytes(b)) => agreed = r.packed(b)?,
            (8, Value::Bytes(b)) => roles = r.packed(b)?,
            (9, Value::Varint(v)) => settled.out = v != 0,
            (10, Value::Varint(v)) => settled.reached = v != 0,
            (11, Value::Varint(v)) => settled.until_ms = r.time(v),
            (12, Value::Bytes(b)) => columns.times = r.times(b)?,
            (13, Value::Bytes(b)) => columns.voters = r.packed(b)?,
            (14, Value::Bytes(b)) => columns.causes = r.packed(b)?,
            (15, Value::Bytes(b)) => columns.roles = r.packed(b)?,
            (16, Value::Bytes(b)) => columns.said = r.varints(b)?,
            (19, Value::Bytes(b)) => undecided = r.packed(b)?,
            (20, Value::Bytes(b)) => g.known_as.push(r.text(b)?),
            (21, Value::Bytes(b)) => buyers = r.packed(b)?,
            (22, Value::Bytes(b)) => since = r.times(b)?,
            (23, Value::Bytes(b)) => active = r.times(b)?,
            (24, Value::Bytes(b)) => held = r.times(b)?,
            (25, Value::Bytes(b)) => barred = r.varints(b)?,
            _ => return r.unknown(field),
        }
    }
    r.same_length(agreed.len(), roles.len())?;
    let pairs = agreed.iter().zip(roles);
    g.consensus.settled.agreed =
        pairs.map(|(v, role)| (u64::from_le_bytes(*v), NonZeroU32::new(u32::from_le_bytes(*role)))).collect();
    g.consensus.settled.undecided = undecided.iter().map(|v| u64::from_le_bytes(*v)).collect();
    g.consensus.votes = columns.votes(&r)?;
    r.same_length(buyers.len(), since.len())?;
    g.buyers = buyers.iter().zip(since.iter()).map(|(who, since_ms)| (u64::from_le_bytes(*who), *since_ms)).collect();
    for length in [active.len(), held.len(), barred.len()].into_iter().filter(|length| *length > 0) {
        r.same_length(g.members.len(), length)?;
    }
    for (n, member) in g.members.iter_mut().enumerate() {
        let time = |column: &List<Ms>| column.get(n).copied().filter(|ms| *ms != 0);
        (member.active_ms, member.held_ms) = (time(&active), time(&held));
        member.barred = bar(barred.get(n).copied().unwrap_or_default())?;
    }
    Ok(g)
}

fn read_reason(mut r: Reader<'_>) -> Read<Reason> {
    let mut reason = Reason::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Varint(v)) => reason.time_ms = r.time(v),
            (2, Value::Fixed64(v)) => reason.by = v,
            (3, Value::Bytes(b)) => reason.text = Some(r.text(b)?),
            _ => return r.unknown(field),
        }
    }
    Ok(reason)
}

fn write_member(member: &Member, w: &mut Writer<'_>) {
    // The rest stands in columns of the group.
    let Member {
        name,
        role,
        stages: PerAxis { journey, funnel },
        score,
        disqualified,
        updated_ms,
        active_ms: _,
        barred: _,
        held_ms: _,
    } = member;
    w.text(1, name);
    w.optional_text(2, role.as_deref());
    w.optional_text(3, journey.as_deref());
    w.optional_text(4, funnel.as_deref());
    if *score != 0.0 {
        w.fixed64(5, score.to_bits());
    }
    w.flag(6, *disqualified);
    w.time_or_0(7, *updated_ms);
}

fn read_member(mut r: Reader<'_>) -> Read<Member> {
    let mut m = Member::default();
    while let Some((field, value)) = r.next()? {
        match (field, value) {
            (1, Value::Bytes(b)) => m.name = r.text(b)?,
            (2, Value::Bytes(b)) => m.role = Some(r.text(b)?),
            (3, Value::Bytes(b)) => m.stages.journey = Some(r.text(b)?),
            (4, Value::Bytes(b)) => m.stages.funnel = Some(r.text(b)?),
            (5, Value::Fixed64(v)) => m.score = f64::from_bits(v),
            (6, Value::Varint(v)) => m.disqualified = v != 0,
            (7, Value::Varint(v)) => m.updated_ms = r.time(v),
            _ => return r.unknown(field),
        }
    }
    Ok(m)
}
