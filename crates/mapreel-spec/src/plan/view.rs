//! What of a film is planned.

use super::segment::segments_of;
use crate::request::output::{Format, Output};
use crate::request::request::Request;
use crate::request::room::Room;
use crate::resolved::resolved::Resolved;
use mapreel_geo::ValidTime;

/// What of a film is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// All of it, in so many segments; where servers decide how many frames there are, some may be empty.
    Film {
        /// At least 1.
        segments: usize,
    },
    /// One frame, as a still picture whose map is no wider or higher than some.
    Frame {
        /// Which, from 0; where servers have fewer, the last stands for it.
        index: usize,
        /// The longest side of the map, or of the whole picture where the request says its size; in pixels.
        side_px_max: u32,
        /// The picture's format.
        format: Format,
    },
}

impl View {
    /// The whole of what a request asks for, in as many segments as suit the frames that are counted on.
    pub fn of(request: &Request) -> Self {
        Self::Film { segments: segments_of(request.frames.expected()) }
    }

    /// The room of the map, as this shows it.
    pub fn room_of(self, resolved: &Resolved) -> Room {
        match self {
            Self::Film { .. } if self.format_of(resolved) == Format::Mp4 => resolved.room.even(),
            Self::Film { .. } => resolved.room,
            Self::Frame { side_px_max, .. } => resolved.room.within(side_px_max),
        }
    }

    /// The file as it is asked for, as this makes it.
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

    /// Which frames of the whole film this shows, counted from 0, and the time of each.
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
