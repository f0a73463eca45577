//! The boards of all instances, looked at every second: which states and troubles they show, and whether a task that does not move
//! says so.

use super::{Counts, Point};
use crate::api::{TopicPartition, Us};
use crate::oracle::liveness::{Liveness, Sample};
use crate::setup::Simulation;
use crate::world::{SECOND, World};
use leadstream::runtime::snapshot::router::RouterSnapshot;
use leadstream::runtime::snapshot::{TaskSnapshot, TaskState};
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

/// What was seen so far.
#[derive(Default)]
pub struct Boards {
    counts: RefCell<Counts>,
    liveness: RefCell<Liveness>,
}

impl Boards {
    /// Looks every second from now on, for as long as the run goes and somebody has this.
    #[must_use]
    pub fn watch(simulation: &Simulation) -> Rc<Self> {
        let boards = Rc::new(Self::default());
        let (fleet, topics) = (Rc::clone(&simulation.fleet), Rc::clone(&simulation.topics));
        let look = move |boards: &Self, world: &World| {
            let machines = fleet.machines.borrow();
            let running: Vec<_> = machines.iter().filter_map(|machine| machine.running()).collect();
            let tasks: Vec<Arc<TaskSnapshot>> = running.iter().flat_map(|run| run.board.tasks()).collect();
            boards.count(&tasks);
            let broker = world.broker.borrow();
            for task in 0..topics.partitions {
                let inputs = topics.inputs.iter().map(|topic| TopicPartition { topic: *topic, partition: task });
                let positions: Vec<i64> = inputs.clone().map(|at| broker.committed(at).unwrap_or(0)).collect();
                let visible = |at| broker.history().visible.get(&at).into_iter().flatten().rev();
                let is_unread = |(at, position): (TopicPartition, &i64)| {
                    visible(at).take_while(|v| v.offset >= *position).any(|v| v.gone.is_none() && !v.is_progress())
                };
                let sample = Sample {
                    is_unread: inputs.zip(&positions).any(is_unread),
                    is_said: running.is_empty() || is_said_of(&tasks, task),
                    positions,
                };
                boards.liveness.borrow_mut().look(world.now(), &format!("task {task}"), sample);
            }
            let routers: Vec<RouterSnapshot> = running.iter().flat_map(|run| run.board.routers()).collect();
            boards.count_routers(&routers);
            for at in topics.all_of(&topics.routed) {
                let position = broker.committed(at).unwrap_or(0);
                let visible = broker.history().visible.get(&at).into_iter().flatten().rev();
                let sample = Sample {
                    positions: vec![position],
                    is_unread: visible.take_while(|v| v.offset >= position).any(|v| v.gone.is_none()),
                    is_said: running.is_empty()
                        || routers.iter().any(|router| router.waits_for.is_some() || !router.troubles.is_empty()),
                };
                let what = format!("{}, partition {},", topics.name(at.topic), at.partition);
                boards.liveness.borrow_mut().look(world.now(), &what, sample);
            }
        };
        look_again(&simulation.world, Rc::downgrade(&boards), Rc::new(look));
        boards
    }

    /// How often what was seen.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts.borrow().clone()
    }

    /// # Errors
    /// A task did not move, and nobody said so.
    pub fn verdict(&self) -> Result<(), String> {
        self.liveness.borrow().finding().map_or(Ok(()), |finding| Err(finding.to_string()))
    }

    fn count_routers(&self, routers: &[RouterSnapshot]) {
        let mut counts = self.counts.borrow_mut();
        for router in routers {
            let states =
                [("waits", router.waits_for.is_some()), ("is at the end", router.is_at_end), ("is behind", router.lag > 0)];
            for (state, _) in states.iter().filter(|(_, is_so)| *is_so) {
                *counts.entry(Point::Router(state).name()).or_default() += 1;
            }
            for trouble in &router.troubles {
                *counts.entry(format!("router: trouble {}", trouble.kind.name())).or_default() += 1;
            }
        }
    }

    fn count(&self, tasks: &[Arc<TaskSnapshot>]) {
        let mut counts = self.counts.borrow_mut();
        for task in tasks {
            *counts.entry(Point::Task(task.state.name()).name()).or_default() += 1;
            for trouble in &task.troubles {
                *counts.entry(Point::Trouble(trouble.kind).name()).or_default() += 1;
            }
        }
    }
}

/// A task that no member has waits for the group: who holds it up may only know of those that it has.
fn is_said_of(tasks: &[Arc<TaskSnapshot>], task: i32) -> bool {
    let is_given = tasks.iter().any(|snapshot| snapshot.partition == task);
    tasks.iter().any(|snapshot| (snapshot.partition == task || !is_given) && says_so(snapshot))
}

/// It is not at work, or something is wrong with it. That it waits says nothing; for what, does.
fn says_so(task: &TaskSnapshot) -> bool {
    !matches!(task.state, TaskState::Ready | TaskState::Waiting) || !task.troubles.is_empty()
}

fn look_again(world: &World, boards: Weak<Boards>, look: Rc<dyn Fn(&Boards, &World)>) {
    const EVERY: Us = SECOND;
    world.act(world.now() + EVERY, "look at the boards", move |world| {
        let Some(seen) = boards.upgrade() else { return };
        look(&seen, world);
        look_again(world, boards, look);
    });
}
