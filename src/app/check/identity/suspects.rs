//! Ids that look as if they were several people's: what that means, and what to do about it.

use crate::app::terminal::printable;
use crate::domain::identity::id::Id;
use crate::domain::identity::linking::Linking;
use crate::domain::identity::types::IdClass;
use crate::domain::state::identity::{MAX_HOLDERS, MAX_USERS};
use crate::domain::{DAY_MS, Ms};
use crate::view::identity::SuspectView;
use std::fmt;

/// Others with which an id was linked, each with when it first was.
pub(super) type Others = Vec<(Ms, u32)>;

/// What events link an id with.
pub(super) struct Links<'a> {
    pub id: &'a Id,
    /// Weaker ids that come to it.
    pub arrivals: &'a Others,
    /// Stronger ones that it stands for, or that it joins.
    pub targets: &'a Others,
    /// Of these, those of which each is somebody of their own.
    pub users: u64,
    pub is_shared: bool,
    /// The rules found it to be nobody's, by so many names, and by none that joins many.
    pub crowded: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Crowded,
    Joins,
    Shared,
    ChangesHands,
    ManyHolders,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Crowded => "crowded",
            Self::Joins => "joins",
            Self::Shared => "shared",
            Self::ChangesHands => "changes-hands",
            Self::ManyHolders => "many-holders",
        })
    }
}

/// What is to be said of an id; nothing of most.
pub(super) fn suspect(links: &Links<'_>, linking: &Linking) -> Option<SuspectView> {
    let Links { id, arrivals, targets, users, is_shared, crowded } = *links;
    let limit = linking.limits.links_per_day as u64;
    let class = linking.types.class(id.kind());
    let (arriving, passing) = (most_of_a_day(arrivals), most_of_a_day(targets));
    let (why, others) = match class {
        _ if joins_many(targets, class, linking) => (Why::Joins, targets.len() as u64),
        _ if arriving > limit => (Why::Crowded, arrivals.len() as u64),
        _ if crowded.is_some() => (Why::Crowded, crowded.unwrap_or_default()),
        IdClass::Device if is_shared || users >= MAX_USERS as u64 => (Why::Shared, users),
        IdClass::Device if passing > limit => (Why::ChangesHands, targets.len() as u64),
        IdClass::Address if users > MAX_HOLDERS as u64 => (Why::ManyHolders, users),
        _ => return None,
    };
    let text = linking.types.text(id).to_string();
    let message = message(&text, why, others, class, limit);
    Some(SuspectView { id: text, message, others, why: why.to_string() })
}

fn message(id: &str, why: Why, others: u64, class: IdClass, limit: u64) -> String {
    let block = format!("identity.block = [{:?}]", &*printable(id));
    let id = printable(id);
    match why {
        Why::Crowded => format!(
            "{id}: {others} other ids come to it, more than {limit} of them within a day: it would be blocked, nothing would leave for \
             it, and its events would be known by their other ids. If it is nobody's (a till, a value that an app writes for everybody), \
             say so before: {block}; if it is one person's, raise identity.max_links_per_day"
        ),
        Why::Joins => format!(
            "{id}: {others} others are named with it, more than {limit} of them within a day: it would make them one person, whose id \
             would be blocked then (of several users the first alone gets it). If it is not one person's: {block}, or leave its field \
             out of [ids] of the mapping"
        ),
        Why::Shared => format!(
            "{id}: {others} users: it follows none of them, and what it does without a name stays its own. Right for a device that \
             several people share; if an app writes it for everybody: {block}"
        ),
        Why::ChangesHands => format!(
            "{id}: it stands for {others} others in turn, each time for the newest: what is done there without a name is somebody \
             else's before long. If it is a till, or a value that an app writes for everybody: {block}"
        ),
        Why::ManyHolders => format!(
            "{id}: {others} users have it: the newest {MAX_HOLDERS} count, events that name only it are the newest one's, and who \
             unsubscribes by it does so for all {MAX_HOLDERS}. If it is no {class} of a person (an office's, the shop's own): {block}"
        ),
    }
}

/// Whether an id of a class that joins people joins more than can be one.
pub(super) fn joins_many(targets: &Others, class: IdClass, linking: &Linking) -> bool {
    class == IdClass::Joining && most_of_a_day(targets) > linking.limits.links_per_day as u64
}

/// The largest number that came within a day.
fn most_of_a_day(others: &Others) -> u64 {
    let mut times: Vec<Ms> = others.iter().map(|(at_ms, _)| *at_ms).collect();
    times.sort_unstable();
    let mut from = 0;
    let mut most = 0;
    for (at, at_ms) in times.iter().enumerate() {
        while at_ms.saturating_sub(times[from]) >= DAY_MS {
            from += 1;
        }
        most = most.max(at - from + 1);
    }
    most as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_count_as_came_within_one_day() {
        let at = |hours: &[i64]| hours.iter().map(|hour| (hour * 3_600_000, 0)).collect::<Others>();
        for (hours, most) in
            [(&[][..], 0), (&[5], 1), (&[0, 23, 24, 46], 3), (&[46, 0, 24, 23], 3), (&[0, 24, 48], 1), (&[7; 4], 4)]
        {
            assert_eq!(most_of_a_day(&at(hours)), most, "{hours:?}");
        }
    }
}
