//! The result of reading a field: absent, wrong or right.

use crate::request::read::Node;

/// The result of reading a field. `null` counts as absent.
#[derive(Clone)]
pub(crate) enum Given<'a, T> {
    /// The field is absent.
    Absent,
    /// The field is wrong, or it is required and absent. The problem has been noted.
    Wrong,
    /// The value, right as far as can be checked without other fields.
    Right(At<'a, T>),
}

/// A value with its place in the document.
#[derive(Clone)]
pub(crate) struct At<'a, T> {
    pub value: T,
    pub node: Node<'a>,
}

/// A problem has been noted, and the reader cannot go on without the value.
#[derive(Debug)]
pub(crate) struct Noted;

impl<'a, T> Given<'a, T> {
    /// The value; `None` where it is absent or wrong.
    pub(crate) fn value(self) -> Option<T> {
        self.at().map(|at| at.value)
    }

    /// The value and its place; `None` where it is absent or wrong.
    pub(crate) fn at(self) -> Option<At<'a, T>> {
        match self {
            Self::Right(at) => Some(at),
            Self::Absent | Self::Wrong => None,
        }
    }

    /// The value, or `absent` where the field is absent; `None` where it is wrong.
    pub(crate) fn or(self, absent: T) -> Option<T> {
        match self {
            Self::Right(at) => Some(at.value),
            Self::Absent => Some(absent),
            Self::Wrong => None,
        }
    }

    /// The value, if the field is present.
    pub(crate) fn optional(self) -> Result<Option<T>, Noted> {
        Ok(self.optional_at()?.map(|at| at.value))
    }

    /// The value and its place, if the field is present.
    pub(crate) fn optional_at(self) -> Result<Option<At<'a, T>>, Noted> {
        match self {
            Self::Right(at) => Ok(Some(at)),
            Self::Absent => Ok(None),
            Self::Wrong => Err(Noted),
        }
    }

    /// Whether the field is present, right or wrong; `null` counts as absent.
    pub(crate) fn is_there(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The place of the value, if it is right.
    pub(crate) fn node(&self) -> Option<&Node<'a>> {
        match self {
            Self::Right(at) => Some(&at.node),
            Self::Absent | Self::Wrong => None,
        }
    }

    /// Reads on from a right value. `read` returns `None` after it has noted a problem.
    pub(crate) fn and_then<U>(self, read: impl FnOnce(&Node<'a>, T) -> Option<U>) -> Given<'a, U> {
        match self {
            Self::Right(At { value, node }) => match read(&node, value) {
                Some(value) => Given::Right(At { value, node }),
                None => Given::Wrong,
            },
            Self::Absent => Given::Absent,
            Self::Wrong => Given::Wrong,
        }
    }
}

impl<T: Default> Given<'_, T> {
    /// The value, or the default where it is absent; `None` where it is wrong.
    pub(crate) fn or_default(self) -> Option<T> {
        self.or(T::default())
    }
}
