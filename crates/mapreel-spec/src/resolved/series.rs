//! A value that is the same in every frame, or one value for each frame.

use serde::{Deserialize, Serialize};

/// A value that is the same in every frame, or one value for each frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Series<T> {
    /// The same in every frame.
    Same(T),
    /// A value for each frame.
    PerFrame(Vec<T>),
}

impl<T> Series<T> {
    /// The value of frame `index`, from 0.
    pub fn at(&self, index: usize) -> &T {
        match self {
            Self::Same(value) => value,
            Self::PerFrame(values) => &values[index],
        }
    }

    /// Whether it has a value for each of `frames` frames.
    pub(crate) fn suits(&self, frames: usize) -> bool {
        match self {
            Self::Same(_) => true,
            Self::PerFrame(values) => values.len() == frames,
        }
    }

    /// The stored values: one, or one for each frame.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        match self {
            Self::Same(value) => std::slice::from_ref(value).iter(),
            Self::PerFrame(values) => values.iter(),
        }
    }
}

impl<T: Clone> Series<T> {
    /// The values of some frames, in their order.
    pub fn narrowed(&self, frames: &[usize]) -> Self {
        match self {
            Self::Same(value) => Self::Same(value.clone()),
            Self::PerFrame(values) if frames.len() == values.len() => Self::PerFrame(values.clone()),
            Self::PerFrame(values) => match frames {
                [only] => Self::Same(values[*only].clone()),
                several => Self::PerFrame(several.iter().map(|frame| values[*frame].clone()).collect()),
            },
        }
    }
}

impl<T: PartialEq> Series<T> {
    /// A value for each frame, or one for all where they are equal.
    pub fn new(mut values: Vec<T>) -> Self {
        match values.split_first() {
            Some((first, rest)) if rest.iter().all(|value| value == first) => Self::Same(values.swap_remove(0)),
            _ => Self::PerFrame(values),
        }
    }
}
