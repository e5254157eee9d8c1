//! The declaration of a request's objects; reader, schema and documentation follow from it.

use super::shape::Shape;
use crate::request::limits::Limits;
use crate::request::read::{Fields, Node};
use serde_json::{Map, Value, json};

/// An object of a request: its fields, in the order in which they are documented.
pub(crate) trait Object {
    /// The documentation of the object.
    const DOC: &'static str;

    /// Its fields.
    fn properties(limits: &Limits) -> Vec<Property>;

    /// Rules between its fields, as keywords of JSON Schema.
    fn rules() -> Value {
        json!({})
    }

    /// JSON Schema of the object.
    fn schema(limits: &Limits) -> Value {
        object(Self::DOC.trim(), Self::properties(limits), Self::rules())
    }
}

/// The description of a field.
pub(crate) struct Property {
    pub name: &'static str,
    /// The meaning, in Markdown.
    pub doc: String,
    /// JSON Schema of its values, without `null`.
    pub schema: Value,
    pub is_required: bool,
    /// The default, in words.
    pub default: Option<&'static str>,
}

impl Property {
    /// The field's schema in an object. A field that is not required may be `null`.
    fn in_object(self) -> (String, Value) {
        let mut schema = if self.is_required { self.schema } else { or_null(self.schema) };
        if let Value::Object(schema) = &mut schema {
            schema.insert("description".into(), self.doc.into());
        }
        (self.name.to_owned(), schema)
    }
}

/// JSON Schema of an object with these fields and no others, and with these rules.
pub(crate) fn object(doc: &str, properties: Vec<Property>, rules: Value) -> Value {
    let required: Vec<_> = properties.iter().filter(|property| property.is_required).map(|p| p.name).collect();
    let properties: Map<String, Value> = properties.into_iter().map(Property::in_object).collect();
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !doc.is_empty() {
        schema["description"] = doc.into();
    }
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    if let Value::Object(mut rules) = rules {
        let mut named = Value::Object(std::mem::take(&mut rules));
        name_properties(&mut named);
        if let (Value::Object(schema), Value::Object(named)) = (&mut schema, named) {
            schema.extend(named);
        }
    }
    schema
}

/// Names required fields under `properties`, too: some tools look for a field only there.
fn name_properties(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            for (keyword, value) in fields.iter_mut() {
                match (keyword.as_str(), value) {
                    ("properties", Value::Object(properties)) => properties.values_mut().for_each(name_properties),
                    ("anyOf" | "oneOf" | "allOf" | "not", value) => name_properties(value),
                    _ => {}
                }
            }
            if let Some(Value::Array(required)) = fields.get("required") {
                // `null` counts as absent.
                let given = json!({ "not": { "type": "null" } });
                let named = required.iter().filter_map(|name| Some((name.as_str()?.to_owned(), given.clone())));
                let mut named: Map<String, Value> = named.collect();
                if let Some(Value::Object(properties)) = fields.remove("properties") {
                    named.extend(properties);
                }
                fields.insert("properties".into(), named.into());
            }
        }
        Value::Array(choices) => choices.iter_mut().for_each(name_properties),
        _ => {}
    }
}

/// The schema, extended to accept `null`.
fn or_null(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(fields) if fields.contains_key("anyOf") => {
            if let Some(Value::Array(choices)) = fields.get_mut("anyOf") {
                choices.push(json!({ "type": "null" }));
            }
            schema
        }
        Value::Object(fields) if !fields.contains_key("$ref") => {
            if let Some(Value::Array(words)) = fields.get_mut("enum") {
                words.push(Value::Null);
            }
            match fields.get_mut("type") {
                Some(Value::Array(types)) => types.push("null".into()),
                Some(kind) => *kind = json!([kind.clone(), "null"]),
                None => {}
            }
            schema
        }
        Value::Object(_) => json!({ "anyOf": [schema, { "type": "null" }] }),
        _ => schema,
    }
}

/// A property of a shape.
pub(crate) fn property<S: Shape>(
    name: &'static str,
    doc: &[&str],
    is_required: bool,
    default: Option<&'static str>,
    limits: &Limits,
) -> Property {
    Property { name, doc: doc.concat().trim().to_owned(), schema: S::schema(limits), is_required, default }
}

/// Declares an object of a request: a struct of its fields with their reader, schema and documentation.
///
/// ```ignore
/// fields! {
///     /// What the map shows.
///     pub(super) struct MapFields {
///         /// West, south, east, north.
///         bbox: FourNumbers, required "[west, south, east, north]";
///         /// Frames per second.
///         frame_rate as "fps": FrameRate, default "4";
///     }
/// }
/// ```
macro_rules! fields {
    (
        $(#[doc = $doc:literal])*
        $visibility:vis struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $field:ident $(as $json:literal)? : $shape:ty $(, required $hint:literal)? $(, default $default:literal)? ;
            )*
        }
        $(rules $rules:tt)?
    ) => {
        $(#[doc = $doc])*
        $visibility struct $name<'a> {
            $($visibility $field: $crate::schema::given::Given<'a, <$shape as $crate::schema::shape::Shape>::Value>,)*
        }

        impl<'a> $name<'a> {
            /// Reads the fields, and notes the problems of each.
            $visibility fn read(
                fields: &$crate::request::read::Fields<'a>,
                limits: &$crate::request::limits::Limits,
            ) -> Self {
                Self {
                    $($field: $crate::schema::fields::given::<$shape>(
                        fields,
                        $crate::schema::fields::name!($field $(, $json)?),
                        $crate::schema::fields::first!($(Some($hint),)? None),
                        limits,
                    ),)*
                }
            }
        }

        impl $crate::schema::fields::Object for $name<'_> {
            const DOC: &'static str = concat!($($doc),*);

            fn properties(limits: &$crate::request::limits::Limits) -> Vec<$crate::schema::fields::Property> {
                vec![$($crate::schema::fields::property::<$shape>(
                    $crate::schema::fields::name!($field $(, $json)?),
                    &[$($field_doc),*],
                    $crate::schema::fields::first!($(Some($hint),)? None::<&str>).is_some(),
                    $crate::schema::fields::first!($(Some($default),)? None),
                    limits,
                )),*]
            }

            $(
                fn rules() -> serde_json::Value {
                    serde_json::json!($rules)
                }
            )?
        }
    };
}

/// The name of a field in JSON.
macro_rules! name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident, $json:literal) => {
        $json
    };
}

/// The first of some expressions.
macro_rules! first {
    ($first:expr $(, $rest:expr)*) => {
        $first
    };
}

pub(crate) use {fields, first, name};

/// Reads a field of a shape. With a `hint` the field is required.
pub(crate) fn given<'a, S: Shape>(
    fields: &Fields<'a>,
    name: &'static str,
    hint: Option<&str>,
    limits: &Limits,
) -> super::given::Given<'a, S::Value> {
    use super::given::{At, Given};
    let node = match hint {
        Some(hint) => fields.required(name, hint),
        None => fields.optional(name),
    };
    match node {
        Some(node) => S::read(&node, limits).map_or(Given::Wrong, |value| Given::Right(At { value, node })),
        None if hint.is_some() => Given::Wrong,
        None => Given::Absent,
    }
}

/// An object inside an object; its own reader reads the fields.
pub(crate) struct Nested<O>(std::marker::PhantomData<O>);

impl<O: Object> Shape for Nested<O> {
    type Value = ();

    fn schema(limits: &Limits) -> Value {
        O::schema(limits)
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<()> {
        node.fields().map(drop)
    }
}
