//! What identity would do with the events of a sample, in figures.

use super::linked::Linked;
use super::seen::{Seen, Sighted};
use super::suspects::{Links, Others, joins_many, suspect};
use crate::app::identity::Ids;
use crate::app::identity::components::Components;
use crate::domain::Ms;
use crate::domain::identity::id::Id;
use crate::domain::identity::types::{IdClass, IdType};
use crate::view::identity::{ClusterView, HopsView, IdTypeView, IdentitySampleView, PersonsByIdsView, SuspectView};
use hashbrown::{HashMap, HashSet};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Most suspects that are shown.
const SUSPECTS: usize = 20;
/// Most clusters that are shown.
const CLUSTERS: usize = 5;

/// The ids of a sample, by their numbers.
struct Sample<'a> {
    ids: &'a Ids,
    all: Components,
    /// Whom each stands for in the end.
    ends: Vec<u32>,
    arrivals: Vec<Others>,
    targets: Vec<Others>,
}

/// Figures of what was seen.
pub(super) fn of(mut seen: Seen, ids: &Ids) -> IdentitySampleView {
    // As they were written: links that come later find what is there already.
    seen.sighted.sort_by_key(|event| (event.record_ms, event.time_ms));
    let mut linked = Linked::new((*ids.linking).clone());
    seen.sighted.iter().for_each(|event| linked.take(&event.sighting()));
    let mut sample = Sample::of(&seen.sighted, ids, &linked);
    let (persons, persons_by_ids) = sample.persons(&linked);
    let (suspects, suspects_left_out) = sample.suspects(&linked);
    let times = || seen.sighted.iter().map(|event| event.time_ms);
    let span_ms = times().max().zip(times().min()).map_or(0, |(last, first)| last.saturating_sub(first));
    IdentitySampleView {
        by_type: sample.by_type(&seen),
        clusters: sample.clusters(&seen.sighted),
        contested: linked.contested.len() as u64,
        crowded: linked.crowded.len() as u64,
        events: seen.sighted.len() as u64 + seen.left_out,
        events_by_key: seen.by_key,
        events_left_out: seen.left_out,
        hops: sample.hops(&seen.sighted),
        nobodys: seen.nobodys,
        persons,
        persons_by_ids,
        records: seen.records,
        span_ms,
        suspects,
        suspects_left_out,
        unusable: seen.unusable,
    }
}

/// Ids that an event names as evidence.
fn named(event: &Sighted) -> impl Iterator<Item = &Id> {
    event.said.ids.iter().map(|(id, _)| id)
}

impl<'a> Sample<'a> {
    fn of(sighted: &[Sighted], ids: &'a Ids, linked: &Linked) -> Self {
        let mut all = Components::default();
        let mut first_ms: HashMap<(u32, u32), Ms> = HashMap::new();
        for event in sighted {
            let of_event: Vec<Id> = named(event).cloned().collect();
            all.join(&of_event);
            let numbers: Vec<u32> = of_event.iter().map(|id| all.number(id)).collect();
            let Some(strongest) = of_event.iter().min().map(|id| all.number(id)) else { continue };
            for weak in numbers.into_iter().filter(|number| *number != strongest) {
                let first_ms = first_ms.entry((weak, strongest)).or_insert(event.time_ms);
                *first_ms = event.time_ms.min(*first_ms);
            }
        }
        let none = || vec![Others::new(); all.len() as usize];
        let (mut arrivals, mut targets) = (none(), none());
        #[allow(clippy::iter_over_hash_type, reason = "what comes of it is counted, or put in order")]
        for ((weak, strong), at_ms) in first_ms {
            arrivals[strong as usize].push((at_ms, weak));
            targets[weak as usize].push((at_ms, strong));
        }
        let mut sample = Self { ids, all, ends: Vec::new(), arrivals, targets };
        sample.ends = (0..sample.all.len()).map(|number| sample.end_of(number, linked)).collect();
        sample
    }

    fn end_of(&mut self, number: u32, linked: &Linked) -> u32 {
        let types = &self.ids.linking.types;
        let end = self.all.id(number).and_then(|id| types.parse(&linked.end_of(&types.text(id))).ok());
        end.map_or(number, |end| self.all.number(&end))
    }

    fn kind(&self, number: u32) -> Option<IdType> {
        self.all.id(number).map(Id::kind)
    }

    fn type_name(&self, number: u32) -> &str {
        self.kind(number).map_or("", |kind| self.ids.linking.types.name(kind))
    }

    fn by_type(&self, seen: &Seen) -> Vec<IdTypeView> {
        let types = &self.ids.linking.types;
        let mut events: HashMap<IdType, u64> = HashMap::new();
        for event in seen.sighted.iter().filter(|event| !event.is_by_key) {
            let mut kinds: Vec<IdType> = named(event).map(Id::kind).collect();
            kinds.sort_unstable();
            kinds.dedup();
            kinds.into_iter().for_each(|kind| *events.entry(kind).or_default() += 1);
        }
        let mut distinct: HashMap<IdType, u64> = HashMap::new();
        (0..self.all.len()).filter_map(|number| self.kind(number)).for_each(|kind| *distinct.entry(kind).or_default() += 1);
        let no_ids = |name: &str| {
            let of_type = seen.refused.iter().filter(|((kind, _), _)| kind == name);
            of_type.map(|((_, why), count)| ((*why).to_owned(), *count)).collect::<BTreeMap<_, _>>()
        };
        let known = types.all().map(|kind| IdTypeView {
            distinct: distinct.get(&kind).copied().unwrap_or_default(),
            events: events.get(&kind).copied().unwrap_or_default(),
            is_hashed: self.ids.reader.naming().is_hashed(kind),
            no_ids: no_ids(types.name(kind)),
            kind: types.name(kind).to_owned(),
        });
        let mut all: Vec<IdTypeView> = known.collect();
        // Types that only a mapping has.
        for (kind, _) in seen.refused.keys().filter(|(kind, _)| types.find(kind).is_none()) {
            if all.iter().all(|known| *known.kind != **kind) {
                all.push(IdTypeView { no_ids: no_ids(kind), kind: kind.to_string(), ..IdTypeView::default() });
            }
        }
        all
    }

    /// How many there are, and how many have how many ids.
    fn persons(&self, linked: &Linked) -> (u64, PersonsByIdsView) {
        let types = &self.ids.linking.types;
        let mut sizes: HashMap<u32, u64> = HashMap::new();
        self.ends.iter().for_each(|end| *sizes.entry(*end).or_default() += 1);
        // Those that are nobody's.
        sizes.retain(|end, _| self.all.id(*end).is_none_or(|id| !linked.crowded.contains(&types.text(id))));
        let mut by_ids = PersonsByIdsView::default();
        #[allow(clippy::iter_over_hash_type, reason = "they are counted")]
        for size in sizes.values() {
            *match size {
                1 => &mut by_ids.one,
                2 => &mut by_ids.two,
                3 => &mut by_ids.three,
                _ => &mut by_ids.more,
            } += 1;
        }
        (sizes.len() as u64, by_ids)
    }

    fn hops(&mut self, sighted: &[Sighted]) -> HopsView {
        let mut hops = HopsView::default();
        for event in sighted {
            let strongest = named(event).min().map(|id| self.all.number(id));
            let points_on = strongest.is_some_and(|number| self.ends[number as usize] != number);
            *match u8::from(event.is_moved) + u8::from(points_on) {
                0 => &mut hops.none,
                1 => &mut hops.one,
                _ => &mut hops.two,
            } += 1;
        }
        hops
    }

    fn clusters(&mut self, sighted: &[Sighted]) -> Vec<ClusterView> {
        let mut members: HashMap<u32, Vec<u32>> = HashMap::new();
        for number in 0..self.all.len() {
            let root = self.all.root(number);
            members.entry(root).or_default().push(number);
        }
        let mut largest: Vec<(u32, Vec<u32>)> = members.into_iter().filter(|(_, ids)| ids.len() > 1).collect();
        largest.sort_by_key(|(root, ids)| (Reverse(ids.len()), self.all.id(*root).cloned()));
        largest.truncate(CLUSTERS);
        let mut events: HashMap<u32, u64> = HashMap::new();
        for event in sighted {
            if let Some(number) = named(event).next().map(|id| self.all.number(id)) {
                *events.entry(self.all.root(number)).or_default() += 1;
            }
        }
        largest.into_iter().map(|(root, ids)| self.cluster(&ids, events.get(&root).copied().unwrap_or_default())).collect()
    }

    fn cluster(&self, ids: &[u32], events: u64) -> ClusterView {
        let mut ids_by_type: BTreeMap<String, u64> = BTreeMap::new();
        ids.iter().for_each(|number| *ids_by_type.entry(self.type_name(*number).to_owned()).or_default() += 1);
        let persons: HashSet<u32> = ids.iter().map(|number| self.ends[*number as usize]).collect();
        let others = |number: u32| self.arrivals[number as usize].len() + self.targets[number as usize].len();
        // Of two with as many the stronger.
        let hub = ids.iter().copied().min_by_key(|number| (Reverse(others(*number)), self.all.id(*number).cloned()));
        ClusterView {
            events,
            ids: ids.len() as u64,
            ids_by_type,
            persons: persons.len() as u64,
            tied_by: hub.and_then(|hub| self.text(hub)).unwrap_or_default(),
            tied_others: hub.map_or(0, others) as u64,
        }
    }

    fn text(&self, number: u32) -> Option<String> {
        self.all.id(number).map(|id| self.ids.linking.types.text(id).to_string())
    }

    /// Those that most others come to first, and how many more there are.
    fn suspects(&self, linked: &Linked) -> (Vec<SuspectView>, u64) {
        let linking = &self.ids.linking;
        let one = |number: u32| {
            let id = self.all.id(number)?;
            let (arrivals, targets) = (&self.arrivals[number as usize], &self.targets[number as usize]);
            let is_user =
                |(_, other): &&(Ms, u32)| self.kind(*other).is_some_and(|kind| linking.types.class(kind) == IdClass::Exclusive);
            let users = targets.iter().filter(is_user).count() as u64;
            let text = linking.types.text(id);
            // Those that come by way of an id that joins many: that one is told of.
            let is_joined = |(_, other): &(Ms, u32)| {
                let class = self.kind(*other).map(|kind| linking.types.class(kind));
                class.is_some_and(|class| joins_many(&self.targets[*other as usize], class, linking))
            };
            let is_crowded = linked.crowded.contains(&text) && !arrivals.iter().any(is_joined);
            let crowded = is_crowded.then(|| linked.names(&text));
            suspect(&Links { id, arrivals, targets, users, is_shared: linked.is_shared(&text), crowded }, linking)
        };
        let mut all: Vec<SuspectView> = (0..self.all.len()).filter_map(one).collect();
        all.sort_by(|a, b| (Reverse(a.others), &a.id).cmp(&(Reverse(b.others), &b.id)));
        let left_out = all.len().saturating_sub(SUSPECTS) as u64;
        all.truncate(SUSPECTS);
        (all, left_out)
    }
}
