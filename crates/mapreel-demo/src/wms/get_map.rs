//! GetMap (OGC 06-042, 7.3; OGC 01-068r3, 7.2): from its parameters to the picture that is drawn.

use super::exception::Exception;
use super::version::Version;
use crate::data::months;
use crate::offer::layer::Layer;
use crate::offer::scale::{Rgb, rgb};
use crate::parameters::Parameters;
use crate::picture::map::Picture;
use crate::picture::view::{Projection, SIDE_PX_MAX, View};
use crate::xml::quoted;

/// The picture that a request asks for. A missing parameter has the standard's default; a missing parameter that the standard requires is
/// an exception.
///
/// # Errors
/// The first parameter that is wrong, with the standard's code.
pub(crate) fn read(asked: &Parameters, version: Version) -> Result<Picture, Exception> {
    let format = asked.get("FORMAT").ok_or_else(|| Exception::missing("FORMAT"))?;
    if !format.eq_ignore_ascii_case("image/png") {
        return Err(Exception::no_format(format, "image/png"));
    }
    let name = asked.get("LAYERS").ok_or_else(|| Exception::missing("LAYERS"))?;
    if name.contains(',') {
        return Err(Exception::new(None, "one layer is drawn at a time (LayerLimit)"));
    }
    let layer = Layer::find(name).ok_or_else(|| Exception::no_layer(name))?;
    let style = asked.get("STYLES");
    let style = layer.style(style).ok_or_else(|| Exception::no_style(layer, style.unwrap_or_default()))?;
    let view = view(asked, version)?;
    Ok(Picture { layer, scale: &style.scale, month: month(asked)?, view, background: background(asked)? })
}

fn view(asked: &Parameters, version: Version) -> Result<View, Exception> {
    let (projection, is_latitude_first) = crs(asked, version)?;
    let text = asked.get("BBOX").ok_or_else(|| Exception::missing("BBOX"))?;
    let numbers: Vec<f64> = text.split(',').take(5).map_while(|number| number.trim().parse().ok()).collect();
    let [a, b, c, d] = numbers[..] else {
        return Err(Exception::new(None, format!("BBOX {} is not four numbers", quoted(text))));
    };
    let corners = if is_latitude_first { [b, a, d, c] } else { [a, b, c, d] };
    let (width, height) = (side(asked, "WIDTH")?, side(asked, "HEIGHT")?);
    let empty = || Exception::new(None, format!("BBOX {} encloses nothing on any map", quoted(text)));
    View::new(projection, corners, width, height).ok_or_else(empty)
}

/// The projection, and whether the first axis of its boxes is the latitude: in 1.3.0 as the CRS has it (OGC 06-042, 6.7.3), in 1.1.1 never.
fn crs(asked: &Parameters, version: Version) -> Result<(Projection, bool), Exception> {
    let (parameter, code) = match version {
        Version::V111 => ("SRS", "InvalidSRS"),
        Version::V130 => ("CRS", "InvalidCRS"),
    };
    let name = asked.get(parameter).ok_or_else(|| Exception::missing(parameter))?;
    match (name.to_ascii_uppercase().as_str(), version) {
        ("EPSG:3857", _) => Ok((Projection::Mercator, false)),
        ("EPSG:4326", Version::V111) | ("CRS:84", Version::V130) => Ok((Projection::Degrees, false)),
        ("EPSG:4326", Version::V130) => Ok((Projection::Degrees, true)),
        _ => Err(Exception::new(Some(code), format!("maps are not drawn in {}", quoted(name)))),
    }
}

fn side(asked: &Parameters, parameter: &'static str) -> Result<u32, Exception> {
    let text = asked.get(parameter).ok_or_else(|| Exception::missing(parameter))?;
    let wrong =
        || Exception::new(None, format!("{parameter} {} is not a number from 1 to {SIDE_PX_MAX}", quoted(text)));
    text.parse().ok().filter(|side| (1..=SIDE_PX_MAX).contains(side)).ok_or_else(wrong)
}

/// The month of `TIME`; without it the newest, which is the default of the dimension (OGC 06-042, C.4.2).
fn month(asked: &Parameters) -> Result<usize, Exception> {
    let Some(text) = asked.get("TIME") else { return Ok(months::newest()) };
    let wrong = || {
        let text = format!("there is no time {}: the times are {}", quoted(text), months::interval());
        Exception::new(Some("InvalidDimensionValue"), text)
    };
    months::find(text).ok_or_else(wrong)
}

/// What lies below the sea and in place of the land: nothing in a transparent picture, else `BGCOLOR`, which is white by default.
fn background(asked: &Parameters) -> Result<Option<Rgb>, Exception> {
    if asked.get("TRANSPARENT").is_some_and(|value| value.eq_ignore_ascii_case("TRUE")) {
        return Ok(None);
    }
    let Some(text) = asked.get("BGCOLOR") else { return Ok(Some([255; 3])) };
    let hex = text.strip_prefix("0x").or(text.strip_prefix("0X")).filter(|hex| hex.len() == 6);
    let colour =
        hex.filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit())).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let wrong = || Exception::new(None, format!("BGCOLOR {} is not of the form 0xRRGGBB", quoted(text)));
    colour.map(|colour| Some(rgb(colour))).ok_or_else(wrong)
}
