//! Tasks whose outputs are refused, tried alone until they are taken; and the watch over all.

use super::parts::Worker;
use crate::runtime::horizon::Now;
use crate::runtime::ports::{Ports, Refusal};
use crate::runtime::trouble::{Place, TroubleKind};
use crate::runtime::watch::Watch;

impl<P: Ports> Worker<P> {
    /// Whether reminders leave without their lines in this trial.
    pub(super) fn shortens_reminders(&self) -> bool {
        self.alone.and_then(|partition| self.watches.get(&partition)).is_some_and(Watch::shortens_reminders)
    }

    /// What the broker refuses concerns the tasks that wrote it: they are tried alone. `touched`: the tasks of the transaction,
    /// of which one at least it was.
    pub(super) fn set_aside(&mut self, refusal: &Refusal, touched: &[i32], taken: usize) {
        let now = self.now().monotonic;
        if let Some(partition) = self.alone.take() {
            self.watches.entry(partition).or_default().refused_alone(refusal.clone(), taken, now);
            self.watch_over();
            return;
        }
        let named: Vec<i32> = touched.iter().copied().filter(|p| refusal.tasks.contains(p)).collect();
        let tasks = if named.is_empty() { touched } else { &named };
        tracing::warn!(?tasks, cause = refusal.cause.name(), "{}; tried alone", refusal.text);
        for partition in tasks {
            self.watches.entry(*partition).or_default().set_aside(now);
        }
    }

    /// Another failure of a batch: counted for its tasks.
    pub(super) fn note_failure(&mut self, why: &str) {
        if let Some(partition) = self.alone.take() {
            let now = self.now().monotonic;
            self.watches.entry(partition).or_default().failed_alone(now);
        }
        for runner in self.runners.values().filter(|runner| runner.touched) {
            self.watches.entry(runner.partition).or_default().failed(runner.confirmed_positions().collect(), why);
        }
    }

    /// Looks at every task: what is wrong with it is raised, what is over is cleared.
    pub(super) fn watch_over(&mut self) {
        let now = self.now();
        for partition in self.runners.keys().copied().collect::<Vec<_>>() {
            self.watch_one(partition, &now);
        }
    }

    fn watch_one(&mut self, partition: i32, now: &Now) {
        let Some(runner) = self.runners.get(&partition) else { return };
        let watch = self.watches.entry(partition).or_default();
        watch.look(runner.active && runner.has_in_hand(), now.monotonic);
        let place = Place::task(partition, TroubleKind::Refused);
        if let Some((refusal, pause)) = watch.refusal() {
            let text = format!(
                "{}. Partition {partition} waits before offsets {:?} of its inputs; it is retried by itself (next within {} s)",
                refusal.text,
                runner.confirmed_positions().collect::<Vec<_>>(),
                pause.as_secs().max(1)
            );
            self.troubles.raise(place, refusal.topic.as_deref(), &text, now);
        }
        let place = Place::task(partition, TroubleKind::NoCommit);
        match watch.no_commit(now.monotonic).filter(|_| watch.refusal().is_none()) {
            Some(text) => self.troubles.raise(place, None, &text, now),
            None => self.troubles.clear(place, now),
        }
        for input in (0u16..).take(self.options.all_inputs().count()) {
            let place = Place::input(partition, input, TroubleKind::PoisonedInput);
            let topic = self.options.input(input).map(String::as_str);
            match watch.paused.get(&input) {
                Some(text) => self.troubles.raise(place, topic, text, now),
                None => self.troubles.clear(place, now),
            }
        }
    }

    /// The task is no longer this worker's.
    pub(super) fn forget_watch(&mut self, partition: i32) {
        self.watches.remove(&partition);
        self.troubles.forget(partition);
    }
}
