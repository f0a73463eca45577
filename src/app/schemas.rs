//! The schemas in `docs/schemas`: made of the types of the public answers, and compared with real ones.

mod answers;
mod commands;
mod fits;

use super::report::Measures;
use crate::view::account::AccountView;
use crate::view::carts::CartsView;
use crate::view::check::CheckView;
use crate::view::dead_letters::{DeadLetterView, DeadLettersView, RedriveView};
use crate::view::funnel::FunnelView;
use crate::view::health::{Liveness, Readiness};
use crate::view::ids::IdsView;
use crate::view::model_check::ModelCheckView;
use crate::view::model_diff::ModelDiffView;
use crate::view::problem::Problem;
use crate::view::prospect::ProspectView;
use crate::view::replay::ReplaySummary;
use crate::view::topics::TopicsView;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::Value;
use std::path::PathBuf;

/// What is taken for what is absent is for readers of ours, and a line break of a comment for nobody: a schema says what is written.
#[derive(Clone)]
struct Plain;

impl Transform for Plain {
    fn transform(&mut self, schema: &mut Schema) {
        schema.remove("default");
        if let Some(text) = schema.get("description").and_then(Value::as_str).map(|text| text.replace('\n', " ")) {
            schema.insert("description".to_owned(), text.into());
        }
        transform_subschemas(self, schema);
    }
}

fn schema_of<T: JsonSchema>(title: &str) -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(Plain);
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema
}

/// Every public answer, by the name of its file.
fn all() -> [(&'static str, Schema); 17] {
    [
        ("account", schema_of::<AccountView>("GET /api/v1/accounts/{id}, explain --account --json")),
        ("carts", schema_of::<CartsView>("GET /api/v1/carts")),
        ("check", schema_of::<CheckView>("check --json")),
        ("deadletters-each", schema_of::<DeadLetterView>("A line of deadletters list --each --json")),
        ("deadletters-list", schema_of::<DeadLettersView>("deadletters list --json")),
        ("deadletters-redrive", schema_of::<RedriveView>("deadletters redrive --json")),
        ("error", schema_of::<Problem>("Any answer of the API that is not 200")),
        ("funnel", schema_of::<FunnelView>("GET /api/v1/funnel")),
        ("identity-show", schema_of::<IdsView>("identity show --json")),
        ("livez", schema_of::<Liveness>("GET /livez")),
        ("model-check", schema_of::<Vec<ModelCheckView>>("model check --json")),
        ("model-diff", schema_of::<ModelDiffView>("model diff --json")),
        ("prospect", schema_of::<ProspectView>("GET /api/v1/prospects/{id}, explain --json")),
        ("readyz", schema_of::<Readiness>("GET /readyz")),
        ("replay-summary", schema_of::<ReplaySummary>("summary.json of replay")),
        ("report", schema_of::<Measures>("report --json")),
        ("topics-create", schema_of::<TopicsView>("topics create --json")),
    ]
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/schemas")
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test asks its environment whether to write what it compares with")]
fn the_schemas_are_those_that_the_types_make() {
    for (name, schema) in all() {
        let path = folder().join(format!("{name}.json"));
        let wanted = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("LEADSTREAM_TESTS_WRITE").is_some() {
            std::fs::write(&path, &wanted).unwrap();
        }
        assert!(
            std::fs::read_to_string(&path).unwrap_or_default() == wanted,
            "docs/schemas/{name}.json is old: LEADSTREAM_TESTS_WRITE=1 cargo test --release --lib schemas writes it again"
        );
    }
    let page = std::fs::read_to_string(folder().join("README.md")).unwrap();
    for file in std::fs::read_dir(folder()).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        let is_known = all().iter().any(|(name, _)| file == format!("{name}.json"));
        assert!(file == "README.md" || is_known, "docs/schemas/{file} is of no answer");
        assert!(file == "README.md" || page.contains(&format!("({file})")), "docs/schemas/README.md doesn't name {file}");
    }
}
