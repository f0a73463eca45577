//! The vocabulary of the models, laid out for the decoder: which names and which places in an event are looked at.

use super::bounce::{self, Says};
use super::draft::{BuiltIn, ProductField};
use super::envelope::Top;
use super::keys::Keys;
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
    List,
    /// Hard or soft.
    Bounce(Says, u8),
}

/// Where signals stand.
const SIGNALS: [(u16, &str, Signal); 17] = [
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
    (PROPERTIES, "list_id", Signal::List),
    (PROPERTIES, "listId", Signal::List),
    (CONTEXT, "userAgent", Signal::UserAgent(0)),
    (PROPERTIES, "user_agent", Signal::UserAgent(1)),
    (PROPERTIES, "userAgent", Signal::UserAgent(1)),
    (PROPERTIES, "useragent", Signal::UserAgent(1)),
];

/// One key of an object that is looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    /// What the service takes it for, of the properties of an event and of a product of its list.
    pub built_in: Option<BuiltIn>,
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

/// The keys of one object that are looked at.
pub(super) type Node = Keys<Entry>;

/// Built once from the vocabulary.
#[derive(Debug, Clone)]
pub(super) struct Lookup {
    /// What stands at the top level of a record, and of a line of a file.
    tops: [Keys<Top>; 2],
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
/// A product of the list in the properties.
pub(super) const PRODUCT: u16 = 3;

impl Lookup {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        let mut lookup = Self {
            tops: [false, true].map(|file| Keys::new(Top::all(file))),
            nodes: vec![Node::default(); 4],
            names: hashbrown::HashMap::default(),
            calls: Vec::new(),
            call_name: vocabulary.property("name"),
            call_category: vocabulary.property("category"),
            group_id: vocabulary.property("groupId"),
        };
        lookup.entry_at(PROPERTIES, "products").child = Some(PRODUCT);
        for (key, field) in BuiltIn::ALL {
            lookup.entry_at(PROPERTIES, key).built_in = Some(field);
            if let BuiltIn::Product(_) = field {
                lookup.entry_at(PRODUCT, key).built_in = Some(field);
            }
        }
        // At top level it is the event's.
        lookup.entry_at(PRODUCT, "currency").built_in = Some(BuiltIn::Product(ProductField::Currency));
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
        for (path, says, rank) in bounce::PLACES {
            lookup.entry_at(PROPERTIES, path).signal = Some(Signal::Bounce(says, rank));
        }
        lookup.nodes.iter_mut().for_each(Node::sort);
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
        self.nodes[usize::from(node)].add(key)
    }

    /// What the keys at the top level mean.
    #[inline]
    pub(super) fn top(&self, file: bool) -> &Keys<Top> {
        &self.tops[usize::from(file)]
    }

    /// What is looked at in an object.
    #[inline]
    pub(super) fn node(&self, node: u16) -> &Node {
        &self.nodes[usize::from(node)]
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
        let mut entry = self.node(root).get(keys.next()?.as_bytes())?;
        for key in keys {
            entry = self.node(entry.child?).get(key.as_bytes())?;
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
