//! The layers of settings and the rules between them.

use leadstream::config::settings::{Settings, Start, effective};
use leadstream::config::{self, Loaded, SettingFault};
use std::path::Path;
use std::time::Duration;

fn load(file: Option<&str>, environment: &[(&str, &str)], set: &[&str]) -> Result<Loaded, Vec<SettingFault>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("leadstream.toml");
    if let Some(text) = file {
        std::fs::write(&path, text).expect("written");
    }
    let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    let set: Vec<String> = set.iter().map(|s| (*s).to_owned()).collect();
    config::load_from(file.map(|_| path.as_path()), environment, &set)
}

#[track_caller]
fn good(set: &[&str]) -> Settings {
    load(None, &[], set).unwrap_or_else(|faults| panic!("{faults:#?}")).settings
}

/// Exactly these settings give exactly one fault: of that key, saying that.
#[track_caller]
fn one_fault(set: &[&str], key: &str, says: &str) {
    let faults = load(None, &[], set).expect_err("a fault");
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert_eq!(faults[0].key, key, "{faults:#?}");
    assert!(faults[0].message.contains(says), "{says:?} is not in {}", faults[0].message);
}

#[test]
fn the_command_line_wins_over_the_environment_over_the_file_over_the_default() {
    let file = "[kafka]\nbootstrap_servers = \"file:1\"\ngroup_id = \"file\"\non_gap = \"skip\"\n";
    let environment = [("LEADSTREAM__KAFKA__BOOTSTRAP_SERVERS", "environment:1"), ("LEADSTREAM__KAFKA__GROUP_ID", "environment")];
    let loaded = load(Some(file), &environment, &["kafka.bootstrap_servers=line:1"]).expect("good");
    let kafka = &loaded.settings.kafka;
    assert_eq!((kafka.bootstrap_servers.as_str(), kafka.group_id.as_str()), ("line:1", "environment"));
    assert_eq!(kafka.on_gap, config::settings::OnGap::Skip);
    assert_eq!(kafka.session_timeout, Duration::from_secs(6));
    let origins: Vec<String> = effective(&loaded.layers)
        .into_iter()
        .filter(|(key, ..)| ["kafka.bootstrap_servers", "kafka.group_id", "kafka.on_gap", "kafka.start"].contains(&key.as_str()))
        .map(|(_, value, origin)| format!("{value} {origin}"))
        .collect();
    assert_eq!(origins[0], "\"line:1\" --set");
    assert_eq!(origins[1], "\"environment\" environment LEADSTREAM__KAFKA__GROUP_ID");
    assert!(origins[2].ends_with("leadstream.toml:4"), "{origins:?}");
    assert_eq!(origins[3], "\"earliest\" default");
}

#[test]
fn values_are_toml_and_a_bare_word_is_a_text() {
    let settings = good(&[
        "kafka.group_id=123",
        "engine.workers=2",
        "topics.cart=a,b",
        "topics.email=[\"x\"]",
        "topics.clickstream=[]",
        "model.cart.steps=[\"1s\", \"2s\"]",
        "kafka.start=2026-03-01T00:00:00Z",
        "kafka.properties.socket.keepalive.enable=true",
    ]);
    assert_eq!(settings.kafka.group_id, "123");
    assert_eq!(settings.engine.workers, 2);
    assert_eq!(settings.input_topics().into_iter().map(|t| t.name).collect::<Vec<_>>(), ["x", "a", "b"]);
    assert_eq!(settings.model.cart.steps_ms.expect("said").value, [1_000, 2_000]);
    assert_eq!(settings.kafka.start, Start::At(1_772_323_200_000));
    assert_eq!(settings.kafka.properties["socket.keepalive.enable"], "true");
}

#[test]
fn kafka_properties_are_one_key_in_every_layer() {
    let file = "[kafka.properties]\nsasl.mechanism = \"PLAIN\"\n\"ssl.ca.location\" = \"/ca\"\n";
    let environment = [("LEADSTREAM__KAFKA__PROPERTIES__SASL_PASSWORD", "12345"), ("LEADSTREAM_CONFIG", "not ours")];
    let loaded = load(Some(file), &environment, &["kafka.properties.security.protocol=sasl_ssl"]).expect("good");
    let properties: Vec<(&str, &str)> = loaded.settings.kafka.properties.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(
        properties,
        [("sasl.mechanism", "PLAIN"), ("sasl.password", "12345"), ("security.protocol", "sasl_ssl"), ("ssl.ca.location", "/ca")]
    );
}

#[test]
fn a_properties_file_is_read_below_the_settings() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/commands/config_files/kafka.properties");
    let set = format!("kafka.properties_file={}", file.display());
    let settings = good(&[&set, "kafka.properties.sasl.username=other"]);
    assert_eq!(settings.kafka.properties["sasl.username"], "other");
    assert_eq!(settings.kafka.properties["sasl.password"], "a=b");
    one_fault(&["kafka.properties_file=/no/such/file"], "kafka.properties_file", "can't be read");
}

#[test]
fn secrets_are_never_shown() {
    let set = [
        "kafka.properties.sasl.password=hidden",
        "kafka.properties.ssl.key.password=hidden",
        "kafka.properties.sasl.oauthbearer.client.secret=hidden",
        "kafka.properties.ssl.key.pem=hidden",
        "kafka.properties.sasl.username=shown",
        "http.token_file=/shown",
    ];
    let loaded = load(None, &[], &set).expect("good");
    let text = format!("{:?}", effective(&loaded.layers));
    assert!(!text.contains("hidden"), "{text}");
    assert!(text.contains("shown") && text.contains("/shown") && text.contains("sasl.password"), "{text}");
}

#[test]
fn the_secret_of_ids_is_shown_nowhere() {
    let loaded = load(None, &[("LEADSTREAM__IDENTITY__SECRET", "hidden-for-everybody")], &[]).expect("good");
    let shown = format!("{:?} {:?}", effective(&loaded.layers), loaded.settings);
    assert!(!shown.contains("hidden-for-everybody") && shown.contains("identity.secret"), "{shown}");
    let faults = load(None, &[("LEADSTREAM__IDENTITY__SECRET", "hidden")], &[]).expect_err("short");
    assert!(faults[0].message.contains("has 6 bytes, and needs at least 16"), "{faults:#?}");
    assert!(!format!("{faults:?}").contains("hidden"), "{faults:#?}");
}

#[test]
fn what_identity_can_not_be_set_to_is_refused_with_what_to_write() {
    one_fault(&["identity.enabled=true"], "identity.enabled", "needs identity.secret_file beside it");
    one_fault(&["identity.ids_in_outputs=true"], "identity.ids_in_outputs", "needs identity.enabled beside it");
    one_fault(&["identity.hash=mail"], "identity.hash", "did you mean \"email\"?");
    one_fault(&["identity.hash=email"], "identity.hash", "needs identity.secret_file");
    one_fault(&["identity.secret=0123456789abcdef", "identity.secret_file=/s"], "identity.secret", "leave one of them out");
    one_fault(&["identity.types.crm.rank=2"], "identity.types.crm.rank", "needs identity.types.crm.class beside it");
    one_fault(&["identity.types.crm.class=exclusive"], "identity.types.crm.class", "needs identity.types.crm.rank beside it");
    one_fault(&["identity.types.crm.clas=exclusive"], "identity.types.crm.clas", "identity.types.NAME.rank");
    one_fault(&["identity.types.email.rank=0"], "identity.types.email.rank", "1 to 99");
    one_fault(
        &["identity.types.email.class=device"],
        "identity.types",
        "email (rank 2, device) is stronger than phone (rank 3, address)",
    );
    one_fault(&["identity.types.email.class=unique"], "identity.types.email.class", "\"exclusive\", \"address\"");
    one_fault(&["identity.types.email.rank=1"], "identity.types", "email and user have rank 1");
    one_fault(&["identity.block_patterns=x*"], "identity.block_patterns", "fits an empty text");
    one_fault(&["identity.block_patterns=["], "identity.block_patterns", "is no regular expression");
    let settings = good(&["identity.types.crm.rank=2", "identity.types.crm.class=exclusive", "identity.hash=[]"]);
    let types = settings.identity.id_types().expect("good");
    assert_eq!(types.all().map(|kind| types.name(kind)).collect::<Vec<_>>(), ["user", "crm", "email", "phone", "anon", "cart"]);
}

#[test]
fn properties_that_leadstream_sets_itself_are_refused_with_the_setting_to_use() {
    one_fault(&["kafka.properties.group.id=x"], "kafka.properties.group.id", "use kafka.group_id");
    one_fault(
        &["kafka.properties.enable.auto.commit=true"],
        "kafka.properties.enable.auto.commit",
        "offsets go with the transaction",
    );
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_known_name() {
    one_fault(&["kafka.bootstrap_server=x"], "kafka.bootstrap_server", "did you mean kafka.bootstrap_servers?");
    one_fault(&["nonsense=1"], "nonsense", "docs/configuration.md");
    let faults = load(Some("\n[engin]\nworkers = 2\n"), &[("LEADSTREAM__HTTP__LISTN", "x")], &[]).expect_err("unknown keys");
    let text: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(
        text.iter().any(|t| t.contains("leadstream.toml:3: engin.workers: unknown setting: did you mean engine.workers?")),
        "{text:?}"
    );
    assert!(text.iter().any(|t| t.contains("environment LEADSTREAM__HTTP__LISTN: http.listn: unknown setting")), "{text:?}");
}

#[test]
fn every_fault_of_every_layer_comes_at_once() {
    let file = "[kafka]\non_gap = \"jump\"\n[engine]\nworkers = 0\n[topics]\nclickstream = []\nemail = []\ncart = []\n";
    let faults =
        load(Some(file), &[("LEADSTREAM__LOG__LEVEL", "loud=very=much")], &["deadletters.stop_ratio=2", "no-equals-sign"])
            .expect_err("many faults");
    let keys: Vec<&str> = faults.iter().map(|f| f.key.as_str()).collect();
    for key in ["kafka.on_gap", "engine.workers", "topics.clickstream", "log.level", "deadletters.stop_ratio", ""] {
        assert!(keys.contains(&key), "{key} is not among {faults:#?}");
    }
    assert_eq!(keys.len(), 6, "{faults:#?}");
}

#[test]
fn a_file_that_is_no_toml_is_refused_with_its_line() {
    let faults = load(Some("[kafka]\ngroup_id = \n"), &[], &[]).expect_err("no TOML");
    assert!(faults[0].to_string().contains("leadstream.toml:2: "), "{faults:#?}");
    let missing = config::load_from(Some(Path::new("/no/such.toml")), [], &[]).expect_err("no file");
    assert!(missing[0].to_string().contains("/no/such.toml: can't be read"), "{missing:#?}");
}

#[test]
fn wrong_values_are_refused_with_what_to_write() {
    one_fault(&["kafka.start=yesterday"], "kafka.start", "2026-03-01T00:00:00Z");
    one_fault(&["engine.behind_after=5"], "engine.behind_after", "\"30m\"");
    one_fault(&["http.listen=9464"], "http.listen", "127.0.0.1:9464");
    one_fault(&["engine.workers=many"], "engine.workers", "whole number");
    one_fault(&["inputs.max_value_bytes=5"], "inputs.max_value_bytes", "1024 to");
    one_fault(&["inputs.formats.cart=xml"], "inputs.formats.cart", "json or protobuf");
    one_fault(&["model.cart.idle_on=shop"], "model.cart.idle_on", "\"site\"");
}

#[test]
fn inputs_must_be_there_once_and_be_no_outputs() {
    one_fault(&["topics.clickstream=[]", "topics.email=[]", "topics.cart=[]"], "topics.clickstream", "no input topic is left");
    one_fault(&["topics.cart=email"], "topics.cart", "is in topics.email too");
    one_fault(&["topics.cart=leadstream.state"], "topics.cart", "is an output");
    one_fault(&["topics.cart=\"a b\""], "topics.cart", "can't name a topic");
    good(&["topics.email=[]", "topics.prefix=shop."]);
}

#[test]
fn a_prefix_that_no_topic_may_have_is_refused() {
    let faults = load(None, &[], &["topics.prefix=a b"]).expect_err("a space");
    assert!(faults.iter().any(|f| f.key == "topics.prefix" && f.message.contains("can't begin a topic name")), "{faults:#?}");
}

#[test]
fn a_format_is_of_an_input() {
    one_fault(&["inputs.formats.carts=json"], "inputs.formats.carts", "there is no such input topic");
    good(&["inputs.formats.cart=protobuf"]);
}

#[test]
fn a_format_that_nobody_would_look_at_is_refused() {
    let format = "inputs.formats.cart=protobuf";
    one_fault(&[format, "topics.mappings.cart=shopify"], "inputs.formats.cart", "the mapping's format");
    one_fault(&[format, "topics.mappings.cart=shopify", "route.topics=cart"], "inputs.formats.cart", "the mapping's format");
    one_fault(&[format, "route.topics=cart"], "inputs.formats.cart", "out of route.topics, or leave this out and name a mapping");
    good(&[format, "route.topics=email"]);
    good(&["inputs.formats.cart=json", "route.topics=cart"]);
}

#[test]
fn times_that_contradict_each_other_are_refused() {
    one_fault(&["engine.batch_longest=3s"], "engine.batch_longest", "more than half of kafka.transaction_timeout");
    good(&["engine.batch_longest=3s", "kafka.transaction_timeout=6s"]);
    one_fault(&["engine.batch_linger=1s"], "engine.batch_linger", "longer than engine.batch_longest");
    one_fault(&["kafka.transaction_timeout=1h"], "kafka.transaction_timeout", "must be");
    one_fault(&["kafka.session_timeout=10ms"], "kafka.session_timeout", "must be");
    one_fault(&["engine.shutdown_deadline=0s"], "engine.shutdown_deadline", "longer than nothing");
    one_fault(&["inputs.max_age=1m"], "inputs.max_age", "longer than inputs.allowed_skew");
    one_fault(&["topics.retention=0s"], "topics.retention", "\"off\"");
}

#[test]
fn with_the_consumer_protocol_the_broker_decides_the_session() {
    one_fault(
        &["kafka.group_protocol=consumer", "kafka.session_timeout=10s"],
        "kafka.session_timeout",
        "group.consumer.session.timeout.ms",
    );
    good(&["kafka.group_protocol=consumer"]);
}

#[test]
fn static_membership_needs_an_id_that_stays() {
    one_fault(&["kafka.static_membership=true"], "kafka.static_membership", "engine.instance_id or state.dir");
    good(&["kafka.static_membership=true", "engine.instance_id=a"]);
    good(&["kafka.static_membership=true", "state.dir=/tmp/x"]);
    one_fault(&["engine.instance_id=a b"], "engine.instance_id", "letters, digits");
}

#[test]
fn a_mark_of_records_is_a_number_or_off() {
    let key = "engine.max_records_per_partition";
    one_fault(&["engine.max_records_per_partition=0"], key, "at least 1, or \"off\"");
    one_fault(&["engine.max_records_per_partition=-5"], key, "at least 1, or \"off\"");
    one_fault(&["engine.max_records_per_partition=many"], key, "a whole number or \"off\"");
    let most = |set: &[&str]| good(set).engine.max_records_per_partition;
    assert_eq!((most(&[]), most(&["engine.max_records_per_partition=off"])), (None, None));
    assert_eq!(most(&["engine.max_records_per_partition=250000"]), Some(250_000));
}

#[test]
fn a_limit_of_dead_letters_must_be_reachable() {
    one_fault(&["deadletters.stop_count=3000"], "deadletters.stop_count", "never be reached among the latest 2000");
    one_fault(&["deadletters.stop_ratio=0"], "deadletters.stop_ratio", "above 0");
    let off = good(&["deadletters.stop_ratio=off", "deadletters.stop_count=3000"]);
    assert_eq!(off.deadletters.stop_ratio, None);
}

#[test]
fn pages_are_for_everybody_or_for_a_token_not_for_both() {
    one_fault(&["http.allow_anonymous=true", "http.token_file=/t"], "http.allow_anonymous", "leave one of them out");
    let open = good(&["http.listen=0.0.0.0:9464"]);
    assert!(config::validate::warnings(&open)[0].contains("no http.token_file is set"));
    assert!(config::validate::warnings(&good(&[])).is_empty());
}

#[test]
fn a_broken_line_of_a_properties_file_is_named_but_not_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kafka.properties");
    std::fs::write(&path, "sasl.username=x\nsasl.password hidden\n").expect("written");
    let faults = load(None, &[], &[&format!("kafka.properties_file={}", path.display())]).expect_err("no `=`");
    let text = faults[0].to_string();
    assert!(text.contains("kafka.properties:2") && !text.contains("hidden"), "{text}");
}

#[test]
fn an_override_of_the_cart_is_checked_with_the_model_it_overrides() {
    let loaded = load(None, &[], &["model.cart.steps=[\"2h\", \"1h\"]"]).expect("each value is good by itself");
    let faults = config::models(&loaded.settings).expect_err("not rising");
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(faults[0].to_string().starts_with("settings: model.cart.steps: step 2 must come later"), "{}", faults[0]);
}

/// The topics that are trusted with these settings.
fn trusted(set: &[&str]) -> Vec<String> {
    good(set).input_topics().into_iter().filter(|t| t.is_trusted).map(|t| t.name).collect()
}

#[test]
fn all_inputs_but_the_clickstream_are_trusted_unless_it_is_said_otherwise() {
    assert_eq!(trusted(&[]), ["email", "cart"]);
    assert_eq!(trusted(&["topics.clickstream=[\"web\", \"app\"]", "topics.email=[]", "topics.prefix=shop."]), ["shop.cart"]);
    assert_eq!(trusted(&["inputs.trusted=[\"clickstream\"]", "topics.prefix=shop."]), ["shop.clickstream"]);
    assert_eq!(trusted(&["inputs.trusted=clickstream,email"]), ["clickstream", "email"]);
    one_fault(&["inputs.trusted=[\"mails\"]"], "inputs.trusted", "clickstream, email, cart");
    let warned =
        |set: &[&str]| config::validate::warnings(&good(set)).iter().any(|w| w.contains("inputs.trusted names no topic"));
    assert!(!warned(&[]));
    assert!(warned(&["inputs.trusted=[]"]));
    assert!(warned(&["topics.email=[]", "topics.cart=[]"]));
}

#[test]
fn dead_letters_have_a_retention_of_their_own() {
    assert_eq!(good(&[]).deadletters.retention, Some(Duration::from_secs(30 * 86_400)));
    assert_eq!(good(&["deadletters.retention=7d"]).deadletters.retention, Some(Duration::from_secs(7 * 86_400)));
    assert_eq!(good(&["deadletters.retention=off"]).deadletters.retention, None);
    one_fault(&["deadletters.retention=0s"], "deadletters.retention", "\"off\"");
}

#[test]
fn a_registry_is_asked_as_somebody_or_as_nobody() {
    one_fault(&["registry.urls=[\"registry:8081\"]"], "registry.urls", "must be an address");
    one_fault(&["registry.urls=[\"https://ann:s3cret@registry\"]"], "registry.urls", "registry.password_file");
    one_fault(&["registry.password_file=p"], "registry.password_file", "needs registry.username");
    one_fault(&["registry.token_file=t", "registry.username=ann"], "registry.token_file", "only one of them");
    one_fault(&["registry.key_file=k"], "registry.key_file", "registry.certificate_file");
    one_fault(&["registry.timeout=1ms"], "registry.timeout", "100ms");
    let set = ["registry.urls=[\"http://a:1\",\"https://b/\"]", "registry.username=ann", "registry.password_file=p"];
    let options = good(&set).registry.options(Some(Path::new("/state"))).expect("a registry");
    assert_eq!(options.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(), ["http://a:1", "https://b:443"]);
    assert_eq!((options.username.as_deref(), options.cache.as_deref()), (Some("ann"), Some(Path::new("/state/schemas"))));
    assert_eq!(good(&[]).registry.options(None), None);
}
