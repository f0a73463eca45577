//! Names of track events: what each means, in whichever spelling it comes.

use crate::domain::ids::hash64;
use crate::domain::names::{
    DICTIONARY, Kind, MAX_NORMAL_BYTES, NameId, Vocabulary, all_known, is_sellers, known, near, normal, usual,
};
use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

type Table<T> = hashbrown::HashMap<Box<str>, T, foldhash::fast::FixedState>;

/// How many unknown names are remembered with the verdict on them.
const VERDICTS: usize = 256;
/// The bit of a verdict that says whose deed it is.
const SELLERS: u64 = 0x80;

/// What a name turned out to be.
#[derive(Debug)]
pub(super) struct Track<'a> {
    pub kind: Kind,
    pub name_id: NameId,
    /// Canonical.
    pub name: Cow<'a, str>,
    /// It came under a name of version 1 of the spec.
    pub is_v1: bool,
    /// It is none that anybody knows, but nearly this one.
    pub near: Option<&'static str>,
}

#[derive(Debug, Clone, Copy)]
struct Meaning {
    kind: Kind,
    name_id: NameId,
    /// `None`: as it is written.
    name: Option<&'static str>,
    is_v1: bool,
}

/// All names with a meaning, and what is remembered of those without.
#[derive(Debug)]
pub(super) struct Names {
    /// As they are written in the specs and by the models.
    written: Table<Meaning>,
    /// By normal form. Names that only models have are there where the form can mean one of them only, with the name.
    otherwise: Table<(Meaning, Option<Box<str>>)>,
    /// Of a name 56 bits of its hash, whether it is the seller's deed ([`SELLERS`]), and two more than the place of what it is nearly
    /// in the list of built-in names; 1 is none.
    verdicts: Box<[AtomicU64]>,
}

impl Names {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        let meaning = |name: &str, shown, is_v1| Meaning {
            kind: vocabulary.kind_of_track(name),
            name_id: vocabulary.name(name),
            name: shown,
            is_v1,
        };
        let (mut written, mut otherwise) = (Table::default(), Table::default());
        let mut ambiguous = Vec::new();
        for (spelling, known) in all_known() {
            let meaning = meaning(known.name, Some(known.name), known.is_v1);
            written.insert(spelling.into(), meaning);
            otherwise.extend(normal(spelling, &mut [0; MAX_NORMAL_BYTES]).map(|normal| (normal.into(), (meaning, None))));
        }
        for name in vocabulary.names().iter().filter(|name| known(name).is_none()) {
            let meaning = meaning(name, None, false);
            written.insert(name.as_str().into(), meaning);
            if let Some(normal) = normal(name, &mut [0; MAX_NORMAL_BYTES])
                && otherwise.insert(normal.into(), (meaning, Some(name.as_str().into()))).is_some()
            {
                ambiguous.push(Box::<str>::from(normal));
            }
        }
        // What teams call it, unless a model names it in its own words, or in words that differ from it in nothing but their spelling.
        for (usual, name) in usual() {
            let meaning = meaning(name, Some(name), false);
            let Some(normal) = normal(usual, &mut [0; MAX_NORMAL_BYTES]).map(Box::<str>::from) else { continue };
            if (meaning.kind != Kind::Other || meaning.name_id != NameId::NONE) && !otherwise.contains_key(&normal) {
                written.insert(usual.into(), meaning);
                otherwise.insert(normal, (meaning, None));
            }
        }
        ambiguous.iter().for_each(|normal| drop(otherwise.remove(normal)));
        Self { written, otherwise, verdicts: std::iter::repeat_with(AtomicU64::default).take(VERDICTS).collect() }
    }

    /// The meaning of a name as it is written, else of its normal form.
    #[inline]
    pub(super) fn track<'a>(&self, name: Cow<'a, str>) -> Track<'a> {
        match self.written.get(&*name) {
            Some(meaning) => told(meaning, name),
            None => self.otherwise(name),
        }
    }

    #[inline(never)]
    fn otherwise<'a>(&self, name: Cow<'a, str>) -> Track<'a> {
        let mut buffer = [0; MAX_NORMAL_BYTES];
        if let Some((meaning, shown)) = normal(&name, &mut buffer).and_then(|normal| self.otherwise.get(normal)) {
            return told(meaning, shown.as_ref().map_or(name, |shown| Cow::Owned(shown.clone().into())));
        }
        let (is_sellers, near) = self.verdict(&name);
        let kind = if is_sellers { Kind::Seller } else { Kind::Other };
        Track { kind, name_id: NameId::NONE, name, is_v1: false, near }
    }

    /// Whether an unknown name is the seller's deed, and what it is nearly. Finding out takes long, so what was found of the last
    /// names is remembered.
    fn verdict(&self, name: &str) -> (bool, Option<&'static str>) {
        let hash = hash64(name.as_bytes());
        let Some(place) = usize::try_from(hash % VERDICTS as u64).ok().and_then(|place| self.verdicts.get(place)) else {
            return (is_sellers(name), near(name));
        };
        let remembered = place.load(Ordering::Relaxed);
        if remembered != 0 && (remembered ^ hash) >> 8 == 0 {
            let near = usize::try_from(remembered & (SELLERS - 1))
                .ok()
                .and_then(|n| DICTIONARY.get(n.checked_sub(2)?))
                .map(|(name, _)| *name);
            return (remembered & SELLERS != 0, near);
        }
        let (is_sellers, near) = (is_sellers(name), near(name));
        let place_of = |found: &str| DICTIONARY.iter().position(|(name, _)| *name == found).map(|n| n as u64 + 2);
        let verdict = near.and_then(place_of).filter(|n| *n < SELLERS).unwrap_or(1) | if is_sellers { SELLERS } else { 0 };
        place.store(hash & !0xff | verdict, Ordering::Relaxed);
        (is_sellers, near)
    }
}

fn told<'a>(meaning: &Meaning, name: Cow<'a, str>) -> Track<'a> {
    Track {
        kind: meaning.kind,
        name_id: meaning.name_id,
        name: meaning.name.map_or(name, Cow::Borrowed),
        is_v1: meaning.is_v1,
        near: None,
    }
}
