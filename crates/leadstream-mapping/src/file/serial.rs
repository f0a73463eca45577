//! The form of the bytes, as a file says it: text, or a binary format with its schema.

use crate::avro;
use crate::protobuf::{self, Descriptors};
use crate::rules::{Format, Mapping};
use crate::schema::{Language, Source};
use leadstream_model::Faults;
use leadstream_model::fields::{Fields, unknown};
use std::sync::Arc;

/// The files that a mapping names: its schemas.
pub type Files = Arc<dyn Fn(&str) -> Result<Vec<u8>, String> + Send + Sync>;

/// What a file calls a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Tsv,
    Fields,
    Avro,
    Protobuf,
}

const FORMS: [(&str, Form); 5] =
    [("json", Form::Json), ("tsv", Form::Tsv), ("form", Form::Fields), ("avro", Form::Avro), ("protobuf", Form::Protobuf)];

/// Files of one schema.
const MOST_FILES: usize = 64;

pub(super) fn read(mapping: &mut Mapping, fields: &mut Fields<'_>, files: &Files, faults: &mut Faults) {
    let form = fields.choice("format", &FORMS, faults).map_or(Form::Json, |form| form.value);
    mapping.has_prefix = fields.choice("prefix", &[("confluent", true)], faults).is_some();
    let columns: Vec<String> = fields.texts("columns", faults).into_iter().flatten().map(|t| t.value).collect();
    if form == Form::Tsv && columns.is_empty() {
        faults.add(&fields.place_of("columns"), "is missing: write the names of the columns in their order");
    }
    if form != Form::Tsv && !columns.is_empty() {
        faults.add(&fields.place_of("columns"), "only stands with format = \"tsv\"");
    }
    let avro = source_of_avro(form == Form::Avro, fields, files, faults);
    let protobuf = source_of_protobuf(form == Form::Protobuf, fields, files, faults);
    mapping.format = match form {
        Form::Json => Format::Json,
        Form::Tsv => Format::Tsv(columns),
        Form::Fields => Format::Form,
        Form::Avro => Format::Binary(Language::Avro),
        Form::Protobuf => Format::Binary(Language::Protobuf),
    };
    if let Some(source) = avro.or(protobuf) {
        mapping.source = source;
    } else if matches!(mapping.format, Format::Binary(_)) {
        // Nothing but the id says of which schema a record is.
        mapping.has_prefix = true;
    }
}

/// `schema`: a file, or several, of which each knows those before it.
fn source_of_avro(is_avro: bool, fields: &mut Fields<'_>, files: &Files, faults: &mut Faults) -> Option<Source> {
    let names = fields.texts("schema", faults)?;
    let place = fields.place_of("schema");
    if !is_avro {
        faults.add(&place, "only stands with format = \"avro\"");
        return None;
    }
    if names.len() > MOST_FILES {
        faults.add(&place, format!("has at most {MOST_FILES} files"));
        return None;
    }
    let mut texts = Vec::new();
    for name in names {
        match open(files, &name.value) {
            Ok(text) => texts.push(text),
            Err(error) => faults.add(&name.place, error),
        }
    }
    let (own, others) = texts.split_last()?;
    match avro::Schema::parse(own, others.iter().map(String::as_str)) {
        Ok(schema) => Some(Source::Avro(schema)),
        Err(error) => {
            faults.add(&place, error);
            None
        }
    }
}

/// `descriptor` and `message`: a set of descriptors, or a `.proto` file, and which of its messages the records are.
fn source_of_protobuf(is_protobuf: bool, fields: &mut Fields<'_>, files: &Files, faults: &mut Faults) -> Option<Source> {
    let (file, message) = (fields.text("descriptor", faults), fields.text("message", faults));
    for (key, one) in [("descriptor", &file), ("message", &message)] {
        if one.is_some() && !is_protobuf {
            faults.add(&fields.place_of(key), "only stands with format = \"protobuf\"");
        }
    }
    let Some(file) = file.filter(|_| is_protobuf) else {
        if let Some(message) = message.filter(|_| is_protobuf) {
            faults.add(&message.place, "only stands with `descriptor`: by a registry, each record says which message it is");
        }
        return None;
    };
    let all = if std::path::Path::new(&file.value).extension().is_some_and(|end| end == "proto") {
        let files = Arc::clone(files);
        protobuf::compile(&file.value, move |name| open(&files, name).ok())
    } else {
        let parse = |bytes: Vec<u8>| {
            let how = "what `protoc --include_imports --descriptor_set_out` writes is wanted";
            Descriptors::parse(&bytes).map_err(|error| format!("is no set of descriptors ({error}): {how}"))
        };
        files(&file.value).and_then(parse)
    };
    let all = match all {
        Ok(all) => all,
        Err(error) => {
            faults.add(&file.place, error);
            return None;
        }
    };
    let Some(message) = message else {
        faults.add(&fields.place_of("message"), "is missing: write which message the records are, such as \"shop.v1.Order\"");
        return None;
    };
    if let Some(at) = all.message(&message.value) {
        return Some(Source::Protobuf(all, at));
    }
    let known: Vec<&str> = all.messages.iter().map(|message| &*message.name).collect();
    faults.add(&message.place, unknown(&message.value, "message", &known));
    None
}

fn open(files: &Files, name: &str) -> Result<String, String> {
    String::from_utf8(files(name)?).map_err(|_| format!("{name} is no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "name = \"shop\"\n[ids]\nuser = \"id\"\n[events]\n\"*\" = \"Order Completed\"\n";

    fn faults(head: &str) -> String {
        let files: Files = Arc::new(|name| match name {
            "a.avsc" => Ok(br#"{"type":"record","name":"A","fields":[{"name":"b","type":"B"}]}"#.to_vec()),
            "b.avsc" => Ok(br#"{"type":"enum","name":"B","symbols":["X"]}"#.to_vec()),
            "shop.proto" => {
                Ok(b"syntax = \"proto3\"; package shop; import \"part.proto\"; message Order { Part part = 1; }".to_vec())
            }
            "part.proto" => Ok(b"syntax = \"proto3\"; package shop; message Part { string id = 1; }".to_vec()),
            "bad.proto" => Ok(b"syntax = \"proto3\"; message Order { Part part = 1; }".to_vec()),
            _ => Err("no such file".to_owned()),
        });
        match crate::file::parse_with("shop", &format!("{head}\n{REST}"), &files) {
            Ok(mapping) => format!("{:?}, {}", mapping.format, mapping.has_prefix),
            Err(all) => all.iter().map(|fault| fault.fault.message.clone()).collect::<Vec<_>>().join("; "),
        }
    }

    #[test]
    fn a_binary_format_has_its_schema_in_files_or_in_a_registry() {
        for (head, says) in [
            ("format = \"avro\"", "Binary(Avro), true"),
            ("format = \"avro\"\nschema = [\"b.avsc\", \"a.avsc\"]", "Binary(Avro), false"),
            ("format = \"avro\"\nschema = \"b.avsc\"\nprefix = \"confluent\"", "Binary(Avro), true"),
            ("format = \"avro\"\nschema = \"a.avsc\"", "nowhere what \"B\" is"),
            ("format = \"avro\"\nschema = \"c.avsc\"", "no such file"),
            ("schema = \"a.avsc\"", "only stands with format = \"avro\""),
            ("format = \"protobuf\"", "Binary(Protobuf), true"),
            ("format = \"protobuf\"\ndescriptor = \"shop.proto\"\nmessage = \"shop.Part\"", "Binary(Protobuf), false"),
            ("format = \"protobuf\"\ndescriptor = \"shop.proto\"\nmessage = \"shop.Ordr\"", "shop.Order"),
            ("format = \"protobuf\"\ndescriptor = \"shop.proto\"", "is missing"),
            ("format = \"protobuf\"\ndescriptor = \"bad.proto\"\nmessage = \"Order\"", "Part"),
            ("format = \"protobuf\"\ndescriptor = \"a.avsc\"\nmessage = \"Order\"", "no set of descriptors"),
            ("format = \"protobuf\"\nmessage = \"Order\"", "only stands with `descriptor`"),
            ("message = \"Order\"", "only stands with format = \"protobuf\""),
        ] {
            let found = faults(head);
            assert!(found.contains(says), "{head}: {found}");
        }
    }
}
