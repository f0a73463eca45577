//! First pass: every line goes to the log of its topic and partition, as Kafka's partitioner would deal it.
//!
//! Here also the times are checked that only a file shows: an event more than a day later than both its neighbours.

use super::inputs::{Input, next_line, open};
use super::spill::{Log, Spill};
use crate::domain::ids::murmur2_partition;
use crate::domain::{DAY_MS, Ms};
use crate::wire::decode::file_head;
use anyhow::Context;
use std::collections::VecDeque;

/// Lines without a time that are held for the neighbour of a doubtful one; then it counts as good.
const MAX_HELD: usize = 256;
/// Marks a line whose time is absurd, in the length before it.
pub(super) const ABSURD: u32 = 1 << 31;

/// The logs of one topic, by partition.
pub(super) struct Dealt {
    pub logs: Vec<Log>,
    pub lines: u64,
}

/// Deals all files of one topic.
pub(super) fn deal(
    inputs: &[Input],
    partitions: u32,
    allowed_skew_ms: Ms,
    spill: &Spill,
    progress: &(dyn Fn(u64) + Sync),
) -> anyhow::Result<Dealt> {
    let mut dealer = Dealer {
        dealt: Dealt { logs: (0..partitions).map(|_| Log::default()).collect(), lines: 0 },
        held: VecDeque::new(),
        spare: Vec::new(),
        before_ms: None,
        block_bytes: (32 << 20) / partitions.max(1) as usize,
        spill,
    };
    dealer.block_bytes = dealer.block_bytes.clamp(4 << 10, 256 << 10);
    let mut told = 0;
    for input in inputs {
        let mut from = open(&input.path)?;
        dealer.before_ms = None;
        loop {
            let mut line = dealer.spare.pop().unwrap_or_default();
            let more = next_line(from.as_mut(), &mut line).with_context(|| format!("cannot read {}", input.path.display()))?;
            if !more {
                break;
            }
            dealer.dealt.lines += 1;
            let head = Head::of(&line, partitions, allowed_skew_ms);
            dealer.take(line, head)?;
            if dealer.dealt.lines - told >= 16_384 {
                progress(dealer.dealt.lines - told);
                told = dealer.dealt.lines;
            }
        }
        dealer.let_go(None)?;
    }
    progress(dealer.dealt.lines - told);
    Ok(dealer.dealt)
}

/// What dealing needs to know of a line.
#[derive(Clone, Copy)]
struct Head {
    partition: usize,
    /// The event's time, when it can be read.
    time_ms: Option<Ms>,
}

impl Head {
    fn of(line: &[u8], partitions: u32, allowed_skew_ms: Ms) -> Self {
        let Ok(head) = file_head(line) else { return Self { partition: 0, time_ms: None } };
        let partition = head.prospect.filter(|p| !p.is_empty()).map_or(0, |p| murmur2_partition(p.as_bytes(), partitions));
        let time_ms = match (head.event_ms, head.record_ms) {
            // The decoder's own rule: a time in the future is the record's.
            (Some(event_ms), Some(record_ms)) if event_ms > record_ms.saturating_add(allowed_skew_ms) => Some(record_ms),
            (event_ms, record_ms) => event_ms.or(record_ms),
        };
        Self { partition: partition as usize, time_ms }
    }
}

struct Dealer<'a> {
    dealt: Dealt,
    /// A doubtful line, and those without a time that came after it.
    held: VecDeque<(Vec<u8>, Head)>,
    spare: Vec<Vec<u8>>,
    /// Time of the good line before.
    before_ms: Option<Ms>,
    block_bytes: usize,
    spill: &'a Spill,
}

impl Dealer<'_> {
    fn take(&mut self, line: Vec<u8>, head: Head) -> anyhow::Result<()> {
        match head.time_ms {
            None if self.held.is_empty() => self.put(line, head, false),
            None => {
                self.held.push_back((line, head));
                if self.held.len() > MAX_HELD { self.let_go(None) } else { Ok(()) }
            }
            Some(time_ms) => {
                self.let_go(Some(time_ms))?;
                if self.before_ms.is_some_and(|before| time_ms - before > DAY_MS) {
                    self.held.push_back((line, head));
                    return Ok(());
                }
                self.before_ms = Some(time_ms);
                self.put(line, head, false)
            }
        }
    }

    /// The neighbour after the held line is known (or will not come).
    fn let_go(&mut self, after_ms: Option<Ms>) -> anyhow::Result<()> {
        let Some((line, head)) = self.held.pop_front() else { return Ok(()) };
        let absurd = matches!((head.time_ms, after_ms), (Some(time_ms), Some(after_ms)) if time_ms - after_ms > DAY_MS);
        if !absurd {
            self.before_ms = head.time_ms;
        }
        self.put(line, head, absurd)?;
        while let Some((line, head)) = self.held.pop_front() {
            self.put(line, head, false)?;
        }
        Ok(())
    }

    fn put(&mut self, line: Vec<u8>, head: Head, absurd: bool) -> anyhow::Result<()> {
        let log = &mut self.dealt.logs[head.partition];
        let len = u32::try_from(line.len()).ok().filter(|l| *l < ABSURD).context("a line of more than 2 GiB")?;
        let tail = log.tail();
        tail.extend_from_slice(&(if absurd { len | ABSURD } else { len }).to_le_bytes());
        tail.extend_from_slice(&line);
        log.settle(self.spill, self.block_bytes)?;
        if self.spare.len() < 4 {
            self.spare.push(line);
        }
        Ok(())
    }
}
