//! The file of a request.

use serde::{Deserialize, Serialize};

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// PNG, 8-bit RGB.
    Png,
    /// JPEG, 4:4:4.
    Jpeg,
    /// WebP, lossless.
    Webp,
    /// MP4 with H.264, yuv420p, BT.709.
    Mp4,
    /// Animated GIF with one palette.
    Gif,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 5] = [Self::Png, Self::Jpeg, Self::Webp, Self::Mp4, Self::Gif];

    /// Its name in requests, and its file extension.
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            Self::Mp4 => "mp4",
            Self::Gif => "gif",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Mp4 => "video/mp4",
            Self::Gif => "image/gif",
        }
    }

    /// The format of a name or file extension, in upper or lower case; `jpg` is JPEG.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        if word == "jpg" {
            return Some(Self::Jpeg);
        }
        Self::ALL.into_iter().find(|format| format.name() == word)
    }

    /// The most pixels of a page.
    pub fn page_px_max(self) -> u64 {
        let [longer, shorter] = self.page_sides_px_max().map(u64::from);
        longer * shorter
    }

    /// The longest long side and short side of a page. OpenH264 ends at 3840 × 2160, horizontal or vertical; JPEG (ITU-T T.81) and
    /// GIF store sides in 16 bits, WebP (RFC 9649) in 14.
    fn page_sides_px_max(self) -> [u32; 2] {
        match self {
            Self::Mp4 => [3840, 2160],
            Self::Webp => [16_383; 2],
            Self::Jpeg | Self::Gif => [65_535; 2],
            Self::Png => [i32::MAX as u32; 2],
        }
    }

    /// Why the format cannot hold a page of this width and height in pixels; `None` where it can.
    pub fn why_not(self, [width, height]: [u32; 2]) -> Option<String> {
        let ([longer, shorter], name) = (self.page_sides_px_max(), self.name());
        (width.max(height) > longer || width.min(height) > shorter)
            .then(|| format!("{width} × {height} pixels; {name} has at most {longer} × {shorter}"))
    }

    /// Whether it can hold more than one frame.
    pub fn is_animation(self) -> bool {
        matches!(self, Self::Mp4 | Self::Gif)
    }
}

/// Format and speed of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// The format.
    pub format: Format,
    /// Frames per second.
    pub frame_rate_fps: f64,
    /// How much longer than the others the last frame is shown, in seconds.
    pub hold_last_s: f64,
    /// Whether a GIF starts again at its end.
    pub repeat: bool,
}

impl Output {
    /// How long frame `index` (from 0) of `frames` is shown, in seconds.
    pub fn frame_duration_s(&self, index: usize, frames: usize) -> f64 {
        // Browsers show GIF frames ten times longer if they are shorter than this.
        let least = if self.format == Format::Gif { 0.02 } else { 0.0 };
        let held = if index + 1 == frames { self.hold_last_s } else { 0.0 };
        (1.0 / self.frame_rate_fps).max(least) + held
    }
}
