//! What is known of an account, in words.

use super::page::{Page, decimal, word};
use crate::app::zone::Zone;
use crate::view::account::{AccountView, MemberView, VoteView};

/// The answer about an account as text.
pub(super) fn of(account: &AccountView, zone: &Zone) -> String {
    let mut page = Page::new(zone);
    page.line(&format!("account {} at {}", account.account, page.time_and_zone(account.at)));
    if !account.known_as.is_empty() {
        page.line(&format!("  known as {}", account.known_as.join(", ")));
    }
    page.line(&format!("  heard    first {}, last {}", page.time(account.first_heard), page.time(account.last_heard)));
    page.line(&format!(
        "  stands   journey {}, funnel {}, score {} (model {})",
        word(account.journey.as_ref()),
        word(account.funnel.as_ref()),
        decimal(account.score),
        account.model
    ));
    if account.disqualified {
        page.line(&format!("  out      disqualified: {}", word(account.reason.as_ref())));
    }
    let consensus = &account.consensus;
    let reached = if consensus.reached { "reached" } else { "not reached" };
    let since = consensus.since.map(|since| format!(" since {}", page.time(Some(since)))).unwrap_or_default();
    page.line(&format!("  agree    consensus {reached}{since}: {}", consensus.why));
    let asked = if consensus.deciders.is_empty() { "everyone".to_owned() } else { consensus.deciders.join(", ") };
    page.line(&format!("           asked {asked}; agreement is {} or further", word(consensus.stage.as_ref())));
    page.line("  members");
    for member in &account.members {
        page.line(&member_line(member));
    }
    if !account.votes.is_empty() {
        page.line("  votes");
    }
    for vote in &account.votes {
        page.line(&vote_line(vote, &page));
    }
    if account.forget_at.is_some() {
        page.line(&format!("  next     no one belongs to it any more; forgotten {}", page.time(account.forget_at)));
    }
    page.into_text()
}

fn member_line(member: &MemberView) -> String {
    format!(
        "           {} ({}): journey {}, funnel {}, score {}; {}",
        member.member,
        word(member.role.as_ref()),
        word(member.journey.as_ref()),
        word(member.funnel.as_ref()),
        decimal(member.score),
        member.why
    )
}

fn vote_line(vote: &VoteView, page: &Page<'_>) -> String {
    let who = vote.member.as_deref().unwrap_or("someone who left");
    let followed = vote.followed.as_ref().map(|what| format!(": {what}")).unwrap_or_default();
    format!("           {} {who} {}{followed}", page.time(vote.at), vote.says)
}
