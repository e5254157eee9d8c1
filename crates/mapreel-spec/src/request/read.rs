//! Reading a JSON tree: each value knows its JSON Pointer, and a problem is noted instead of returned.
//!
//! A reader asks a [`Node`] for a type of value. Where the value has another type, the node notes the problem and returns `None`,
//! and reading goes on. So one pass finds all problems.

use super::problem::Problem;
use mapreel_ogc::json::Json;
use mapreel_ogc::text;
use std::cell::RefCell;
use std::collections::HashMap;
use std::str::FromStr;

/// The most problems that are reported for one document.
const PROBLEMS_MAX: usize = 100;

/// The problems that were noted while a document is read.
#[derive(Default)]
pub(crate) struct Notes(RefCell<Vec<Problem>>);

impl Notes {
    pub(crate) fn add(&self, pointer: &str, code: &'static str, detail: impl Into<String>, hint: Option<&str>) {
        // A person reads a hundred problems at most, and a hostile document has a million.
        if self.0.borrow().len() >= PROBLEMS_MAX {
            return;
        }
        self.0.borrow_mut().push(Problem {
            pointer: printable(pointer),
            code,
            detail: printable(&detail.into()),
            hint: hint.map(str::to_owned),
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// The problems in the order of the document. Those of an object come before those of its fields; those of missing fields
    /// come last.
    pub(crate) fn into_problems(self, document: &Json) -> Vec<Problem> {
        let (mut problems, mut places) = (self.0.into_inner(), HashMap::new());
        problems.sort_by_cached_key(|problem| position(&problem.pointer, document, &mut places));
        problems
    }
}

/// The values that were looked up, by their pointers: the index among the fields or items, and the value.
type Places<'a> = HashMap<String, (usize, Option<&'a Json>)>;

/// The position of a pointer in a document: at each step the index of the field or item. A step that several pointers share is
/// looked up once, however long the object is.
fn position<'a>(pointer: &str, document: &'a Json, places: &mut Places<'a>) -> Vec<usize> {
    let (mut value, mut position) = (Some(document), Vec::new());
    let ends = pointer.match_indices('/').skip(1).map(|(end, _)| end).chain([pointer.len()]);
    let mut begin = 1;
    for end in ends.filter(|end| *end > 0) {
        let step = &pointer[begin..end];
        let (index, found) = *places.entry(pointer[..end].to_owned()).or_insert_with(|| step_into(value, step));
        position.push(index);
        (value, begin) = (found, end + 1);
    }
    position
}

/// A field or an item of a value, with its index. A missing one has the largest index.
fn step_into<'a>(value: Option<&'a Json>, step: &str) -> (usize, Option<&'a Json>) {
    let step = step.replace("~1", "/").replace("~0", "~");
    let found = match value {
        Some(Json::Object(fields)) => {
            let field = fields.iter().enumerate().find(|(_, (name, _))| *name == step);
            field.map(|(index, (_, value))| (index, value))
        }
        Some(Json::List(items)) => step.parse().ok().and_then(|index: usize| Some((index, items.get(index)?))),
        _ => None,
    };
    found.map_or((usize::MAX, None), |(index, value)| (index, Some(value)))
}

/// A value with its JSON Pointer.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    pub(crate) json: &'a Json,
    pub(crate) pointer: String,
    notes: &'a Notes,
}

impl<'a> Node<'a> {
    pub(crate) fn root(json: &'a Json, notes: &'a Notes) -> Self {
        Self { json, pointer: String::new(), notes }
    }

    /// Notes that this value is wrong.
    pub(crate) fn refuse(&self, code: &'static str, detail: impl Into<String>, hint: Option<&str>) {
        self.notes.add(&self.pointer, code, detail, hint);
    }

    pub(crate) fn invalid(&self, detail: impl Into<String>, hint: &str) {
        self.refuse("invalid", detail, Some(hint));
    }

    fn wrong_type(&self, expected: &str) {
        self.refuse("wrong_type", format!("expected {expected}, found {}", self.json.kind()), None);
    }

    pub(crate) fn fields(&self) -> Option<Fields<'a>> {
        match self.json {
            Json::Object(entries) => Some(Fields::new(self.clone(), entries)),
            _ => {
                self.wrong_type("an object");
                None
            }
        }
    }

    /// The items of a list, which must have at least one and at most `max`.
    pub(crate) fn items(&self, max: usize) -> Option<Vec<Node<'a>>> {
        let Json::List(items) = self.json else {
            self.wrong_type("a list");
            return None;
        };
        if items.is_empty() {
            self.invalid("the list is empty", "give at least one item");
            return None;
        }
        if items.len() > max {
            self.refuse("too_many", format!("{} items; the limit is {max}", items.len()), None);
            return None;
        }
        Some(items.iter().enumerate().map(|(i, json)| self.child(json, &i.to_string())).collect())
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.json, Json::List(_))
    }

    /// A text that may be drawn: bounded, without control characters or characters that change the direction of text.
    pub(crate) fn text(&self) -> Option<String> {
        let raw = self.string()?;
        match text::clean(raw) {
            Ok(text) => Some(text),
            Err(problem) => {
                self.invalid(problem.to_string(), "remove it");
                None
            }
        }
    }

    pub(crate) fn string(&self) -> Option<&'a str> {
        match self.json {
            Json::Text(text) => Some(text),
            _ => {
                self.wrong_type("a string");
                None
            }
        }
    }

    /// A number from `min` to `max`.
    pub(crate) fn number(&self, min: f64, max: f64) -> Option<f64> {
        let Json::Number(number) = *self.json else {
            self.wrong_type("a number");
            return None;
        };
        if !(min..=max).contains(&number) {
            self.refuse("out_of_range", format!("{number} is not between {min} and {max}"), None);
            return None;
        }
        Some(number)
    }

    /// A whole number from `min` to `max`.
    pub(crate) fn integer(&self, min: u32, max: u32) -> Option<u32> {
        let number = self.number(f64::from(min), f64::from(max))?;
        if number.fract() != 0.0 {
            self.refuse("wrong_type", format!("{number} is not a whole number"), None);
            return None;
        }
        Some(number as u32)
    }

    /// `true` or `false`, also as a string: clients of the first dialect send both.
    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.json {
            Json::Bool(value) => Some(*value),
            Json::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Json::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => {
                self.wrong_type("true or false");
                None
            }
        }
    }

    /// The value that a word stands for.
    pub(crate) fn word<T: FromStr>(&self, words: &[&str]) -> Option<T> {
        self.found(words, |word| word.parse().ok())
    }

    /// The value that a word stands for; `words` are the known words.
    pub(crate) fn found<T>(&self, words: &[&str], find: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let word = self.string()?;
        let found = find(word);
        if found.is_none() {
            self.invalid(format!("`{word}` is not known here"), &format!("one of {}", listed(words)));
        }
        found
    }

    /// Four finite numbers, as every bbox is written.
    pub(crate) fn four_numbers(&self) -> Option<[f64; 4]> {
        let Json::List(items) = self.json else {
            self.wrong_type("a list of four numbers");
            return None;
        };
        if items.len() != 4 {
            self.invalid(format!("a bbox has four numbers, not {}", items.len()), "[west, south, east, north]");
            return None;
        }
        let mut numbers = [0.0; 4];
        for (i, item) in items.iter().enumerate() {
            numbers[i] = self.child(item, &i.to_string()).number(f64::MIN, f64::MAX)?;
        }
        Some(numbers)
    }

    /// An `http` or `https` URL. The braces of a template are kept.
    pub(crate) fn url(&self) -> Option<&'a str> {
        const HINT: &str = "an absolute http:// or https:// URL";
        let text = self.string()?;
        if text.len() > 8192 {
            self.refuse("too_large", "the URL is longer than 8192 bytes", None);
            return None;
        }
        match url::Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                if !url.username().is_empty() || url.password().is_some() {
                    self.invalid("the URL carries a user name or password", "secrets are never in a request");
                    return None;
                }
                Some(text)
            }
            Ok(url) => {
                self.invalid(format!("the scheme `{}` is not allowed", url.scheme()), HINT);
                None
            }
            Err(error) => {
                self.invalid(format!("not a URL: {error}"), HINT);
                None
            }
        }
    }

    pub(crate) fn child(&self, json: &'a Json, step: &str) -> Node<'a> {
        // RFC 6901, section 3: ~ and / are escaped.
        let step = step.replace('~', "~0").replace('/', "~1");
        Node { json, pointer: format!("{}/{step}", self.pointer), notes: self.notes }
    }
}

/// The fields of an object. After a reader has asked for all fields that it knows, it calls `finish`.
pub(crate) struct Fields<'a> {
    pub(crate) node: Node<'a>,
    pub(crate) entries: &'a [(String, Json)],
    /// The fields that the reader knows; hints may recommend them.
    asked: RefCell<Vec<&'static str>>,
    /// The fields that the reader knows only to refuse them by name; hints do not recommend them.
    refused: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    fn new(node: Node<'a>, entries: &'a [(String, Json)]) -> Self {
        Self { node, entries, asked: RefCell::default(), refused: RefCell::default() }
    }

    /// The field, if it is present and not null.
    pub(crate) fn optional(&self, name: &'static str) -> Option<Node<'a>> {
        self.asked.borrow_mut().push(name);
        self.get(name)
    }

    /// The field, if it is present and not null. The reader is going to refuse it, so hints do not recommend it.
    pub(crate) fn unwelcome(&self, name: &'static str) -> Option<Node<'a>> {
        self.refused.borrow_mut().push(name);
        self.get(name)
    }

    fn get(&self, name: &'static str) -> Option<Node<'a>> {
        let (_, json) = self.entries.iter().find(|(key, _)| key == name)?;
        (*json != Json::Null).then(|| self.node.child(json, name))
    }

    /// The field; its absence is a problem.
    pub(crate) fn required(&self, name: &'static str, hint: &str) -> Option<Node<'a>> {
        let node = self.optional(name);
        if node.is_none() {
            let pointer = format!("{}/{name}", self.node.pointer);
            self.node.notes.add(&pointer, "missing", format!("`{name}` is missing"), Some(hint));
        }
        node
    }

    /// Refuses a field that docs/API.md knows and this version does not support.
    pub(crate) fn later(&self, name: &'static str) {
        if let Some(node) = self.unwelcome(name) {
            node.refuse("not_supported", format!("`{name}` is not supported by this version"), Some("leave it out"));
        }
    }

    /// Refuses every field that the reader did not ask for, and suggests the known field with the nearest name.
    pub(crate) fn finish(self) {
        let (asked, refused) = (self.asked.borrow(), self.refused.borrow());
        let known = |key: &str| asked.iter().chain(refused.iter()).any(|name| *name == key);
        let unknown = self.entries.iter().filter(|(key, _)| !known(key));
        for (key, json) in unknown.take(PROBLEMS_MAX) {
            let nearest = nearest(key, &asked);
            let hint = match nearest {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("known here: {}", listed(&asked)),
            };
            self.node.child(json, key).refuse("unknown_field", format!("`{key}` is not known here"), Some(&hint));
        }
    }
}

/// The known name that differs from the written one by at most two letters.
fn nearest(written: &str, names: &[&'static str]) -> Option<&'static str> {
    // Longer than every known name.
    if written.len() > 100 {
        return None;
    }
    let distance = |name: &&str| strsim::levenshtein(written, name);
    names.iter().copied().min_by_key(distance).filter(|name| distance(name) <= 2)
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Text from a document for a terminal or a log: bounded, with control characters escaped.
fn printable(text: &str) -> String {
    const CHARS_MAX: usize = 500;
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    let end = if text.chars().nth(CHARS_MAX).is_some() { "…" } else { "" };
    text.chars().take(CHARS_MAX).map(escape).chain([end.to_owned()]).collect()
}
