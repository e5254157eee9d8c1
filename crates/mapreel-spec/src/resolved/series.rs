//! Something that is the same in every frame, or given for each.

use serde::{Deserialize, Serialize};

/// Something that is the same in every frame, or given for each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Series<T> {
    /// The same in every frame.
    Same(T),
    /// One for each frame.
    PerFrame(Vec<T>),
}

impl<T> Series<T> {
    /// The one of frame `index`, counted from 0.
    pub fn at(&self, index: usize) -> &T {
        match self {
            Self::Same(value) => value,
            Self::PerFrame(values) => &values[index],
        }
    }

    /// Whether it has something for each of so many frames.
    pub(crate) fn suits(&self, frames: usize) -> bool {
        match self {
            Self::Same(_) => true,
            Self::PerFrame(values) => values.len() == frames,
        }
    }

    /// Every distinct place: one, or one for each frame.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        match self {
            Self::Same(value) => std::slice::from_ref(value).iter(),
            Self::PerFrame(values) => values.iter(),
        }
    }
}

impl<T: Clone> Series<T> {
    /// Those of some frames, in their order.
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
    /// One for each frame, or one for all where they are equal.
    pub fn new(mut values: Vec<T>) -> Self {
        match values.split_first() {
            Some((first, rest)) if rest.iter().all(|value| value == first) => Self::Same(values.swap_remove(0)),
            _ => Self::PerFrame(values),
        }
    }
}
