//! Types that settings have, and how each is read. `None` is what `"off"` or an empty text says.

use super::secret::Secret;
use super::section::Setting;
use crate::config::keys::kind::Kind;
use crate::domain::Ms;
use leadstream_model::{Faults, Spanned, fields::Fields};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

/// A type without bounds: its kind, and how it is read.
macro_rules! value {
    ($type:ty, $kind:ident, |$fields:ident, $key:ident, $faults:ident| $read:expr) => {
        impl Setting for $type {
            const KIND: Kind = Kind::$kind;
            type Bounds = ();

            fn read($fields: &mut Fields<'_>, $key: &'static str, (): &(), $faults: &mut Faults) -> Option<Self> {
                $read
            }
        }
    };
}

value!(bool, Bool, |fields, key, faults| fields.bool(key, faults).map(|said| said.value));
value!(String, Text, |fields, key, faults| fields.text(key, faults).map(|said| said.value));
value!(Option<String>, Text, |fields, key, faults| fields.text(key, faults).map(|said| Some(said.value)));
// An empty text takes back what a lower layer said.
value!(Option<Secret>, Text, |fields, key, faults| {
    fields.text(key, faults).map(|said| (!said.value.is_empty()).then(|| Secret::new(said.value)))
});
value!(Vec<String>, Texts, |fields, key, faults| fields.texts(key, faults).map(words));
value!(Option<Vec<String>>, Texts, |fields, key, faults| fields.texts(key, faults).map(|said| Some(words(said))));
value!(Duration, Duration, |fields, key, faults| fields.duration(key, faults).map(|said| duration(said.value)));
value!(Option<Duration>, DurationOrOff, |fields, key, faults| {
    fields.duration_or_off(key, faults).map(|said| said.value.map(duration))
});
value!(Option<f64>, NumberOrOff, |fields, key, faults| fields.number_or_off(key, faults).map(|said| said.value));
// An empty path takes back what a lower layer said.
value!(Option<PathBuf>, Text, |fields, key, faults| {
    fields.text(key, faults).map(|said| (!said.value.is_empty()).then(|| PathBuf::from(said.value)))
});
value!(Option<usize>, IntegerOrOff, |fields, key, faults| {
    let Spanned { value, place } = fields.integer_or_off(key, faults)?;
    match value.map(usize::try_from) {
        None => Some(None),
        Some(Ok(most)) if most > 0 => Some(Some(most)),
        Some(_) => {
            faults.add(&place, "must be at least 1, or \"off\"");
            None
        }
    }
});
value!(Option<SocketAddr>, Text, |fields, key, faults| {
    let Spanned { value, place } = fields.text(key, faults)?;
    if value == "off" {
        return Some(None);
    }
    let address = value.parse().ok();
    if address.is_none() {
        faults.add(&place, format!("{value:?} must be an address with a port, such as 127.0.0.1:9464, or \"off\""));
    }
    address.map(Some)
});

/// Every number has its bounds.
impl Setting for usize {
    const KIND: Kind = Kind::Integer;
    type Bounds = RangeInclusive<usize>;

    fn read(fields: &mut Fields<'_>, key: &'static str, bounds: &Self::Bounds, faults: &mut Faults) -> Option<Self> {
        let said = fields.integer(key, faults)?;
        let value = usize::try_from(said.value).ok().filter(|value| bounds.contains(value));
        if value.is_none() {
            faults.add(&said.place, format!("{} must be {} to {}", said.value, bounds.start(), bounds.end()));
        }
        value
    }
}

fn words(said: Vec<Spanned<String>>) -> Vec<String> {
    said.into_iter().map(|word| word.value).collect()
}

fn duration(ms: Ms) -> Duration {
    Duration::from_millis(ms.unsigned_abs())
}
