//! Pictures and films as pixels.

use std::path::Path;
use std::process::Command;

/// RGB pixels.
#[derive(Clone, PartialEq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}

impl Picture {
    /// One colour.
    pub fn of(width: u32, height: u32, colour: [u8; 3]) -> Self {
        Self { width, height, rgb: colour.repeat((width * height) as usize) }
    }

    /// Decodes a file of any still format; transparent pixels are laid on white.
    pub fn decode(bytes: &[u8]) -> Self {
        let picture = mapreel_sources::decode(bytes).expect("a picture");
        let on_white = |c: u8, a: u8| ((u32::from(c) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255) as u8;
        let rgb = picture
            .rgba
            .chunks_exact(4)
            .flat_map(|p| [on_white(p[0], p[3]), on_white(p[1], p[3]), on_white(p[2], p[3])])
            .collect();
        Self { width: picture.width, height: picture.height, rgb }
    }

    pub fn read(path: &Path) -> Self {
        Self::decode(&std::fs::read(path).unwrap())
    }

    pub fn at(&self, x: u32, y: u32) -> [u8; 3] {
        let at = (y * self.width + x) as usize * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    pub fn crop(&self, [x, y, width, height]: [u32; 4]) -> Self {
        let rgb = (y..y + height).flat_map(|row| {
            let start = (row * self.width + x) as usize * 3;
            self.rgb[start..start + width as usize * 3].iter().copied()
        });
        Self { width, height, rgb: rgb.collect() }
    }

    /// The greatest difference of any channel of any pixel.
    pub fn difference(&self, other: &Self) -> u8 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        self.rgb.iter().zip(&other.rgb).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
    }

    /// Peak signal to noise ratio in dB; equal pictures have 99.
    pub fn psnr(&self, other: &Self) -> f64 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let squares: f64 = self.rgb.iter().zip(&other.rgb).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
        let mean = squares / self.rgb.len() as f64;
        if mean == 0.0 { 99.0 } else { 10.0 * (255.0f64.powi(2) / mean).log10() }
    }

    pub fn to_png(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().unwrap().write_image_data(&self.rgb).unwrap();
        out
    }
}

/// What another program says of a film.
pub struct Film {
    pub frames: Vec<Picture>,
    pub facts: serde_json::Value,
}

impl Film {
    /// Decodes with ffmpeg, which knows nothing of Mapreel.
    pub fn decode(path: &Path) -> Self {
        let probe = run(
            "ffprobe",
            &[
                "-v",
                "error",
                "-count_frames",
                "-show_streams",
                "-show_format",
                "-show_frames",
                "-of",
                "json",
                path.to_str().unwrap(),
            ],
        );
        let facts: serde_json::Value = serde_json::from_slice(&probe).unwrap();
        let side = |name: &str| facts["streams"][0][name].as_u64().unwrap() as u32;
        let (width, height) = (side("width"), side("height"));
        // Through bgr0 and accurate rounding: swscale's quick way is off by up to 3.
        let raw = run(
            "ffmpeg",
            &[
                "-v",
                "error",
                "-i",
                path.to_str().unwrap(),
                "-fps_mode",
                "passthrough",
                "-sws_flags",
                "accurate_rnd+full_chroma_int",
                "-f",
                "rawvideo",
                "-pix_fmt",
                "rgb24",
                "-",
            ],
        );
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

fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|e| panic!("{program} (./test installs it): {e}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
