//! What a value may be: how it is read, and what JSON Schema says of it.

use crate::request::limits::Limits;
use crate::request::read::Node;
use serde_json::{Value, json};

/// A value that a request may hold. The laws: what [`read`](Shape::read) accepts is valid by [`schema`](Shape::schema), white space
/// at the ends of texts aside, and what is valid by it is accepted, or refused for a reason that a schema cannot say.
pub(crate) trait Shape {
    /// What it is read to.
    type Value;

    /// JSON Schema 2020-12 of what is accepted.
    fn schema(limits: &Limits) -> Value;

    /// Reads it; `None`: it is wrong, and the problem has been noted.
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
        // All are read before the first that is wrong ends it.
        let all: Vec<_> = node.items(MAX)?.iter().map(|item| T::read(item, limits)).collect();
        all.into_iter().collect()
    }
}
