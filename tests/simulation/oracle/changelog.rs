//! The changelog, compacted, is the state of the fold.

use super::evidence::Evidence;
use super::fold::TaskFold;
use super::{Findings, Rule};
use crate::broker::history::Gone;
use leadstream::runtime::ports::{OutTopic, TASK_KEY};
use std::collections::BTreeMap;

/// Compares what is left in the changelog of a task with its fold.
pub fn check(evidence: &Evidence<'_>, task: i32, fold: &TaskFold, findings: &mut Findings) {
    let at = evidence.topics.output(OutTopic::State, task);
    let mut left: BTreeMap<&[u8], &[u8]> = BTreeMap::new();
    let mut written: Vec<_> = evidence.history.visible.get(&at).into_iter().flatten().collect();
    written.sort_by_key(|record| record.offset);
    for record in written {
        if matches!(record.gone, Some((_, Gone::Truncated | Gone::Retention | Gone::Compacted))) {
            continue;
        }
        let key = record.record.key.as_deref().unwrap_or_default();
        match record.record.value.as_deref() {
            _ if key == TASK_KEY => {}
            Some(value) => {
                left.insert(key, value);
            }
            None => {
                left.remove(key);
            }
        }
    }
    for (key, known) in &fold.known {
        match left.remove(key.as_bytes()) {
            Some(bytes) if *bytes == *known.bytes => {}
            Some(_) => {
                findings.add(Rule::ChangelogIsTheState, format!("task {task}: the changelog's last record of {key} is another"))
            }
            None => {
                findings.add(Rule::ChangelogIsTheState, format!("task {task}: the changelog has no record of {key} any more"))
            }
        }
    }
    for key in left.keys() {
        let key = String::from_utf8_lossy(key);
        findings.add(Rule::ChangelogIsTheState, format!("task {task}: the changelog still has a record of {key}"));
    }
}
