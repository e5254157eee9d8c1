//! One demo for all tests, and its pictures as pixels.

use mapreel_demo::{Answer, Demo};
use std::sync::LazyLock;

/// The outlines that the program hands over.
pub const LAND: &[u8] = include_bytes!("../../../mapreel-render/geography/50m.bin");
/// The demo.
pub static DEMO: LazyLock<Demo> = LazyLock::new(|| Demo::new(LAND).unwrap());
/// A map of the world in 1.1.1, without style and size.
pub const WORLD: &str =
    "SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&FORMAT=image/png&TRANSPARENT=TRUE&SRS=EPSG:4326&BBOX=-180,-90,180,90";

/// A picture.
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    channels: usize,
    bytes: Vec<u8>,
}

impl Pixels {
    /// A pixel; opaque where the picture has no alpha channel.
    pub fn at(&self, x: u32, y: u32) -> [u8; 4] {
        let pixel = &self.bytes[(y * self.width + x) as usize * self.channels..][..self.channels];
        [pixel[0], pixel[1], pixel[2], pixel.get(3).copied().unwrap_or(255)]
    }

    /// Whether the picture has an alpha channel.
    pub fn has_alpha(&self) -> bool {
        self.channels == 4
    }

    /// The pixel of a map of the world at a place in degrees.
    pub fn place(&self, latitude: f64, longitude: f64) -> [u8; 4] {
        let x = (longitude + 180.0) / 360.0 * f64::from(self.width);
        let y = (90.0 - latitude) / 180.0 * f64::from(self.height);
        self.at(x as u32, y as u32)
    }
}

/// What the WMS answers.
pub fn wms(query: &str) -> Answer {
    DEMO.answer("/demo/wms", query, Some("127.0.0.1:5005"))
}

/// What the WMTS answers.
pub fn wmts(query: &str) -> Answer {
    DEMO.answer("/demo/wmts", query, Some("127.0.0.1:5005"))
}

/// The text of a document.
pub fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

/// The pixels of a picture.
#[track_caller]
pub fn pixels(answer: &Answer) -> Pixels {
    assert_eq!((answer.status, answer.media_type), (200, "image/png"), "{}", String::from_utf8_lossy(&answer.body));
    let mut reader = png::Decoder::new(std::io::Cursor::new(&answer.body)).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    Pixels { width: info.width, height: info.height, channels: info.color_type.samples(), bytes }
}

/// A map by the WMS.
#[track_caller]
pub fn map(query: &str) -> Pixels {
    pixels(&wms(query))
}

/// Fails unless two colours are nearly the same.
#[track_caller]
pub fn same(a: [u8; 4], b: [u8; 4], difference_max: u8, of: &str) {
    assert!(a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= difference_max), "{of}: {a:?}, {b:?}");
}
