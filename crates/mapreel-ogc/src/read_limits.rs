//! The limits on a document that a server or a user sends. Readers check them while they read, so a document that exceeds a limit
//! takes no more memory than the limit allows.

/// Upper bounds on one document of a server. The defaults are far above the values of real servers. Reading a document within the
/// defaults takes at most about 512 MiB of memory, and time linear in its bytes.
///
/// Entities and namespaces have no bound of their own: the reader of XML never declares an entity and never resolves a prefix, so
/// neither has a table that could grow.
#[derive(Debug, Clone)]
pub struct ReadLimits {
    /// Bytes of the document, as received and after decoding to UTF-8. 64 MiB.
    pub bytes: usize,
    /// Nesting of elements. 100.
    pub depth: usize,
    /// Elements of the document. 3 000 000: 64 MiB of elements of 22 bytes.
    pub elements: usize,
    /// Attributes of one element, including declarations of namespaces. 256.
    pub attributes: usize,
    /// Layers. 100 000.
    pub layers: usize,
    /// Nesting of layers. 50.
    pub layer_depth: usize,
    /// CRSs of one layer, inherited ones included. 20 000: the registry of the EPSG has some 7 000.
    pub crs_of_layer: usize,
    /// CRSs that layers name themselves, over all layers. 2 000 000.
    pub crs: usize,
    /// Styles of one layer, inherited ones included. 5 000.
    pub styles_of_layer: usize,
    /// Dimensions of one layer, inherited ones included. 100.
    pub dimensions_of_layer: usize,
    /// Dimensions that layers name themselves, over all layers. 200 000.
    pub dimensions: usize,
    /// Single times and intervals together, over all layers; equal texts are read once. 2 000 000. A layer that exceeds the limit
    /// has no known times; all other layers keep theirs.
    pub times: usize,
    /// Intervals, over all layers. 200 000.
    pub intervals: usize,
    /// Tile matrix sets. 2 000.
    pub matrix_sets: usize,
    /// Levels of one tile matrix set, and of the limits of a layer in it. 100.
    pub levels: usize,
    /// Values of a JSON document: numbers, texts, lists and objects. 4 000 000.
    pub json_values: usize,
    /// Nesting of lists and objects in a JSON document. 64.
    pub json_depth: usize,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            depth: 100,
            elements: 3_000_000,
            attributes: 256,
            layers: 100_000,
            layer_depth: 50,
            crs_of_layer: 20_000,
            crs: 2_000_000,
            styles_of_layer: 5_000,
            dimensions_of_layer: 100,
            dimensions: 200_000,
            times: 2_000_000,
            intervals: 200_000,
            matrix_sets: 2_000,
            levels: 100,
            json_values: 4_000_000,
            json_depth: 64,
        }
    }
}

/// A limit that a document exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {max} {what}")]
pub struct Exceeded {
    /// What is counted.
    pub what: &'static str,
    /// The most that is read.
    pub max: usize,
}

impl Exceeded {
    /// Refuses a count above a limit.
    ///
    /// # Errors
    /// The count is greater.
    pub fn check(count: usize, max: usize, what: &'static str) -> Result<(), Self> {
        if count > max { Err(Self { what, max }) } else { Ok(()) }
    }
}
