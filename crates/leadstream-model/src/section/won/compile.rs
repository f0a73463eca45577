//! From what the file says to what steps run on.

use super::places::{CONTRACTS, contracts, may_be_sale, places, said, usual};
use crate::condition::compile::condition;
use crate::section::sales::in_force::answers;
use crate::section::view::ModelView;
use leadstream_core::domain::model::won::WonModel;
use leadstream_core::domain::names::{NameId, Vocabulary};
use leadstream_core::domain::terms::sales::Answer;

/// How sales says that it lost a lead where the model has no answers.
const LOST: &str = "Lead Lost";

pub(super) fn compile(spec: &ModelView<'_>, vocabulary: &mut Vocabulary) -> WonModel {
    let contracts = contracts(spec);
    let is_unnamed = vocabulary.name(CONTRACTS[0]) == NameId::NONE;
    for name in contracts.iter().flat_map(|when| &when.on).filter(|name| may_be_sale(&name.value)) {
        vocabulary.intern_contract(&name.value);
    }
    let lost = match &spec.sales.hand_over {
        Some(hand_over) => said(answers(hand_over), Answer::Lost),
        None => usual(LOST),
    };
    let model = WonModel {
        places: places(spec),
        sales: contracts.iter().map(|when| condition(when, vocabulary)).collect(),
        lost: Some(condition(&lost, vocabulary)),
    };
    if is_unnamed && spec.won.on.is_none() {
        vocabulary.hush(CONTRACTS[0]);
    }
    model
}
