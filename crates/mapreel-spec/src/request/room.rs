//! The size of map and page: a map of a given size, or the space that is left on a canvas.

use crate::schema::words::words;
use mapreel_geo::{Bbox, Crs, Extent};
use serde::{Deserialize, Serialize};

/// The area of the map, before the number of its pixels is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapArea {
    /// The CRS of the bbox.
    pub crs: Crs,
    /// The box in the request.
    pub bbox: Bbox,
    /// How a box of another shape than the map is shown.
    pub fit: MapFit,
}

impl MapArea {
    /// The area on a map of this width and height, in pixels.
    pub fn on(&self, [width, height]: [u32; 2]) -> Extent {
        match self.fit {
            MapFit::Contain => Extent::fitted(self.crs, self.bbox, width, height),
            MapFit::Cover => Extent::filled(self.crs, self.bbox, width, height),
        }
    }

    /// The number of a map's pixels that show something of the box. Of two layouts, the one with more of them is
    /// better.
    pub fn pixels_shown(&self, [width, height]: [u32; 2]) -> f64 {
        let (width, height) = (f64::from(width), f64::from(height));
        let scale = (width / self.bbox.width()).min(height / self.bbox.height());
        match self.fit {
            MapFit::Contain => scale * scale * self.bbox.width() * self.bbox.height(),
            MapFit::Cover => width * height,
        }
    }
}

/// How a box of another shape than the map is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MapFit {
    /// The whole box is shown, with more beside it.
    #[default]
    Contain,
    /// The box fills the map; a part of the box is not shown.
    Cover,
}

words! { MapFit: "contain" => Contain, "cover" => Cover }

/// How the size of map and page is given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Room {
    /// The width and height of the map, in pixels; the page grows round it.
    Map([u32; 2]),
    /// The exact size of the page; the map gets the space that header and legends leave.
    Canvas(Canvas),
}

impl Room {
    /// The largest width and height that the map may get, in pixels.
    pub fn map_max(&self) -> [u32; 2] {
        match self {
            Self::Map(size) => *size,
            Self::Canvas(Canvas { width, height, .. }) => [*width, *height],
        }
    }

    /// The same, reduced so that no side is longer than `side_px_max`.
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

    /// The same, with even sides where it is a canvas: H.264 4:2:0 has no odd sides.
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
    /// The factor by which type and lines are larger than usual.
    pub scale: f64,
    /// The margins that stay empty, at the top, right, bottom and left, in pixels.
    pub margins: [u32; 4],
}

/// A canvas with a name.
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

    /// The safe area of its medium.
    pub(crate) fn safe_area(self) -> SafeArea {
        if self == Self::Story { SafeArea::Story } else { SafeArea::None }
    }
}

/// The margins that a medium cuts or covers, so that nothing may stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SafeArea {
    /// No margins.
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
