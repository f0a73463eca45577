//! The vocabulary of the models, laid out for the decoder: which names and which places in an event are looked at.

use crate::domain::model::call_name;
use crate::domain::names::{Kind, NameId, PropertyId, Vocabulary, canonical, kind_of_track};
use std::borrow::Cow;

/// What becomes of a value that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    pub property: PropertyId,
    /// Where several places can give a property, the lowest rank wins.
    pub rank: u8,
    /// The place holds a URL and the property is its path.
    pub path_of_url: bool,
}

/// What the service itself looks at, whatever the models name; the number is the rank among several places for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Email(u8),
    UserAgent(u8),
    Marked,
    Trigger,
    Mail(u8),
    Link(u8),
    CheckoutStep,
}

/// Where signals stand.
const SIGNALS: [(u16, &str, Signal); 15] = [
    (TRAITS, "email", Signal::Email(0)),
    (CONTEXT, "traits.email", Signal::Email(1)),
    (PROPERTIES, "machine_open", Signal::Marked),
    (PROPERTIES, "sg_machine_open", Signal::Marked),
    (PROPERTIES, "bot", Signal::Marked),
    (PROPERTIES, "trigger_id", Signal::Trigger),
    (PROPERTIES, "email_id", Signal::Mail(0)),
    (PROPERTIES, "campaign_id", Signal::Mail(1)),
    (PROPERTIES, "link_url", Signal::Link(0)),
    (PROPERTIES, "link_id", Signal::Link(1)),
    (PROPERTIES, "step", Signal::CheckoutStep),
    (CONTEXT, "userAgent", Signal::UserAgent(0)),
    (PROPERTIES, "user_agent", Signal::UserAgent(1)),
    (PROPERTIES, "userAgent", Signal::UserAgent(1)),
    (PROPERTIES, "useragent", Signal::UserAgent(1)),
];

/// One key of an object that is looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    key: Box<str>,
    pub targets: Vec<Target>,
    pub signal: Option<Signal>,
    pub child: Option<u16>,
}

impl Entry {
    /// Only what lies below it is looked at.
    #[inline]
    pub(super) fn is_inner(&self) -> bool {
        self.targets.is_empty() && self.signal.is_none()
    }
}

/// The keys of one object that are looked at. Few, so a scan of those of one length beats a hash.
#[derive(Debug, Clone)]
struct Node {
    /// By length.
    entries: Vec<Entry>,
    /// Where the keys of a length begin; the last number is that of all.
    starts: [u16; LENGTHS + 1],
}

/// Longer keys are taken for this long.
const LENGTHS: usize = 40;

impl Default for Node {
    fn default() -> Self {
        Self { entries: Vec::new(), starts: [0; LENGTHS + 1] }
    }
}

impl Node {
    /// Sorts the keys by length.
    fn sort(&mut self) {
        self.entries.sort_by_key(|e| length(&e.key));
        for (n, start) in self.starts.iter_mut().enumerate() {
            *start = u16::try_from(self.entries.iter().filter(|e| length(&e.key) < n).count()).unwrap_or(u16::MAX);
        }
    }
}

/// Built once from the vocabulary.
#[derive(Debug, Clone, Default)]
pub(super) struct Lookup {
    nodes: Vec<Node>,
    names: hashbrown::HashMap<Box<str>, (Kind, NameId), foldhash::fast::FixedState>,
    calls: Vec<(Kind, NameId)>,
    /// The properties `name` and `category`, which page and screen calls carry outside of `properties`.
    pub call_name: Option<PropertyId>,
    pub call_category: Option<PropertyId>,
    /// `groupId` of group calls.
    pub group_id: Option<PropertyId>,
}

/// Roots of the tree: objects at the top level of an event.
pub(super) const PROPERTIES: u16 = 0;
pub(super) const CONTEXT: u16 = 1;
pub(super) const TRAITS: u16 = 2;

impl Lookup {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        let mut lookup = Self { nodes: vec![Node::default(); 3], ..Self::default() };
        for name in vocabulary.names() {
            lookup.names.insert(name.as_str().into(), (vocabulary.kind_of_track(name), vocabulary.name(name)));
        }
        for kind in [Kind::Page, Kind::Screen, Kind::Identify, Kind::Group, Kind::Alias] {
            lookup.calls.push((kind, vocabulary.name(call_name(kind).unwrap_or_default())));
        }
        for path in vocabulary.properties() {
            let Some(property) = vocabulary.property(path) else { continue };
            let whole = |rank| Target { property, rank, path_of_url: false };
            match path.split_once('.') {
                Some(("properties", rest)) => lookup.add(PROPERTIES, rest, whole(0)),
                Some(("context", rest)) => lookup.add(CONTEXT, rest, whole(0)),
                Some(("traits", rest)) => {
                    lookup.add(TRAITS, rest, whole(0));
                    lookup.add(CONTEXT, path, whole(1));
                }
                _ => lookup.add(PROPERTIES, path, whole(0)),
            }
            if path == "path" {
                lookup.add(CONTEXT, "page.path", whole(1));
                lookup.add(PROPERTIES, "url", Target { property, rank: 2, path_of_url: true });
                lookup.add(CONTEXT, "page.url", Target { property, rank: 3, path_of_url: true });
            }
        }
        for (root, path, signal) in SIGNALS {
            if !matches!(signal, Signal::UserAgent(_)) || vocabulary.wants_user_agents() {
                lookup.entry_at(root, path).signal = Some(signal);
            }
        }
        lookup.nodes.iter_mut().for_each(Node::sort);
        lookup.call_name = vocabulary.property("name");
        lookup.call_category = vocabulary.property("category");
        lookup.group_id = vocabulary.property("groupId");
        lookup
    }

    fn add(&mut self, root: u16, path: &str, target: Target) {
        self.entry_at(root, path).targets.push(target);
    }

    /// The entry of a dotted path, made when it isn't there.
    fn entry_at(&mut self, root: u16, path: &str) -> &mut Entry {
        let (path, last) = path.rsplit_once('.').map_or((None, path), |(path, last)| (Some(path), last));
        let mut at = root;
        for key in path.into_iter().flat_map(|path| path.split('.')) {
            let next = u16::try_from(self.nodes.len()).unwrap_or(u16::MAX);
            at = *self.entry_of(at, key).child.get_or_insert(next);
            if at == next {
                self.nodes.push(Node::default());
            }
        }
        self.entry_of(at, last)
    }

    fn entry_of(&mut self, node: u16, key: &str) -> &mut Entry {
        let entries = &mut self.nodes[usize::from(node)].entries;
        let n = entries.iter().position(|e| *e.key == *key).unwrap_or_else(|| {
            entries.push(Entry { key: key.into(), ..Entry::default() });
            entries.len() - 1
        });
        &mut entries[n]
    }

    /// What is looked at under a key of an object, if anything.
    #[inline]
    pub(super) fn entry(&self, node: u16, key: &str) -> Option<&Entry> {
        let node = self.nodes.get(usize::from(node))?;
        let [from, to] = [0, 1].map(|n| node.starts.get(length(key) + n).copied().unwrap_or_default());
        node.entries.get(usize::from(from)..usize::from(to))?.iter().find(|e| *e.key == *key)
    }

    /// Whether anything is looked at in an object.
    pub(super) fn is_used(&self, node: u16) -> bool {
        self.nodes.get(usize::from(node)).is_some_and(|n| !n.entries.is_empty())
    }

    /// What is looked at under a dotted path, for formats that give paths instead of objects.
    pub(super) fn path(&self, path: &str) -> Option<&Entry> {
        let (root, path) = match path.split_once('.') {
            Some(("properties", rest)) => (PROPERTIES, rest),
            Some(("context", rest)) => (CONTEXT, rest),
            Some(("traits", rest)) => (TRAITS, rest),
            _ => (PROPERTIES, path),
        };
        let mut keys = path.split('.');
        let mut entry = self.entry(root, keys.next()?)?;
        for key in keys {
            entry = self.entry(entry.child?, key)?;
        }
        Some(entry)
    }

    /// The meaning of a track name; the canonical name; whether it was a v1 name.
    pub(super) fn track<'a>(&self, name: Cow<'a, str>) -> (Kind, NameId, Cow<'a, str>, bool) {
        if let Some((kind, id)) = self.names.get(&*name) {
            return (*kind, *id, name, false);
        }
        let canonical_name = match &name {
            Cow::Borrowed(text) => Cow::Borrowed(canonical(text)),
            Cow::Owned(text) => Cow::Owned(canonical(text).to_owned()),
        };
        let is_v1 = canonical_name != name;
        let (kind, id) = match self.names.get(&*canonical_name) {
            Some(known) if is_v1 => *known,
            _ => (kind_of_track(&canonical_name), NameId::NONE),
        };
        (kind, id, canonical_name, is_v1)
    }

    /// The name of a call that is no track.
    pub(super) fn call(&self, kind: Kind) -> NameId {
        self.calls.iter().find(|(k, _)| *k == kind).map_or(NameId::NONE, |(_, id)| *id)
    }
}

/// Which place in [`Node::starts`] a key has.
#[inline]
fn length(key: &str) -> usize {
    key.len().min(LENGTHS - 1)
}
