//! Reads the map of the second dialect: its box and its size. The map has no size of its own where the request gives the size of
//! the page.

use super::place::{bbox_in_degrees, bbox_in_units};
use crate::request::limits::Limits;
use crate::request::read::Node;
use crate::request::room::{Canvas, MapArea, MapFit, Room};
use crate::schema::fields::fields;
use crate::schema::given::At;
use crate::schema::numbers::{FourNumbers, Hundredths, Side};
use crate::schema::texts::CrsCode;
use mapreel_geo::{Bbox, Crs, Extent};

fields! {
    /// What the map shows, and how large it is.
    pub(crate) struct MapFields {
        /// `[west, south, east, north]` in degrees; east may run past 180: `[170, -20, 200, 10]` crosses the date line.
        bbox: FourNumbers, required "[west, south, east, north]";
        /// Give it to write the box in another CRS's units, x before y.
        bbox_crs: CrsCode, default "EPSG:4326";
        /// The CRS of the map: `EPSG:4326` or `CRS:84` (plate carrée), or the EPSG code of any projection with a PROJ definition.
        crs: CrsCode, default "EPSG:3857";
        /// What becomes of a box that has another shape than the map: `contain` shows all of it and more, `cover` fills the map
        /// with it and shows less.
        fit: MapFit, default "contain";
        /// The map's width in pixels, without header and legends; where only one side is given, the other follows from the box. A
        /// map has no size of its own where `output` says that of the whole picture.
        width: Side;
        /// The map's height in pixels.
        height: Side;
        /// Instead of a size: one world is `256 · 2^zoom` pixels wide.
        zoom: Zoom;
    }
    rules {
        "not": { "anyOf": [{ "required": ["width", "zoom"] }, { "required": ["height", "zoom"] }] }
    }
}

/// A level of the tile pyramid of the web, which may be fractional.
pub(crate) type Zoom = Hundredths<0, 2_200>;

/// What a request gives the size of.
pub(super) enum SizeOf {
    /// The map.
    Map,
    /// The whole picture.
    Picture(Canvas),
    /// `output` is wrong, so the request's choice is not known.
    Unknown,
}

/// Reads the box of the map, and its size unless the request gives the size of the whole picture.
pub(super) fn read_map(node: &Node, size_of: SizeOf, limits: &Limits) -> Option<(MapArea, Room)> {
    let fields = node.fields()?;
    let MapFields { bbox, bbox_crs, crs, fit, width, height, zoom } = MapFields::read(&fields, limits);
    let is_sized = width.is_there() || height.is_there();
    if let Some(zoom) = fields.optional("zoom").filter(|_| is_sized) {
        zoom.invalid("both a size and a zoom are given", "give `width` and `height`, or `zoom`");
    }
    let own = ["width", "height", "zoom"].into_iter().find_map(|name| fields.optional(name));
    fields.finish();
    if let (Some(own), SizeOf::Picture(_)) = (own, &size_of) {
        let hint = "leave it out: the map has what header and legends leave of the picture";
        own.invalid("`output` gives the size of the whole picture", hint);
        return None;
    }
    let (crs, bbox_crs) = (crs.or(Crs::WebMercator), bbox_crs.or(Crs::Geographic));
    let bbox = bbox.and_then(|node, numbers| map_box(node, numbers, bbox_crs?, crs?)).value();
    let size = (width.optional_at().ok(), height.optional_at().ok(), zoom.optional_at().ok());
    let (crs, fit, bbox) = (crs?, fit.or_default()?, bbox?);
    let room = match size_of {
        SizeOf::Unknown => return None,
        SizeOf::Picture(canvas) => Room::Canvas(canvas),
        SizeOf::Map => Room::Map(map_size(node, crs, &bbox, (size.0?, size.1?, size.2?), limits)?),
    };
    Some((MapArea { crs, bbox, fit }, room))
}

/// A box of the request, in the units of the map's CRS.
fn map_box(node: &Node, numbers: [f64; 4], from: Crs, crs: Crs) -> Option<Bbox> {
    if from != Crs::Geographic {
        return bbox_in_units(node, numbers, from, crs);
    }
    let bbox = Bbox::new(bbox_in_degrees(node, numbers, crs)?).convert(Crs::Geographic, crs);
    if bbox.is_none() {
        let hint = "a box where the projection holds, or `bbox_crs` and the projection's own units";
        node.invalid(format!("nothing of the box is in {}", crs.code()), hint);
    }
    bbox
}

/// Width, height and zoom, where the request gives them.
type Sizes<'a> = (Option<At<'a, u32>>, Option<At<'a, u32>>, Option<At<'a, f64>>);

/// The size of a map in pixels: from the sides that are given and the shape of the box.
fn map_size(node: &Node, crs: Crs, bbox: &Bbox, sizes: Sizes, limits: &Limits) -> Option<[u32; 2]> {
    let max = f64::from(limits.side_px_max);
    let sized = |width: f64, height: f64| {
        if (1.0..=max).contains(&width) && (1.0..=max).contains(&height) {
            return Some([width as u32, height as u32]);
        }
        let detail = format!("the map would have {width} × {height} pixels; the limits are 1 and {max}");
        node.refuse("out_of_range", detail, Some("give both `width` and `height`, or a box of another shape"));
        None
    };
    let ratio = bbox.height() / bbox.width();
    match sizes {
        (None, None, Some(zoom)) => {
            let [width, height] = Extent::size_at_zoom(crs, bbox, zoom.value);
            sized(width, height)
        }
        (Some(width), Some(height), None) => Some([width.value, height.value]),
        (Some(At { value: width, .. }), None, None) => {
            sized(f64::from(width), (f64::from(width) * ratio).round().max(1.0))
        }
        (None, Some(At { value: height, .. }), None) => {
            sized((f64::from(height) / ratio).round().max(1.0), f64::from(height))
        }
        (None, None, None) => {
            let hint = "`width`, `height` or both in pixels, or `zoom`; or give `output` a `preset`, or the picture's `width` and `height`";
            node.refuse("missing", "the size of the map is missing", Some(hint));
            None
        }
        // `zoom` beside a side: the caller has noted this problem.
        (_, _, Some(_)) => None,
    }
}
