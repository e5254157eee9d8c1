//! The type of a value in a request: its reader and its JSON Schema.

use crate::request::limits::Limits;
use crate::request::read::Node;
use serde_json::{Value, json};

/// The type of a value in a request. Two laws hold. First, what [`read`](Shape::read) accepts is valid by
/// [`schema`](Shape::schema), except for white space at the ends of texts. Second, what is valid by the schema is accepted, or
/// refused for a reason that a schema cannot express.
pub(crate) trait Shape {
    /// The type of the result.
    type Value;

    /// JSON Schema 2020-12 of the accepted values.
    fn schema(limits: &Limits) -> Value;

    /// Reads a value; `None` where it is wrong and the problem has been noted.
    fn read(node: &Node<'_>, limits: &Limits) -> Option<Self::Value>;
}

/// A list of at least one value and at most `MAX`.
pub(crate) struct List<T, const MAX: usize>(std::marker::PhantomData<T>);

impl<T: Shape, const MAX: usize> Shape for List<T, MAX> {
    type Value = Vec<T::Value>;

    fn schema(limits: &Limits) -> Value {
        json!({ "type": "array", "items": T::schema(limits), "minItems": 1, "maxItems": MAX })
    }

    fn read(node: &Node<'_>, limits: &Limits) -> Option<Self::Value> {
        // All items are read before the first wrong one ends the reading, so that every problem is noted.
        let all: Vec<_> = node.items(MAX)?.iter().map(|item| T::read(item, limits)).collect();
        all.into_iter().collect()
    }
}
