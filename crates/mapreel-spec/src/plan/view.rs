//! The frames of a film that a plan has.

use super::segment::segments_of;
use crate::request::output::{Format, Output};
use crate::request::request::Request;
use crate::request::room::Room;
use crate::resolved::resolved::Resolved;
use mapreel_geo::ValidTime;

/// The frames of a film that a plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// All frames, in `segments` segments. Where servers decide the number of frames, some segments may be empty.
    Film {
        /// At least 1.
        segments: usize,
    },
    /// One frame, as a still picture of limited size.
    Frame {
        /// The index of the frame, from 0; where the film has fewer frames, the last one is shown.
        index: usize,
        /// The longest side of the map, or of the whole picture where the request gives that size; in pixels.
        side_px_max: u32,
        /// The picture's format.
        format: Format,
    },
}

impl View {
    /// All frames of a request, in as many segments as suit the expected number of frames.
    pub fn of(request: &Request) -> Self {
        Self::Film { segments: segments_of(request.frames.expected()) }
    }

    /// The size of map or page in this view.
    pub fn room_of(self, resolved: &Resolved) -> Room {
        match self {
            Self::Film { .. } if self.format_of(resolved) == Format::Mp4 => resolved.room.even(),
            Self::Film { .. } => resolved.room,
            Self::Frame { side_px_max, .. } => resolved.room.within(side_px_max),
        }
    }

    /// Format and speed of the file in this view.
    pub(crate) fn output_of(self, resolved: &Resolved) -> Output {
        Output { format: self.format_of(resolved), ..resolved.output.clone() }
    }

    /// The file's format.
    pub fn format_of(self, resolved: &Resolved) -> Format {
        match self {
            Self::Film { .. } => resolved.output.format,
            Self::Frame { format, .. } => format,
        }
    }

    /// The indices of this view's frames in the whole film, from 0, and the time of each.
    pub(crate) fn frames_of(self, resolved: &Resolved) -> (Vec<usize>, Vec<Option<ValidTime>>) {
        let all = &resolved.frames.times;
        match self {
            Self::Film { .. } => ((0..all.len()).collect(), all.clone()),
            Self::Frame { index, .. } => {
                let index = index.min(all.len() - 1);
                (vec![index], vec![all[index].clone()])
            }
        }
    }
}
