//! One account, as `/api/v1/accounts/{id}` and `explain` show it: its group, who agrees and who doesn't, and why.

use super::time::Time;
use crate::domain::member_update::voter_of;
use crate::domain::model::accounts::Accounts;
use crate::domain::model::{Model, Models};
use crate::domain::rules::account::buying_group;
use crate::domain::state::consensus::Announced;
use crate::domain::state::consensus::{Ballot, Vote};
use crate::domain::state::group::{Group, Member};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::movement::Axis;
use crate::domain::terms::per_axis::PerAxis;
use crate::domain::terms::sales::Bar;
use crate::domain::{Ms, Text};
use serde::{Deserialize, Serialize};

/// The answer about one account.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct AccountView {
    pub account: String,
    /// When this was so.
    pub at: Option<Time>,
    pub consensus: ConsensusView,
    /// A member bought.
    pub customer: bool,
    pub disqualified: bool,
    pub first_heard: Option<Time>,
    /// Nobody belongs to it any more: it is forgotten then.
    pub forget_at: Option<Time>,
    pub funnel: Option<String>,
    pub journey: Option<String>,
    /// What members call it.
    pub known_as: Vec<String>,
    pub last_heard: Option<Time>,
    /// Why leads of this account are not handed over.
    pub leads_held_back: Option<String>,
    pub members: Vec<MemberView>,
    pub model: String,
    /// Why the account was disqualified or reopened.
    pub reason: Option<String>,
    pub score: f64,
    /// Oldest first.
    pub votes: Vec<VoteView>,
}

/// Whether the group agrees.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ConsensusView {
    /// Members who agree.
    pub agreed: Vec<String>,
    /// Roles that decide; empty: everybody is asked.
    pub deciders: Vec<String>,
    /// How many have to agree.
    pub expected: usize,
    /// Members who are asked and don't agree.
    pub missing: Vec<String>,
    pub missing_roles: Vec<String>,
    pub reached: bool,
    /// Roles that must be among those who agree.
    pub roles: Vec<String>,
    pub since: Option<Time>,
    /// Whoever has come to this stage of the journey, or further, agrees.
    pub stage: Option<String>,
    /// In one sentence.
    pub why: String,
}

/// A member of the group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct MemberView {
    /// When it last did something.
    pub active: Option<Time>,
    pub agrees: bool,
    pub asked: bool,
    pub disqualified: bool,
    pub funnel: Option<String>,
    pub journey: Option<String>,
    pub member: String,
    pub role: Option<String>,
    pub score: f64,
    /// When the account last heard of it.
    pub told: Option<Time>,
    /// Why it agrees, or doesn't.
    pub why: String,
}

/// A change of mind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct VoteView {
    pub at: Option<Time>,
    /// What followed for the group.
    pub followed: Option<String>,
    /// `null`: somebody who left.
    pub member: Option<String>,
    pub says: String,
}

impl AccountView {
    /// What is known at `now_ms`; `None` where the record is no account's.
    #[must_use]
    pub fn of(account: &str, record: &Prospect, models: &Models, now_ms: Ms) -> Option<Self> {
        let (_, model, accounts) = models.accounts()?;
        let group = record.extras.as_ref()?.account.group.as_deref()?;
        let of = Of { group, model, accounts };
        let PerAxis { journey, funnel } = &group.stages;
        Some(Self {
            account: account.to_owned(),
            at: Time::of(now_ms),
            consensus: of.consensus(),
            customer: !group.buyers.is_empty(),
            disqualified: group.consensus.is_out(),
            first_heard: Time::of(record.first_seen_ms),
            forget_at: group.forget_at_ms().and_then(Time::of),
            funnel: text(funnel.as_ref()),
            journey: text(journey.as_ref()),
            known_as: texts(&group.known_as),
            last_heard: Time::of(record.last_seen_ms),
            leads_held_back: model
                .sales
                .hand_over
                .as_deref()
                .and_then(|rules| group.bar(rules))
                .map(Bar::name)
                .map(str::to_owned),
            members: group.members.iter().map(|m| of.member(m)).collect(),
            model: model.name.clone(),
            reason: group.verdict.as_ref().and_then(|v| text(v.text.as_ref())),
            score: rounded(buying_group::score(group, accounts)),
            votes: group.consensus.votes.iter().map(|v| of.vote(v)).collect(),
        })
    }
}

fn text(text: Option<&Text>) -> Option<String> {
    text.map(ToString::to_string)
}

fn texts(all: &[Text]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

/// Points for people: three decimals.
fn rounded(points: f64) -> f64 {
    (points * 1_000.0).round() / 1_000.0
}

/// When what was said last of the consensus was.
fn since(group: &Group) -> Option<Ms> {
    group.consensus.votes.iter().rev().find(|v| v.announced != Announced::Nothing).map(|v| v.time_ms)
}

struct Of<'a> {
    group: &'a Group,
    model: &'a Model,
    accounts: &'a Accounts,
}

impl Of<'_> {
    /// The stage that a member who agrees has reached or passed.
    fn stage(&self) -> Option<&Text> {
        self.model.axes[Axis::Journey].stages.get(self.accounts.stage)
    }

    fn consensus(&self) -> ConsensusView {
        let (group, accounts) = (self.group, self.accounts);
        let named = |agree: bool| -> Vec<String> {
            let all = group.members.iter().filter(|m| buying_group::is_asked(m, accounts));
            all.filter(|m| buying_group::agrees(m, self.model, accounts) == agree).map(|m| m.name.to_string()).collect()
        };
        ConsensusView {
            agreed: named(true),
            deciders: texts(&accounts.deciders),
            expected: buying_group::expected(group, accounts),
            missing: named(false),
            missing_roles: texts(&group.consensus.missing_roles(accounts)),
            reached: group.consensus.reached(),
            roles: texts(&accounts.required_roles),
            since: since(group).and_then(Time::of),
            stage: text(self.stage()),
            why: self.why(),
        }
    }

    fn member(&self, member: &Member) -> MemberView {
        MemberView {
            active: member.active_ms.and_then(Time::of),
            agrees: buying_group::agrees(member, self.model, self.accounts),
            asked: buying_group::is_asked(member, self.accounts),
            disqualified: member.disqualified,
            funnel: text(member.stages.funnel.as_ref()),
            journey: text(member.stages.journey.as_ref()),
            member: member.name.to_string(),
            role: text(member.role.as_ref()),
            score: rounded(member.score),
            told: Time::of(member.updated_ms),
            why: self.stands(member),
        }
    }

    /// Why a member agrees, or doesn't.
    fn stands(&self, member: &Member) -> String {
        let stage = self.stage().map_or("", |s| s.as_str());
        if !buying_group::is_asked(member, self.accounts) {
            let role = |role: &str| format!("not asked: {role} is no role that decides");
            return member.role.as_deref().map_or_else(|| "not asked: no role is known".to_owned(), role);
        }
        if member.disqualified {
            return "disqualified".to_owned();
        }
        match (buying_group::agrees(member, self.model, self.accounts), member.stages.journey.as_deref()) {
            (true, Some(at)) if at == stage => format!("has come to {stage}"),
            (true, at) => format!("has come further than {stage}, to {}", at.unwrap_or("-")),
            (false, Some(at)) => format!("stands at {at}, before {stage}"),
            (false, None) => format!("stands nowhere yet, before {stage}"),
        }
    }

    /// Why the group agrees, or doesn't, in one sentence.
    fn why(&self) -> String {
        let missing = || {
            self.group
                .members
                .iter()
                .filter(|m| buying_group::is_asked(m, self.accounts) && !buying_group::agrees(m, self.model, self.accounts))
        };
        let agreed = self.group.members.iter().filter(|m| buying_group::agrees(m, self.model, self.accounts)).count();
        let expected = buying_group::expected(self.group, self.accounts);
        if self.group.consensus.is_out() {
            return "the group is disqualified".to_owned();
        }
        let roles = self.group.consensus.missing_roles(self.accounts);
        if !roles.is_empty() {
            return format!("no one among those who agree is {}", roles.join(" or "));
        }
        if agreed >= expected {
            return format!("{agreed} of {expected} who are needed agree");
        }
        let who = missing().map(|m| format!("{} {}", m.name, self.stands(m))).collect::<Vec<_>>();
        let who = if who.is_empty() { "no one else is known who could be asked".to_owned() } else { who.join("; ") };
        format!("{agreed} of {expected} who are needed agree: {who}")
    }

    fn vote(&self, vote: &Vote) -> VoteView {
        let says = match vote.ballot {
            Ballot::Agrees(_) => "agrees",
            Ballot::AgreesNot => "does not agree",
            Ballot::Undecided => "decides and doesn't agree",
            Ballot::Out => "disqualified the group",
            Ballot::Reopened => "reopened the group",
        };
        let said = match vote.announced {
            Announced::Nothing => None,
            Announced::Reached => Some("consensus reached"),
            Announced::Lost => Some("consensus lost"),
        };
        let member = self.group.members.iter().find(|m| voter_of(&m.name) == vote.voter);
        VoteView {
            at: Time::of(vote.time_ms),
            followed: said.map(str::to_owned),
            member: member.map(|m| m.name.to_string()),
            says: says.to_owned(),
        }
    }
}
