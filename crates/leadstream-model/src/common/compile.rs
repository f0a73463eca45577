//! What several sections compile alike.

use leadstream_core::domain::Ms;
use leadstream_core::domain::model::triggers::PRODUCT;
use leadstream_core::domain::model::{AtMost, Distinct};
use leadstream_core::domain::names::Vocabulary;

/// What has to be another one each time.
pub(crate) fn distinct(property: &str, vocabulary: &mut Vocabulary) -> Distinct {
    let id = vocabulary.intern_property(property);
    if property == PRODUCT { Distinct::Product(id) } else { Distinct::Property(id) }
}

/// So many times, in so many milliseconds.
pub(crate) fn at_most((times, per_ms): (i64, Ms)) -> AtMost {
    AtMost { times: u32::try_from(times).unwrap_or(u32::MAX), per_ms }
}
