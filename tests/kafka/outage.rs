//! The broker goes away and comes back.

use crate::broker::OwnBroker;
use crate::instance::Instance;
use crate::rebalances::{assert_each_once, under_traffic, wait_for_progress};
use crate::rig::Rig;
use std::time::Duration;

#[test]
fn after_an_outage_of_the_broker_work_goes_on_and_a_stop_during_one_does_not_hang() {
    let Some(broker) = OwnBroker::start("outage") else { return };
    let rig = Rig::on(&broker.address(), "outage", 4);
    let dir = tempfile::tempdir().expect("a folder");
    let set = ["engine.workers=1", "engine.shutdown_deadline=5s"];
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    let sent = under_traffic(&rig, || {
        wait_for_progress(&rig, &mut [&mut instance]);
        broker.kill();
        // Longer than the session and the transaction may last.
        std::thread::sleep(Duration::from_secs(8));
        instance.assert_runs();
        broker.start_again();
        wait_for_progress(&rig, &mut [&mut instance]);
    });
    rig.wait_until_read("clickstream", sent);
    broker.kill();
    std::thread::sleep(Duration::from_millis(500));
    instance.terminate(Duration::from_secs(15));
    broker.start_again();
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    instance.wait_for_log("restored");
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    assert_each_once(&rig);
}
