//! Where events say yes or no, and what else is only asked of few.

use crate::domain::names::Vocabulary;
use crate::wire::decode::fields::{CONTEXT, PROPERTIES, Signal, TRAITS};
use crate::wire::decode::flags::CHANNELS;

/// A place that is looked at, in any spelling.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'v> {
    pub root: u16,
    pub path: &'v str,
    pub signal: Signal,
    /// A list of values may stand there.
    pub is_list: bool,
}

/// Fields that hold flags, the channel that is meant, and where an event came from.
pub(super) fn places<'v>(vocabulary: &'v Vocabulary) -> Vec<Place<'v>> {
    let flags = vocabulary.flags();
    let mut places = Vec::new();
    let mut add = |root, path: &'v str, signal, is_list| places.push(Place { root, path, signal, is_list });
    for (bit, path) in (0..).zip(flags.paths()) {
        match path.strip_prefix("traits.") {
            Some(rest) => {
                add(TRAITS, rest, Signal::Flag(bit), false);
                add(CONTEXT, path, Signal::Flag(bit), false);
            }
            None => add(PROPERTIES, path, Signal::Flag(bit), false),
        }
    }
    for (name, group) in CHANNELS {
        add(PROPERTIES, name, Signal::Channel(group), true);
    }
    if flags.wants_networks() {
        add(CONTEXT, "ip", Signal::Ip(0), false);
        add(PROPERTIES, "ip", Signal::Ip(1), false);
    }
    places
}
