//! Texts that a request may hold.

use super::shape::Shape;
use crate::request::colour::Colour;
use crate::request::limits::Limits;
use crate::request::read::Node;
use jiff::SignedDuration;
use mapreel_geo::time::period::Period;
use mapreel_geo::{Crs, Language, TimeFormat, Zone};
use mapreel_ogc::TileTemplate;
use serde_json::{Value, json};

/// The hint for a wrong CRS.
pub(crate) const CRS_HINT: &str =
    "EPSG:3857, EPSG:4326, or the EPSG code of a projection, such as EPSG:3413 or EPSG:32633";

/// A text that may be drawn: bounded, without control characters or characters that change the direction of text.
pub(crate) struct Shown;

/// JSON Schema of a [`Shown`].
pub(crate) fn shown() -> Value {
    json!({
        "type": "string",
        "maxLength": mapreel_ogc::text::CHARS_MAX,
        "pattern": "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]*$",
    })
}

impl Shape for Shown {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        shown()
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<String> {
        node.text()
    }
}

/// A regular expression that matches a word in upper or lower case.
pub(crate) fn in_any_case(word: &str) -> String {
    let letter = |c: char| match c.is_ascii_alphabetic() {
        true => format!("[{}{}]", c.to_ascii_uppercase(), c.to_ascii_lowercase()),
        false => c.to_string(),
    };
    word.chars().map(letter).collect()
}

/// A name that a server has given; it is kept unchanged.
pub(crate) struct Name;

impl Shape for Name {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "string" })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<String> {
        node.string().map(str::to_owned)
    }
}

/// An `http` or `https` URL.
pub(crate) struct HttpUrl;

/// JSON Schema of an address, with an example.
pub(crate) fn address(example: &str) -> Value {
    json!({ "type": "string", "maxLength": 8192, "pattern": "^\\s*[Hh][Tt][Tt][Pp][Ss]?:[/\\\\]*[^/\\\\?#\\s]", "examples": [example] })
}

impl Shape for HttpUrl {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        address("https://maps.example.org/wms")
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<String> {
        node.url().map(str::to_owned)
    }
}

/// The address of tiles: a template, or the URL of one tile.
pub(crate) struct TileUrl;

impl Shape for TileUrl {
    type Value = TileTemplate;

    fn schema(_: &Limits) -> Value {
        address("https://tiles.example.org/{z}/{x}/{y}.png")
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<TileTemplate> {
        match TileTemplate::parse(node.url()?) {
            Ok(template) => Some(template),
            Err(error) => {
                node.invalid(error.to_string(), "…/{z}/{x}/{y}.png, or the URL of a tile: …/0/0/0");
                None
            }
        }
    }
}

/// The code of a CRS, and the CRS.
pub(crate) struct CrsCode;

impl Shape for CrsCode {
    type Value = Crs;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "string", "examples": ["EPSG:3857", "EPSG:4326", "EPSG:3413"] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<Crs> {
        let code = node.string()?;
        let crs = Crs::parse(code);
        if crs.is_none() {
            node.refuse("not_supported", Crs::why_not(code), Some(CRS_HINT));
        }
        crs
    }
}

/// A time zone of the IANA database.
pub(crate) struct ZoneName;

impl Shape for ZoneName {
    type Value = Zone;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "string", "examples": ["UTC", "Australia/Perth"] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<Zone> {
        let name = node.string()?;
        let zone = Zone::parse(name);
        if zone.is_none() {
            node.invalid(
                format!("`{name}` is not a time zone"),
                "a name of the IANA database, such as `UTC` or `Australia/Perth`",
            );
        }
        zone
    }
}

/// How times are written on the page: a word, or a pattern of strftime.
pub(crate) struct TimeForm;

impl Shape for TimeForm {
    type Value = TimeFormat;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "string", "examples": ["date", "month", "%d %B %Y"] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<TimeFormat> {
        TimeFormat::parse(node.string()?).map_err(|error| node.invalid(error.to_string(), &error.hint())).ok()
    }
}

/// A language (BCP 47).
pub(crate) struct LanguageTag;

impl Shape for LanguageTag {
    type Value = Language;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "string", "examples": ["en", "de", "zh-Hant"] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<Language> {
        let tag = node.string()?;
        let language = Language::parse(tag);
        if language.is_none() {
            node.invalid(format!("`{tag}` is not a language"), "a tag of BCP 47, such as `de` or `pt-BR`");
        }
        language
    }
}

/// An ISO 8601 duration of days and smaller units.
pub(crate) struct Duration;

impl Shape for Duration {
    type Value = SignedDuration;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "string", "examples": ["PT6H", "P1D"] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<SignedDuration> {
        let text = node.string()?;
        let duration = Period::parse(text).ok().and_then(|period| period.exact());
        if duration.is_none() {
            node.invalid(format!("`{text}` is not a duration"), "an ISO 8601 duration such as PT6H or P1D");
        }
        duration
    }
}

/// A colour, as in CSS.
pub(crate) struct ColourCode;

impl Shape for ColourCode {
    type Value = Colour;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "string", "examples": ["#1e90ff"] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<Colour> {
        let text = node.string()?;
        let colour = Colour::parse(text);
        if colour.is_none() {
            node.invalid(format!("`{text}` is not a colour"), "write it like #1e90ff");
        }
        colour
    }
}

/// The name of a credential that the operator has configured. It may be the user in a URL without escaping.
pub(crate) struct CredentialName;

impl CredentialName {
    const CHARS_MAX: usize = 64;
}

impl Shape for CredentialName {
    type Value = String;

    fn schema(_: &Limits) -> Value {
        json!({ "type": "string", "pattern": "^[A-Za-z0-9._-]+$", "maxLength": Self::CHARS_MAX })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<String> {
        let name = node.string()?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > Self::CHARS_MAX || !name.chars().all(fits) {
            let hint = "a name that the operator has configured, never the secret itself";
            node.invalid("this is no name of a credential", hint);
            return None;
        }
        Some(name.to_owned())
    }
}

/// `true`, `false`, or the same as a string.
pub(crate) struct Flag;

impl Shape for Flag {
    type Value = bool;

    fn schema(_: &Limits) -> Value {
        let words = format!("^({}|{})$", in_any_case("true"), in_any_case("false"));
        json!({ "anyOf": [{ "type": "boolean" }, { "type": "string", "pattern": words, "examples": ["true", "false"] }] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<bool> {
        node.boolean()
    }
}
