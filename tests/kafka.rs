//! The service on a real broker: exactly once, timers, restarts, bad input. `tests/kafka/broker.sh` starts the broker; set
//! `LEADSTREAM_TEST_KAFKA=host:port` to use one that runs already.

#[path = "kafka/broker.rs"]
mod broker;
#[path = "kafka/instance.rs"]
mod instance;
#[path = "kafka/rig.rs"]
mod rig;

#[path = "kafka/basics.rs"]
mod basics;
#[path = "kafka/exactly_once.rs"]
mod exactly_once;
