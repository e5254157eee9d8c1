//! The reader of requests and the JSON Schema agree: the schema accepts what the program accepts, as far as a schema can
//! express it.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use mapreel_spec::{Limits, field_tables, parse_request, request_schema};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Checks that the file has this text; with `MAPREEL_BLESS=1` writes it.
fn is_up_to_date(path: &str, text: &str) {
    let file = repository(path);
    if std::env::var_os("MAPREEL_BLESS").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&file).unwrap_or_default() == text,
        "MAPREEL_BLESS=1 cargo test schema writes {path}"
    );
}

#[test]
fn the_schema_in_the_documentation_is_that_of_the_types() {
    let schema = serde_json::to_string_pretty(&request_schema(&Limits::default())).unwrap();
    is_up_to_date("docs/request.schema.json", &format!("{schema}\n"));
}

/// A table stands between `<!-- fields: NAME -->` and `<!-- end of fields -->`.
#[test]
fn the_tables_of_fields_in_the_documentation_are_those_of_the_types() {
    const END: &str = "<!-- end of fields -->";
    let mut page = std::fs::read_to_string(repository("docs/REQUESTS.md")).unwrap();
    for (name, table) in field_tables() {
        let begin = format!("<!-- fields: {name} -->\n");
        let from =
            page.find(&begin).unwrap_or_else(|| panic!("docs/REQUESTS.md has no place for the fields of {name}"));
        let from = from + begin.len();
        let to = from + page[from..].find(END).unwrap();
        page.replace_range(from..to, &table);
    }
    is_up_to_date("docs/REQUESTS.md", &page);
}

/// A random value that a schema accepts.
fn generated(schema: &Value, whole: &Value, depth: usize) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return generated(whole.pointer(reference.trim_start_matches('#')).unwrap(), whole, depth);
    }
    if let Some(choices) = ["oneOf", "anyOf"].iter().find_map(|word| schema[*word].as_array()) {
        let is_value =
            |choice: &&Value| ["type", "$ref", "const", "enum", "anyOf"].iter().any(|k| !choice[*k].is_null());
        let of_values: Vec<&Value> = choices.iter().filter(is_value).collect();
        if !of_values.is_empty() {
            return generated(of_values[fastrand::usize(..of_values.len())], whole, depth);
        }
    }
    for examples in [&schema["examples"], &schema["enum"]] {
        if let Some(examples) = examples.as_array() {
            return examples[fastrand::usize(..examples.len())].clone();
        }
    }
    if !schema["const"].is_null() {
        return schema["const"].clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds[fastrand::usize(..kinds.len())].clone(),
        kind => kind.clone(),
    };
    let bound = |word: &str, other: f64| schema[word].as_f64().unwrap_or(other);
    match kind.as_str() {
        Some("object") => object(schema, whole, depth),
        Some("array") => {
            let least = bound("minItems", 0.0) as usize;
            let items = (0..fastrand::usize(least..=least + 1)).map(|_| generated(&schema["items"], whole, depth + 1));
            items.collect()
        }
        Some("number") => {
            json!(bound("minimum", 0.0) + fastrand::f64() * (bound("maximum", 9.0) - bound("minimum", 0.0)))
        }
        Some("integer") => json!(fastrand::u64(bound("minimum", 0.0) as u64..=bound("maximum", 9.0) as u64)),
        Some("boolean") => json!(fastrand::bool()),
        Some("null") => Value::Null,
        Some("string") => json!(["a", "b", "sst", "Wind 10 m"][fastrand::usize(..4)]),
        _ => panic!("what does {schema} accept?"),
    }
}

/// The names in a list of an object's fields.
fn names(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// A random branch of an object's `anyOf` or `oneOf`.
fn choice(schema: &Value) -> Option<&Value> {
    let choices = ["oneOf", "anyOf"].iter().find_map(|word| schema[*word].as_array())?;
    choices.get(fastrand::usize(..choices.len().max(1)))
}

/// A random object: its required fields, those of one branch, and sometimes another field.
fn object(schema: &Value, whole: &Value, depth: usize) -> Value {
    let none = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&none);
    let branch = choice(schema).cloned().unwrap_or_default();
    let alternatives = ["oneOf", "anyOf"].iter().filter_map(|word| schema[*word].as_array()).flatten();
    let alternatives: Vec<String> = alternatives.flat_map(|branch| names(&branch["required"])).collect();
    let mut wanted = [names(&schema["required"]), names(&branch["required"])].concat();
    let others: Vec<String> =
        properties.keys().filter(|name| !wanted.contains(name) && !alternatives.contains(name)).cloned().collect();
    let excluded = names(&schema["not"]["required"]);
    wanted.extend(others.into_iter().filter(|name| !excluded.contains(name) && fastrand::u8(..4) == 0));
    if let Some(one) = excluded.get(fastrand::usize(..=excluded.len())) {
        wanted.push(one.clone());
    }
    let mut object = Map::new();
    for name in wanted {
        let mut value = generated(&properties[&name], whole, depth + 1);
        // The fields that the chosen branch requires in this field's object.
        for required in
            choice(&branch["properties"][&name]).map(|branch| names(&branch["required"])).unwrap_or_default()
        {
            if let Value::Object(fields) = &mut value {
                fields
                    .insert(required.clone(), generated(&properties[&name]["properties"][&required], whole, depth + 2));
            }
        }
        object.insert(name, value);
    }
    Value::Object(object)
}

/// What a schema cannot express: the code of the problem, and how its pointer begins and ends.
const NOT_EXPRESSIBLE: &[(&str, &str, &str)] = &[
    // A format holds one frame or several, and a GIF fewer frames per second; `within`, `unchecked` and `{time}` need other
    // fields.
    ("invalid", "/output", "/format"),
    ("invalid", "/general", "/format"),
    ("out_of_range", "/output", "/fps"),
    ("out_of_range", "/general", "/fps"),
    ("invalid", "/layers", "/within"),
    ("invalid", "/layers", "/time"),
    // The size that follows from a box, and the layer that `times` refers to.
    ("out_of_range", "/map", "/map"),
    ("out_of_range", "/basemap", "/zoom"),
    // A format holds pictures up to a size.
    ("too_large", "/output", ""),
    ("missing", "/times", "/times"),
    ("invalid", "/times", "/of"),
    ("invalid", "/map", "/bbox"),
    ("invalid", "/layers", "/bbox"),
    // Whether an overlay has tiles decides the form of its URLs, and the times decide their number. The service in an ArcGIS
    // address decides which fields are allowed. Times have an order, and so have levels. Features in the request have no
    // address.
    ("invalid", "/overlays", ""),
    ("invalid", "/times", "/times"),
    ("invalid", "/layers", "/min_zoom"),
    ("invalid", "/layers", "/credential"),
    ("invalid", "/layers", "/data"),
    ("invalid", "/layers", "/url"),
    ("invalid", "/layers", "/max_zoom"),
];

#[test]
fn what_the_schema_accepts_is_accepted_or_refused_for_what_a_schema_cannot_say() {
    fastrand::seed(7);
    let limits = Limits::default();
    let schema = request_schema(&limits);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let (mut accepted, mut unexplained) = (0, BTreeMap::new());
    for _ in 0..4000 {
        let request = generated(&schema, &schema, 0);
        if !validator.is_valid(&request) {
            continue;
        }
        let text = request.to_string();
        match parse_request(text.as_bytes(), &limits) {
            Ok(_) => accepted += 1,
            Err(problems) => {
                for problem in problems.0 {
                    let is_known = |(code, begin, end): &(&str, &str, &str)| {
                        problem.code == *code && problem.pointer.starts_with(begin) && problem.pointer.ends_with(end)
                    };
                    if !NOT_EXPRESSIBLE.iter().any(is_known) {
                        unexplained.entry((problem.code, problem.pointer)).or_insert((problem.detail, text.clone()));
                    }
                }
            }
        }
    }
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    assert!(accepted > 1000, "only {accepted} of 4000 were accepted");
}

/// All requests in this repository.
#[test]
fn requests_that_are_accepted_are_valid_by_the_schema() {
    let limits = Limits::default();
    let validator = jsonschema::validator_for(&request_schema(&limits)).unwrap();
    let mut count = 0;
    for folder in ["examples", "crates/mapreel/tests/golden"] {
        for entry in std::fs::read_dir(repository(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if parse_request(text.as_bytes(), &limits).is_ok() {
                count += 1;
                let errors: Vec<String> = validator
                    .iter_errors(&serde_json::from_str(&text).unwrap())
                    .map(|error| format!("{}: {error}", error.instance_path()))
                    .collect();
                assert_eq!(errors, [""; 0], "{}", path.display());
            }
        }
    }
    assert!(count > 10, "{count} requests");
}
