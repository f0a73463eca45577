//! Machine traffic in words.

use super::canonical::sorted;
use super::compile::compiled;
use super::spec::BotsSpec;
use leadstream_core::domain::model::words::length;

/// What it says, in words.
pub(super) fn describe(spec: &BotsSpec, say: &mut dyn FnMut(&str, String)) {
    let model = compiled(spec);
    let or_off = |text: Option<String>| text.unwrap_or_else(|| "off".to_owned());
    say("machines: what its sender marks", if model.marked { "does not count".to_owned() } else { "off".to_owned() });
    say("machines: known bots", or_off(model.agents.is_some().then(|| "do not count".to_owned())));
    for name in sorted(spec.bot_names.as_deref().unwrap_or_default()) {
        say(&format!("machines: a program called {name} is a bot"), String::new());
    }
    let proxies = model.proxies.names();
    say(
        "machines: opens by the mail proxies of",
        if proxies.is_empty() { "off".to_owned() } else { proxies.join(", ") + " do not count" },
    );
    say("machines: an open is a proxy's this soon after delivery", or_off(model.proxy_after_ms.map(length)));
    say("machines: a click is a scanner's this soon after delivery", or_off(model.scanner_after_ms.map(length)));
    let links = model.scanner_links.map(|(links, within_ms)| format!("{links} different links within {}", length(within_ms)));
    say("machines: clicks are a scanner's from", or_off(links));
    say("machines: views in a minute are a machine's above", or_off(model.views_per_minute.map(|n| n.to_string())));
}
