//! WMS requests as text: building GetMap and GetLegendGraphic, reading and cutting the GetMap URLs of others.

use crate::axes;
use crate::cell::Cell;
use crate::mosaic::{Fit, Mosaic, Piece};
use crate::{AxisOrder, Bbox, Crs, Extent, outside};
use url::Url;

/// Few servers read longer URLs, and every piece of a map repeats its server's.
pub(crate) const URL_BYTES_MAX: usize = 8192;

/// A URL taken apart at its query, whose parameter names have no case (OGC 06-042, 6.8.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    base: Url,
    parameters: Vec<(String, String)>,
}

impl Request {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// The text is not an absolute URL.
    pub fn parse(url: &str) -> Result<Self, url::ParseError> {
        let mut base = Url::parse(url)?;
        let parameters =
            base.query_pairs().map(|(k, v)| (k.into_owned(), v.into_owned())).filter(|(k, _)| !k.is_empty()).collect();
        base.set_query(None);
        base.set_fragment(None);
        Ok(Self { base, parameters })
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Sets a parameter, in place of all of that name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let is_it = |(key, _): &(String, String)| key.eq_ignore_ascii_case(name);
        let first = self.parameters.iter().position(is_it).unwrap_or(self.parameters.len());
        let key = self.parameters.get(first).map_or(name.to_owned(), |(key, _)| key.clone());
        self.parameters.retain(|parameter| !is_it(parameter));
        self.parameters.insert(first, (key, value.into()));
    }

    /// Removes a parameter.
    pub(crate) fn remove(&mut self, name: &str) {
        self.parameters.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }

    fn set_default(&mut self, name: &str, value: &str) {
        if self.get(name).is_none() {
            self.set(name, value);
        }
    }

    /// Names the credential that it is asked with, in the place of a user: see `credentials.rs` of `mapreel-sources`.
    pub(crate) fn ask_with(&mut self, credential: Option<&str>) {
        if let Some(name) = credential {
            // It fails for URLs without a host only, and those are refused.
            let _ = self.base.set_username(name);
        }
    }

    /// The path of the URL.
    pub(crate) fn path(&self) -> &str {
        self.base.path()
    }

    /// A URL or template that a server names, by the host at which this one reaches it: behind a proxy the server knows
    /// itself by another, `own_origin`.
    pub(crate) fn as_reached(&self, named: &str, own_origin: Option<&str>) -> String {
        // A template's braces must not be escaped, as they are where it is taken apart as a URL.
        match own_origin.and_then(|own| named.strip_prefix(own)) {
            Some(rest) if rest.is_empty() || rest.starts_with(['/', '?']) => {
                with_credential(&format!("{}{rest}", self.base.origin().ascii_serialization()), self.credential())
            }
            _ if named.contains("://") => named.to_owned(),
            _ => match self.base.join(named) {
                Ok(url) => String::from(url).replace("%7B", "{").replace("%7D", "}"),
                Err(_) => named.to_owned(),
            },
        }
    }

    /// A URL or template of the same server, asked for with the same credential; one of another server as it is.
    pub(crate) fn beside(&self, url: &str) -> String {
        match url.strip_prefix(&self.base.origin().ascii_serialization()) {
            Some(rest) if rest.starts_with(['/', '?']) => with_credential(url, self.credential()),
            _ => url.to_owned(),
        }
    }

    fn credential(&self) -> Option<&str> {
        Some(self.base.username()).filter(|name| !name.is_empty())
    }

    /// Whether servers will not read it.
    pub(crate) fn is_too_long(&self) -> bool {
        self.url().len() > URL_BYTES_MAX
    }

    /// The whole URL.
    pub fn url(&self) -> String {
        let query: Vec<String> =
            self.parameters.iter().map(|(k, v)| format!("{}={}", escaped(k), escaped(v))).collect();
        let mut url = self.base.clone();
        url.set_query((!query.is_empty()).then(|| query.join("&")).as_deref());
        url.into()
    }
}

/// Percent-encodes what a query may not contain. A blank becomes `%20`: not every WMS reads `+`. `,`, `:` and `/` may
/// stand in a query (RFC 3986, 3.4) and stay readable.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' | b':' | b'/' => {
                out.push(byte as char)
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A URL or template that is asked for with a credential, by its name.
pub(crate) fn with_credential(url: &str, credential: Option<&str>) -> String {
    match (credential, url.split_once("://")) {
        (Some(name), Some((scheme, rest))) => format!("{scheme}://{name}@{rest}"),
        _ => url.to_owned(),
    }
}

/// Layers of a WMS, as a request names them.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Everything but what changes with place, size and time.
    pub(crate) request: Request,
    /// The CRS that is asked for.
    pub(crate) crs: Crs,
    /// The code by which it is asked for.
    pub(crate) crs_code: String,
    /// The order of the axes in a BBOX where it is not the version's: some servers differ.
    pub(crate) axis_order: Option<AxisOrder>,
    /// The largest picture that its server draws, where it is smaller than the map.
    pub(crate) cell: Option<Cell>,
}

impl Service {
    /// Completes a request that names at least its layers.
    pub(crate) fn new(mut request: Request, crs: Crs, crs_code: &str, cell: Option<Cell>) -> Self {
        // xpublish refuses `wms`.
        request.set("SERVICE", "WMS");
        // 1.1.1 is understood everywhere and has one order of axes.
        request.set_default("VERSION", "1.1.1");
        request.set("REQUEST", "GetMap");
        // MapServer 8 refuses a request without STYLES, even an empty one.
        request.set_default("STYLES", "");
        request.set_default("FORMAT", "image/png");
        request.set_default("TRANSPARENT", "TRUE");
        refuse_pictures_of_errors(&mut request);
        Self { request, crs, crs_code: crs_code.to_owned(), axis_order: None, cell }
    }

    /// The names of its layers.
    pub(crate) fn layers(&self) -> impl Iterator<Item = &str> {
        self.request.get("LAYERS").unwrap_or_default().split(',').map(str::trim)
    }

    /// The same service, asked for some of its layers, by their indices; styles go with their layers.
    pub(crate) fn only(&self, indices: &[usize]) -> Self {
        let mut only = self.clone();
        for name in ["LAYERS", "STYLES"] {
            let items: Vec<&str> = self.request.get(name).unwrap_or_default().split(',').collect();
            // One style, or none, is that of all.
            if items.len() == self.layers().count() {
                let kept: Vec<&str> = indices.iter().map(|index| items[*index]).collect();
                only.request.set(name, kept.join(","));
            }
        }
        only
    }

    /// Changes the CRS that is asked for, `code` being the server's word for it.
    pub(crate) fn ask_in(&mut self, crs: Crs, code: &str) {
        let old = self.request.get("VERSION").is_none_or(|version| !version.starts_with("1.3"));
        self.crs = crs;
        // 1.1.1 has no CRS:84, and its EPSG:4326 is the same.
        self.crs_code = if old && crs == Crs::Geographic { crs.code() } else { code }.to_owned();
    }

    /// The document that says what the server has. In 1.3.0 it says more than in 1.1.1: how large pictures may be. A server
    /// without 1.3.0 answers with what it has (OGC 06-042, 6.2.4).
    pub(crate) fn capabilities(&self) -> String {
        self.capabilities_request().url()
    }

    pub(crate) fn capabilities_request(&self) -> Request {
        const OF_A_MAP: [&str; 15] = [
            "LAYERS",
            "STYLES",
            "SRS",
            "CRS",
            "BBOX",
            "WIDTH",
            "HEIGHT",
            "FORMAT",
            "TRANSPARENT",
            "BGCOLOR",
            "EXCEPTIONS",
            "TIME",
            "ELEVATION",
            "COLORSCALERANGE",
            "NUMCOLORBANDS",
        ];
        let mut request = self.request.clone();
        OF_A_MAP.iter().for_each(|name| request.remove(name));
        request.parameters.retain(|(name, _)| !name.to_ascii_uppercase().starts_with("DIM_"));
        request.set("REQUEST", "GetCapabilities");
        request.set("VERSION", "1.3.0");
        request
    }

    /// The pictures that show an extent at a time, cut at ±180° and into cells.
    pub(crate) fn mosaic(&self, map: &Extent, time: Option<&str>, dimensions: &[(&str, &str)]) -> Mosaic {
        let Some(extent) = map.asked_in(self.crs) else { return Mosaic::nothing(self.crs, outside::not_in(self.crs)) };
        let mut request = self.request.clone();
        time.iter().for_each(|time| request.set("TIME", *time));
        dimensions.iter().for_each(|(parameter, value)| request.set(parameter, *value));
        mosaic(&extent, Cell::of(&extent, self.cell), &request, &self.crs_code, self.axis_order)
    }

    /// Whether its colours are not those of the style as the server knows it.
    pub(crate) fn recolours(&self) -> bool {
        const PARAMETERS: [&str; 8] = [
            "COLORSCALERANGE",
            "NUMCOLORBANDS",
            "LOGSCALE",
            "ABOVEMAXCOLOR",
            "BELOWMINCOLOR",
            "PALETTE",
            "SLD",
            "SLD_BODY",
        ];
        PARAMETERS.iter().any(|name| self.request.get(name).is_some())
    }

    /// How many pictures one frame takes.
    pub(crate) fn pieces(&self, map: &Extent) -> u64 {
        let Some(extent) = map.asked_in(self.crs) else { return 0 };
        Cell::of(&extent, self.cell).count(&extent)
    }

    /// The request for the legend of the first layer (SLD 1.1.0, 12).
    pub(crate) fn legend(&self) -> String {
        let mut request = self.request.clone();
        let first = |name: &str| request.get(name).unwrap_or_default().split(',').next().unwrap_or_default().to_owned();
        let (layer, style) = (first("LAYERS"), first("STYLES"));
        for name in ["LAYERS", "STYLES", "WIDTH", "HEIGHT", "BBOX", "SRS", "CRS", "TIME"] {
            request.remove(name);
        }
        request.set("REQUEST", "GetLegendGraphic");
        request.set("LAYER", layer);
        if !style.is_empty() {
            request.set("STYLE", style);
        }
        // MapServer wants it in 1.3.0; others do not mind.
        request.set_default("SLD_VERSION", "1.1.0");
        request.url()
    }
}

/// An exception drawn as a picture cannot be told from data, so errors are always asked for as text.
fn refuse_pictures_of_errors(request: &mut Request) {
    let version = request.get("VERSION").unwrap_or_default();
    let xml = if version.starts_with("1.3") { "XML" } else { "application/vnd.ogc.se_xml" };
    request.set("EXCEPTIONS", xml);
}

/// A whole GetMap request that somebody else wrote: the overlays of the first dialect.
#[derive(Debug, Clone, PartialEq)]
pub struct GetMap {
    request: Request,
    crs_code: String,
    /// The area and size asked for; the bbox runs past ±180° where the request crosses the date line.
    pub(crate) extent: Extent,
}

impl GetMap {
    /// Reads a GetMap URL.
    ///
    /// # Errors
    /// Which parameter is missing or wrong, as a sentence.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        let request = Request::parse(url).map_err(|e| format!("not a URL: {e}"))?;
        let need = |name: &str| {
            request.get(name).filter(|v| !v.is_empty()).ok_or(format!("the URL has no `{name}` parameter"))
        };
        let side = |name: &str| {
            let text = need(name)?;
            text.parse::<u32>()
                .ok()
                .filter(|n| (1..=8192).contains(n))
                .ok_or(format!("`{name}={text}` is not a size in pixels"))
        };
        let crs_code =
            request.get("CRS").or(request.get("SRS")).ok_or("the URL has no `srs` or `crs` parameter")?.to_owned();
        let crs = Crs::parse(&crs_code).ok_or_else(|| Crs::why_not(&crs_code))?;
        let (width, height) = (side("width")?, side("height")?);
        let version = request.get("version").unwrap_or("1.1.1").to_owned();
        let bbox = read_bbox(need("bbox")?, &version, &crs_code, crs)?;
        let mut request = request;
        if request.get("exceptions").is_some_and(|e| !e.to_ascii_lowercase().contains("xml")) {
            refuse_pictures_of_errors(&mut request);
        }
        Ok(Self { request, crs_code, extent: Extent { crs, bbox, width, height } })
    }

    /// The value of TIME, the time that is really asked for.
    pub(crate) fn time(&self) -> Option<&str> {
        self.request.get("time").filter(|t| !t.is_empty())
    }

    pub(crate) fn mosaic(&self) -> Mosaic {
        mosaic(&self.extent, Cell::of(&self.extent, None), &self.request, &self.crs_code, None)
    }
}

fn read_bbox(text: &str, version: &str, code: &str, crs: Crs) -> Result<Bbox, String> {
    let wrong = || format!("`bbox={text}` is not four numbers with an area");
    let numbers: Vec<f64> = text.split(',').map(|n| n.trim().parse()).collect::<Result<_, _>>().map_err(|_| wrong())?;
    let [a, b, c, d] = numbers[..] else { return Err(wrong()) };
    let mut bbox = match axes::of(version, code) {
        crate::AxisOrder::XThenY => Bbox::new([a, b, c, d]),
        crate::AxisOrder::YThenX => Bbox::new([b, a, d, c]),
    };
    if bbox.min_x > bbox.max_x {
        // Across the date line: west of it the box begins, east of it it ends.
        bbox.max_x += crs.world_width().ok_or_else(wrong)?;
    }
    let world = crs.equator();
    let near = bbox.min_x.abs() < 2.0 * world && bbox.max_x.abs() < 3.0 * world;
    let near = near && bbox.min_y.abs() < 2.0 * world && bbox.max_y.abs() < 2.0 * world;
    let finite = near && numbers.iter().all(|n| n.is_finite());
    if !finite || bbox.width() <= 0.0 || bbox.height() <= 0.0 || bbox.width() > 2.0 * world {
        return Err(wrong());
    }
    Ok(bbox)
}

/// An extent as pictures: cut into cells, and each cell at ±180° and at the poles.
fn mosaic(extent: &Extent, cell: Cell, request: &Request, crs_code: &str, order: Option<AxisOrder>) -> Mosaic {
    let version = request.get("VERSION").unwrap_or("1.1.1").to_owned();
    let order = order.unwrap_or_else(|| axes::of(&version, crs_code));
    let mut request = request.clone();
    request.set(if version.starts_with("1.3") { "CRS" } else { "SRS" }, crs_code);
    let mut pieces = Vec::new();
    for (y, height) in runs(extent.height, cell.height) {
        for (x, width) in runs(extent.width, cell.width) {
            let [left, top] = [x.min(cell.gutter), y.min(cell.gutter)];
            let [right, bottom] =
                [(extent.width - x - width).min(cell.gutter), (extent.height - y - height).min(cell.gutter)];
            let window = extent.window(x - left, y - top, left + width + right, top + height + bottom);
            for part in window.parts() {
                request.set("BBOX", part.bbox.parameter(order));
                request.set("WIDTH", part.width.to_string());
                request.set("HEIGHT", part.height.to_string());
                // What of the part lies in the gutters: a cut at ±180° may fall into one.
                let [cut_left, cut_right] = in_gutters(part.x, part.width, left, width);
                let [cut_top, cut_bottom] = in_gutters(part.y, part.height, top, height);
                if cut_left + cut_right >= part.width || cut_top + cut_bottom >= part.height {
                    continue;
                }
                pieces.push(Piece {
                    url: request.url(),
                    x: x + (part.x + cut_left) - left,
                    y: y + (part.y + cut_top) - top,
                    width: part.width - cut_left - cut_right,
                    height: part.height - cut_top - cut_bottom,
                    fit: Fit::Exact,
                    gutter: [cut_left, cut_top, cut_right, cut_bottom],
                });
            }
        }
    }
    Mosaic { crs: extent.crs, bbox: extent.bbox, size: Some((extent.width, extent.height)), pieces, gap: None }
}

/// What of a run of pixels lies before and after those that are shown: `length` of them behind a gutter of `gutter`.
fn in_gutters(start: u32, pixels: u32, gutter: u32, length: u32) -> [u32; 2] {
    let after = (start + pixels).saturating_sub(gutter + length);
    [gutter.saturating_sub(start).min(pixels), after.min(pixels)]
}

/// A side cut into runs of at most `longest`: where each begins, and its length.
fn runs(side: u32, longest: u32) -> impl Iterator<Item = (u32, u32)> {
    (0..side).step_by(longest as usize).map(move |start| (start, longest.min(side - start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_have_no_case_and_are_said_once() {
        let mut request = Request::parse("http://h/wms?map=/a b.map&Styles=x&STYLES=y&&").unwrap();
        request.set("styles", "raster/rainbow; mode");
        assert_eq!(request.url(), "http://h/wms?map=/a%20b.map&Styles=raster/rainbow%3B%20mode");
    }

    #[test]
    fn a_map_of_wms_1_3_0_in_4326_puts_latitude_first() {
        let request = Request::parse("http://h/?LAYERS=a&VERSION=1.3.0").unwrap();
        let map = Extent { crs: Crs::Geographic, bbox: Bbox::new([10.0, 20.0, 30.0, 40.0]), width: 100, height: 100 };
        let mosaic = Service::new(request, Crs::Geographic, "EPSG:4326", None).mosaic(&map, Some("2018-01-01"), &[]);
        let url = &mosaic.pieces[0].url;
        assert!(url.contains("BBOX=20,10,40,30") && url.contains("CRS=EPSG:4326") && !url.contains("SRS"), "{url}");
        assert!(url.contains("EXCEPTIONS=XML") && url.contains("TIME=2018-01-01") && url.contains("STYLES=&"), "{url}");
    }

    #[test]
    fn a_map_larger_than_the_server_allows_is_cut_with_a_gutter_at_inner_edges() {
        let request = Request::parse("http://h/?LAYERS=a").unwrap();
        let map = Extent { crs: Crs::Geographic, bbox: Bbox::new([0.0, 0.0, 100.0, 50.0]), width: 1000, height: 500 };
        let mosaic =
            Service::new(request, Crs::Geographic, "EPSG:4326", Some(Cell::within(600, 600))).mosaic(&map, None, &[]);
        let places: Vec<_> = mosaic.pieces.iter().map(|p| (p.x, p.width, p.gutter)).collect();
        assert_eq!(places, [(0, 536, [0, 0, 32, 0]), (536, 464, [32, 0, 0, 0])]);
        assert!(mosaic.pieces[0].url.contains("BBOX=0,0,56.8") && mosaic.pieces[0].url.contains("WIDTH=568"));
        assert!(mosaic.pieces[1].url.contains("BBOX=50.4") && mosaic.pieces[1].url.contains("WIDTH=496"));
    }

    #[test]
    fn every_pixel_of_a_cut_map_over_the_date_line_comes_from_one_piece() {
        let request = Request::parse("http://h/?LAYERS=a").unwrap();
        for west in [100.0, 150.3, 179.0, 178.99, 143.0] {
            let map = Extent {
                crs: Crs::Geographic,
                bbox: Bbox::new([west, 0.0, west + 60.0, 30.0]),
                width: 1200,
                height: 600,
            };
            let service = Service::new(request.clone(), Crs::Geographic, "EPSG:4326", Some(Cell::within(400, 400)));
            let mut row = vec![0; 1200];
            for piece in service.mosaic(&map, None, &[]).pieces.iter().filter(|piece| piece.y == 0) {
                (piece.x..piece.x + piece.width).for_each(|x| row[x as usize] += 1);
                let asked = Request::parse(&piece.url).unwrap().get("WIDTH").unwrap().parse::<u32>().unwrap();
                assert_eq!(asked, piece.gutter[0] + piece.width + piece.gutter[2]);
                assert!(asked <= 400);
            }
            assert!(row.iter().all(|n| *n == 1), "{west}");
        }
    }

    #[test]
    fn a_map_higher_than_the_world_is_asked_for_between_the_poles() {
        let request = Request::parse("http://h/?LAYERS=a&VERSION=1.3.0").unwrap();
        for cell in [None, Some(Cell::within(300, 300))] {
            let map = Extent::fitted(Crs::Geographic, Bbox::new([-60.0, -90.0, 300.0, 90.0]), 720, 720);
            let mosaic = Service::new(request.clone(), Crs::Geographic, "EPSG:4326", cell).mosaic(&map, None, &[]);
            let mut column = vec![0; 720];
            for piece in &mosaic.pieces {
                let asked = Request::parse(&piece.url).unwrap();
                let [south, _, north, _] = read_numbers(asked.get("BBOX").unwrap());
                assert!(south >= -90.0 && north <= 90.0, "{}", piece.url);
                let height = piece.gutter[1] + piece.height + piece.gutter[3];
                assert_eq!(asked.get("HEIGHT"), Some(&*height.to_string()));
                if piece.x == 0 {
                    (piece.y..piece.y + piece.height).for_each(|y| column[y as usize] += 1);
                }
            }
            let asked: Vec<_> = (0..720).filter(|y| column[*y] == 1).collect();
            assert_eq!((asked.len(), asked[0], column.iter().max()), (360, 180, Some(&1)));
        }
    }

    fn read_numbers(text: &str) -> [f64; 4] {
        text.split(',').map(|n| n.parse().unwrap()).collect::<Vec<_>>().try_into().unwrap()
    }

    #[test]
    fn an_overlay_whose_bbox_runs_backwards_crosses_the_date_line_in_two_halves() {
        let url = "http://h/wms?request=GetMap&version=1.1.1&srs=EPSG:3857&width=400&height=200\
                   &bbox=18924313.43,-1118889.97,-18924313.43,1118889.97&exceptions=inimage";
        let get_map = GetMap::parse(url).unwrap();
        let mosaic = get_map.mosaic();
        assert_eq!(mosaic.pieces.len(), 2);
        assert!(mosaic.pieces[0].url.contains("width=200") && mosaic.pieces[1].x == 200);
        assert!(mosaic.pieces[0].url.contains("exceptions=application/vnd.ogc.se_xml"));
        let second = Request::parse(&mosaic.pieces[1].url).unwrap();
        assert!(second.get("BBOX").unwrap().starts_with("-20037508.3"), "{second:?}");
    }

    #[test]
    fn what_is_missing_in_an_overlay_is_named() {
        let check = |url: &str, word: &str| {
            let error = GetMap::parse(url).unwrap_err();
            assert!(error.contains(word), "{error}");
        };
        check("http://h/?srs=EPSG:3857&width=10&height=10", "bbox");
        check("http://h/?srs=EPSG:3857&width=0&height=10&bbox=0,0,1,1", "width");
        check("http://h/?width=1&height=10&bbox=0,0,1,1", "srs");
        check("http://h/?srs=EPSG:1&width=1&height=10&bbox=0,0,1,1", "EPSG:1");
        check("http://h/?srs=EPSG:3857&width=1&height=10&bbox=0,1,1,0", "bbox");
        check("http://h/?srs=EPSG:3857&width=1&height=10&bbox=0,0,NaN,1", "bbox");
        check("http://h/?srs=EPSG:3857&width=400&height=200&bbox=3.7e23,0,3.7000000000000007e23,1", "bbox");
    }

    #[test]
    fn a_legend_is_asked_for_the_first_layer_without_the_map() {
        let request = Request::parse("http://h/?LAYERS=a,b&STYLES=s,t&VERSION=1.3.0&COLORSCALERANGE=0,5").unwrap();
        let url = Service::new(request, Crs::WebMercator, "EPSG:3857", None).legend();
        assert!(
            url.contains("LAYER=a&STYLE=s") && url.contains("COLORSCALERANGE=0,5") && !url.contains("LAYERS"),
            "{url}"
        );
    }
}
