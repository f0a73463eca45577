//! The configuration reference, generated from the table of keys. A test keeps `docs/configuration.md` equal to it.

use super::keys::{self, FREE, Key, OWNED_PROPERTIES};
use std::fmt::Write;

const HEAD: &str = "# Configuration

<!-- Made of src/config/settings. To write it again: LEADSTREAM_TESTS_WRITE=1 cargo test --release --test commands config_files -->

Every setting has a key. Where several places name it, the last of these wins:

1. the default,
2. the file of `--config FILE`, or of the variable `LEADSTREAM_CONFIG` (TOML; `config/leadstream.toml` is an example with everything in it),
3. the environment: `LEADSTREAM__KAFKA__BOOTSTRAP_SERVERS` is `kafka.bootstrap_servers` (`__` stands for the dot between
   names, and below `KAFKA__PROPERTIES__` a single `_` stands for `.`: `LEADSTREAM__KAFKA__PROPERTIES__SASL_MECHANISM`),
4. `--set kafka.bootstrap_servers=broker:9092`, repeatable.

Values are TOML; outside a file a bare word is a text, and a list may be written with commas. Durations are written `250ms`,
`30m`, `1h`, `3d`. `\"off\"` switches a limit off. Unknown keys are errors, with the nearest known name; all faults are reported
together, each with its file and line, variable or option (`leadstream check --offline --config FILE` shows them, exit code 2).
Settings in force are logged at every start with where they come from; passwords, secrets and tokens are masked, and of `kafka.properties` everything that is not known to be harmless.

";

/// The whole page.
#[must_use]
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut section = "";
    for key in keys::all() {
        let own = key.name.split('.').next().unwrap_or_default();
        if own != section {
            section = own;
            // Writing to a String can't fail.
            let _never = write!(page, "## `[{section}]`\n\n| key | kind | default | what and why |\n|---|---|---|---|\n");
            for free in FREE.iter().filter(|f| f.name.split('.').next() == Some(section)) {
                row(&mut page, free);
            }
        }
        row(&mut page, key);
        if keys::all().filter(|k| k.name.split('.').next() == Some(section)).last().is_some_and(|last| last.name == key.name) {
            page.push('\n');
        }
    }
    page.push_str("## Librdkafka properties that leadstream sets itself\n\n| property | use |\n|---|---|\n");
    for (property, instead) in OWNED_PROPERTIES {
        let _never = writeln!(page, "| `{property}` | {instead} |");
    }
    page
}

fn row(page: &mut String, key: &Key) {
    let name = if key.name.ends_with('.') { format!("{}*", key.name) } else { key.name.to_owned() };
    let default = if key.default.is_empty() { "–".to_owned() } else { format!("`{}`", key.default) };
    let _never = writeln!(page, "| `{name}` | {} | {default} | {} |", key.kind.name(), key.about);
}
