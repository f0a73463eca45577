//! What can't be used leaves as a dead letter, whole, with its reason, in the transaction that passes it.

use super::commits::Commit;
use super::evidence::{Evidence, wall_ms};
use super::inputs::Taken;
use super::outputs::{Sent, Sents};
use super::{Findings, Rule};
use leadstream::engine::task::TaskInput;
use leadstream::runtime::ports::{DeadReason, OutTopic};
use leadstream::wire::dead_letter::{HEADERS_LEFT_OUT, KEY_TRUNCATED, OFFSET, PARTITION, REASON, TOPIC, TRUNCATED};
use std::collections::{BTreeMap, BTreeSet};

/// Finds the letters of a commit. Says which outputs of the transaction they are, and which records need not be applied.
pub fn check(
    evidence: &Evidence<'_>,
    commit: &Commit<'_>,
    records: &[Vec<Taken<'_>>],
    sents: &Sents<'_>,
    findings: &mut Findings,
) -> (Vec<usize>, BTreeSet<(u16, usize)>) {
    let mut letters: BTreeMap<(String, i64), Vec<usize>> = BTreeMap::new();
    for (n, sent) in sents.all.iter().enumerate() {
        if sent.topic == OutTopic::DeadLetters && number(sent, PARTITION) == Some(i64::from(commit.task)) {
            let topic = text(sent, TOPIC).unwrap_or_default();
            letters.entry((topic, number(sent, OFFSET).unwrap_or(-1))).or_default().push(n);
        }
    }
    let (mut explained, mut dead) = (Vec::new(), BTreeSet::new());
    for taken in records.iter().flatten() {
        let topic = evidence.topics.name(evidence.topics.inputs[usize::from(taken.input)]).to_owned();
        let who = || format!("{}: the record of {topic} at offset {}", commit.name(), taken.offset);
        let found = letters.remove(&(topic.clone(), taken.offset)).unwrap_or_default();
        if found.len() > 1 {
            findings.add(Rule::DeadLetters, format!("{} has {} dead letters", who(), found.len()));
        }
        let wanted = reason(evidence, commit, taken);
        let Some(first) = found.first() else {
            if let Reason::Must(reason) = wanted {
                findings.add(Rule::DeadLetters, format!("{} can't be used ({reason}), and no dead letter says so", who()));
                dead.insert((taken.input, taken.index));
            }
            continue;
        };
        dead.insert((taken.input, taken.index));
        let said = text(&sents.all[*first], REASON).unwrap_or_default();
        match wanted {
            Reason::Must(reason) | Reason::May(reason) if said == reason => {}
            Reason::Must(reason) | Reason::May(reason) => {
                findings.add(Rule::DeadLetters, format!("{}: its dead letter says {said}, the reason is {reason}", who()));
            }
            Reason::None => findings.add(Rule::DeadLetters, format!("{} can be used, and is a dead letter ({said})", who())),
        }
        if let Some(what) = differs(&sents.all[*first], taken) {
            findings.add(Rule::DeadLetters, format!("{}: its dead letter differs in its {what}", who()));
        }
        explained.extend(found);
    }
    (explained, dead)
}

/// Why a record is refused.
enum Reason {
    Must(&'static str),
    /// It depends on the very moment.
    May(&'static str),
    None,
}

fn reason(evidence: &Evidence<'_>, commit: &Commit<'_>, taken: &Taken<'_>) -> Reason {
    let event = match &taken.event {
        Err(rejected) => return Reason::Must(rejected.reason.name()),
        Ok(event) => event,
    };
    if matches!(event, TaskInput::MemberUpdate { .. }) {
        return Reason::None;
    }
    let times = &evidence.times;
    let ahead = |wall_ms: i64| event.record_ms() > wall_ms + times.max_ahead_ms;
    let name = DeadReason::AbsurdTime.name();
    if ahead(wall_ms(commit.decided) + times.skew_ms) {
        Reason::Must(name)
    } else if ahead(wall_ms(taken.visible.since) - times.skew_ms) {
        Reason::May(name)
    } else {
        Reason::None
    }
}

/// What of the original is missing without a mark.
fn differs(sent: &Sent<'_>, taken: &Taken<'_>) -> Option<&'static str> {
    let (letter, original) = (&sent.visible.record, &taken.visible.record);
    let has = |name: &str| letter.headers.iter().any(|(n, _)| n == name);
    let is_kept = |letter: Option<&[u8]>, original: Option<&[u8]>, is_cut: bool| match (letter, original) {
        (Some(letter), Some(original)) if is_cut => original.starts_with(letter) && letter.len() < original.len(),
        _ => letter == original,
    };
    if !is_kept(letter.key.as_deref(), original.key.as_deref(), has(KEY_TRUNCATED)) {
        return Some("key");
    }
    if !is_kept(letter.value.as_deref(), original.value.as_deref(), has(TRUNCATED)) {
        return Some("value");
    }
    // What has a name like ours is kept under another one.
    let kept = |(name, value): &(String, Option<Vec<u8>>)| {
        let is_like_ours = name.to_ascii_lowercase().starts_with("leadstream-");
        (if is_like_ours { format!("original-{name}") } else { name.clone() }, value.clone())
    };
    let are_headers_kept = original.headers.iter().map(kept).all(|header| letter.headers.contains(&header));
    (!has(HEADERS_LEFT_OUT) && !are_headers_kept).then_some("headers")
}

fn text(sent: &Sent<'_>, name: &str) -> Option<String> {
    let header = sent.visible.record.headers.iter().rfind(|(n, _)| n == name);
    header.and_then(|(_, value)| Some(String::from_utf8_lossy(value.as_deref()?).into_owned()))
}

fn number(sent: &Sent<'_>, name: &str) -> Option<i64> {
    text(sent, name)?.parse().ok()
}
