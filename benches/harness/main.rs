//! The judge of `benches/run`: loads traffic, watches a group's committed offsets, reads the output. It knows nothing of the
//! service under test but its process id, its group and its topics; any program that does the same job can stand in its place.
//!
//! ```text
//! harness load    BOOTSTRAP PREFIX EVENTS PROSPECTS KEYS      preloads the input topics over six hours of event time
//! harness drain   BOOTSTRAP PREFIX GROUP PID KEYS             until the group has committed everything that is there
//! harness floor   BOOTSTRAP PREFIX BYTES                      the bare loop over the client library, for the same backlog
//! harness latency BOOTSTRAP PREFIX OUTPUT RATE SECONDS PID KEYS   produces at a rate and reads OUTPUT as read_committed
//! ```
//!
//! `KEYS`: `prospect`, or `none`: records without keys, which routers write again for their tasks.

#![allow(clippy::disallowed_methods, reason = "a judge measures time")]
#![allow(clippy::print_stdout, reason = "figures go to stdout")]
#![allow(clippy::unwrap_used, reason = "a judge that can't read its arguments or the cluster has failed")]

mod drain;
mod floor;
mod latency;
mod load;
mod process;
mod traffic;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let text = |n: usize| {
        args.get(n)
            .map(String::as_str)
            .unwrap_or_else(|| panic!("argument {n} is missing; see the head of benches/harness/main.rs"))
    };
    let number = |n: usize| text(n).replace('_', "").parse::<u64>().unwrap();
    let keys = |n: usize| match text(n) {
        "prospect" => load::Keys::Prospect,
        "none" => load::Keys::None,
        other => panic!("`{other}` is neither `prospect` nor `none`"),
    };
    match args.first().map(String::as_str) {
        Some("load") => load::flat_out(text(1), text(2), number(3), number(4), keys(5)),
        Some("drain") => drain::watch(text(1), text(2), text(3), number(4), keys(5)),
        Some("floor") => floor::run(text(1), text(2), usize::try_from(number(3)).unwrap()),
        Some("latency") => latency::measure(text(1), text(2), text(3), number(4), number(5), number(6), keys(7)),
        _ => println!("started without a job: run benches/run"),
    }
}

/// Milliseconds since the epoch.
fn now_ms() -> i64 {
    i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()).unwrap()
}
