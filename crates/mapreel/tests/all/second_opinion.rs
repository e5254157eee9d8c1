//! An independent reader of capabilities (`tools/second_opinion/`: OWSLib, pyproj, and a literal reading of the standards)
//! against `mapreel layers`, over recorded documents of real servers. `recorded/capabilities/differences.toml` lists every
//! difference, with the reader that is right and the reason. A difference that is not listed fails the test, and so does a
//! listed one that is gone.

use super::support::service::repository;
use super::support::{folder, mapreel};
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

const RECORDED: &str = "crates/mapreel/tests/recorded/capabilities";

/// The facts of a reader: by field and by the layer or style to which they belong.
type Facts = BTreeMap<(&'static str, String), Value>;

/// The list of known differences.
#[derive(Deserialize)]
struct Known {
    difference: Vec<Difference>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    /// The field that is read differently.
    field: String,
    /// The witnesses that read it differently.
    witnesses: Vec<Witness>,
    right: Right,
    why: String,
    /// The number of differences in each document.
    documents: BTreeMap<String, usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Witness {
    /// The literal reading of the standards, and PROJ's axis order.
    Reading,
    Owslib,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Right {
    Mapreel,
    Witness,
    Both,
}

/// Document, witness, field.
type Place = (String, Witness, String);

#[test]
fn capabilities_say_the_same_to_an_independent_reader() {
    let began = Instant::now();
    let python = repository("tools/venv/bin/python");
    assert!(python.exists(), "./test installs OWSLib and pyproj");
    let oracle = Command::new(python)
        .args([repository("tools/second_opinion/capabilities.py"), repository(RECORDED)])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let ours: BTreeMap<String, Option<Value>> =
        documents().into_iter().map(|(name, text)| (name.clone(), offer(&name, &text))).collect();
    let output = oracle.wait_with_output().unwrap();
    assert!(output.status.success(), "the oracle fails");
    let theirs: BTreeMap<String, Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(theirs.keys().eq(ours.keys()), "the oracle has read other documents");

    let mut found: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    let (mut compared, mut layers) = (0, 0);
    for (document, theirs) in &theirs {
        let mut mapreel = ours[document].as_ref().map(facts).unwrap_or_default();
        mapreel.insert(("readable", String::new()), ours[document].is_some().into());
        layers += theirs["reading"]["layers"].as_array().unwrap().len();
        let mut reading = facts(&theirs["reading"]);
        reading.extend(axes(&theirs["east_first"], "xy").chain(axes(&theirs["north_first"], "yx")));
        for (witness, facts) in [(Witness::Reading, reading), (Witness::Owslib, facts(&theirs["owslib"]))] {
            for (key, theirs) in facts {
                let Some(ours) = mapreel.get(&key) else { continue };
                compared += 1;
                if !same(ours, &theirs) {
                    let place = (document.clone(), witness, key.0.to_owned());
                    let example = format!("`{}`: Mapreel {}, {witness:?} {}", key.1, short(ours), short(&theirs));
                    found.entry(place).or_default().push(example);
                }
            }
        }
    }
    let known = known();
    let right = judged(&known, &found);
    println!(
        "{} documents, {layers} layers, {compared} facts compared in {:.1} s; differences by who is right: {right:?}",
        theirs.len(),
        began.elapsed().as_secs_f64()
    );
    assert!(theirs.len() >= 60 && layers > 1000 && compared > 10_000, "the corpus has shrunk");
}

/// Compares the differences with the list. Returns how often each reader is right.
fn judged(known: &Known, found: &BTreeMap<Place, Vec<String>>) -> BTreeMap<Right, usize> {
    let mut right: BTreeMap<Right, usize> = BTreeMap::new();
    let mut listed: BTreeMap<Place, usize> = BTreeMap::new();
    for difference in &known.difference {
        assert!(difference.why.len() > 20, "why is {} of {:?} right?", difference.field, difference.right);
        for (witness, (document, count)) in
            difference.witnesses.iter().flat_map(|witness| difference.documents.iter().map(move |of| (*witness, of)))
        {
            *listed.entry((document.clone(), witness, difference.field.clone())).or_default() += count;
            *right.entry(difference.right).or_default() += count;
        }
    }
    let mut complaints = Vec::new();
    for (place, examples) in found {
        let expected = listed.remove(place).unwrap_or_default();
        if expected != examples.len() {
            let shown: Vec<&str> = examples.iter().take(3).map(String::as_str).collect();
            complaints.push(format!(
                "{place:?}: {} found, {expected} listed\n    {}",
                examples.len(),
                shown.join("\n    ")
            ));
        }
    }
    complaints.extend(listed.into_iter().map(|(place, count)| format!("{place:?}: {count} listed, none found")));
    assert!(complaints.is_empty(), "differences that differences.toml does not list so:\n{}", complaints.join("\n"));
    right
}

#[test]
fn every_recorded_document_is_named_with_its_source() {
    let readme = std::fs::read_to_string(repository(RECORDED).join("README.md")).unwrap();
    let rows: BTreeSet<&str> = readme.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let documents = documents();
    assert!(
        rows.iter().copied().eq(documents.keys().map(String::as_str)),
        "README.md has other rows than there are files"
    );
    let size: u64 = documents.keys().map(|name| std::fs::metadata(file(name)).unwrap().len()).sum();
    assert!(size < 3_000_000, "{size} bytes");
}

fn known() -> Known {
    toml::from_str(&std::fs::read_to_string(repository(RECORDED).join("differences.toml")).unwrap()).unwrap()
}

fn file(name: &str) -> PathBuf {
    repository(RECORDED).join(format!("{name}.xml.gz"))
}

/// The recorded documents by name.
fn documents() -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(repository(RECORDED)).unwrap().map(|entry| entry.unwrap().file_name());
    let names = entries.filter_map(|name| name.to_str().unwrap().strip_suffix(".xml.gz").map(str::to_owned));
    let read = |name: String| {
        let mut text = Vec::new();
        GzDecoder::new(std::fs::File::open(file(&name)).unwrap()).read_to_end(&mut text).unwrap();
        (name, text)
    };
    names.map(read).collect()
}

/// The program's reading of a document, in the oracle's form; `None` where it cannot read the document.
fn offer(name: &str, document: &[u8]) -> Option<Value> {
    let path = folder("second-opinion").join(format!("{name}.xml"));
    std::fs::write(&path, document).unwrap();
    let output = mapreel(&["layers", path.to_str().unwrap(), "--json"]);
    if !output.status.success() {
        println!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim());
        return None;
    }
    let mut offer: Value = serde_json::from_slice(&output.stdout).unwrap();
    for most in ["width_max", "height_max", "layers_max"] {
        offer[most] = offer[most].clone();
    }
    for layer in offer["layers"].as_array_mut().unwrap() {
        in_the_oracles_form(layer.as_object_mut().unwrap());
    }
    if let Some(Value::Array(sets)) = offer.get("matrix_sets") {
        let sets: Map<String, Value> =
            sets.iter().map(|set| (text(&set["name"]), set_in_the_oracles_form(set))).collect();
        offer["sets"] = sets.into();
    }
    Some(offer)
}

fn in_the_oracles_form(layer: &mut Map<String, Value>) {
    layer.insert("box".into(), layer.get("degrees").cloned().unwrap_or_default());
    layer.entry("attribution").or_insert(Value::Null);
    let styles = list(layer.get("styles")).iter().map(|style| (text(&style["name"]), style["legend"].clone()));
    let styles: Vec<(String, Value)> = styles.collect();
    layer.insert("default_style".into(), styles.first().map(|(name, _)| name.clone()).into());
    let named: Map<String, Value> = styles.into_iter().filter(|(name, _)| !name.is_empty()).collect();
    layer.insert("styles".into(), named.into());
    for dimension in layer.entry("dimensions").or_insert(json!([])).as_array_mut().unwrap() {
        let axis = match dimension.get("axis") {
            Some(axis) if axis.get("problem").is_some() => json!({ "problem": true }),
            Some(axis) => json!({ "first": axis["first"], "last": axis["last"], "count": axis["count"] }),
            None => Value::Null,
        };
        dimension["axis"] = axis;
        dimension["default"] = dimension["default"].clone();
    }
    if let Some(links) = layer.get("matrix_sets") {
        let limits = |link: &Value| {
            let limit = |limit: &Value| {
                let ([c, r], matrix) = ([&limit["columns"], &limit["rows"]], text(&limit["matrix"]));
                (matrix, json!([c[0], c[1], r[0], r[1]]))
            };
            Value::from(list(link.get("limits")).iter().map(limit).collect::<Map<_, _>>())
        };
        let links: Map<String, Value> =
            list(Some(links)).iter().map(|link| (text(&link["name"]), limits(link))).collect();
        layer.insert("limits".into(), links.into());
    }
}

fn set_in_the_oracles_form(set: &Value) -> Value {
    let matrix = |m: &Value| {
        let ([corner, tile, size], scale) = ([&m["top_left"], &m["tile_px"], &m["size"]], &m["scale_denominator"]);
        json!([m["name"], scale, corner[0], corner[1], tile[0], tile[1], size[0], size[1]])
    };
    json!({ "crs": set["crs"], "matrices": list(set.get("matrices")).iter().map(matrix).collect::<Vec<_>>() })
}

/// The facts of an opinion. What it does not mention gives no fact.
fn facts(opinion: &Value) -> Facts {
    let mut facts = Facts::new();
    facts.insert(("readable", String::new()), opinion.get("problem").is_none().into());
    let mut say = |field, of: &str, value: Option<&Value>| {
        value.map(|value| facts.insert((field, of.to_owned()), value.clone()));
    };
    for field in ["version", "width_max", "height_max", "layers_max"] {
        say(field, "", opinion.get(field));
    }
    say("title of the service", "", opinion.get("title"));
    say("formats of the service", "", opinion.get("formats"));
    let layers = list(opinion.get("layers"));
    let names: Vec<&Value> = layers.iter().map(|layer| &layer["name"]).collect();
    say("layers", "", opinion.get("layers").map(|_| json!(names)).as_ref());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for layer in layers {
        let times = seen.entry(text(&layer["name"])).or_default();
        *times += 1;
        let of = if *times == 1 { text(&layer["name"]) } else { format!("{} ({times})", text(&layer["name"])) };
        for field in ["title", "box", "formats", "default_style", "attribution", "opaque"] {
            say(field, &of, layer.get(field));
        }
        say("crs", &of, layer.get("crs").map(sorted).as_ref());
        say("styles", &of, keys(layer.get("styles")).as_ref());
        say("legends", &of, layer.get("styles"));
        let dimensions = list(layer.get("dimensions"));
        let names = dimensions.iter().map(|dimension| text(&dimension["name"]).to_lowercase()).collect::<Vec<_>>();
        say("dimensions", &of, Some(&sorted(&json!(names))));
        for dimension in dimensions {
            let of = format!("{of}, {}", text(&dimension["name"]).to_lowercase());
            for field in ["units", "default", "nearest_value", "extent", "axis"] {
                say(field, &of, dimension.get(field));
            }
        }
        say("sets of a layer", &of, keys(layer.get("limits")).as_ref());
        let limits = layer.get("limits").and_then(Value::as_object);
        limits.into_iter().flatten().for_each(|(set, limits)| say("limits", &format!("{of}, {set}"), Some(limits)));
    }
    say("sets", "", keys(opinion.get("sets")).as_ref());
    let sets = opinion.get("sets").and_then(Value::as_object);
    for (name, set) in sets.into_iter().flatten() {
        say("crs of a set", name, set.get("crs"));
        say("matrices", name, set.get("matrices"));
    }
    let axes = opinion.get("axes").and_then(Value::as_object);
    axes.into_iter().flatten().for_each(|(code, order)| say("axes", code, Some(order)));
    facts
}

/// The axis order of these CRSs, as facts.
fn axes(codes: &Value, order: &'static str) -> impl Iterator<Item = ((&'static str, String), Value)> {
    list(Some(codes)).iter().map(move |code| (("axes", text(code)), order.into()))
}

/// Whether two values are equal: numbers except for rounding, lists with or without blanks.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= 1e-9 * a.abs().max(1.0)
        }
        (Value::String(a), Value::String(b)) => a.split(',').map(str::trim).eq(b.split(',').map(str::trim)),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

fn sorted(values: &Value) -> Value {
    json!(list(Some(values)).iter().map(text).collect::<BTreeSet<_>>())
}

/// The names in an object.
fn keys(object: Option<&Value>) -> Option<Value> {
    Some(json!(object?.as_object()?.keys().collect::<BTreeSet<_>>()))
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    text.char_indices().nth(160).map_or(text.clone(), |(end, _)| format!("{}…", &text[..end]))
}
