//! One account, as `/api/v1/accounts/{id}` shows it: its group, who agrees and who doesn't, and why.

use super::health::rfc3339;
use crate::domain::Ms;
use crate::domain::model::accounts::Accounts;
use crate::domain::model::{Model, Models};
use crate::domain::rules::account::asked;
use crate::domain::rules::account::consensus::Said;
use crate::domain::rules::account::group::voter_of;
use crate::domain::state::consensus::{Says, Vote};
use crate::domain::state::group::{Group, Member};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::movement::Axis;
use crate::domain::terms::sales::Bar;
use serde_json::{Value, json};

/// The answer about one account at `now_ms`; `None` where the record is no account's.
#[must_use]
pub fn view(account: &str, record: &Prospect, models: &Models, now_ms: Ms) -> Option<Value> {
    let (_, model, accounts) = models.accounts()?;
    let group = record.more.as_ref()?.account.group.as_deref()?;
    let stage = model.axes[Axis::Journey.index()].stages.get(accounts.stage);
    let of = Of { group, model, accounts };
    let named = |agree: bool| -> Vec<&str> {
        let all = group.members.iter().filter(|m| asked::is_asked(m, accounts));
        all.filter(|m| asked::agrees(m, model, accounts) == agree).map(|m| m.name.as_str()).collect()
    };
    Some(json!({
        "account": account,
        "known_as": group.known_as,
        "at": rfc3339(now_ms),
        "model": model.name,
        "first_heard": rfc3339(record.first_seen_ms),
        "last_heard": rfc3339(record.last_seen_ms),
        "journey": group.stages[0],
        "funnel": group.stages[1],
        "score": (asked::score(group, accounts) * 1_000.0).round() / 1_000.0,
        "consensus": {
            "reached": group.consensus.reached(),
            "since": since(group).and_then(rfc3339),
            "stage": stage,
            "expected": asked::expected(group, accounts),
            "deciders": accounts.deciders,
            "roles": accounts.needed,
            "agreed": named(true),
            "missing": named(false),
            "missing_roles": group.consensus.missing_roles(accounts),
            "why": of.why(),
        },
        "disqualified": group.consensus.is_out(),
        "reason": group.verdict.as_ref().and_then(|v| v.text.as_ref()),
        "customer": !group.buyers.is_empty(),
        "leads_held_back": model.sales.hand_over.as_deref().and_then(|rules| group.bar(rules)).map(Bar::name),
        "members": group.members.iter().map(|m| of.member(m)).collect::<Vec<_>>(),
        "votes": group.consensus.votes.iter().map(|v| of.vote(v)).collect::<Vec<_>>(),
        "forget_at": group.forget_at_ms().and_then(rfc3339),
    }))
}

/// When what was said last of the consensus was.
fn since(group: &Group) -> Option<Ms> {
    group.consensus.votes.iter().rev().find(|v| v.said != Said::Nothing).map(|v| v.time_ms)
}

struct Of<'a> {
    group: &'a Group,
    model: &'a Model,
    accounts: &'a Accounts,
}

impl Of<'_> {
    fn member(&self, member: &Member) -> Value {
        json!({
            "member": member.name,
            "role": member.role,
            "journey": member.stages[0],
            "funnel": member.stages[1],
            "score": (member.score * 1_000.0).round() / 1_000.0,
            "disqualified": member.disqualified,
            "told": rfc3339(member.updated_ms),
            "active": member.active_ms.and_then(rfc3339),
            "asked": asked::is_asked(member, self.accounts),
            "agrees": asked::agrees(member, self.model, self.accounts),
            "why": self.stands(member),
        })
    }

    /// Why a member agrees, or doesn't.
    fn stands(&self, member: &Member) -> String {
        let stage = self.model.axes[Axis::Journey.index()].stages.get(self.accounts.stage).map_or("", |s| s.as_str());
        if !asked::is_asked(member, self.accounts) {
            let role = |role: &str| format!("not asked: {role} is no role that decides");
            return member.role.as_deref().map_or_else(|| "not asked: no role is known".to_owned(), role);
        }
        if member.disqualified {
            return "disqualified".to_owned();
        }
        match (asked::agrees(member, self.model, self.accounts), member.stages[0].as_deref()) {
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
                .filter(|m| asked::is_asked(m, self.accounts) && !asked::agrees(m, self.model, self.accounts))
        };
        let agreed = self.group.members.iter().filter(|m| asked::agrees(m, self.model, self.accounts)).count();
        let expected = asked::expected(self.group, self.accounts);
        if self.group.consensus.is_out() {
            return "the group is disqualified".to_owned();
        }
        let roles = self.group.consensus.missing_roles(self.accounts);
        if !roles.is_empty() {
            return format!("nobody among those who agree is {}", roles.join(" or "));
        }
        if agreed >= expected {
            return format!("{agreed} of {expected} who are needed agree");
        }
        let who = missing().map(|m| format!("{} {}", m.name, self.stands(m))).collect::<Vec<_>>();
        let who = if who.is_empty() { "nobody else is known who would be asked".to_owned() } else { who.join("; ") };
        format!("{agreed} of {expected} who are needed agree: {who}")
    }

    fn vote(&self, vote: &Vote) -> Value {
        let says = match vote.says {
            Says::Agrees(_) => "agrees",
            Says::AgreesNot => "does not agree",
            Says::Undecided => "decides and doesn't agree",
            Says::Out => "disqualified the group",
            Says::Reopened => "reopened the group",
        };
        let said = match vote.said {
            Said::Nothing => None,
            Said::Reached => Some("consensus reached"),
            Said::Lost => Some("consensus lost"),
        };
        let member = self.group.members.iter().map(|m| &m.name).find(|name| voter_of(name) == vote.voter);
        json!({ "at": rfc3339(vote.time_ms), "member": member, "says": says, "followed": said })
    }
}
