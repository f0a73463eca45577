//! From what the file says of the shop's own people to what steps run on.

use super::spec::{InternalSpec, OF_ORDERS};
use leadstream_core::domain::model::internal::InternalModel;
use leadstream_core::domain::names::Vocabulary;

/// From a checked spec to what steps run on.
pub(super) fn compile(spec: &InternalSpec, vocabulary: &mut Vocabulary) -> InternalModel {
    let mut model = InternalModel { domains: spec.domains(), networks: spec.networks(), ..InternalModel::default() };
    for mark in spec.marks() {
        let bit = vocabulary.intern_flag(mark);
        if mark == OF_ORDERS {
            model.order_marks |= bit;
        } else {
            model.marks |= bit;
            model.person_marks |= vocabulary.intern_flag(&format!("traits.{mark}"));
        }
    }
    if !model.networks.is_empty() {
        vocabulary.want_networks();
    }
    model
}
