//! All checks, in the order in which their findings explain one another.

use super::commits::{self, Commit};
use super::evidence::Evidence;
use super::fold::TaskFold;
use super::outputs::Sents;
use super::{Finding, Findings, Rule, changelog, persons, repeats, routed, timers};
use std::collections::{BTreeMap, BTreeSet};

/// What the judge says.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Nothing: all is as it should be. The first is the one to look at.
    pub findings: Vec<Finding>,
    /// Commits of tasks that were folded.
    pub commits: usize,
    /// Outputs that were explained.
    pub outputs: usize,
}

impl Verdict {
    /// # Errors
    /// The first finding, and how many there are.
    pub fn into_result(self) -> Result<(), String> {
        match self.findings.first() {
            None => Ok(()),
            Some(first) => {
                let others: Vec<String> = self.findings.iter().skip(1).take(3).map(|other| format!("{other:.300}")).collect();
                Err(format!(
                    "{first} ({} findings{}{})",
                    self.findings.len(),
                    if others.is_empty() { "" } else { "; " },
                    others.join("; ")
                ))
            }
        }
    }
}

/// Judges a run.
#[must_use]
pub fn judge(evidence: &Evidence<'_>) -> Verdict {
    let mut findings = Findings::default();
    let mut verdict = Verdict::default();
    let commits = commits::of(evidence, &mut findings);
    repeats::check(evidence, &mut findings);
    commits::check_whole(evidence, &commits, &mut findings);
    commits::check_visible(evidence, &mut findings);
    commits::check_offsets(evidence, &commits, &mut findings);
    commits::check_ranges(evidence, &commits, &mut findings);
    routed::check(evidence, &mut findings);
    let mut sents = Sents::by_transaction(evidence);
    let cut: BTreeSet<i32> =
        commits.iter().filter(|(_, all)| all.iter().any(|c| c.completed.is_none())).map(|(task, _)| *task).collect();
    let folds = fold_all(evidence, &commits, &mut sents, &mut verdict, &mut findings);
    for (task, fold) in &folds {
        // What ended while the run did can't be seen as a whole.
        let Some(fold) = fold.as_ref().filter(|_| !cut.contains(task)) else { continue };
        changelog::check(evidence, *task, fold, &mut findings);
        timers::check_left(evidence, *task, fold, &mut findings);
    }
    // Of a task that could not be folded on, nothing more is explained.
    if folds.values().all(Option::is_some) {
        if cut.is_empty() {
            persons::check(evidence, &folds, &mut findings);
        }
        for (transaction, sents) in sents.iter().filter(|(n, _)| evidence.history.transactions[**n].completed.is_some()) {
            for sent in sents.unexplained() {
                findings.add(
                    Rule::OutputsAreTheFold,
                    format!("transaction {transaction}: nothing that it covers gives {}", sent.show()),
                );
            }
        }
    }
    timers::check_on_time(evidence, &sents, &mut findings);
    timers::check_read(evidence, &mut findings);
    verdict.outputs = sents.values().flat_map(|sents| &sents.is_explained).filter(|explained| **explained).count();
    verdict.findings = findings.0;
    verdict
}

/// `None`: a commit of the task did not fit.
fn fold_all<'a>(
    evidence: &Evidence<'a>,
    commits: &BTreeMap<i32, Vec<Commit<'a>>>,
    sents: &mut BTreeMap<usize, Sents<'a>>,
    verdict: &mut Verdict,
    findings: &mut Findings,
) -> BTreeMap<i32, Option<TaskFold>> {
    let mut folds = BTreeMap::new();
    for (task, commits) in commits {
        let mut fold = Some(TaskFold::new(evidence.topics.inputs.len()));
        for commit in commits.iter().take_while(|commit| commit.completed.is_some()) {
            let sents = sents.entry(commit.transaction).or_insert_with(|| Sents::none(evidence));
            let Some(folding) = &mut fold else { break };
            if folding.apply(evidence, commit, sents, findings).is_err() {
                fold = None;
                break;
            }
            verdict.commits += 1;
        }
        folds.insert(*task, fold);
    }
    folds
}
