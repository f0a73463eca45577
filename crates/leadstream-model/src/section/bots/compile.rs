//! From what the file says of machine traffic to what steps run on.

use super::spec::BotsSpec;
use crate::fault::Spanned;
use leadstream_core::domain::SECOND_MS;
use leadstream_core::domain::model::bots::{Agents, BotsModel, Proxies};
use leadstream_core::domain::names::Vocabulary;

/// From a checked spec to what steps run on.
pub(super) fn compile(spec: &BotsSpec, vocabulary: &mut Vocabulary) -> BotsModel {
    let model = compiled(spec);
    if model.agents.is_some() || model.proxies != Proxies::NONE {
        vocabulary.want_user_agents();
    }
    model
}

pub(super) fn compiled(spec: &BotsSpec) -> BotsModel {
    let names = spec.bot_names.iter().flatten().map(|n| n.value.trim());
    let count = |said: &Option<Spanned<Option<i64>>>, default: usize| match said {
        Some(at) => at.value.and_then(|n| usize::try_from(n).ok()),
        None => Some(default),
    };
    let within_ms = spec.scanner_within_ms.as_ref().map_or(5 * SECOND_MS, |at| at.value);
    BotsModel {
        marked: spec.marked.as_ref().is_none_or(|at| at.value),
        agents: spec.bots.as_ref().is_none_or(|at| at.value).then(|| Agents::new(names)),
        proxies: spec.proxies.as_ref().map_or(Proxies::ALL, |names| Proxies::named(names.iter().map(|n| n.value.as_str()))),
        proxy_after_ms: spec.proxy_after_ms.as_ref().map_or(Some(5 * SECOND_MS), |at| at.value),
        scanner_after_ms: spec.scanner_after_ms.as_ref().map_or(Some(10 * SECOND_MS), |at| at.value),
        scanner_links: count(&spec.scanner_links, 2).map(|links| (links, within_ms)),
        views_per_minute: count(&spec.views_per_minute, 60),
    }
}
