//! Every file in `config/` loads, and the configuration reference says what the program reads.

use leadstream::config::{self, keys, layers::Layers, reference, settings::Settings};
use leadstream_model::CartSpec;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_in(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join(folder))
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_model_file_loads_and_is_shipped_in_the_binary() {
    let files = files_in("config/models");
    assert!(!files.is_empty());
    for path in &files {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let from_file = leadstream_model::models(&[path.display().to_string()], &CartSpec::default());
        let from_file = from_file.unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert_eq!(from_file.in_charge().name, name, "a shipped model is called like its file");
        let shipped = leadstream_model::models(&[name], &CartSpec::default()).expect("shipped");
        assert_eq!(shipped.in_charge().hash_text, from_file.in_charge().hash_text);
    }
    assert_eq!(files.len(), leadstream_model::SHIPPED.len());
}

#[test]
fn every_settings_file_loads_and_says_the_defaults() {
    for path in files_in("config") {
        let loaded = config::load_from(Some(&path), [], &[]).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let expected = Settings { model: loaded.settings.model.clone(), ..Settings::default() };
        assert_eq!(loaded.settings, expected, "{}", path.display());
        config::models(&loaded.settings).unwrap_or_else(|faults| panic!("{faults:#?}"));
    }
}

#[test]
fn what_is_commented_out_in_the_example_is_read_too() {
    let text = std::fs::read_to_string(root().join("config/leadstream.toml")).expect("there");
    let uncommented: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.split_once('=').is_some_and(|(key, _)| !key.trim().contains(' ')) => setting,
            _ => line,
        })
        // Files that only the reader's machine could have.
        .filter(|line| !line.starts_with("properties_file"))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut layers = Layers::default();
    layers.file("example", &uncommented);
    let settings = Settings::read(&mut layers);
    assert!(layers.faults.is_empty(), "{:#?}\n{uncommented}", layers.faults);
    assert_eq!(settings.topics.prefix, "shop.", "the comments were taken away");
    assert_eq!(settings.kafka.properties.get("sasl.mechanism").map(String::as_str), Some("SCRAM-SHA-512"));
}

#[test]
fn every_default_of_the_reference_is_the_one_in_force() {
    for key in keys::all().filter(|key| !key.default.is_empty()) {
        let set = [format!("{}={}", key.name, key.default)];
        let loaded = config::load_from(None, [], &set).unwrap_or_else(|faults| panic!("{}: {faults:#?}", key.name));
        assert_eq!(loaded.settings, Settings::default(), "{}", key.name);
    }
}

/// A value of every key that differs from its default.
fn another_value(key: &str) -> &'static str {
    match key {
        "kafka.bootstrap_servers" => "other:1",
        "kafka.start" => "latest",
        "identity.hash" => "email",
        "identity.erase_address" => "newest",
        "identity.types." => "7",
        "kafka.on_gap" => "skip",
        "deadletters.on_poison" => "stop",
        "kafka.positions" => "group",
        "kafka.group_protocol" => "consumer",
        "inputs.trusted" | "route.topics" => "clickstream",
        "registry.urls" => "[\"http://registry:8081\"]",
        "topics.retention"
        | "deadletters.retention"
        | "inputs.max_age"
        | "inputs.max_ahead"
        | "deadletters.stop_ratio"
        | "http.listen" => "off",
        "inputs.formats." | "output.format" => "protobuf",
        "log.format" => "json",
        "log.level" => "warn",
        "inputs.time_zone" | "inputs.time_zones." => "Europe/Berlin",
        "model.cart.idle_on" | "model.cart.series" => "cart",
        "model.cart.min_value" => "off",
        "model.cart.order_ends_cooldown" => "false",
        "model.cart.campaigns" => "[\"reminder\"]",
        "model.cart.order_clears" => "lines",
        "model.cart.catch_up" => "replay",
        "model.cart.steps" => "[\"1s\"]",
        "kafka.properties_file" => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/commands/config_files/kafka.properties"),
        _ => "",
    }
}

#[test]
fn every_key_of_the_reference_changes_the_settings() {
    for key in keys::all().chain(&keys::FREE) {
        let name = match key.name {
            "kafka.properties." => "kafka.properties.client.id".to_owned(),
            "topics.mappings." => "topics.mappings.cart".to_owned(),
            "inputs.formats." => "inputs.formats.cart".to_owned(),
            "inputs.time_zones." => "inputs.time_zones.cart".to_owned(),
            "identity.types." => "identity.types.cart.rank".to_owned(),
            other => other.to_owned(),
        };
        let value = match (another_value(key.name), key.kind) {
            ("", keys::Kind::Bool) => "true",
            ("", keys::Kind::Duration | keys::Kind::DurationOrOff) => {
                if name == "engine.batch_linger" {
                    "3ms"
                } else {
                    "2s"
                }
            }
            ("", keys::Kind::Integer | keys::Kind::IntegerOrOff) => "1100",
            ("", keys::Kind::Texts) => "[\"other\"]",
            ("", _) => "other",
            (value, _) => value,
        };
        let value = if name.ends_with(".workers") { "7" } else { value };
        let set = [format!("{name}={value}")];
        // Some need a second setting beside them; what is wrong with the combination does not matter here.
        let mut layers = Layers::default();
        layers.set(&set[0]);
        let settings = Settings::read(&mut layers);
        let own = layers.faults.iter().filter(|f| f.key == name && !f.message.contains("needs ")).collect::<Vec<_>>();
        assert!(own.is_empty(), "{own:#?}");
        assert_ne!(settings, Settings::default(), "{name} = {value} changes nothing");
    }
}

#[test]
fn the_configuration_reference_is_the_one_that_the_keys_make() {
    let path = root().join("docs/configuration.md");
    let wanted = reference::page();
    if std::env::var_os("LEADSTREAM_TESTS_WRITE").is_some() {
        std::fs::write(&path, &wanted).expect("written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "docs/configuration.md is old: LEADSTREAM_TESTS_WRITE=1 cargo test --release --test commands config_files writes it again"
    );
    for key in keys::all().chain(&keys::FREE) {
        assert!(found.contains(&format!("`{}", key.name)), "{}", key.name);
    }
}
