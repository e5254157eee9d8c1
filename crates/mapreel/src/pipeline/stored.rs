//! The objects that parts of a job store for later parts. Each begins with its kind and version, since workers of two versions of the
//! program share jobs during a rolling upgrade.
//!
//! ```text
//! "mapreel"  kind (1 byte)  version (1 byte)  postcard
//! ```

use mapreel_queue::failpoint;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::LazyLock;

const MAGIC: &[u8] = b"mapreel";
const HEADER_BYTES: usize = MAGIC.len() + 2;

/// A type of such objects. A change of format that older programs cannot read raises its version; the code that reads earlier versions
/// stays.
pub(crate) trait StoredObject: Serialize + DeserializeOwned {
    /// The letter of this kind.
    const KIND: u8;
    /// The version that is written, and the newest that can be read.
    const VERSION: u8;

    /// Parses the object of a version from the bytes after the header.
    ///
    /// # Errors
    /// The object is damaged.
    fn of_version(_version: u8, body: &[u8]) -> Result<Self, Unreadable> {
        postcard::from_bytes(body).map_err(|_| Unreadable::Damaged)
    }
}

/// The version that this process writes, and the newest that it can read.
pub(crate) fn version_of<T: StoredObject>() -> u8 {
    // A test can make a process behave as the next version of the program.
    static IS_NEWER: LazyLock<bool> = LazyLock::new(|| failpoint::trips("newer_version"));
    T::VERSION + u8::from(*IS_NEWER)
}

/// Why an object cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// The object is of another kind, or damaged.
    #[error("what another part of the job left is damaged")]
    Damaged,
    /// A later version of the program has written the object.
    #[error("what another part of the job left was made by a newer version of Mapreel, which has to go on with it")]
    Newer,
}

/// The object, as bytes.
pub(crate) fn to_bytes<T: StoredObject>(object: &T) -> anyhow::Result<Vec<u8>> {
    let header = [MAGIC, &[T::KIND, version_of::<T>()]].concat();
    Ok(postcard::to_extend(object, header)?)
}

/// Checks by the header whether this version of the program can read the object.
///
/// # Errors
/// It cannot read the object.
pub(crate) fn check<T: StoredObject>(bytes: &[u8]) -> Result<(), Unreadable> {
    match bytes.strip_prefix(MAGIC) {
        Some([kind, version, ..]) if *kind == T::KIND => match *version <= version_of::<T>() {
            true => Ok(()),
            false => Err(Unreadable::Newer),
        },
        _ => Err(Unreadable::Damaged),
    }
}

/// The object of these bytes.
///
/// # Errors
/// It is damaged, or of a newer version.
pub(crate) fn from_bytes<T: StoredObject>(bytes: &[u8]) -> Result<T, Unreadable> {
    check::<T>(bytes)?;
    T::of_version(bytes[HEADER_BYTES - 1], &bytes[HEADER_BYTES..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::drawn_segment::DrawnSegment;
    use crate::pipeline::recording::{Planned, Preparation};

    #[test]
    fn an_object_has_its_kind_and_version() {
        let preparation = Preparation { now_ms: 7, planned: Planned::Again, answers: Vec::new(), palette: Vec::new() };
        let mut bytes = to_bytes(&preparation).unwrap();
        assert_eq!(from_bytes::<Preparation>(&bytes).unwrap(), preparation);
        assert_eq!(from_bytes::<DrawnSegment>(&bytes).err(), Some(Unreadable::Damaged), "of another kind");
        assert_eq!(from_bytes::<Preparation>(&bytes[..bytes.len() - 1]).err(), Some(Unreadable::Damaged));
        assert_eq!(from_bytes::<Preparation>(b"mapreel").err(), Some(Unreadable::Damaged));
        let by_plan =
            Preparation { planned: Planned::By(crate::pipeline::stored_plan::StoredPlan::default()), ..preparation };
        let mut older = to_bytes(&by_plan).unwrap();
        older[HEADER_BYTES - 1] = 2;
        assert_eq!(
            from_bytes::<Preparation>(&older).unwrap().planned,
            Planned::Again,
            "of version 2, whose plans were others"
        );
        bytes[HEADER_BYTES - 1] += 1;
        assert_eq!(from_bytes::<Preparation>(&bytes).err(), Some(Unreadable::Newer));
    }
}
