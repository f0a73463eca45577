//! Files that hold secrets and that others on the machine can read.

use super::layers::{Layers, Origin};
use super::secrets::is_secret;
use super::settings::Settings;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Group or others may read it.
const READABLE: u32 = 0o044;

/// One warning for each such file: for the log at a start and for `check`.
#[must_use]
pub fn warnings(settings: &Settings, layers: &Layers) -> Vec<String> {
    let registry = &settings.registry;
    let named = [
        ("kafka.properties_file", &settings.kafka.properties_file),
        ("http.token_file", &settings.http.token_file),
        ("registry.password_file", &registry.password_file),
        ("registry.token_file", &registry.token_file),
        ("registry.key_file", &registry.key_file),
        ("identity.secret_file", &settings.identity.secret_file),
    ];
    let mut files: Vec<(&str, PathBuf)> =
        named.into_iter().filter_map(|(key, path)| Some((key, path.as_deref()?.to_owned()))).collect();
    let oauth = settings.kafka.properties.get("sasl.oauthbearer.config").map(|config| config.trim());
    if let Some(path) = oauth.and_then(|config| config.strip_prefix("token_file=")) {
        files.push(("kafka.properties.sasl.oauthbearer.config", PathBuf::from(path.trim())));
    }
    // A settings file is one only where it says a secret itself.
    let said = layers.values.iter().filter(|(name, _)| is_secret(name));
    let settings_files: BTreeSet<&str> = said
        .filter_map(|(_, setting)| match &setting.origin {
            Origin::File { path, .. } => Some(path.as_str()),
            _ => None,
        })
        .collect();
    files.extend(settings_files.into_iter().map(|path| ("--config", PathBuf::from(path))));
    files.into_iter().filter_map(|(key, path)| warning(key, &path)).collect()
}

fn warning(key: &str, path: &Path) -> Option<String> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & READABLE != 0).then(|| {
        let path = path.display();
        format!("{key}: {path} holds secrets and can be read by others (mode {mode:03o}): chmod 600 {path}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_secrets_that_others_can_read_is_warned_of() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("token");
        std::fs::write(&file, "s3cret").expect("written");
        let mut settings = Settings::default();
        settings.http.token_file = Some(file.clone());
        settings.kafka.properties.insert("sasl.oauthbearer.config".to_owned(), format!("token_file={}", file.display()));
        let found = |mode| {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("set");
            warnings(&settings, &Layers::default())
        };
        assert_eq!(found(0o600), Vec::<String>::new());
        for mode in [0o640, 0o604, 0o644] {
            let warned = found(mode);
            assert!(
                warned.len() == 2 && warned[0].contains("chmod 600") && warned[0].contains(&format!("{mode:03o}")),
                "{warned:?}"
            );
        }
    }
}
