//! `-o`: the destination of the file, and the format that its extension chooses.

use super::ending::Refused;
use crate::pipeline::artifact::Destination;
use mapreel_spec::{Format, Request};
use serde_json::Value;
use std::io::IsTerminal;
use std::path::Path;

/// The value of `-o`.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub to: Destination,
    /// The format that the name's extension chooses; `None`: the name has no extension, and the request chooses.
    pub format: Option<Format>,
}

const EXTENSIONS: &str = ".png, .jpg, .jpeg or .webp for an image, .mp4 or .gif for an image or an animation";

/// A file name whose extension is no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`.{0}` is no format; there are {EXTENSIONS}")]
pub(super) struct UnknownExtension(String);

impl Output {
    /// Reads the argument of `-o`.
    ///
    /// # Errors
    /// The name's extension is no format; the error lists the formats.
    pub(super) fn parse(argument: &str) -> Result<Self, UnknownExtension> {
        if argument == "-" {
            return Ok(Self { to: Destination::StandardOutput, format: None });
        }
        let path = Path::new(argument);
        let extension = path.extension().map(|extension| extension.to_string_lossy());
        let known = |extension: &str| Format::parse(extension).ok_or_else(|| UnknownExtension(extension.to_owned()));
        let format = extension.as_deref().map(known).transpose()?;
        Ok(Self { to: Destination::File(path.to_owned()), format })
    }

    /// The format to draw in: the name's, or without one the request's.
    ///
    /// # Errors
    /// The format cannot hold the request's frames, or the bytes would go to a terminal.
    pub(super) fn choose(&self, request: &Request) -> Result<Format, Refused> {
        if matches!(self.to, Destination::StandardOutput) && std::io::stdout().is_terminal() {
            return Err(Refused(
                "standard output is a terminal; send it to a file or a program, or name a file".into(),
            ));
        }
        let (format, frames) = (self.format.unwrap_or(request.output.format), request.frames.expected());
        if frames > 1 && !format.is_animation() {
            let to = &self.to;
            return Err(Refused(format!("`{to}` holds one frame and the request has {frames}; use .mp4 or .gif")));
        }
        Ok(format)
    }
}

/// The format that a request names, in either dialect; `None`: it names none, and Mapreel chooses.
pub(super) fn asked_for(document: &[u8]) -> Option<Format> {
    let request: Value = serde_json::from_slice(document).ok()?;
    let named = ["output", "general"].into_iter().find_map(|part| request[part]["format"].as_str());
    Format::parse(named?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_is_a_format_or_there_is_none() {
        let format = |name: &str| Output::parse(name).map(|output| output.format.map(Format::name));
        assert_eq!(format("a.b/map.JPG"), Ok(Some("jpeg")));
        assert_eq!(format("map"), Ok(None));
        assert_eq!(format("-"), Ok(None));
        assert_eq!(
            format("map.webm").unwrap_err().to_string(),
            "`.webm` is no format; there are .png, .jpg, .jpeg or .webp for an image, .mp4 or .gif for an image or an animation"
        );
    }

    #[test]
    fn both_dialects_name_a_format_or_none() {
        assert_eq!(asked_for(br#"{ "output": { "format": "gif" } }"#), Some(Format::Gif));
        assert_eq!(asked_for(br#"{ "general": { "format": "mp4" } }"#), Some(Format::Mp4));
        assert_eq!(asked_for(br#"{ "output": { "fps": 3 } }"#), None);
    }
}
