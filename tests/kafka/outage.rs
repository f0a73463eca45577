//! The broker goes away and comes back.

use crate::broker::OwnBroker;
use crate::instance::Instance;
use crate::rebalances::{assert_each_once, under_traffic, wait_for_progress};
use crate::rig::Rig;
use std::time::{Duration, Instant};

/// Kills the broker while no transaction is being ended. A broker of Kafka 4.4.0 that was killed and starts again knows no leaders for
/// a moment, and what has to be ended then is not written to partitions without one ("likely deleted already and hence can be
/// skipped"). If that is a commit, its records are lost: nobody can put that right.
fn kill(broker: &OwnBroker, instance: &Instance) {
    instance.signal("STOP");
    std::thread::sleep(Duration::from_secs(2));
    broker.kill();
    instance.signal("CONT");
}

/// Looks until it is so. Of a transaction that is aborted while the broker starts again, the end may be lost as well (see [`kill`]),
/// and it hangs: the service has to say so and what to do, and to go on by itself once it is done. `said_before`: how long its log
/// was before the outage.
fn until(instance: &mut Instance, broker: &OwnBroker, said_before: usize, what: &str, is_so: impl Fn(&Instance) -> bool) {
    let begun = Instant::now();
    let mut ended = false;
    while !is_so(instance) {
        instance.assert_runs();
        assert!(begun.elapsed() < Duration::from_secs(90), "{what}: not after 90 s: {}", instance.log());
        if !ended && instance.log()[said_before..].contains("find-hanging") {
            eprintln!("the service asks to end a hanging transaction");
            broker.end_hanging_transactions();
            ended = true;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Offsets that are committed and not held by a transaction.
fn read(rig: &Rig) -> Option<i64> {
    let topic = format!("{}clickstream", rig.options.prefix);
    Some(rig.admin().committed(&topic, rig.partitions).ok()?.into_iter().flatten().sum())
}

#[test]
fn after_an_outage_of_the_broker_work_goes_on_and_a_stop_during_one_does_not_hang() {
    let Some(broker) = OwnBroker::start("outage") else { return };
    let rig = Rig::on(&broker.address(), "outage", 4);
    let dir = tempfile::tempdir().expect("a folder");
    let set = ["engine.workers=1", "engine.shutdown_deadline=5s"];
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    let mut said_before = 0;
    let sent = under_traffic(&rig, || {
        wait_for_progress(&rig, &mut [&mut instance]);
        said_before = instance.log().len();
        let before = read(&rig).unwrap_or_default();
        kill(&broker, &instance);
        // Longer than the session and the transaction may last.
        std::thread::sleep(Duration::from_secs(8));
        instance.assert_runs();
        broker.start_again();
        // More than can have been committed between the look and the kill.
        until(&mut instance, &broker, said_before, "work goes on", |_| read(&rig).is_some_and(|now| now > before + 2_000));
    });
    // Work may have gone on in three partitions, while what hangs holds the fourth.
    until(&mut instance, &broker, said_before, "all is read", |_| read(&rig).is_some_and(|now| now >= sent));
    kill(&broker, &instance);
    std::thread::sleep(Duration::from_millis(500));
    instance.terminate(Duration::from_secs(15));
    broker.start_again();
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    until(&mut instance, &broker, 0, "restored", |instance| instance.log().contains("restored"));
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    assert_each_once(&rig);
}
