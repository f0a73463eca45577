//! Names of track events: what each means, in any spelling.

use crate::domain::ids::hash64;
use crate::domain::names::bounces::{OF_MAIL, hardness};
use crate::domain::names::{
    CALLS, DICTIONARY, Kind, MAX_NORMAL_BYTES, NameId, ONE_LIST_LEFT, Vocabulary, all_known, canonical_names, consent_said,
    is_sellers, is_told_by_tools, known, near, normal, usual, without_tool,
};
use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

type Table<T> = hashbrown::HashMap<Box<str>, T, foldhash::fast::FixedState>;

/// How many unknown names are remembered with the verdict on them.
const VERDICTS: usize = 256;
/// The bit of a verdict that says who did it.
const SELLERS: u64 = 0x80;
/// How far from the right the bits of a verdict begin that say which of [`SAID`] it is, and one more.
const SAID_BITS: u32 = 8;
/// What names say of consent by their words.
const SAID: [&str; 4] = ["Unsubscribed", "Email Unsubscribed", ONE_LIST_LEFT, "Email Marked as Spam"];

/// What is found of an unknown name.
#[derive(Debug, Clone, Copy)]
struct AccountVerdict {
    is_sellers: bool,
    near: Option<&'static str>,
    /// What it says of consent.
    said: Option<&'static str>,
}

/// What a name turned out to be.
#[derive(Debug)]
pub(super) struct Track<'a> {
    pub kind: Kind,
    pub name_id: NameId,
    /// Canonical.
    pub name: Cow<'a, str>,
    /// It came under a name of version 1 of the spec.
    pub is_v1: bool,
    /// The name says that a mail bounced for good.
    pub is_hard: bool,
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
    is_hard: bool,
}

/// All names with a meaning, and what is remembered of those without.
#[derive(Debug)]
pub(super) struct Names {
    /// As they are written in the specs and by the models.
    written: Table<Meaning>,
    /// By normal form. Names that only models have are there where the form can mean one of them only, with the name.
    otherwise: Table<(Meaning, Option<Box<str>>)>,
    /// By normal form, what counts on the topics of mail only.
    of_mail: Table<Meaning>,
    /// Of a name 48 bits of its hash, what it says of consent ([`SAID`]), whether it is the seller's deed ([`SELLERS`]), and two more than
    /// the place of what it is nearly in the list of built-in names; 1 is none.
    verdicts: Box<[AtomicU64]>,
}

impl Names {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        let meaning = |name: &str, shown, is_v1| Meaning {
            kind: vocabulary.kind_of_track(name),
            name_id: vocabulary.name(name),
            name: shown,
            is_v1,
            is_hard: false,
        };
        // What says how hard it bounced by its name.
        let bounced = |name: &str, meaning: Meaning| match (meaning.kind, hardness(name)) {
            (Kind::HardBounce, Some(true)) => Meaning { is_hard: true, ..meaning },
            (Kind::HardBounce, Some(false)) => Meaning { kind: Kind::SoftBounce, ..meaning },
            _ => meaning,
        };
        let (mut written, mut otherwise) = (Table::default(), Table::default());
        let mut ambiguous = Vec::new();
        for (spelling, known) in all_known() {
            let meaning = bounced(spelling, meaning(known.name, Some(known.name), known.is_v1));
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
        for (name, call) in CALLS {
            let kind = if call == "page" { Kind::Page } else { Kind::Screen };
            let meaning = Meaning { kind, name_id: vocabulary.name(call), name: Some(call), is_v1: false, is_hard: false };
            if let Some(normal) = normal(name, &mut [0; MAX_NORMAL_BYTES]) {
                otherwise.entry(normal.into()).or_insert((meaning, None));
            }
        }
        ambiguous.iter().for_each(|normal| drop(otherwise.remove(normal)));
        let mut of_mail = Table::default();
        for (word, name) in OF_MAIL {
            let meaning = bounced(word, meaning(name, Some(name), false));
            of_mail.extend(normal(word, &mut [0; MAX_NORMAL_BYTES]).map(|normal| (normal.into(), meaning)));
        }
        Self { written, otherwise, of_mail, verdicts: std::iter::repeat_with(AtomicU64::default).take(VERDICTS).collect() }
    }

    /// The meaning of a name as it is written, else of its normal form.
    #[inline]
    pub(super) fn track<'a>(&self, name: Cow<'a, str>) -> Track<'a> {
        match self.written.get(&*name) {
            Some(meaning) => track_of(meaning, name),
            None => self.otherwise(name),
        }
    }

    #[inline(never)]
    fn otherwise<'a>(&self, name: Cow<'a, str>) -> Track<'a> {
        let mut buffer = [0; MAX_NORMAL_BYTES];
        if let Some((meaning, shown)) = normal(&name, &mut buffer).and_then(|normal| self.otherwise.get(normal)) {
            return track_of(meaning, shown.as_ref().map_or(name, |shown| Cow::Owned(shown.clone().into())));
        }
        if let Some((meaning, known)) = normal(&name, &mut buffer).and_then(|normal| self.of_tool(normal)) {
            return track_of(meaning, known.map_or(name, Cow::Borrowed));
        }
        let AccountVerdict { is_sellers, near, said } = self.verdict(&name);
        if let Some(meaning) = said.and_then(|said| self.written.get(said)) {
            return track_of(meaning, name);
        }
        let kind = if is_sellers { Kind::Seller } else { Kind::Other };
        Track { kind, name_id: NameId::NONE, name, is_v1: false, is_hard: false, near }
    }

    /// What a name means on a topic of mail that means nothing elsewhere.
    #[cold]
    pub(super) fn of_mail<'a>(&self, track: Track<'a>) -> Track<'a> {
        match normal(&track.name, &mut [0; MAX_NORMAL_BYTES]).and_then(|normal| self.of_mail.get(normal)) {
            Some(meaning) => track_of(meaning, track.name),
            None => track,
        }
    }

    /// What a known name means that stands behind the name of a tool, or behind two: `HubSpot Marketing Email Opened`. What a model calls
    /// in its own words is meant only under those.
    fn of_tool(&self, normal: &str) -> Option<(&Meaning, Option<&'static str>)> {
        let behind = std::iter::successors(without_tool(normal), |rest| without_tool(rest)).take(2);
        let mut known = behind.filter_map(|rest| self.otherwise.get(rest)).filter(|(meaning, _)| is_told_by_tools(meaning.kind));
        known.find_map(|(meaning, own)| match own {
            None => Some((meaning, None)),
            Some(own) => Some((meaning, Some(canonical_names().find(|name| *name == &**own)?))),
        })
    }

    /// What an unknown name says of consent, whether it is the seller's deed, and what it is nearly. Finding out takes long, so what was
    /// found of the last names is remembered.
    fn verdict(&self, name: &str) -> AccountVerdict {
        let find = || AccountVerdict { is_sellers: is_sellers(name), near: near(name), said: consent_said(name) };
        let hash = hash64(name.as_bytes());
        let Some(place) = usize::try_from(hash % VERDICTS as u64).ok().and_then(|place| self.verdicts.get(place)) else {
            return find();
        };
        let at = |bits: u64, less: usize| usize::try_from(bits).ok().and_then(|n| n.checked_sub(less));
        let remembered = place.load(Ordering::Relaxed);
        if remembered != 0 && (remembered ^ hash) >> (2 * SAID_BITS) == 0 {
            let near = at(remembered & (SELLERS - 1), 2).and_then(|n| DICTIONARY.get(n)).map(|(name, _)| *name);
            let said = at(remembered >> SAID_BITS & 0xff, 1).and_then(|n| SAID.get(n)).copied();
            return AccountVerdict { is_sellers: remembered & SELLERS != 0, near, said };
        }
        let verdict = find();
        let place_of = |found: &str| DICTIONARY.iter().position(|(name, _)| *name == found).map(|n| n as u64 + 2);
        let near = verdict.near.and_then(place_of).filter(|n| *n < SELLERS).unwrap_or(1);
        let said = verdict.said.and_then(|said| SAID.iter().position(|one| *one == said)).map_or(0, |n| n as u64 + 1);
        let bits = said << SAID_BITS | near | if verdict.is_sellers { SELLERS } else { 0 };
        place.store(hash & !0xffff | bits, Ordering::Relaxed);
        verdict
    }
}

fn track_of<'a>(meaning: &Meaning, name: Cow<'a, str>) -> Track<'a> {
    Track {
        kind: meaning.kind,
        name_id: meaning.name_id,
        name: meaning.name.map_or(name, Cow::Borrowed),
        is_v1: meaning.is_v1,
        is_hard: meaning.is_hard,
        near: None,
    }
}
