//! The vocabulary of the models, laid out for the decoder: which names and which places in an event are looked at.

mod flags;
mod signals;
mod top;

use super::bounce;
use super::fields::{BuiltIn, CONTEXT, ECOMMERCE, ITEM, PRODUCT, PROPERTIES, ProductField, Signal, TRAITS, Top};
use super::key_table::KeyTable;
use super::mail_names::MAIL_NAMES;
use super::property_names::{
    ACTION_FIELDS, EXACT, FREQUENT, IN_CAMEL_CASE, LISTS_WITHIN, OF_EVENT, OF_PRODUCT, OF_REFUND, OTHERWISE, PRODUCT_CURRENCY,
    TITLE_OF_PRODUCT, WITHIN,
};
use super::tracks::{Names, Track};
use crate::domain::model::{call_name, elsewhere};
use crate::domain::names::pages::PAGE_KIND;
use crate::domain::names::ratings::STARS;
use crate::domain::names::{Flags, Kind, NameId, PropertyId, Vocabulary};
use crate::domain::titles::{OTHER_TITLE, OTHER_TITLE_TRAITS, TITLE_TRAITS};
use flags::Place;
use signals::SIGNALS;
use smallvec::SmallVec;
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

/// Some are only looked at where a model asks for what is derived from them.
fn is_wanted(signal: Signal, vocabulary: &Vocabulary) -> bool {
    match signal {
        Signal::UserAgent(_) => vocabulary.wants_user_agents(),
        Signal::PageWord(_) => vocabulary.property(PAGE_KIND).is_some(),
        Signal::Rating(_) | Signal::BestRating(_) => vocabulary.property(STARS).is_some(),
        _ => true,
    }
}

/// One key of an object that is looked at.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    /// What the service takes it for, of the properties of an event and of a product of its list.
    pub built_in: Option<BuiltIn>,
    /// Where an event has the property under several names, the lowest wins.
    pub rank: u8,
    pub targets: Vec<Target>,
    /// One place may say several things, by what kind of event it stands in.
    pub signals: SmallVec<[Signal; 2]>,
    pub child: Option<u16>,
    /// A list of values may stand there, or an object that says yes to some.
    pub is_list: bool,
}

impl Entry {
    /// Only what lies below it is looked at.
    #[inline]
    pub(super) fn is_inner(&self) -> bool {
        self.targets.is_empty() && self.signals.is_empty()
    }
}

/// The keys of one object that are looked at.
pub(super) type Node = KeyTable<Entry>;

/// Built once from the vocabulary.
#[derive(Debug)]
pub(super) struct Lookup {
    /// What stands at the top level of a record, and of a line of a file.
    tops: [KeyTable<Top>; 2],
    nodes: Vec<Node>,
    names: Names,
    calls: Vec<(Kind, NameId)>,
    /// The properties `name` and `category`, which page and screen calls carry outside of `properties`.
    pub call_name: Option<PropertyId>,
    pub call_category: Option<PropertyId>,
    /// `groupId` of group calls.
    pub group_id: Option<PropertyId>,
    /// What withdraws consent where it is said.
    pub withdrawing: Flags,
    /// The kind of a page, derived from its path; and the stars of a rating.
    pub page_kind: Option<PropertyId>,
    pub path: Option<PropertyId>,
    pub stars: Option<PropertyId>,
}

impl Lookup {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        let mut lookup = Self {
            tops: [false, true].map(top::keys),
            nodes: vec![Node::default(); 6],
            names: Names::new(vocabulary),
            calls: Vec::new(),
            call_name: vocabulary.property("name"),
            call_category: vocabulary.property("category"),
            group_id: vocabulary.property("groupId"),
            withdrawing: vocabulary.flags().withdrawing(),
            page_kind: vocabulary.property(PAGE_KIND),
            path: vocabulary.property("path"),
            stars: vocabulary.property(STARS),
        };
        lookup.entry_at(PROPERTIES, "ecommerce").child = Some(ECOMMERCE);
        lookup.entry_at(PROPERTIES, "product").child = Some(ITEM);
        for (field, names) in OF_EVENT.into_iter().chain(OF_PRODUCT) {
            let [canonical, ..] = names else { continue };
            lookup.entry_at(PROPERTIES, canonical).built_in = Some(field);
            if let BuiltIn::Products = field {
                names.iter().for_each(|name| lookup.entry_at(PROPERTIES, name).child = Some(PRODUCT));
            }
            if let BuiltIn::Product(_) = field {
                lookup.entry_at(PRODUCT, canonical).built_in = Some(field);
            }
        }
        lookup.add_lists_within();
        lookup.entry_at(PRODUCT, PRODUCT_CURRENCY.1[0]).built_in = Some(PRODUCT_CURRENCY.0);
        for (field, name) in EXACT {
            lookup.entry_at(PROPERTIES, name).built_in = Some(field);
            if let BuiltIn::Product(_) = field {
                lookup.entry_at(PRODUCT, name).built_in = Some(field);
                lookup.entry_at(ITEM, name).built_in = Some(field);
            }
        }
        for (rank, (field, path)) in (WITHIN..).zip(OF_REFUND) {
            let entry = lookup.entry_at(PROPERTIES, path);
            (entry.built_in, entry.rank) = (Some(field), rank);
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
                Some(("traits", rest)) if TITLE_TRAITS.contains(&rest) => lookup.add_names(&TITLE_TRAITS, property),
                Some(("traits", OTHER_TITLE)) => lookup.add_names(&OTHER_TITLE_TRAITS, property),
                Some(("traits", rest)) => {
                    lookup.add(TRAITS, rest, whole(0));
                    lookup.add(CONTEXT, path, whole(1));
                }
                // Made of a rating, never taken as it stands.
                _ if path == STARS => {}
                _ => lookup.add(PROPERTIES, path, whole(0)),
            }
            if path == "path" {
                lookup.add(CONTEXT, "page.path", whole(1));
                lookup.add(PROPERTIES, "url", Target { property, rank: 2, path_of_url: true });
                lookup.add(CONTEXT, "page.url", Target { property, rank: 3, path_of_url: true });
            }
        }
        for (root, path, signal) in SIGNALS {
            if is_wanted(signal, vocabulary) {
                let entry = lookup.entry_at(root, path);
                entry.signals.push(signal);
                entry.is_list |= signal == Signal::Lists;
            }
        }
        for place in flags::places(vocabulary) {
            lookup.add_place(&place);
        }
        lookup.add_spellings(vocabulary);
        lookup.spell_elsewhere(vocabulary);
        // Behind all others: of the keys of one length the first are found soonest, and these are of mails alone.
        for (root, path, place) in MAIL_NAMES {
            lookup.entry_at(root, path).signals.push(Signal::MailName(place));
            let (parent, last) = path.rsplit_once('.').map_or((None, path), |(parent, last)| (Some(parent), last));
            let node = parent.map_or(Some(root), |parent| lookup.entry_at(root, parent).child);
            if let Some(node) = node.filter(|_| last.len() > 2) {
                lookup.nodes[usize::from(node)].add_otherwise(last).signals.push(Signal::MailName(place));
            }
        }
        for (path, says, rank) in bounce::PLACES {
            lookup.entry_at(PROPERTIES, path).signals.push(Signal::Bounce(says, rank));
        }
        lookup.nodes.iter_mut().for_each(Node::seal);
        lookup
    }

    /// Lists of products in further objects, and what is said beside them.
    fn add_lists_within(&mut self) {
        for (root, path, rank) in LISTS_WITHIN {
            let entry = self.entry_at(root, path);
            (entry.built_in, entry.rank, entry.child) = (Some(BuiltIn::Products), rank, Some(PRODUCT));
        }
        for (field, path) in ACTION_FIELDS {
            let entry = self.entry_at(ECOMMERCE, path);
            (entry.built_in, entry.rank) = (Some(field), WITHIN + 1);
        }
        let entry = self.nodes[usize::from(PRODUCT)].add_otherwise("title");
        (entry.built_in, entry.rank) = (Some(BuiltIn::Product(ProductField::Name)), TITLE_OF_PRODUCT);
    }

    /// All other names and spellings of what the service looks at; what models look at under the canonical name comes from them too.
    fn add_spellings(&mut self, vocabulary: &Vocabulary) {
        for (field, names) in OF_EVENT.into_iter().chain(OF_PRODUCT) {
            let [canonical, others @ ..] = names else { continue };
            self.spell(PROPERTIES, PROPERTIES, field, canonical, others, 0);
            if let BuiltIn::Product(_) = field {
                self.spell(PRODUCT, PRODUCT, field, canonical, others, 0);
                self.spell(ITEM, PRODUCT, field, canonical, others, WITHIN);
            } else {
                self.spell(ECOMMERCE, PROPERTIES, field, canonical, others, WITHIN);
            }
        }
        let (field, names) = PRODUCT_CURRENCY;
        self.spell(PRODUCT, PRODUCT, field, names[0], &names[1..], 0);
        for (root, path, signal) in SIGNALS {
            if is_wanted(signal, vocabulary) {
                let (parent, last) = path.rsplit_once('.').map_or((None, path), |(parent, last)| (Some(parent), last));
                let node = parent.map_or(Some(root), |parent| self.entry_at(root, parent).child);
                // `ID` is written where `id` is meant, but hardly by who means a person.
                if let Some(node) = node.filter(|_| last.len() > 2 && !last.starts_with('$')) {
                    let entry = self.nodes[usize::from(node)].add_otherwise(last);
                    entry.signals.push(signal.otherwise());
                    entry.is_list |= signal == Signal::Lists;
                }
            }
        }
        // A row that only a model made hides the other spellings of its name: it has to mean what they do.
        for node in &mut self.nodes {
            let otherwise = node.clone();
            for (key, entry) in node.rows_mut() {
                if let Some(found) = otherwise.get_otherwise(key.as_bytes()) {
                    if entry.built_in.is_none() && found.built_in.is_some() {
                        (entry.built_in, entry.rank) = (found.built_in, found.rank);
                        entry.targets.extend(found.targets.iter().copied());
                    }
                    if entry.signals.is_empty() {
                        entry.signals.clone_from(&found.signals);
                    }
                }
            }
        }
    }

    /// What tells orders of no cart is understood in any spelling.
    fn spell_elsewhere(&mut self, vocabulary: &Vocabulary) {
        for name in elsewhere::shipped_properties() {
            if let Some(property) = vocabulary.property(name) {
                let target = Target { property, rank: OTHERWISE, path_of_url: false };
                self.nodes[usize::from(PROPERTIES)].add_otherwise(name).targets.push(target);
            }
        }
    }

    /// The names of one field in a node; what models look at is told by its row in `model`, another node or the same.
    fn spell(&mut self, node: u16, model: u16, field: BuiltIn, canonical: &str, others: &[&str], within: u8) {
        let targets = self.entry_at(model, canonical).targets.clone();
        let told = |entry: &mut Entry, rank: u8| {
            (entry.built_in, entry.rank) = (Some(field), rank);
            let as_others = |target: &Target| Target { rank: target.rank.saturating_add(rank.saturating_mul(4)), ..*target };
            entry.targets.extend(targets.iter().map(as_others));
        };
        if node != model {
            told(self.entry_at(node, canonical), within);
        }
        if let Some((_, camel)) = FREQUENT.iter().find(|(name, _)| *name == canonical) {
            told(self.entry_at(node, camel), within + IN_CAMEL_CASE);
        }
        told(self.nodes[usize::from(node)].add_otherwise(canonical), within + OTHERWISE);
        for (rank, other) in (within + OTHERWISE + 1..).zip(others) {
            told(self.nodes[usize::from(node)].add_otherwise(other), rank);
        }
    }

    /// A trait that has several names, in any spelling; the first that an event has counts, in the order of the list.
    fn add_names(&mut self, names: &[&str], property: PropertyId) {
        for (rank, name) in (0..).step_by(2).zip(names) {
            for (root, path, rank) in [(TRAITS, (*name).to_owned(), rank), (CONTEXT, format!("traits.{name}"), rank + 1)] {
                let target = Target { property, rank, path_of_url: false };
                self.add(root, &path, target);
                let (parent, last) = path.rsplit_once('.').map_or((None, &*path), |(parent, last)| (Some(parent), last));
                let node = parent.map_or(Some(root), |parent| self.entry_at(root, parent).child);
                if let Some(node) = node {
                    self.nodes[usize::from(node)].add_otherwise(last).targets.push(target);
                }
            }
        }
    }

    /// A place of a signal, in any spelling.
    fn add_place(&mut self, place: &Place<'_>) {
        let Place { root, path, signal, is_list } = *place;
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
    pub(super) fn top(&self, file: bool) -> &KeyTable<Top> {
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

    /// The meaning of a track name.
    #[inline]
    pub(super) fn track<'a>(&self, name: Cow<'a, str>) -> Track<'a> {
        self.names.track(name)
    }

    /// What a name that means nothing elsewhere means on a topic of mail.
    pub(super) fn of_mail<'a>(&self, track: Track<'a>) -> Track<'a> {
        self.names.of_mail(track)
    }

    /// The name of a call that is no track.
    pub(super) fn call(&self, kind: Kind) -> NameId {
        self.calls.iter().find(|(k, _)| *k == kind).map_or(NameId::NONE, |(_, id)| *id)
    }
}
