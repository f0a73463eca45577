//! The shop's own people in words.

use super::spec::{InternalSpec, OF_ORDERS};

/// What it says, in words.
pub(super) fn describe(spec: &InternalSpec, say: &mut dyn FnMut(&str, String)) {
    let or_none = |names: Vec<String>| if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
    say("internal: left out are people with an address at", or_none(spec.domains()));
    say("internal: left out is what comes from", or_none(spec.networks().iter().map(ToString::to_string).collect()));
    let marks =
        spec.marks().into_iter().map(|mark| if mark == OF_ORDERS { "test (of orders)".to_owned() } else { mark.to_owned() });
    say("internal: left out is what is marked", or_none(marks.collect()));
}
