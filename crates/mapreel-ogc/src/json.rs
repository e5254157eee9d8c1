//! A JSON document as a tree that keeps the order of its fields.
//!
//! `serde_json::Value` would silently keep the last of two equal keys. This reader refuses a document that names a
//! field twice.

use crate::read_limits::{Exceeded, ReadLimits};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

/// A JSON value. It takes 24 bytes; a list or an object has all its items in one allocation.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, finite.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Box<[Json]>),
    /// An object: its fields in the order of the document, each name once.
    Object(Box<[(String, Json)]>),
}

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The document is not JSON, or names a field twice.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// The document exceeds a limit.
    #[error("too large to be read: {0}")]
    TooLarge(Exceeded),
}

impl JsonError {
    /// The code of this error in a problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJson(_) => "not_json",
            Self::TooLarge(_) => "too_large",
        }
    }
}

impl Json {
    /// Reads a document within limits. The reader counts the values while it builds them.
    pub fn read(document: &[u8], limits: &ReadLimits) -> Result<Self, JsonError> {
        let too_large = |what, max| Err(JsonError::TooLarge(Exceeded { what, max }));
        if depth(document) > limits.json_depth {
            return too_large("lists and objects deep", limits.json_depth);
        }
        let left = Cell::new(Some(limits.json_values));
        let mut reader = serde_json::Deserializer::from_slice(document);
        match ValueVisitor(&left).deserialize(&mut reader).and_then(|json| reader.end().map(|()| json)) {
            Ok(json) => Ok(json),
            Err(_) if left.get().is_none() => too_large("values", limits.json_values),
            Err(error) => Err(JsonError::NotJson(error.to_string())),
        }
    }

    /// The kind of value, for messages: "a number", "a list".
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "true or false",
            Json::Number(_) => "a number",
            Json::Text(_) => "a string",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }

    /// A field of an object; `None` where the value is not an object or has no such field.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(fields) => fields.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// A field that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A field that is a number. JSON cannot write an infinite number or NaN.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Json::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The items of a field that is a list; empty where it is not.
    pub fn list(&self, name: &str) -> &[Json] {
        match self.get(name) {
            Some(Json::List(items)) => items,
            _ => &[],
        }
    }

    /// Whether a field is `true`.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some(&Json::Bool(true))
    }
}

/// The value as JSON, without white space between its parts.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(value) => write!(f, "{value}"),
            Json::Number(number) => write!(f, "{number}"),
            Json::Text(text) => f.write_str(&quoted(text)),
            Json::List(items) => {
                let items: Vec<String> = items.iter().map(Json::to_string).collect();
                write!(f, "[{}]", items.join(","))
            }
            Json::Object(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
                write!(f, "{{{}}}", fields.join(","))
            }
        }
    }
}

/// How deep lists and objects are nested in a document, valid or not. It reads the bytes without building values.
fn depth(document: &[u8]) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0usize, 0, false, false);
    for byte in document {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The seed and visitor of serde that builds a `Json`. The cell holds the number of values that may still be built;
/// `None` when the document had one too many.
#[derive(Clone, Copy)]
struct ValueVisitor<'c>(&'c Cell<Option<usize>>);

impl<'de> DeserializeSeed<'de> for ValueVisitor<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        self.0.set(self.0.get().and_then(|left| left.checked_sub(1)));
        self.0.get().ok_or_else(|| D::Error::custom("too many values"))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueVisitor<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Json::List(items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        // Comparing with a few fields is faster than hashing.
        const FEW: usize = 16;
        let mut fields: Vec<(String, Json)> = Vec::new();
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if fields.len() == FEW {
                seen.extend(fields.iter().map(|(key, _)| key.clone()));
            }
            let is_given = match fields.len() < FEW {
                true => fields.iter().any(|(known, _)| *known == key),
                false => !seen.insert(key.clone()),
            };
            if is_given {
                return Err(A::Error::custom(format!("the field `{key}` is given twice")));
            }
            fields.push((key, map.next_value_seed(self)?));
        }
        Ok(Json::Object(fields.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_strings() {
        let check = |text: &str, expected| assert_eq!(depth(text.as_bytes()), expected, "{text}");
        check("1", 0);
        check("[{}]", 2);
        check(r#"{"a": [], "b": [[1]]}"#, 3);
        check(r#"["[[[\"[[["]"#, 1);
        check("[[[[", 4);
        check("]]]][", 1);
    }
    fn read(document: &str, limits: &ReadLimits) -> Result<Json, String> {
        Json::read(document.as_bytes(), limits).map_err(|error| error.to_string())
    }

    #[test]
    fn a_document_is_read_within_limits() {
        assert!(size_of::<Json>() <= 24);
        let limits = ReadLimits { json_values: 4, json_depth: 2, ..ReadLimits::default() };
        let check = |text: &str, expected: Result<(), &str>| {
            assert_eq!(read(text, &limits).map(drop), expected.map_err(str::to_owned), "{text}");
        };
        check("[1, 2, 3]", Ok(()));
        check("[1, 2, 3, 4]", Err("too large to be read: more than 4 values"));
        check("[{}, {}, {}, {}]", Err("too large to be read: more than 4 values"));
        check("[[[]]]", Err("too large to be read: more than 2 lists and objects deep"));
        check("[1] 2", Err("not JSON: trailing characters at line 1 column 5"));
        let all = ReadLimits::default();
        let (numbers, lists) = (format!("[0{}]", ",0".repeat(8_000_000)), format!("[[]{}]", ",[]".repeat(5_000_000)));
        for large in [numbers, lists, "[".repeat(16_000_000)] {
            assert!(read(&large, &all).unwrap_err().starts_with("too large to be read: more than "));
        }
    }

    #[test]
    fn a_field_that_is_given_twice_is_found_among_many() {
        let fields = |count: usize| (0..count).map(|n| format!(r#""f{n}": {n}, "#)).collect::<String>();
        for count in [1, 15, 16, 17, 1000] {
            let (once, twice) = (format!(r#"{{{}"x": 0}}"#, fields(count)), format!(r#"{{{}"f0": 0}}"#, fields(count)));
            assert!(read(&once, &ReadLimits::default()).is_ok());
            assert!(read(&twice, &ReadLimits::default()).unwrap_err().contains("the field `f0` is given twice"));
        }
    }
}
