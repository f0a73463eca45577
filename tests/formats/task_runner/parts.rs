//! What comes due together fires in parts, each in a batch of its own: however much it is, no transaction outlasts its time.

use super::*;
use leadstream::runtime::task_runner::MOST_FIRED;

const CARTS: usize = 2 * MOST_FIRED as usize + 100;

/// Many carts that were left at one instant.
fn abandoned() -> Rig {
    let mut rig = Rig::new();
    rig.fetched(CLICKSTREAM, Vec::new(), true);
    for part in 0..=CARTS / 1_000 {
        let keys = (part * 1_000..CARTS.min((part + 1) * 1_000)).map(|n| format!("p{n:05}"));
        rig.fetched(CART, keys.map(|key| add(&key, WALL_MS)).collect(), true);
        rig.run(&now(WALL_MS));
    }
    rig.commit();
    rig.effects.clear();
    rig
}

/// One batch: what is in hand, then what is due.
fn batch(rig: &mut Rig, wall_ms: Ms) -> (usize, Vec<String>) {
    let ran = rig.run(&now(wall_ms));
    let left = MOST_FIRED - rig.effects.fired;
    rig.runner.advance(&now(wall_ms), left, &mut rig.effects);
    let reminded = rig.reminded().into_iter().map(str::to_owned).collect();
    assert!(rig.effects.fired <= MOST_FIRED, "{}", rig.effects.fired);
    (ran.applied, reminded)
}

fn everybody() -> Vec<String> {
    (0..CARTS).map(|n| format!("p{n:05}")).collect()
}

#[test]
fn what_is_due_at_one_instant_leaves_in_parts_once_and_in_order() {
    let mut rig = abandoned();
    let wall_ms = WALL_MS + HOUR_MS + SECOND_MS;
    let mut reminded = Vec::new();
    let mut batches = 0;
    while reminded.len() < CARTS && batches < 10 {
        let (_, part) = batch(&mut rig, wall_ms);
        if batches == 1 {
            // Aborted: the same part leaves again, no other.
            rig.runner.discard(&rig.decoder);
            rig.effects.clear();
            assert_eq!(batch(&mut rig, wall_ms).1, part);
        }
        reminded.extend(part);
        rig.commit();
        rig.effects.clear();
        batches += 1;
    }
    assert_eq!((reminded, batches), (everybody(), 3));
    assert!(rig.runner.task.time_ms() >= wall_ms);
}

#[test]
fn a_record_waits_until_all_that_is_due_before_it_has_left() {
    let mut rig = abandoned();
    let wall_ms = WALL_MS + HOUR_MS + SECOND_MS;
    rig.fetched(CLICKSTREAM, vec![page("late", wall_ms), order("p00007", wall_ms)], true);
    let mut reminded = Vec::new();
    let mut applied = Vec::new();
    while applied.iter().sum::<usize>() < 2 && applied.len() < 10 {
        let (taken, part) = batch(&mut rig, wall_ms);
        assert!(taken == 0 || reminded.len() + part.len() == CARTS, "taken before what was due");
        reminded.extend(part);
        applied.push(taken);
        rig.commit();
        rig.effects.clear();
    }
    assert_eq!((reminded, applied), (everybody(), vec![0, 0, 2]));
}
