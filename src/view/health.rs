//! `/livez` and `/readyz`: is the process alive, and may it be relied on?

use super::time::Time;
use crate::runtime::snapshot::router::RouterSnapshot;
use crate::runtime::snapshot::{InstancePhase, StatusBoard, TaskSnapshot, TaskState};
use crate::runtime::trouble::Trouble;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A worker that has not come round for this long hangs. Every call of a worker has a shorter deadline.
pub const WORKER_STALL: Duration = Duration::from_secs(120);

/// The answer of `/livez`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Liveness {
    /// `alive` or `stalled`.
    pub status: String,
    /// Those that hang.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub workers: Vec<StalledWorker>,
}

/// A worker that hangs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct StalledWorker {
    /// Since it last came round.
    pub seconds: u64,
    pub worker: usize,
}

impl Liveness {
    /// Whether the process is alive: 200, else 503.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.workers.is_empty()
    }
}

// Its fields stand as they are written here, as the answer has always had them.
/// The answer of `/readyz`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Readiness {
    /// `ready`, else what holds it back: `stuck`, `stopping`, `starting`, `restoring`, `waiting`.
    pub status: String,
    pub group: String,
    pub instance: String,
    pub tasks: Vec<TaskHealth>,
    /// Only where inputs are routed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routers: Vec<RouterHealth>,
}

/// One router in the answer of `/readyz`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct RouterHealth {
    /// Its number among the workers of the instance.
    pub worker: usize,
    /// `starting`, `waiting`, `ready` or `stuck`.
    pub state: String,
    /// How many partitions of routed topics it reads; `0`: others read all.
    pub partitions: usize,
    /// What it waits for, or why it is stuck and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Everything that is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<TroubleHealth>,
    /// Records that are not routed yet.
    pub lag: u64,
    /// It has routed everything that is there.
    pub caught_up: bool,
}

/// One task in the answer of `/readyz`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct TaskHealth {
    pub partition: i32,
    pub state: String,
    /// Wall clock when the state was entered.
    pub since: Option<Time>,
    /// How much of the changelog is read, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<f64>,
    /// Why the task is stuck and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Everything that is wrong with the task.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<TroubleHealth>,
    pub caught_up: bool,
}

/// One trouble of a task or router.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct TroubleHealth {
    /// `refused`, `no-commit`, `poisoned-input`, `broken-input`, `no-schema`, `waiting`.
    pub kind: String,
    /// The topic that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// What is wrong and what to do.
    pub reason: String,
    pub since: Option<Time>,
}

impl Readiness {
    /// Whether the instance does its work: 200, else 503.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.status == "ready"
    }
}

/// How ready the instance is.
#[must_use]
pub fn readiness(board: &StatusBoard) -> Readiness {
    let tasks = board.tasks();
    let any = |wanted: fn(&TaskState) -> bool| tasks.iter().any(|t| wanted(&t.state));
    let routers = board.routers();
    let any_router = |wanted: &str| routers.iter().any(|router| router.state() == wanted);
    let status = match board.phase() {
        InstancePhase::Stopping => "stopping",
        // What needs a person comes first.
        _ if any(|s| matches!(s, TaskState::Stuck { .. })) || any_router("stuck") => "stuck",
        InstancePhase::Starting => "starting",
        InstancePhase::Running if any(|s| matches!(s, TaskState::Restoring { .. })) => "restoring",
        InstancePhase::Running if any_router("starting") => "starting",
        InstancePhase::Running if any(|s| matches!(s, TaskState::Waiting)) || any_router("waiting") => "waiting",
        // An instance without partitions is a ready stand-by.
        InstancePhase::Running => "ready",
    };
    let identity = board.identity();
    Readiness {
        status: status.to_owned(),
        group: identity.group.clone(),
        instance: identity.instance.clone(),
        tasks: tasks.iter().map(|t| task_health(t)).collect(),
        routers: routers.iter().map(router_health).collect(),
    }
}

fn task_health(task: &TaskSnapshot) -> TaskHealth {
    TaskHealth {
        partition: task.partition,
        state: task.state.name().to_owned(),
        since: Time::of(task.since_ms),
        progress: match task.state {
            TaskState::Restoring { done, total } => Some(ratio(done, total)),
            TaskState::Waiting | TaskState::Ready | TaskState::Stuck { .. } => None,
        },
        reason: match &task.state {
            TaskState::Stuck { reason } => Some(reason.clone()),
            TaskState::Waiting | TaskState::Restoring { .. } | TaskState::Ready => None,
        },
        troubles: task.troubles.iter().map(trouble_health).collect(),
        caught_up: task.caught_up,
    }
}

fn router_health(router: &RouterSnapshot) -> RouterHealth {
    RouterHealth {
        worker: router.worker,
        state: router.state().to_owned(),
        partitions: router.partitions,
        reason: router.reason().map(str::to_owned),
        troubles: router.troubles.iter().map(trouble_health).collect(),
        lag: router.lag,
        caught_up: router.has_joined && router.waits_for.is_none() && router.is_at_end,
    }
}

fn trouble_health(trouble: &Trouble) -> TroubleHealth {
    TroubleHealth {
        kind: trouble.kind.name().to_owned(),
        topic: trouble.topic.clone(),
        reason: trouble.text.clone(),
        since: Time::of(trouble.since_ms),
    }
}

/// Whether all workers come round.
#[must_use]
pub fn liveness(board: &StatusBoard, monotonic: Duration) -> Liveness {
    let since = board.heartbeats().into_iter().map(|(worker, beat)| (worker, monotonic.saturating_sub(beat)));
    let hangs = since.filter(|(_, since)| *since > WORKER_STALL);
    let workers: Vec<_> = hangs.map(|(worker, since)| StalledWorker { seconds: since.as_secs(), worker }).collect();
    Liveness { status: if workers.is_empty() { "alive" } else { "stalled" }.to_owned(), workers }
}

/// A share between 0 and 1; an empty whole is done.
#[must_use]
pub fn ratio(done: u64, total: u64) -> f64 {
    if total == 0 { 1.0 } else { (done as f64 / total as f64).min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::snapshot::Identity;

    fn board(phase: InstancePhase, states: &[TaskState]) -> StatusBoard {
        let board = StatusBoard::new(Identity::default());
        board.set_phase(phase);
        for (n, state) in states.iter().enumerate() {
            board.publish(TaskSnapshot::new(n as i32, 0, state.clone(), 1_000));
        }
        board
    }

    #[test]
    fn ready_means_that_every_task_is() {
        let restoring = TaskState::Restoring { done: 1, total: 4 };
        let stuck = TaskState::Stuck { reason: "r".to_owned() };
        let status = |phase, states: &[TaskState]| readiness(&board(phase, states)).status;
        assert_eq!(status(InstancePhase::Running, &[TaskState::Ready, TaskState::Ready]), "ready");
        assert_eq!(status(InstancePhase::Running, &[TaskState::Ready, TaskState::Waiting]), "waiting");
        assert_eq!(status(InstancePhase::Running, &[TaskState::Waiting, restoring.clone()]), "restoring");
        assert_eq!(status(InstancePhase::Running, &[restoring, stuck.clone()]), "stuck");
        assert_eq!(status(InstancePhase::Starting, &[]), "starting");
        assert_eq!(status(InstancePhase::Starting, std::slice::from_ref(&stuck)), "stuck");
        assert_eq!(status(InstancePhase::Stopping, &[stuck]), "stopping");
    }

    #[test]
    fn a_stand_by_without_partitions_is_ready() {
        assert!(readiness(&board(InstancePhase::Running, &[])).is_ready());
    }

    #[test]
    fn ready_means_that_every_router_has_begun_and_nothing_is_wrong_with_it() {
        use crate::runtime::trouble::TroubleKind;
        let board = board(InstancePhase::Running, &[TaskState::Ready]);
        let at_work = RouterSnapshot { worker: 1, partitions: 3, has_joined: true, lag: 7, ..RouterSnapshot::default() };
        board.show_router(at_work.clone());
        board.show_router(RouterSnapshot::starting(2, "no broker answers".to_owned()));
        let answer = readiness(&board);
        assert_eq!((answer.status.as_str(), answer.routers[1].reason.as_deref()), ("starting", Some("no broker answers")));
        assert_eq!((answer.routers[0].state.as_str(), answer.routers[0].lag), ("ready", 7));
        let waiting = RouterSnapshot { worker: 2, waits_for: Some("offsets".to_owned()), ..at_work.clone() };
        board.show_router(waiting.clone());
        let answer = readiness(&board);
        assert_eq!((answer.status.as_str(), answer.routers[1].state.as_str()), ("waiting", "waiting"));
        // A stand-by is ready, as a task's is.
        board.show_router(RouterSnapshot { waits_for: None, partitions: 0, is_at_end: true, ..waiting });
        assert!(readiness(&board).is_ready() && readiness(&board).routers[1].caught_up);
        let troubles = vec![Trouble { kind: TroubleKind::NoCommit, topic: None, text: "why".to_owned(), since_ms: 1_000 }];
        board.show_router(RouterSnapshot { troubles, ..at_work });
        let answer = readiness(&board);
        assert_eq!((answer.status.as_str(), answer.routers[0].reason.as_deref()), ("stuck", Some("why")));
        assert_eq!(answer.routers[0].troubles[0].kind, "no-commit");
    }

    #[test]
    fn without_routers_the_answer_does_not_speak_of_them() {
        let json = serde_json::to_value(readiness(&board(InstancePhase::Running, &[]))).expect("JSON");
        assert_eq!(json.get("routers"), None);
    }

    #[test]
    fn a_restoring_task_shows_its_progress_and_a_stuck_one_its_reason() {
        let stuck = TaskState::Stuck { reason: "too much garbage: see docs".to_owned() };
        let answer = readiness(&board(InstancePhase::Running, &[TaskState::Restoring { done: 1, total: 4 }, stuck]));
        assert_eq!(answer.tasks[0].progress, Some(0.25));
        assert_eq!(answer.tasks[1].reason.as_deref(), Some("too much garbage: see docs"));
        assert_eq!(answer.tasks[0].since, Time::of(1_000));
    }

    #[test]
    fn what_is_wrong_with_a_task_is_shown_with_its_topic_and_since_when() {
        use crate::runtime::trouble::TroubleKind;
        let trouble =
            |kind, topic: &str| Trouble { kind, topic: Some(topic.to_owned()), text: "why".to_owned(), since_ms: 1_000 };
        let board = board(InstancePhase::Running, &[]);
        let mut task = TaskSnapshot::new(0, 0, TaskState::Stuck { reason: "why".to_owned() }, 1_000);
        task.troubles = vec![trouble(TroubleKind::Refused, "leadstream.state"), trouble(TroubleKind::PoisonedInput, "cart")];
        board.publish(task);
        let json = serde_json::to_value(readiness(&board)).expect("JSON");
        assert_eq!(
            json["tasks"][0]["troubles"][0],
            serde_json::json!({
                "kind": "refused", "topic": "leadstream.state", "reason": "why", "since": "1970-01-01T00:00:01.000Z"
            })
        );
        assert_eq!(json["tasks"][0]["troubles"][1]["kind"], "poisoned-input");
    }

    #[test]
    fn a_router_whose_records_wait_makes_the_instance_not_ready() {
        use crate::runtime::trouble::TroubleKind;
        let board = board(InstancePhase::Running, &[TaskState::Ready]);
        let trouble =
            Trouble { kind: TroubleKind::NoSchema, topic: Some("orders".to_owned()), text: "why".to_owned(), since_ms: 0 };
        let mut router = RouterSnapshot { worker: 2, partitions: 3, has_joined: true, lag: 7, ..RouterSnapshot::default() };
        board.show_router(router.clone());
        assert!(readiness(&board).is_ready());
        router.troubles.push(trouble);
        board.show_router(router);
        let answer = readiness(&board);
        assert_eq!((answer.status.as_str(), answer.is_ready()), ("stuck", false));
        let json = serde_json::to_value(answer).expect("JSON");
        assert_eq!(json["routers"][0]["troubles"][0]["kind"], "no-schema");
        assert_eq!((&json["routers"][0]["worker"], &json["routers"][0]["lag"]), (&2.into(), &7.into()));
    }

    #[test]
    fn a_worker_that_does_not_come_round_is_stalled() {
        let board = StatusBoard::new(Identity::default());
        board.heartbeat(0, Duration::from_secs(10));
        board.heartbeat(1, Duration::from_secs(100));
        assert!(liveness(&board, Duration::from_secs(130)).is_alive());
        let stalled = liveness(&board, Duration::from_secs(131));
        assert_eq!(stalled.workers, [StalledWorker { seconds: 121, worker: 0 }]);
        assert!(!stalled.is_alive() && stalled.status == "stalled");
    }
}
