//! WMS requests as text: GetMap, cut into pictures, and GetLegendGraphic.

use super::cell::Cell;
use super::mosaic::Mosaic;
use super::{cut, outside};
use mapreel_geo::place::axes;
use mapreel_geo::{AxisOrder, Bbox, Crs, Extent};
use mapreel_ogc::ServiceUrl;

/// Layers of a WMS, as a request names them.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// The request, without the parameters that change with place, size and time.
    pub(crate) request: ServiceUrl,
    /// The CRS of the pictures.
    pub(crate) crs: Crs,
    /// The server's code of that CRS.
    pub(crate) crs_code: String,
    /// The axis order of a BBOX, where the server differs from the standard.
    pub(crate) axis_order: Option<AxisOrder>,
    /// The server's largest picture, where the map is larger.
    pub(crate) cell: Option<Cell>,
}

impl Service {
    /// Completes a request that names its layers.
    pub(crate) fn new(mut request: ServiceUrl, crs: Crs, crs_code: &str, cell: Option<Cell>) -> Self {
        // xpublish-wms rejects `wms` in lower case.
        request.set("SERVICE", "WMS");
        // Every server understands 1.1.1, which has a single axis order.
        request.set_default("VERSION", "1.1.1");
        request.set("REQUEST", "GetMap");
        // MapServer 8 rejects a request without a STYLES parameter; an empty one is enough.
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

    /// The same service with only the layers at these indices, and their styles.
    pub(crate) fn only(&self, indices: &[usize]) -> Self {
        let mut only = self.clone();
        for name in ["LAYERS", "STYLES"] {
            let items: Vec<&str> = self.request.get(name).unwrap_or_default().split(',').collect();
            // A single style, or none, counts for all layers.
            if items.len() == self.layers().count() {
                let kept: Vec<&str> = indices.iter().map(|index| items[*index]).collect();
                only.request.set(name, kept.join(","));
            }
        }
        only
    }

    /// Sets the CRS of the pictures; `code` is the server's code for it.
    pub(crate) fn ask_in(&mut self, crs: Crs, code: &str) {
        let old = self.request.get("VERSION").is_none_or(|version| !version.starts_with("1.3"));
        self.crs = crs;
        // 1.1.1 has no CRS:84; its EPSG:4326 is the same.
        self.crs_code = if old && crs == Crs::Geographic { crs.code() } else { code }.to_owned();
    }

    /// The URL of the capabilities. Version 1.3.0 is asked for because, unlike 1.1.1, it names the size of the largest
    /// picture. A server without 1.3.0 answers in a version that it has (OGC 06-042, 6.2.4).
    pub(crate) fn capabilities(&self) -> String {
        self.capabilities_request().url()
    }

    pub(crate) fn capabilities_request(&self) -> ServiceUrl {
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
        request.remove_if(|name| name.to_ascii_uppercase().starts_with("DIM_"));
        request.set("REQUEST", "GetCapabilities");
        request.set("VERSION", "1.3.0");
        request
    }

    /// The pictures of an extent at a time, cut at ±180° and into cells.
    pub(crate) fn mosaic(&self, map: &Extent, time: Option<&str>, dimensions: &[(&str, &str)]) -> Mosaic {
        let Some(extent) = map.asked_in(self.crs) else { return Mosaic::nothing(self.crs, outside::not_in(self.crs)) };
        let mut request = self.request.clone();
        time.iter().for_each(|time| request.set("TIME", *time));
        dimensions.iter().for_each(|(parameter, value)| request.set(parameter, *value));
        mosaic(&extent, Cell::of(&extent, self.cell), &request, &self.crs_code, self.axis_order)
    }

    /// Whether the request changes the colours of the server's style.
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

    /// The number of pictures for one frame.
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
        // MapServer requires it in 1.3.0; other servers accept it.
        request.set_default("SLD_VERSION", "1.1.0");
        request.url()
    }
}

/// An exception that is drawn as a picture looks like data, so requests ask for errors as text.
pub(crate) fn refuse_pictures_of_errors(request: &mut ServiceUrl) {
    let version = request.get("VERSION").unwrap_or_default();
    let xml = if version.starts_with("1.3") { "XML" } else { "application/vnd.ogc.se_xml" };
    request.set("EXCEPTIONS", xml);
}

/// The `BBOX` of a GetMap URL is not a box.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`bbox={0}` is not four numbers with an area")]
pub(crate) struct NotABox(String);

/// The box of a GetMap URL. It runs past ±180° where the request crosses the date line.
pub(crate) fn read_bbox(text: &str, version: &str, code: &str, crs: Crs) -> Result<Bbox, NotABox> {
    let wrong = || NotABox(text.to_owned());
    let numbers: Vec<f64> = text.split(',').map(|n| n.trim().parse()).collect::<Result<_, _>>().map_err(|_| wrong())?;
    let [a, b, c, d] = numbers[..] else { return Err(wrong()) };
    let mut bbox = match axes::of(version, code) {
        mapreel_geo::AxisOrder::XThenY => Bbox::new([a, b, c, d]),
        mapreel_geo::AxisOrder::YThenX => Bbox::new([b, a, d, c]),
    };
    if bbox.min_x > bbox.max_x {
        // The box crosses the date line: its west edge is greater than its east edge.
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

/// The pictures of an extent: cut into cells, and each cell at ±180° and at the poles.
pub(crate) fn mosaic(
    extent: &Extent,
    cell: Cell,
    request: &ServiceUrl,
    crs_code: &str,
    order: Option<AxisOrder>,
) -> Mosaic {
    let version = request.get("VERSION").unwrap_or("1.1.1").to_owned();
    let order = order.unwrap_or_else(|| axes::of(&version, crs_code));
    let mut request = request.clone();
    request.set(if version.starts_with("1.3") { "CRS" } else { "SRS" }, crs_code);
    cut::mosaic(extent, cell, |part| {
        let mut request = request.clone();
        request.set("BBOX", part.bbox.parameter(order));
        request.set("WIDTH", part.width.to_string());
        request.set("HEIGHT", part.height.to_string());
        request.url()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_of_wms_1_3_0_in_4326_puts_latitude_first() {
        let request = ServiceUrl::parse("http://h/?LAYERS=a&VERSION=1.3.0").unwrap();
        let map = Extent { crs: Crs::Geographic, bbox: Bbox::new([10.0, 20.0, 30.0, 40.0]), width: 100, height: 100 };
        let mosaic = Service::new(request, Crs::Geographic, "EPSG:4326", None).mosaic(&map, Some("2018-01-01"), &[]);
        let url = &mosaic.pieces[0].url;
        assert!(url.contains("BBOX=20,10,40,30") && url.contains("CRS=EPSG:4326") && !url.contains("SRS"), "{url}");
        assert!(url.contains("EXCEPTIONS=XML") && url.contains("TIME=2018-01-01") && url.contains("STYLES=&"), "{url}");
    }

    #[test]
    fn a_map_larger_than_the_server_allows_is_cut_with_a_gutter_at_inner_edges() {
        let request = ServiceUrl::parse("http://h/?LAYERS=a").unwrap();
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
        let request = ServiceUrl::parse("http://h/?LAYERS=a").unwrap();
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
                let asked = ServiceUrl::parse(&piece.url).unwrap().get("WIDTH").unwrap().parse::<u32>().unwrap();
                assert_eq!(asked, piece.gutter[0] + piece.width + piece.gutter[2]);
                assert!(asked <= 400);
            }
            assert!(row.iter().all(|n| *n == 1), "{west}");
        }
    }

    #[test]
    fn a_map_higher_than_the_world_is_asked_for_between_the_poles() {
        let request = ServiceUrl::parse("http://h/?LAYERS=a&VERSION=1.3.0").unwrap();
        for cell in [None, Some(Cell::within(300, 300))] {
            let map = Extent::fitted(Crs::Geographic, Bbox::new([-60.0, -90.0, 300.0, 90.0]), 720, 720);
            let mosaic = Service::new(request.clone(), Crs::Geographic, "EPSG:4326", cell).mosaic(&map, None, &[]);
            let mut column = vec![0; 720];
            for piece in &mosaic.pieces {
                let asked = ServiceUrl::parse(&piece.url).unwrap();
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
    fn a_legend_is_asked_for_the_first_layer_without_the_map() {
        let request = ServiceUrl::parse("http://h/?LAYERS=a,b&STYLES=s,t&VERSION=1.3.0&COLORSCALERANGE=0,5").unwrap();
        let url = Service::new(request, Crs::WebMercator, "EPSG:3857", None).legend();
        assert!(
            url.contains("LAYER=a&STYLE=s") && url.contains("COLORSCALERANGE=0,5") && !url.contains("LAYERS"),
            "{url}"
        );
    }
}
