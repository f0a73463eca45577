//! Wrong decisions on purpose, to see that the simulation finds them: compiled with the feature `planted-bugs` only, and then each is
//! off until a thread switches it on. Without the feature `planted!` is a constant `false`, and nothing else of this is there.

/// `planted!(Bug)`: whether this thread has the bug, or one of several. `false` without the feature `planted-bugs`.
#[cfg(feature = "planted-bugs")]
#[macro_export]
macro_rules! planted {
    ($($bug:ident),+) => {
        ($($crate::engine::planted::is_on($crate::engine::planted::Bug::$bug))||+)
    };
}

/// `planted!(Bug)`: whether this thread has the bug, or one of several. `false` without the feature `planted-bugs`.
#[cfg(not(feature = "planted-bugs"))]
#[macro_export]
macro_rules! planted {
    ($($bug:ident),+) => {
        $crate::engine::planted::never()
    };
}

/// No bug is there. A call, as conditions of several bugs would else be the same word twice.
#[cfg(not(feature = "planted-bugs"))]
#[must_use]
#[inline]
pub const fn never() -> bool {
    false
}

#[cfg(feature = "planted-bugs")]
pub use bugs::{Bug, is_on, reached, switch};

#[cfg(feature = "planted-bugs")]
mod bugs {
    use std::cell::Cell;

    thread_local! {
        static ON: Cell<Option<Bug>> = const { Cell::new(None) };
        static REACHED: Cell<u64> = const { Cell::new(0) };
    }

    /// Switches one on, on this thread, or all off.
    pub fn switch(bug: Option<Bug>) {
        ON.set(bug);
        REACHED.set(0);
    }

    /// Whether this thread has it.
    #[must_use]
    pub fn is_on(bug: Bug) -> bool {
        let is_on = ON.get() == Some(bug);
        REACHED.set(REACHED.get() + u64::from(is_on));
        is_on
    }

    /// How often the code came to it since it was switched on.
    #[must_use]
    pub fn reached() -> u64 {
        REACHED.get()
    }

    macro_rules! bugs {
        ($(#[doc = $what:literal] $name:ident,)*) => {
            /// What is decided wrongly.
            #[derive(Debug, Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum Bug {
                $(#[doc = $what] $name,)*
            }

            impl Bug {
                pub const ALL: &[Self] = &[$(Self::$name,)*];

                /// For people.
                #[must_use]
                pub const fn what(self) -> &'static str {
                    match self {
                        $(Self::$name => $what,)*
                    }
                }
            }
        };
    }

    bugs! {
        // The transaction.
        /// It is committed before its records are drained.
        CommitBeforeDrain,
        /// Outputs are committed before state and positions.
        OutputsCommittedFirst,
        /// The batch becomes the truth before its commit is answered.
        ConfirmedBeforeCommit,
        /// Committed offsets are one too low.
        OffsetTooLow,
        /// Committed offsets are one too high.
        OffsetTooHigh,
        /// The task record is not written.
        TaskRecordForgotten,
        /// The task record has the positions of the batch before.
        TaskRecordStale,
        /// An output or a record of the state is dropped when the client's queue is full.
        DroppedWhenQueueIsFull,
        /// A commit without an answer is taken for aborted.
        UnknownOutcomeIsAborted,
        /// A commit without an answer is taken for committed, and a new producer goes on.
        UnknownOutcomeIsCommitted,
        /// After a time-out of the positions the same producer aborts.
        PositionsTimeoutIsAborted,
        /// After a time-out of the positions the transaction is committed.
        PositionsTimeoutIsIgnored,
        /// After a time-out of the positions their batch counts as committed, and a new producer goes on.
        PositionsTimeoutIsCommitted,
        /// After a time-out of records the same producer aborts and begins the next transaction.
        SameProducerAfterTimeout,
        /// A time-out is an error like any other.
        LateRequestsOverlooked,
        /// A producer that another one has fenced makes itself anew and goes on from memory.
        FencedGoesOn,
        /// A new producer goes on from memory after an unknown outcome.
        RebuildKeepsMemory,
        /// The membership of the first commit is used for ever.
        FirstMembershipForEver,
        /// What the broker refuses until somebody changes a setting is tried again for ever, and nobody is told.
        BrokerRefusalRetriedForEver,
        /// Positions are committed in nobody's name.
        EmptyMembershipAccepted,
        /// The group may move on while its metadata is asked for.
        MembershipMayMoveOn,
        /// An aborted batch stays in the task.
        DiscardForgetsTask,
        /// Positions stay where an aborted batch had brought them.
        DiscardForgetsInputs,
        /// An aborted batch is taken again from too far back.
        DiscardGoesTooFarBack,
        /// An aborted batch's time stays the task's.
        DiscardForgetsTime,
        /// Timers that an aborted batch had taken out of the queue are lost.
        DiscardForgetsTimers,
        /// The batch of a refused task is dropped instead of taken again.
        RefusedIsDropped,
        // Rebalances and restores.
        /// The open batch is neither committed nor given up at a revocation.
        RevokedWithoutCommit,
        /// A revoked task goes on, and its batch is committed with the others'.
        RevokedGoesOn,
        /// Lost partitions are treated like revoked ones.
        LostIsRevoked,
        /// The same, and whether others have fired timers meanwhile is not looked at.
        LostIsRevokedUnchecked,
        /// State is kept over a rebalance and a rebuild although a commit's outcome is unknown.
        UnknownIsParked,
        /// What is revoked stays in the assignment.
        HeldForgotten,
        /// What stays of a task whose other inputs are revoked is not begun again.
        LeftForgotten,
        /// Offsets that were asked for other partitions are taken.
        OldOffsetsTaken,
        /// Kept state is taken though another member wrote meanwhile.
        ParkedIsTrusted,
        /// Kept state of another partition is taken.
        ParkedOfAnother,
        /// A record of the changelog goes to another task that is being restored.
        RestoredToAnother,
        /// The changelog is read to its last stable offset.
        RestoredToStable,
        /// The same, and nobody compares state and offsets.
        RestoredToStableUnchecked,
        /// Work begins before the end of the changelog is reached.
        RestoredTooEarly,
        /// The same, and nobody compares state and offsets.
        RestoredTooEarlyUnchecked,
        /// A damaged record of the changelog is a warning.
        ChangelogDamageIsAWarning,
        /// A time-out of the changelog's ends reads every task back.
        WatermarkTimeoutIsRebuild,
        /// That committed offsets are waited for is not said.
        WaitForOffsetsSaysNothing,
        /// Nor do the tasks at work that are held up by it.
        HeldUpSaysNothing,
        /// An empty assignment answers what the group has not asked yet.
        EmptyAssignAnswered,
        /// State and offsets are not compared.
        DisagreementIgnored,
        /// A disagreement stops the service at once.
        DoubtIsCertain,
        /// Tombstones are skipped at a restore.
        TombstoneIgnored,
        /// Timers of restored records are not queued.
        TimerLostOnRestore,
        /// The task's time is not restored.
        TimeNotRestored,
        // Inputs.
        /// Records are dropped when the ends of their partition can't be asked for.
        DroppedOnFailedBounds,
        /// Records that came before an error are dropped.
        DroppedBeforeError,
        /// The only notice of a partition that is read no further is lost when its ends can't be asked for at once.
        NoticeThrownAway,
        /// Records that came with such a notice are lost when the ends can't be asked for at once.
        TakenRecordsThrownAway,
        /// After an error reading goes on one record later.
        ErrorPassedOver,
        /// An error of a partition is forgotten.
        ErrorForgotten,
        /// The end of a partition is taken for a record.
        EndIsRecord,
        /// Partitions that stay over an incremental rebalance are not sought back.
        SeekBackForgotten,
        /// Records that came by the main queue are dropped.
        StraysDropped,
        /// They are kept over a seek, and come twice.
        StraysOutliveSeek,
        /// Missing records are skipped without being asked to.
        GapSkipped,
        /// A truncated log is read on without being asked to.
        TruncationSkipped,
        /// A log that was truncated and has grown past where it is read counts as whole.
        TruncationGrownPastCountsAsGoingOn,
        /// The position stays before the record that was applied last.
        StepTooLow,
        /// The position passes a record that was not applied.
        StepTooHigh,
        /// A dead letter is not written.
        DeadLetterForgotten,
        /// A dead letter is written, and its record not passed.
        DeadLetterNotPassed,
        /// What is in memory of a paused input is dropped.
        PausedIsDropped,
        // Time.
        /// Inputs are merged by arrival.
        MergedByArrival,
        /// Mails are not held back while behind.
        HoldForgotten,
        /// An input of which nothing is fetched counts as read.
        PendingIsCaughtUp,
        /// Timers fire with records in hand.
        FiredWithRecordsInHand,
        /// An input counts as read long after its end was seen.
        AtEndForLong,
        /// An input counts as read although an aborted batch took it back from its end.
        EndOutlivesDiscard,
        /// An input counts as read although what was fetched of it was thrown away.
        EndOutlivesSeek,
        /// One record's clock moves the task's time past the wall clock.
        OneClockMovesAll,
        /// The task's time falls with a late record.
        TimeFalls,
        /// Timers fire two seconds early.
        TimersEarly,
        /// A timer that was postponed is not queued again.
        PostponedTimerLost,
        /// What was held back is forgotten.
        HeldTimerLost,
        // Routers.
        /// Events are committed before the offsets after their records.
        RoutedBeforeOffsets,
        /// The events of one record are written in two transactions.
        RecordSplit,
        /// What a batch has routed counts as committed before it is.
        RoutedBeforeCommit,
        /// After an abort a partition that is routed goes on where it was.
        RouterForgetsToDiscard,
        /// A new producer of a router goes on from memory after an unknown outcome.
        RouterKeepsMemory,
        /// A router's committed offsets are one too low.
        RoutedOffsetTooLow,
        /// A router's committed offsets are one too high.
        RoutedOffsetTooHigh,
        /// A router writes no dead letter of what it can't use.
        RouterDeadLetterForgotten,
        /// A partition that was revoked is routed on.
        RevokedIsRouted,
        /// A router commits what is lost.
        LostIsRouted,
        /// A router says that it is caught up while it is behind.
        RouterAlwaysCaughtUp,
        /// A router takes a partition of which nothing is fetched for one that is routed to its end.
        UnseenIsRouted,
        /// A router takes a partition for routed to its end although what was fetched of it was thrown away.
        RoutedEndOutlivesSeek,
        /// A router says how far it is though nobody knows whether it is a member.
        RouterSpeaksForNobody,
        /// What a router has said counts for ever.
        RoutersBelievedForEver,
        /// One partition that is caught up is enough.
        OneLaneSuffices,

        // Identity.
        /// A router believes links to be told whose transaction was aborted.
        LinkedBeforeCommit,
        /// A router writes an event under the key of its mapping, whatever its strongest id is.
        RoutedByMappedKey,
        /// An event is applied at an id that points to somebody else.
        ForwardIsApplied,
        /// A prospect is given away, and what it is sent with is not written.
        MoveForgotten,
        /// A prospect is given away and stays where it was, too.
        GivenIsKept,
        /// An event that is sent on has no bytes.
        ForwardedEmpty,
        /// A restored task has forgotten whom ids stand for.
        ForwardNotRestored,
        /// What leads to a mail does not wait for the other tasks.
        OthersNotAwaited,
    }
}
