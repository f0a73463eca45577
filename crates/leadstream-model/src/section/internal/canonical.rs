//! The lines of the shop's own people in the canonical text of their model.

use super::spec::{InternalSpec, MARKED};

/// Lines of the canonical text: none for what is as it would be anyway, so that a model which says nothing keeps its hash.
pub(super) fn lines(spec: &InternalSpec) -> Vec<String> {
    let networks: Vec<String> = spec.networks().iter().map(ToString::to_string).collect();
    let mut marks = spec.marks();
    marks.sort_unstable();
    marks.dedup();
    let mut default = MARKED.to_vec();
    default.sort_unstable();
    let lines = [
        (!spec.domains.is_empty()).then(|| format!("internal domains {:?}", spec.domains())),
        (!networks.is_empty()).then(|| format!("internal networks {networks:?}")),
        (marks != default).then(|| format!("internal marked {marks:?}")),
    ];
    lines.into_iter().flatten().collect()
}
