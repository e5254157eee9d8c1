//! A film as ffmpeg decodes it.

use super::Picture;
use std::path::Path;
use std::process::Command;

/// A film, decoded by ffmpeg, an independent program.
pub struct Film {
    /// Its pictures in their order.
    pub frames: Vec<Picture>,
    /// The output of `ffprobe` for the film.
    pub facts: serde_json::Value,
}

impl Film {
    /// Decodes a film with ffmpeg.
    ///
    /// # Panics
    /// ffmpeg cannot be run, or cannot read the film.
    pub fn decode(path: &Path) -> Self {
        let probe = run("ffprobe", "-count_frames -show_streams -show_format -show_frames -of json", path, "");
        let facts: serde_json::Value = serde_json::from_slice(&probe).unwrap();
        let side = |name: &str| facts["streams"][0][name].as_u64().unwrap() as u32;
        let (width, height) = (side("width"), side("height"));
        // Accurate rounding: swscale's default conversion is off by up to 3.
        let exact = "-fps_mode passthrough -sws_flags accurate_rnd+full_chroma_int -f rawvideo -pix_fmt rgb24 -";
        let raw = run("ffmpeg", "-i", path, exact);
        let frames = raw
            .chunks_exact((width * height * 3) as usize)
            .map(|rgb| Picture { width, height, rgb: rgb.to_vec() })
            .collect();
        Self { frames, facts }
    }

    /// A field of the video stream in the output of `ffprobe`.
    pub fn stream(&self, name: &str) -> String {
        match &self.facts["streams"][0][name] {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// The output of a program that gets arguments before and after the path of a file.
fn run(program: &str, before: &str, path: &Path, behind: &str) -> Vec<u8> {
    let output = Command::new(program)
        .args(["-v", "error"])
        .args(before.split_whitespace())
        .arg(path)
        .args(behind.split_whitespace())
        .output()
        .unwrap_or_else(|e| panic!("{program} (./test installs it): {e}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
