//! A film as another program decodes it.

use super::Picture;
use std::path::Path;
use std::process::Command;

/// What another program says of a film.
pub struct Film {
    /// Its pictures in their order.
    pub frames: Vec<Picture>,
    /// What `ffprobe` says of it.
    pub facts: serde_json::Value,
}

impl Film {
    /// Decodes with ffmpeg, which knows nothing of Mapreel.
    ///
    /// # Panics
    /// ffmpeg cannot be run, or cannot read the film.
    pub fn decode(path: &Path) -> Self {
        let probe = run("ffprobe", "-count_frames -show_streams -show_format -show_frames -of json", path, "");
        let facts: serde_json::Value = serde_json::from_slice(&probe).unwrap();
        let side = |name: &str| facts["streams"][0][name].as_u64().unwrap() as u32;
        let (width, height) = (side("width"), side("height"));
        // Accurate rounding: swscale's quick way is off by up to 3.
        let exact = "-fps_mode passthrough -sws_flags accurate_rnd+full_chroma_int -f rawvideo -pix_fmt rgb24 -";
        let raw = run("ffmpeg", "-i", path, exact);
        let frames = raw
            .chunks_exact((width * height * 3) as usize)
            .map(|rgb| Picture { width, height, rgb: rgb.to_vec() })
            .collect();
        Self { frames, facts }
    }

    /// A fact of the picture stream.
    pub fn stream(&self, name: &str) -> String {
        match &self.facts["streams"][0][name] {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// What a program prints; it gets arguments before and behind the path of a file.
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
