//! Which path is the name, the time, the id, and who it is about.

use super::seen::{Seen, Shape, ratio};
use super::survey::Survey;
use super::targets::target;
use super::words::{self, Role, Unit, weight};
use leadstream_core::domain::names::words as words_of;
use leadstream_core::domain::placeholder_ids::{IdOf, is_id};

/// Most paths of a value, the first of which counts.
const MOST_PATHS: usize = 3;

/// A guess: the paths, best first.
#[derive(Debug, Clone, Default)]
pub struct Guess {
    pub paths: Vec<String>,
    pub score: f64,
    /// From 1 to 10: how surely the key says what it is.
    pub weight: u32,
    /// In how many elements the first path was.
    pub count: u64,
    /// Others that it could be, with their counts.
    pub others: Vec<(String, u64)>,
    /// What else speaks for it, or against it.
    pub note: String,
}

/// A time, and how it is written.
#[derive(Debug, Clone, Default)]
pub struct Time {
    pub guess: Guess,
    pub unit: Option<&'static str>,
    pub has_no_zone: bool,
}

/// A candidate: the path, its score, the weight of its key.
type Candidate<'s> = (&'s Seen, f64, u32);

fn sorted(mut all: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    all.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.path.cmp(&other.0.path)));
    all
}

fn guess_of(all: &[Candidate<'_>], paths: usize) -> Option<Guess> {
    let (first, score, weight) = all.first()?;
    let others = all.iter().skip(paths).take(3).map(|(seen, ..)| (seen.path.clone(), seen.count));
    Some(Guess {
        paths: all.iter().take(paths).map(|(seen, ..)| seen.path.clone()).collect(),
        score: *score,
        weight: *weight,
        count: first.count,
        others: others.collect(),
        note: String::new(),
    })
}

/// How surely a path is of a role: by its last key, or by that with the one above it. An `amount` is of what the key above it says.
pub fn weight_of(role: Role, seen: &Seen) -> u32 {
    const AMOUNTS: [&str; 4] = ["amount", "value", "betrag", "wert"];
    let above = seen.with_parent.strip_suffix(&seen.key).filter(|above| seen.depth > 1 && !above.is_empty());
    let of_above = above.map_or(0, |above| {
        let is_amount = AMOUNTS.contains(&seen.key.as_str());
        weight(role, &seen.with_parent).max(if is_amount { weight(role, above) } else { 0 })
    });
    weight(role, &seen.key).max(of_above)
}

/// Deeper, and around the element, is less likely.
fn distance(seen: &Seen) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a depth")]
    let depth = seen.depth as f64;
    depth * 0.3 + if seen.path.starts_with("^.") { 1.0 } else { 0.0 }
}

/// What an event is called: words, of which there are few.
pub fn name(survey: &Survey) -> Option<Guess> {
    let candidate = |seen: &'_ Seen| -> Option<(f64, u32)> {
        let key = weight(words::NAME, &seen.key);
        let values = seen.values.as_ref()?;
        let is_words = seen.share(&[Shape::Word, Shape::Currency]) >= 0.9;
        if !is_words || seen.count * 5 < survey.elements || ["key", "topic"].contains(&seen.path.as_str()) {
            return None;
        }
        let ours = values.keys().filter(|value| target(value).is_some()).count();
        let known = ratio(ours as u64, values.len() as u64);
        // `ITEM_PUT_IN_TROLLEY`: several words without a blank, in every record, and few of them.
        let of_words = values.keys().filter(|value| !value.contains(' ') && words_of(value).len() > 1).count();
        let is_like_names =
            values.len() >= 3 && of_words * 3 >= values.len() * 2 && seen.count >= survey.elements && seen.differ() < 0.5;
        let is_sure = values.keys().all(|value| target(value).is_some_and(|ours| ours.is_sure));
        // Of many records, names are few; of few, all may be different.
        let is_few = values.len() <= 12 || seen.differ() < 0.5;
        if !is_few
            || key == 0 && !is_like_names && (known < 0.25 || values.len() < 3 && !is_sure)
            || key > 0 && key < 7 && known == 0.0
        {
            return None;
        }
        let presence = ratio(seen.count, survey.elements).min(1.0);
        let varies = if values.len() > 1 { 1.5 } else { 0.0 };
        Some((f64::from(key) * presence + 12.0 * known + varies - distance(seen), key))
    };
    let all = survey.paths.iter().filter_map(|seen| candidate(seen).map(|(score, key)| (seen, score, key))).collect();
    let all = sorted(all);
    let is_everywhere = all.first().is_some_and(|(seen, ..)| seen.count >= survey.elements);
    // Where it isn't always there, another may be: `event` of a track, `type` of all calls.
    let second = all.iter().skip(1).find(|(seen, _, key)| !is_everywhere && *key >= 7 && seen.count > 0).copied();
    let mut guess = guess_of(&all, 1)?;
    if let Some((seen, ..)) = second {
        guess.others.retain(|(path, _)| *path != seen.path);
        guess.paths.push(seen.path.clone());
    }
    Some(guess)
}

const UNITS: [&str; 5] = ["s", "ms", "us", "ns", "d"];

/// In which unit numbers are times, where nearly all of them are.
fn unit_of(seen: &Seen) -> Option<&'static str> {
    let at = (0..UNITS.len()).max_by_key(|at| seen.times[*at])?;
    // Small numbers may be anything: days want a key that says so.
    let is_sure = UNITS[at] != "d" || weight_of(words::TIME, seen) >= 6;
    (is_sure && seen.times[at] * 10 >= seen.count * 7 && seen.count > 0).then_some(UNITS[at])
}

/// When it happened. `taken`: paths that are something else.
pub fn time(survey: &Survey, taken: &[String]) -> Option<Time> {
    of_times(survey, words::TIME, taken, true)
}

/// When it was handed on.
pub fn received(survey: &Survey, taken: &[String]) -> Option<Time> {
    of_times(survey, words::RECEIVED, taken, false)
}

fn of_times(survey: &Survey, role: Role, taken: &[String], is_any: bool) -> Option<Time> {
    const NEVER: [&str; 12] =
        ["birth", "geburt", "expir", "valid", "gueltig", "due", "deliver", "liefer", "dob", "start", "end", "recordkey"];
    const ENDS: [&str; 8] = ["at", "on", "time", "timestamp", "ts", "zeit", "datum", "date"];
    let candidate = |seen: &'_ Seen| -> Option<(f64, u32)> {
        let texts = seen.share(&[Shape::Time, Shape::LocalTime]);
        let dates = seen.share(&[Shape::Date]);
        let is_time = texts >= 0.7 || unit_of(seen).is_some() || texts + dates >= 0.7;
        if !is_time || taken.contains(&seen.path) || NEVER.iter().any(|never| seen.key.starts_with(never)) {
            return None;
        }
        let key = weight_of(role, seen);
        let is_of_receiving = weight_of(words::RECEIVED, seen) > 0;
        let key = match key {
            0 if !is_any || is_of_receiving => 0,
            0 if ENDS.iter().any(|end| seen.key.ends_with(end)) => 5,
            0 => 2,
            key => key,
        };
        let less = if dates > 0.5 { 3.0 } else { 0.0 };
        let presence = ratio(seen.count, survey.elements).min(1.0);
        (key > 0).then_some((f64::from(key) * (0.3 + 0.7 * presence) - distance(seen) - less, key))
    };
    let all = survey.paths.iter().filter_map(|seen| candidate(seen).map(|(score, key)| (seen, score, key))).collect();
    let all = sorted(all);
    let (first, ..) = all.first()?;
    let unit = unit_of(first);
    // Others stand in where the first is missing, if they are written alike.
    let is_missing = first.count < survey.elements;
    let alike = |(seen, _, key): &Candidate<'_>| is_missing && *key >= 4 && unit_of(seen) == unit;
    let second = all.iter().skip(1).find(|one| alike(one)).map(|(seen, ..)| seen.path.clone());
    let mut guess = guess_of(&all, 1)?;
    if let Some(second) = second {
        guess.others.retain(|(path, _)| *path != second);
        guess.paths.push(second);
    }
    let has_no_zone = unit.is_none() && first.share(&[Shape::LocalTime]) >= 0.5;
    if unit.is_none() && first.share(&[Shape::Date]) > 0.5 {
        "only days".clone_into(&mut guess.note);
    }
    if let (Some(Unit::Time(said)), Some(unit)) = (first.unit, unit)
        && said != unit
    {
        guess.note = format!("its key says {said}, its size {unit}");
    }
    Some(Time { guess, unit, has_no_zone })
}

/// What no two events share.
pub fn id(survey: &Survey, taken: &[String]) -> Option<Guess> {
    const ABOVE: [&str; 8] = ["id", "eventid", "metaid", "metadataid", "messageid", "headerid", "envelopeid", "recordid"];
    let candidate = |seen: &'_ Seen| -> Option<(f64, u32)> {
        let key = weight_of(words::ID, seen);
        let is_own = seen.key != "id" || seen.depth <= 1 || ABOVE.contains(&seen.with_parent.as_str());
        let is_one = seen.differ() >= 0.95 && seen.count * 2 >= survey.elements;
        let is_text = seen.share(&[Shape::Email, Shape::Time, Shape::LocalTime, Shape::Bool, Shape::Url, Shape::Decimal]) < 0.1;
        let is_around = seen.path.starts_with("^.") || ["key", "topic"].contains(&seen.path.as_str());
        if key == 0 || !is_own || !is_one || !is_text || is_around || taken.contains(&seen.path) {
            return None;
        }
        Some((f64::from(key) * ratio(seen.count, survey.elements).min(1.0) - distance(seen), key))
    };
    let all = survey.paths.iter().filter_map(|seen| candidate(seen).map(|(score, key)| (seen, score, key))).collect();
    guess_of(&sorted(all), 1)
}

/// What no two events share, whatever it is called; of few events that says nothing.
pub fn unique(survey: &Survey, taken: &[String]) -> Option<Guess> {
    let is_one = |seen: &&Seen| {
        let is_id = seen.share(&[Shape::Whole, Shape::WholeText, Shape::Uuid, Shape::Text]) >= 1.0;
        let is_around = ["^.", "header:"].iter().any(|place| seen.path.starts_with(place));
        survey.elements >= 20
            && seen.count >= survey.elements
            && seen.differ() >= 1.0
            && is_id
            && !(is_around || taken.contains(&seen.path) || ["key", "topic"].contains(&seen.path.as_str()))
            && unit_of(seen).is_none()
    };
    let mut all: Vec<&Seen> = survey.paths.iter().filter(is_one).collect();
    all.sort_by_key(|seen| (seen.depth, seen.path.clone()));
    let all: Vec<Candidate<'_>> = all.into_iter().map(|seen| (seen, 0.0, 2)).collect();
    let mut guess = guess_of(&all, 1)?;
    "no two have the same".clone_into(&mut guess.note);
    Some(guess)
}

/// The types of ids that a mapping has places for, in the order in which they are the prospect.
const TYPES: [(&str, Role); 5] =
    [("user", words::USER), ("email", words::EMAIL), ("phone", words::PHONE), ("anon", words::ANON), ("cart", words::CART)];

/// Who it is about, by type.
pub fn people(survey: &Survey, taken: &[String]) -> Vec<(&'static str, Guess)> {
    let mut found: Vec<(&'static str, Guess)> = Vec::new();
    for (kind, role) in TYPES {
        let is_taken =
            |path: &String| taken.contains(path) || found.iter().any(|(_, guess): &(_, Guess)| guess.paths.contains(path));
        let candidate = |seen: &'_ Seen| -> Option<(f64, u32)> {
            let key = key_of(kind, role, seen)?;
            let presence = ratio(seen.count, survey.elements).min(1.0);
            (!is_taken(&seen.path)).then_some((f64::from(key) + 2.0 * presence - distance(seen), key))
        };
        let all = survey.paths.iter().filter_map(|seen| candidate(seen).map(|(score, key)| (seen, score, key))).collect();
        let mut all = sorted(all);
        let best = all.first().map_or(0, |(.., key)| *key);
        all.retain(|(.., key)| *key + 2 >= best);
        let sure = all.iter().take_while(|(.., key)| *key >= 8).count().clamp(1, MOST_PATHS);
        if let Some(mut guess) = guess_of(&all, sure) {
            let differ = all.first().map_or(0.0, |(seen, ..)| seen.differ());
            if kind != "cart" && differ >= 1.0 && guess.count > 20 {
                "no value comes twice: is it a person's?".clone_into(&mut guess.note);
            }
            found.push((kind, guess));
        }
    }
    let has = |found: &[(&str, Guess)], kinds: &[&str]| found.iter().any(|(kind, _)| kinds.contains(kind));
    if !has(&found, &["user", "anon"]) {
        found.extend(of_key(survey));
    }
    let most = found.iter().filter(|(kind, _)| *kind != "cart").map(|(_, guess)| guess.count).max().unwrap_or_default();
    if most * 10 < survey.elements * 9 && !has(&found, &["anon"]) {
        let taken: Vec<String> = taken.iter().chain(found.iter().flat_map(|(_, guess)| &guess.paths)).cloned().collect();
        found.extend(repeated(survey, &taken).map(|guess| ("anon", guess)));
    }
    found
}

/// What is in nearly all events, and comes again as visitors do, where nothing else says who it is.
fn repeated(survey: &Survey, taken: &[String]) -> Option<Guess> {
    let is_id = |value: &str| {
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        digits > 3 || digits > 0 && value.bytes().any(|b| b.is_ascii_alphabetic())
    };
    let comes_again = |seen: &&Seen| {
        let never = [Shape::Bool, Shape::Decimal, Shape::DecimalText, Shape::Time, Shape::LocalTime, Shape::Date, Shape::Url];
        let is_often = seen.count * 10 >= survey.elements * 9 && survey.elements >= 20;
        let is_free = !taken.contains(&seen.path) && seen.path != "topic" && unit_of(seen).is_none();
        let values = seen.values.as_ref().filter(|values| values.len() >= 5);
        is_often
            && is_free
            && seen.differ() < 0.7
            && seen.share(&never) < 0.1
            && values.is_some_and(|all| all.keys().all(|v| is_id(v)))
    };
    let mut all: Vec<&Seen> = survey.paths.iter().filter(comes_again).collect();
    all.sort_by_key(|seen| (seen.depth, seen.path.clone()));
    let all: Vec<Candidate<'_>> = all.into_iter().map(|seen| (seen, 0.0, 2)).collect();
    let mut guess = guess_of(&all, 1)?;
    "it comes again, as visitors do".clone_into(&mut guess.note);
    Some(guess)
}

/// How surely a path is an id of this type.
fn key_of(kind: &str, role: Role, seen: &Seen) -> Option<u32> {
    let is_of_shop = weight(words::NOT_PEOPLE, &seen.key) > 0
        || seen.depth > 1 && {
            let above = seen.with_parent.strip_suffix(&seen.key).unwrap_or_default();
            weight(words::NOT_PEOPLE, above) > 0
        };
    if is_of_shop || ["key", "topic"].contains(&seen.path.as_str()) {
        return None;
    }
    // A member that holds nothing but `null` and `guest` says who nobody is.
    if seen.values.as_ref().is_some_and(|values| !values.keys().any(|value| is_id(value, IdOf::Person))) {
        return None;
    }
    let emails = seen.share(&[Shape::Email]);
    let never =
        [Shape::Bool, Shape::Time, Shape::LocalTime, Shape::Date, Shape::Url, Shape::Currency, Shape::Decimal, Shape::Packed];
    let key = weight_of(role, seen);
    match kind {
        "email" if emails >= 0.5 => Some(key.max(3)),
        "email" => (key >= 8 && seen.share(&[Shape::Text, Shape::Uuid]) > 0.9 && is_hash(seen)).then_some(key),
        _ if key == 0 || emails > 0.5 || seen.share(&never) > 0.2 => None,
        // A bare `user` or `cart` is one only where it looks like an id.
        _ if key <= 6 && seen.share(&[Shape::Word]) > 0.5 && seen.differ() < 0.2 => None,
        _ => Some(key),
    }
}

fn is_hash(seen: &Seen) -> bool {
    let Some(values) = &seen.values else { return true };
    values.keys().all(|value| value.len() >= 16 && value.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// The record's key, where nothing in the record says who it is.
fn of_key(survey: &Survey) -> Option<(&'static str, Guess)> {
    let seen = survey.at("key").filter(|seen| seen.count * 2 >= survey.elements)?;
    let note = "the record's key: nothing in its value says who it is".to_owned();
    let is_email = seen.share(&[Shape::Email]) > 0.5;
    let guess = Guess { paths: vec!["key".to_owned()], weight: 3, count: seen.count, note, ..Guess::default() };
    Some((if is_email { "email" } else { "user" }, guess))
}
