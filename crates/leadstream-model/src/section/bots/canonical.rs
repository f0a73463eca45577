//! The lines of machine traffic in the canonical text of its model.

use super::compile::compiled;
use super::spec::BotsSpec;
use crate::fault::Spanned;
use leadstream_core::domain::model::bots::BotsModel;

/// Lines of the canonical text: none for what is as it would be anyway, so that a model which says nothing keeps its hash.
pub(super) fn lines(spec: &BotsSpec) -> Vec<String> {
    let (said, default) = (compiled(spec), BotsModel::default());
    let names = sorted(spec.bot_names.as_deref().unwrap_or_default());
    let lines = [
        (said.marked != default.marked).then(|| format!("machines marked {}", said.marked)),
        said.agents.is_none().then(|| "machines bots false".to_owned()),
        (!names.is_empty()).then(|| format!("machines bot names {names:?}")),
        (said.proxies != default.proxies).then(|| format!("machines proxies {:?}", said.proxies.names())),
        (said.proxy_after_ms != default.proxy_after_ms).then(|| format!("machines proxy after {:?}", said.proxy_after_ms)),
        (said.scanner_after_ms != default.scanner_after_ms)
            .then(|| format!("machines scanner after {:?}", said.scanner_after_ms)),
        (said.scanner_links != default.scanner_links).then(|| format!("machines scanner links {:?}", said.scanner_links)),
        (said.views_per_minute != default.views_per_minute).then(|| format!("machines views {:?}", said.views_per_minute)),
    ];
    lines.into_iter().flatten().collect()
}

/// Names of programs in small letters, each once.
pub(super) fn sorted(names: &[Spanned<String>]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|n| n.value.trim().to_lowercase()).collect();
    names.sort();
    names.dedup();
    names
}
