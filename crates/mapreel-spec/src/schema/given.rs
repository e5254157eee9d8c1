//! A field as a request gives it: absent, wrong or right.

use crate::request::read::Node;

/// A field as a request gives it. `null` is the same as absent.
#[derive(Clone)]
pub(crate) enum Given<'a, T> {
    /// It is not there.
    Absent,
    /// It is there and wrong, or required and not there; the problem has been noted.
    Wrong,
    /// It is what it should be, as far as can be told without other fields.
    Right(At<'a, T>),
}

/// A value, and the place where it stands.
#[derive(Clone)]
pub(crate) struct At<'a, T> {
    pub value: T,
    pub node: Node<'a>,
}

/// A problem has been noted, and whoever needs the value cannot go on.
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

    /// The value, or another where it is absent; `None` where it is wrong.
    pub(crate) fn or(self, absent: T) -> Option<T> {
        match self {
            Self::Right(at) => Some(at.value),
            Self::Absent => Some(absent),
            Self::Wrong => None,
        }
    }

    /// The value where it is there.
    pub(crate) fn optional(self) -> Result<Option<T>, Noted> {
        Ok(self.optional_at()?.map(|at| at.value))
    }

    /// The value and its place where it is there.
    pub(crate) fn optional_at(self) -> Result<Option<At<'a, T>>, Noted> {
        match self {
            Self::Right(at) => Ok(Some(at)),
            Self::Absent => Ok(None),
            Self::Wrong => Err(Noted),
        }
    }

    /// Whether it is there, right or wrong; `null` is not.
    pub(crate) fn is_there(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The place where it stands, if it is right.
    pub(crate) fn node(&self) -> Option<&Node<'a>> {
        match self {
            Self::Right(at) => Some(&at.node),
            Self::Absent | Self::Wrong => None,
        }
    }

    /// What follows from a value that is right so far; `None` says that a problem has been noted.
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
