//! What routers have not routed yet, and other tasks have not told: nobody is reminded while an order may lie there.

use super::*;
use leadstream::runtime::ports::Progress;

/// A rig whose cart events come from a router of two partitions, and in which ids may point to others, of two tasks.
fn behind(routed: Option<u16>, forwards: Option<u16>) -> Rig {
    let rig = Rig::new();
    Rig { runner: rig.runner.behind(routed, forwards), ..rig }
}

/// Everything that there is was fetched; what routers or tasks say, each of its own; time goes on to here.
fn turn(rig: &mut Rig, wall_ms: Ms, levels: &[(i32, u8)]) {
    let own = levels.iter().map(|(partition, level)| ("raw".to_owned(), *partition, *level)).collect();
    let progress = Progress { wall_ms, lanes: 2, own };
    rig.runner.others.routers.heard(progress.clone(), now(wall_ms).monotonic);
    rig.runner.others.tasks.heard(progress, now(wall_ms).monotonic);
    for input in [CLICKSTREAM, CART] {
        rig.fetched(input, Vec::new(), true);
    }
    rig.turn(wall_ms);
}

#[test]
fn case_51_an_order_in_a_partition_that_lags_or_that_a_dead_router_has_not_read_cancels_what_is_held() {
    let ago = |minutes: Ms| WALL_MS - minutes * MINUTE_MS;
    let mut rig = behind(Some(CART), None);
    rig.fetched(CART, vec![add("buyer", ago(61)), add("other", ago(61))], true);
    // One partition lags behind by hours.
    for second in 0..60 {
        turn(&mut rig, WALL_MS + second * SECOND_MS, &[(0, 1), (1, 0)]);
        assert_eq!(rig.reminded(), [""; 0], "after {second} s");
    }
    // It was read, and whoever reads the other one has died since: the last that was said of it counts for some seconds.
    turn(&mut rig, WALL_MS + 61 * SECOND_MS, &[(0, 0), (1, 1)]);
    turn(&mut rig, WALL_MS + 67 * SECOND_MS, &[(0, 1)]);
    assert_eq!(rig.reminded(), [""; 0], "what a dead one said counts for nothing");
    rig.fetched(CART, vec![order("buyer", ago(30))], true);
    turn(&mut rig, WALL_MS + 68 * SECOND_MS, &[(0, 1)]);
    assert_eq!(rig.reminded(), [""; 0]);
    turn(&mut rig, WALL_MS + 69 * SECOND_MS, &[(1, 1)]);
    assert_eq!(rig.reminded(), ["other"]);
}

#[test]
fn case_51_whoever_waits_for_a_dead_task_goes_on_after_thirty_seconds() {
    let mut rig = behind(None, Some(CART));
    rig.fetched(CART, vec![add("other", WALL_MS - 61 * MINUTE_MS)], true);
    // The input was read to its end a turn before that is known.
    for second in 0..=30 {
        turn(&mut rig, WALL_MS + second * SECOND_MS, &[(0, 3)]);
        assert_eq!(rig.reminded(), [""; 0], "after {second} s: one of the tasks says nothing");
    }
    turn(&mut rig, WALL_MS + 31 * SECOND_MS, &[(0, 3)]);
    assert_eq!(rig.reminded(), ["other"]);
}
