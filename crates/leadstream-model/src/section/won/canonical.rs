//! The lines of what is won in the canonical text of its model.

use super::spec::WonSpec;
use crate::condition::canonical;
use crate::fault::Spanned;

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(spec: &WonSpec) -> Vec<String> {
    let named = |what: &str, stage: &Option<Spanned<String>>| stage.as_ref().map(|stage| format!("won {what} {:?}", stage.value));
    let stages = [named("stage", &spec.stage), named("open", &spec.open), named("lost to", &spec.lost_to)];
    let on = spec.on.as_ref().map(|on| format!("won {}", canonical::condition(&on.value)));
    stages.into_iter().chain([on]).flatten().collect()
}
