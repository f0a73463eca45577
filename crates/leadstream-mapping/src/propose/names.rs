//! The names of events in samples, and what becomes of each.

use super::envelope::Envelope;
use super::samples::Samples;
use super::targets::{Target, target};
use crate::path::{From, Path};
use crate::record::Record;
use crate::scan;
use crate::value::plain;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Most different names that are counted.
const MOST_NAMES: usize = 300;

/// A name of theirs.
#[derive(Debug, Clone, Default)]
pub struct Name {
    pub theirs: String,
    pub count: u64,
    /// In how many elements the list of products was there, and in how many it held something.
    pub with_list: u64,
    pub with_products: u64,
    /// In how many elements somebody was named.
    pub with_person: u64,
    pub ours: Option<Target>,
}

/// Names, the most frequent first; and how many elements had none.
pub fn names(
    samples: &Samples,
    envelope: &Envelope,
    paths: &[String],
    people: &[String],
    products: Option<&str>,
) -> (Vec<Name>, u64) {
    let parsed = |paths: &[String]| -> Vec<Path> { paths.iter().filter_map(|path| Path::parse(path).ok()).collect() };
    let (paths, people) = (parsed(paths), parsed(people));
    let products = products.and_then(|path| Path::parse(path).ok());
    let mut counts: BTreeMap<String, Name> = BTreeMap::new();
    let mut without = 0;
    envelope.each(samples, |record, element, root| {
        let json = element.to_string();
        let root = root.map(ToString::to_string);
        let name = paths.iter().find_map(|path| at(path, record, &json, root.as_deref()));
        let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
            without += 1;
            return;
        };
        if counts.len() >= MOST_NAMES && !counts.contains_key(&name) {
            return;
        }
        let list = products.as_ref().and_then(|path| scan::follow(Cow::Borrowed(json.as_str()), &path.steps));
        let list = list.filter(|list| list.starts_with('['));
        let is_of_somebody = people.iter().any(|path| at(path, record, &json, root.as_deref()).is_some());
        let known = counts.entry(name).or_default();
        known.count += 1;
        known.with_list += u64::from(list.is_some());
        known.with_products += u64::from(list.is_some_and(|list| !scan::elements(&list).is_empty()));
        known.with_person += u64::from(is_of_somebody);
    });
    let name = |(theirs, known): (String, Name)| Name { ours: target(&theirs), theirs, ..known };
    let mut all: Vec<Name> = counts.into_iter().map(name).collect();
    all.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.theirs.cmp(&other.theirs)));
    (all, without)
}

/// The text at a path.
fn at(path: &Path, record: &Record<'_>, json: &str, root: Option<&str>) -> Option<String> {
    let value = match &path.from {
        From::Header(name) => return record.header(name).map(str::to_owned),
        From::Topic => return Some(record.topic.to_owned()),
        From::Key | From::Item => return record.key_text().map(str::to_owned),
        From::Value => scan::follow(Cow::Borrowed(json), &path.steps)?,
        From::Record => scan::follow(Cow::Borrowed(root?), &path.steps)?,
        From::Schema => return None,
    };
    plain(value).map(Cow::into_owned).filter(|text| !text.is_empty())
}
