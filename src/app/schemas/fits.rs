//! Whether a value is as a schema says: the part of JSON Schema that ours use, and nothing in a value that they don't name.

use serde_json::{Map, Value};

/// What of the value is not as the schema says.
pub(super) fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    compare(schema, schema, value, "$", &mut faults);
    faults
}

fn compare(root: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    // `true`: anything.
    let Value::Object(rules) = schema else { return };
    for (rule, wanted) in rules {
        match rule.as_str() {
            "$ref" => {
                let pointer = wanted.as_str().unwrap_or_default().trim_start_matches('#');
                let target = root.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}"));
                compare(root, target, value, at, faults);
            }
            "anyOf" | "oneOf" => {
                let fits = |one: &&Value| {
                    let mut inside = Vec::new();
                    compare(root, one, value, at, &mut inside);
                    inside.is_empty()
                };
                if wanted.as_array().is_none_or(|all| !all.iter().any(|one| fits(&one))) {
                    faults.push(format!("{at} is nothing of {wanted}: {value}"));
                }
            }
            "type" => {
                let is = |name: &str| is_of_type(value, name);
                let fits = wanted.as_str().is_some_and(is)
                    || wanted.as_array().is_some_and(|all| all.iter().filter_map(Value::as_str).any(is));
                if !fits {
                    faults.push(format!("{at} is not of type {wanted}: {value}"));
                }
            }
            "format" if wanted == "date-time" => {
                let is_time = |text: &str| text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok();
                if value.as_str().is_some_and(|text| !is_time(text)) {
                    faults.push(format!("{at} is no time: {value}"));
                }
            }
            "minimum" if value.as_f64().is_some_and(|number| Some(number) < wanted.as_f64()) => {
                faults.push(format!("{at} is less than {wanted}: {value}"));
            }
            "required" => {
                let missing = wanted.as_array().into_iter().flatten().filter_map(Value::as_str);
                let missing = missing.filter(|name| value.as_object().is_some_and(|fields| !fields.contains_key(*name)));
                faults.extend(missing.map(|name| format!("{at} lacks {name}")));
            }
            "properties" => compare_fields(root, rules, value, at, faults),
            "additionalProperties" if !rules.contains_key("properties") => {
                for (name, field) in value.as_object().into_iter().flatten() {
                    compare(root, wanted, field, &format!("{at}.{name}"), faults);
                }
            }
            "items" => {
                for (n, one) in value.as_array().into_iter().flatten().enumerate() {
                    compare(root, wanted, one, &format!("{at}[{n}]"), faults);
                }
            }
            "prefixItems" => {
                let pairs = wanted.as_array().into_iter().flatten().zip(value.as_array().into_iter().flatten());
                for (n, (wanted, one)) in pairs.enumerate() {
                    compare(root, wanted, one, &format!("{at}[{n}]"), faults);
                }
            }
            "$schema" | "$defs" | "title" | "description" | "format" | "minimum" | "maximum" | "minItems" | "maxItems" => {}
            other => panic!("{at}: this test doesn't know the rule {other:?}"),
        }
    }
}

/// Each field by its own schema; one that has none is a fault.
fn compare_fields(root: &Value, rules: &Map<String, Value>, value: &Value, at: &str, faults: &mut Vec<String>) {
    for (name, field) in value.as_object().into_iter().flatten() {
        match rules["properties"].get(name) {
            Some(schema) => compare(root, schema, field, &format!("{at}.{name}"), faults),
            None => faults.push(format!("{at}.{name} is not in the schema")),
        }
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type {other:?}"),
    }
}
