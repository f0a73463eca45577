//! Which record of its inputs a task takes next, as the service would.

use super::input_log::{InputLog, Item};
use super::shared::Shared;
use super::spill::Log;
use crate::domain::Ms;
use crate::engine::merge::{Choice, Head, choose};

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The record at the head of this input.
    Record(usize),
    /// What is not a record.
    Other,
}

/// The inputs of a task. Those that it reads where they lie, in configured order; then what routers write of all others, which is one
/// input to it: they take records by the records' times, not by those of their events.
pub(super) struct Inputs<'a> {
    logs: Vec<InputLog<'a>>,
    heads: Vec<Head>,
    direct: Vec<usize>,
    routed: Vec<usize>,
    wall_ms: Ms,
}

impl<'a> Inputs<'a> {
    pub(super) fn open(shared: &'a Shared<'a>, logs: Vec<Log>, partition: i32) -> anyhow::Result<Self> {
        let is_routed = |n: &usize| shared.options.mappings.get(*n).and_then(Option::as_ref).is_some_and(|m| m.is_routed);
        let (routed, direct) = (0..logs.len()).partition(is_routed);
        let open = |(input, log): (u16, Log)| InputLog::new(log.into_blocks(), shared, input, partition);
        let mut logs: Vec<InputLog<'a>> = (0..=u16::MAX).zip(logs).map(open).collect();
        let heads = logs.iter_mut().map(InputLog::head).collect::<anyhow::Result<_>>()?;
        Ok(Self { logs, heads, direct, routed, wall_ms: shared.options.horizon.wall_ms })
    }

    /// What comes next, if something else comes at this time; at the same time it comes last.
    pub(super) fn next(&self, other: Head) -> Option<Next> {
        // At the same time, what stands first in the configuration.
        let routed = self.routed.iter().min_by_key(|n| self.logs[**n].order().map_or((true, None), |order| (false, Some(order))));
        let inputs = || self.direct.iter().chain(routed).copied();
        let heads = inputs().map(|n| self.heads[n]).chain([other]);
        match choose(heads.map(|head| head.by(self.wall_ms))) {
            Choice::Take(n) => Some(inputs().nth(n).map_or(Next::Other, Next::Record)),
            Choice::WaitFor(_) | Choice::Nothing => None,
        }
    }

    /// Takes the record at the head of an input.
    pub(super) fn take(&mut self, n: usize, take: impl FnOnce(&Item<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let log = &mut self.logs[n];
        log.with_item(take).transpose()?;
        log.pass();
        self.heads[n] = log.head()?;
        Ok(())
    }
}
