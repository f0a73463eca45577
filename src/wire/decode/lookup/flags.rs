//! Where events say yes or no, and what else is only asked of few.

use super::{CONTEXT, Lookup, PROPERTIES, Signal, TRAITS};
use crate::domain::names::Vocabulary;
use crate::wire::decode::flags::CHANNELS;

impl Lookup {
    /// Places that say yes or no, which way of reaching somebody is meant, and from where an event came; in any spelling.
    pub(super) fn add_flags(&mut self, vocabulary: &Vocabulary) {
        let flags = vocabulary.flags();
        for (bit, path) in (0..).zip(flags.paths()) {
            match path.strip_prefix("traits.") {
                Some(rest) => {
                    self.add_signal(TRAITS, rest, Signal::Flag(bit), false);
                    self.add_signal(CONTEXT, path, Signal::Flag(bit), false);
                }
                None => self.add_signal(PROPERTIES, path, Signal::Flag(bit), false),
            }
        }
        for (name, group) in CHANNELS {
            self.add_signal(PROPERTIES, name, Signal::Channel(group), true);
        }
        if flags.wants_networks() {
            self.add_signal(CONTEXT, "ip", Signal::Ip(0), false);
            self.add_signal(PROPERTIES, "ip", Signal::Ip(1), false);
        }
    }

    fn add_signal(&mut self, root: u16, path: &str, signal: Signal, is_list: bool) {
        let entry = self.entry_at(root, path);
        entry.signals.push(signal);
        entry.is_list |= is_list;
        let (parent, last) = path.rsplit_once('.').map_or((None, path), |(parent, last)| (Some(parent), last));
        if let Some(node) = parent.map_or(Some(root), |parent| self.entry_at(root, parent).child) {
            let entry = self.nodes[usize::from(node)].add_otherwise(last);
            entry.signals.push(signal);
            entry.is_list |= is_list;
        }
    }
}
