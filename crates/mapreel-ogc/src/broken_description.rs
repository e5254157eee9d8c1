//! Why a JSON document in which a server describes itself cannot be used.

use crate::json::JsonError;

/// Why a JSON document in which a server describes itself cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenDescription {
    /// The document is not JSON, or too large.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The document is a JSON value of this kind, and not an object.
    #[error("it is no object but {0}")]
    NotAnObject(&'static str),
    /// The document was asked for at a text that is not a URL.
    #[error(transparent)]
    Address(#[from] url::ParseError),
    /// The server reports an error, in this text.
    #[error("the server answered with an error: {0}")]
    Reported(String),
    /// The document lists the services of an ArcGIS server; these are their names.
    #[error("this is a folder of services, and not one of them: {0}")]
    Folder(String),
    /// The document describes something other than the service that was asked for.
    #[error("the document does not describe {0}")]
    OtherService(&'static str),
    /// The document is a collection of an OGC API without a map.
    #[error("the collection has no link to a map")]
    NoMap,
    /// The document links neither to a map nor to collections of an OGC API.
    #[error("it has neither a link to a map nor one to collections")]
    NoLinks,
}
