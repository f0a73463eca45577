//! From checked specifications to the [`Models`] that steps run on, against one vocabulary.

use crate::canonical;
use crate::check::check_all;
use crate::fault::{Fault, Place};
use crate::section::ModelSpec;
use crate::section::cart::spec::CartSpec;
use crate::section::people::compile::share;
use leadstream_core::domain::model::{MAX_AGE_MS, Model, Models, On};
use leadstream_core::domain::names::{MAX_FLAGS, Vocabulary};
use leadstream_core::domain::state::traits::MAX_TRAITS;
use leadstream_core::domain::titles::OTHER_TITLE;

/// Checks and compiles all models against one vocabulary; `cart_overrides` (settings `model.cart.*`) win over each file.
///
/// # Errors
/// Every fault of every model (index of the spec, fault), in the order of their places.
pub fn compile(specs: &[ModelSpec], cart_overrides: &CartSpec) -> Result<Models, Vec<(usize, Fault)>> {
    let specs: Vec<ModelSpec> = specs.iter().map(|spec| spec.with_cart(cart_overrides)).collect();
    let faults = check_all(&specs);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut vocabulary = Vocabulary::default();
    let mut models: Vec<Model> = specs.iter().map(|spec| model(spec, &mut vocabulary)).collect();
    // What is kept beside a title is nothing that a model named.
    if let Some(one_too_many) = vocabulary.traits().iter().filter(|t| t.name != OTHER_TITLE).nth(MAX_TRAITS) {
        let message = format!("{:?} is one trait too many: the models may ask for {MAX_TRAITS} traits in all", one_too_many.name);
        return Err(vec![(0, Fault { place: Place::default(), message })]);
    }
    if let Some(one_too_many) = vocabulary.flags().paths().get(MAX_FLAGS) {
        let message = format!("{one_too_many:?} is one mark or trait of consent too many: all models may ask for {MAX_FLAGS}");
        return Err(vec![(0, Fault { place: Place::default(), message })]);
    }
    share(&mut models);
    for model in &mut models {
        index(model, vocabulary.names().len());
    }
    vocabulary.intern_origin();
    Ok(Models { models, vocabulary, max_age_ms: MAX_AGE_MS })
}

fn model(spec: &ModelSpec, vocabulary: &mut Vocabulary) -> Model {
    let hash = canonical::hash(spec);
    Model { hash, hash_text: format!("{hash:016x}"), ..spec.compile(vocabulary) }
}

/// Fills the tables that find the rules of an event name, and numbers the rules.
fn index(model: &mut Model, names: usize) {
    for (number, rule) in (0..=u16::MAX).zip(model.score.groups.iter_mut().flat_map(|g| &mut g.rules)) {
        rule.number = number;
    }
    for axis in &mut model.axes {
        axis.moves_by_name = vec![Vec::new(); names];
        let asking = || axis.moves.iter().filter(|rule| !rule.cart.is_empty()).map(|rule| &rule.condition.on);
        let names_of = |on: &On| if let On::Names(names) = on { names.clone() } else { Vec::new() };
        axis.asks_for_cart =
            if asking().any(|on| *on == On::Any) { On::Any } else { On::Names(asking().flat_map(names_of).collect()) };
        for (n, rule) in (0..=u16::MAX).zip(&axis.moves) {
            match &rule.condition.on {
                On::Any => axis.moves_on_any.push(n),
                On::Names(ids) => ids.iter().for_each(|id| axis.moves_by_name[usize::from(id.0)].push(n)),
            }
        }
    }
    let score = &mut model.score;
    score.rules_by_name = vec![Vec::new(); names];
    for (g, group) in (0..=u16::MAX).zip(&score.groups) {
        for (r, rule) in (0..=u16::MAX).zip(&group.rules) {
            let place = (g, r);
            match &rule.condition.on {
                On::Any => score.rules_on_any.push(place),
                On::Names(ids) => ids.iter().for_each(|id| score.rules_by_name[usize::from(id.0)].push(place)),
            }
        }
    }
}
