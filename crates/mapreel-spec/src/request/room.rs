//! How much room the map has: as much as it asks for, or what is left of a canvas of an exact size.

use crate::schema::words::words;
use mapreel_geo::{Bbox, Crs, Extent};
use serde::{Deserialize, Serialize};

/// What the map shows, before it is known how many pixels show it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapArea {
    /// The CRS of the bbox.
    pub crs: Crs,
    /// The box that is asked for.
    pub bbox: Bbox,
    /// What becomes of a box that has another shape than the map.
    pub fit: MapFit,
}

impl MapArea {
    /// The area on a map of so many pixels, width and height.
    pub fn on(&self, [width, height]: [u32; 2]) -> Extent {
        match self.fit {
            MapFit::Contain => Extent::fitted(self.crs, self.bbox, width, height),
            MapFit::Cover => Extent::filled(self.crs, self.bbox, width, height),
        }
    }

    /// How many pixels of a map show something of the box: by this, one map is better than another.
    pub fn pixels_shown(&self, [width, height]: [u32; 2]) -> f64 {
        let (width, height) = (f64::from(width), f64::from(height));
        let scale = (width / self.bbox.width()).min(height / self.bbox.height());
        match self.fit {
            MapFit::Contain => scale * scale * self.bbox.width() * self.bbox.height(),
            MapFit::Cover => width * height,
        }
    }
}

/// What becomes of a box that has another shape than the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MapFit {
    /// The whole box is shown, and more than it.
    #[default]
    Contain,
    /// The box fills the map, and not all of it is shown.
    Cover,
}

words! { MapFit: "contain" => Contain, "cover" => Cover }

/// How much room the map has.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Room {
    /// The map has so many pixels, width and height, and the page grows round it.
    Map([u32; 2]),
    /// The page has an exact size, and the map has what header and legends leave of it.
    Canvas(Canvas),
}

impl Room {
    /// The most pixels that the map may have, width and height.
    pub fn map_max(&self) -> [u32; 2] {
        match self {
            Self::Map(size) => *size,
            Self::Canvas(Canvas { width, height, .. }) => [*width, *height],
        }
    }

    /// The same, no side of it longer than some pixels.
    pub(crate) fn within(self, side_px_max: u32) -> Self {
        let [width, height] = self.map_max();
        let shrink = (f64::from(side_px_max) / f64::from(width.max(height))).min(1.0);
        let side = |pixels: u32| ((f64::from(pixels) * shrink).round() as u32).max(1);
        match self {
            Self::Map(size) => Self::Map(size.map(side)),
            Self::Canvas(canvas) => Self::Canvas(Canvas {
                width: side(width),
                height: side(height),
                margins: canvas.margins.map(|margin| (f64::from(margin) * shrink).round() as u32),
                ..canvas
            }),
        }
    }

    /// The same with even sides where it is a canvas: H.264 4:2:0 has no others.
    pub(crate) fn even(self) -> Self {
        match self {
            Self::Map(size) => Self::Map(size),
            Self::Canvas(canvas) => Self::Canvas(Canvas {
                width: canvas.width.next_multiple_of(2),
                height: canvas.height.next_multiple_of(2),
                ..canvas
            }),
        }
    }
}

/// A page of an exact size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Canvas {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// By how much type and lines are larger than usual.
    pub scale: f64,
    /// Where nothing but the ground is, at the top, right, bottom and left, in pixels.
    pub margins: [u32; 4],
}

/// A canvas that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Preset {
    Square,
    Portrait,
    Story,
    Landscape,
    Hd,
    FullHd,
    Uhd,
    Thumbnail,
}

words! {
    Preset:
    "square" => Square,
    "portrait" => Portrait,
    "story" => Story,
    "landscape" => Landscape,
    "hd" => Hd,
    "full-hd" => FullHd,
    "uhd" => Uhd,
    "thumbnail" => Thumbnail,
}

impl Preset {
    /// Width and height in pixels.
    pub(crate) fn size(self) -> [u32; 2] {
        match self {
            Self::Square => [1080, 1080],
            Self::Portrait => [1080, 1350],
            Self::Story => [1080, 1920],
            Self::Landscape => [1200, 675],
            Self::Hd => [1280, 720],
            Self::FullHd => [1920, 1080],
            Self::Uhd => [3840, 2160],
            Self::Thumbnail => [480, 270],
        }
    }

    /// What its medium leaves free.
    pub(crate) fn safe_area(self) -> SafeArea {
        if self == Self::Story { SafeArea::Story } else { SafeArea::None }
    }
}

/// Where a medium lays something of its own over a picture, or cuts it, and nothing may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SafeArea {
    /// Nowhere.
    None,
    /// Television: 5 % at each side (EBU R 95, graphics safe area).
    Broadcast,
    /// Stories of social networks: 13 % at the top and the bottom, 6 % at the sides.
    Story,
}

words! { SafeArea: "none" => None, "broadcast" => Broadcast, "story" => Story }

impl SafeArea {
    /// Top, right, bottom and left margin of a canvas, in pixels.
    pub(crate) fn margins(self, [width, height]: [u32; 2]) -> [u32; 4] {
        let [x, y] = match self {
            Self::None => [0.0, 0.0],
            Self::Broadcast => [0.05, 0.05],
            Self::Story => [0.06, 0.13],
        };
        let [x, y] = [f64::from(width) * x, f64::from(height) * y].map(|px| px.ceil() as u32);
        [y, x, y, x]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_is_its_networks_size() {
        let sizes = Preset::WORDS.iter().map(|word| word.parse::<Preset>().map(Preset::size));
        assert!(sizes.flatten().all(|[width, height]| width % 2 == 0 || height % 2 == 0));
        assert_eq!("story".parse::<Preset>().map(Preset::size), Ok([1080, 1920]));
        assert_eq!(SafeArea::Story.margins([1080, 1920]), [250, 65, 250, 65]);
        assert_eq!(SafeArea::Broadcast.margins([1920, 1080]), [54, 96, 54, 96]);
    }

    #[test]
    fn a_canvas_shrinks_with_its_margins() {
        let canvas = Canvas { width: 1080, height: 1921, scale: 1.5, margins: [250, 65, 250, 65] };
        assert_eq!(Room::Canvas(canvas).even().map_max(), [1080, 1922]);
        let Room::Canvas(small) = Room::Canvas(canvas).within(480) else { panic!() };
        assert_eq!((small.width, small.height, small.margins), (270, 480, [62, 16, 62, 16]));
        assert_eq!(Room::Map([301, 200]).within(4096).even(), Room::Map([301, 200]));
    }
}
