//! How a layer of the second dialect is read.

use super::basemap_overlays::{labels, read_params};
use super::dimensions::read_dimensions;
use super::place::{bbox_in_units, read_crs};
use crate::animation::{Content, Layer, Legend, MissingTiles, OnError, Resampling, Series};
use crate::dimension::Dimensions;
use crate::geojson::Reading;
use crate::json::Json;
use crate::natural_earth::Feature;
use crate::period::Period;
use crate::read::{Fields, Node, Transposed};
use crate::simplestyle::{self, Style};
use crate::timing::{AskedTime, Known, Matching, Rule, Timing};
use crate::wms::{Request, Service, with_credential};
use crate::wmts_layer::WmtsLayer;
use crate::{AxisOrder, Bbox, Colour, Crs, Graticule, Limits, NaturalEarth, TileTemplate, WmsLayer};
use jiff::SignedDuration;

/// The credit of the built-in geography.
const NATURAL_EARTH_CREDIT: &str = "Made with Natural Earth";

/// What layers must know of the rest of the request.
pub(super) struct Context<'a> {
    pub crs: Crs,
    /// Whether the frames have times.
    pub timed: bool,
    pub limits: &'a Limits,
}

impl Context<'_> {
    pub(super) fn layer(&self, node: &Node, number: usize) -> Option<Layer> {
        const TYPES: [&str; 9] =
            ["xyz", "wms", "image", "geojson", "natural-earth", "graticule", "wmts", "tms", "tilejson"];
        let fields = node.fields()?;
        let kind = fields.required("type", "what kind of layer it is, such as `wms`")?.word(&TYPES)?;
        let title = fields.optional("title").map(|node| node.text());
        let opacity = fields.optional("opacity").map_or(Some(1.0), |node| node.number(0.0, 1.0));
        let attribution = fields.optional("attribution").map(|node| node.text());
        let labels = fields.optional("labels").map_or(Some(Vec::new()), |node| labels(&node));
        let resampling = fields.optional("resampling").map_or(Some(0), |node| node.word(&["bilinear", "nearest"]));
        let on_error = fields.optional("on_error").map_or(Some(OnError::Mark), |node| read_on_error(&node));
        let credential = match TYPES[kind] {
            "natural-earth" | "graticule" => {
                let node = fields.unwelcome("credential");
                node.iter().for_each(|node| node.invalid("this layer has no address to ask", "leave it out"));
                None
            }
            _ => fields.optional("credential").map(|node| read_credential(&node)),
        };
        let content = match kind {
            0 => self.xyz(&fields),
            1 => self.wms(&fields),
            2 => self.image(&fields),
            3 => self.geojson(&fields),
            4 => natural_earth(&fields),
            5 => graticule(&fields),
            6 => self.wmts(&fields),
            7 => self.tms(&fields),
            _ => tilejson(&fields),
        };
        let content = content.and_then(|content| match credential {
            None => Some(content),
            Some(name) => asked_with(content, name?, &fields),
        });
        let legend = read_legend(&fields, content.as_ref());
        let missing_tiles = match kind {
            0 | 6..=8 => fields.optional("missing_tiles").map_or(Some(0), |node| node.word(&["report", "transparent"])),
            _ => Some(0),
        };
        fields.finish();
        let content = content?;
        let title = title.transposed()?.filter(|title| !title.is_empty());
        let attribution = match (attribution.transposed()?, &content) {
            (None, Content::NaturalEarth(_)) => Some(NATURAL_EARTH_CREDIT.to_owned()),
            (text, _) => text.filter(|text| !text.is_empty()),
        };
        Some(Layer {
            pointer: node.pointer.clone(),
            name: title.clone().unwrap_or_else(|| format!("layer {number} ({})", TYPES[kind])),
            title,
            legend: legend?,
            colour_bar: None,
            resampling: [Resampling::Bilinear, Resampling::Nearest][resampling?],
            opacity: opacity? as f32,
            attribution,
            labels: Series::Same(labels?),
            missing_tiles: [MissingTiles::Report, MissingTiles::Transparent][missing_tiles?],
            on_error: on_error?,
            warnings: Vec::new(),
            content,
        })
    }

    fn xyz(&self, fields: &Fields) -> Option<Content> {
        Some(Content::Tiles(Series::Same(tiles(fields)?)))
    }

    /// Like XYZ, with rows counted from the south.
    fn tms(&self, fields: &Fields) -> Option<Content> {
        let mut template = tiles(fields)?;
        template.from_south = true;
        Some(Content::Tiles(Series::Same(template)))
    }

    fn wmts(&self, fields: &Fields) -> Option<Content> {
        let layer = fields.required("layer", "the name of the layer").and_then(|node| node.string());
        let [style, matrix_set, format] = ["style", "matrix_set", "format"]
            .map(|name| fields.optional(name).map(|node| node.string().map(str::to_owned)));
        let params = fields.optional("params").map_or(Some(Vec::new()), |node| read_params(&node));
        let dimensions = fields.optional("dimensions").map_or(Some(Vec::new()), |node| read_dimensions(&node));
        let asked = self.asked_time(fields);
        let axis_order = read_axis_order(fields);
        let url = fields.required("url", "the address of the WMTS or of its capabilities").and_then(|node| node.url());
        let mut request = Request::parse(url?).ok()?;
        for (key, value) in params? {
            request.set(&key, value);
        }
        super::check_length(&fields.node, &request)?;
        let timing = Timing { asked: time_or_given(asked?, &request), known: Known::NotYet };
        let mut wmts = WmtsLayer::new(request, layer?.to_owned(), timing);
        wmts.dimensions = Dimensions::asked(dimensions?);
        (wmts.style, wmts.matrix_set, wmts.format) =
            (style.transposed()?, matrix_set.transposed()?, format.transposed()?);
        wmts.axis_order = axis_order?;
        Some(Content::Wmts(wmts))
    }

    fn wms(&self, fields: &Fields) -> Option<Content> {
        let layers = fields
            .required("layers", "the names of the WMS layers, separated by commas")
            .and_then(|node| layer_names(&node, self.limits));
        let styles = fields.optional("styles").map(|node| node.string());
        let version = fields.optional("version").map(|node| node.word(&["1.1.1", "1.3.0"]));
        let code = fields.optional("crs").map(|node| Some((read_crs(Some(node.clone()), self.crs)?, node.string()?)));
        let params = fields.optional("params").map_or(Some(Vec::new()), |node| wms_params(&node));
        let time = self.asked_time(fields);
        let dimensions = fields.optional("dimensions").map_or(Some(Vec::new()), |node| read_dimensions(&node));
        let axis_order = read_axis_order(fields);
        let url = fields.required("url", "the address of the WMS").and_then(|node| node.url());
        let crs_given = code.is_some();
        let (crs, code) = code.transposed()?.unwrap_or((self.crs, self.crs.code()));
        let mut request = Request::parse(url?).ok()?;
        for (key, value) in params? {
            request.set(&key, value);
        }
        request.set("LAYERS", layers?);
        if let Some(styles) = styles.transposed()? {
            request.set("STYLES", styles);
        }
        if let Some(version) = version.transposed()? {
            request.set("VERSION", ["1.1.1", "1.3.0"][version]);
        }
        super::check_length(&fields.node, &request)?;
        let mut service = Service::new(request, crs, code, None);
        service.axis_order = axis_order?;
        let timing = Timing { asked: time_or_given(time?, &service.request), known: Known::NotYet };
        let dimensions = Dimensions::asked(dimensions?);
        Some(Content::Wms(WmsLayer { timing, dimensions, crs_given, ..WmsLayer::new(service) }))
    }

    /// Which time a layer is asked for: `time` and `within`.
    fn asked_time(&self, fields: &Fields) -> Option<AskedTime> {
        const WORDS: [&str; 5] = ["exact", "nearest", "previous", "none", "unchecked"];
        let within = fields.optional("within").map(|node| (read_duration(&node), node));
        let word = match fields.optional("time") {
            Some(node) => {
                let word = node.word(&WORDS)?;
                if !self.timed && word == 4 {
                    node.invalid("the request has no `times`", "add `times`");
                    return None;
                }
                word
            }
            None => 0,
        };
        let rule = match word {
            0 => Rule::Exact,
            1 => Rule::Nearest,
            2 => Rule::Previous,
            _ => Rule::Exact,
        };
        if let Some((_, node)) = within.as_ref().filter(|_| !matches!(word, 1 | 2)) {
            node.invalid("`within` has no meaning here", "use it with `\"time\": \"nearest\"` or `\"previous\"`");
            return None;
        }
        let within = within.map(|(within, _)| within).transposed()?;
        Some(match word {
            3 => AskedTime::None,
            4 => AskedTime::Unchecked,
            _ => AskedTime::Matched(Matching { rule, within }),
        })
    }

    fn image(&self, fields: &Fields) -> Option<Content> {
        let crs = read_crs(fields.optional("crs"), Crs::Geographic);
        let bbox = fields.required("bbox", "what the outer edges of the picture show").and_then(|node| {
            let crs = crs?;
            bbox_in_units(&node, crs, crs)
        });
        let node = fields.required("url", "the address of a PNG, JPEG or WebP")?;
        let url = node.url()?;
        if url.contains("{time") && !self.timed {
            node.invalid("the URL has a {time} and the request has no `times`", "add `times`");
            return None;
        }
        Some(Content::Picture { url: url.to_owned(), bbox: bbox?, crs: crs? })
    }

    fn geojson(&self, fields: &Fields) -> Option<Content> {
        let style = fields.optional("style").map_or(Some(Style::default()), |node| read_style(&node));
        let time_property = fields.optional("time_property").map(|node| node.string().map(str::to_owned));
        let keep = fields.optional("keep").map(|node| read_duration(&node));
        let (data, url) = (fields.optional("data"), fields.optional("url"));
        let reading = Reading {
            style: style?,
            time_property: time_property.transposed()?,
            keep: keep.transposed()?,
            positions_max: self.limits.positions_max,
        };
        match (data, url) {
            (Some(node), None) => Some(Content::GeoJson(reading.read(&node)?)),
            (None, Some(node)) => Some(Content::GeoJsonUrl { url: node.url()?.to_owned(), reading }),
            (Some(_), Some(node)) => {
                node.invalid("both `data` and `url` are given", "give one of them");
                None
            }
            (None, None) => {
                fields.required("data", "GeoJSON, or `url` with its address");
                None
            }
        }
    }
}

/// The name of a credential: what may stand in the place of a user in a URL as it is.
fn read_credential<'a>(node: &Node<'a>) -> Option<&'a str> {
    let name = node.string()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        node.invalid(
            "this is no name of a credential",
            "a name that the operator has configured, never the secret itself",
        );
        return None;
    }
    Some(name)
}

/// The same content, asked for with a credential.
fn asked_with(mut content: Content, name: &str, fields: &Fields) -> Option<Content> {
    match &mut content {
        Content::Wms(wms) => wms.service.request.ask_with(Some(name)),
        Content::Wmts(wmts) => wmts.request.ask_with(Some(name)),
        Content::Tiles(Series::Same(template)) => template.ask_with(name),
        Content::TileJson(url) | Content::Picture { url, .. } | Content::GeoJsonUrl { url, .. } => {
            *url = with_credential(url, Some(name));
        }
        _ => {
            fields.optional("credential")?.invalid("this layer has no address to ask", "leave it out");
            return None;
        }
    }
    Some(content)
}

/// The order in which a server writes coordinates, where it is not that of the CRS.
fn read_axis_order(fields: &Fields) -> Option<Option<AxisOrder>> {
    let Some(node) = fields.optional("axis_order") else { return Some(None) };
    Some(Some([AxisOrder::XThenY, AxisOrder::YThenX][node.word(&["xy", "yx"])?]))
}

/// A tile template and what it needs to know.
fn tiles(fields: &Fields) -> Option<TileTemplate> {
    let zoom = |name| fields.optional(name).map(|node| node.integer(0, crate::tile::ZOOM_MAX));
    let (zoom_min, zoom_max) = (zoom("min_zoom"), zoom("max_zoom"));
    let side_px = fields.optional("tile_size").map(|node| node.integer(64, 2048));
    let subdomains = fields.optional("subdomains").map(|node| match node.json {
        Json::Text(letters) if !letters.is_empty() => Some(letters.chars().map(String::from).collect()),
        _ => node.items(32)?.iter().map(|node| node.string().map(str::to_owned)).collect::<Option<Vec<_>>>(),
    });
    let bounds = fields.optional("bounds").map(|node| super::bbox_in_degrees(&node, Crs::Geographic));
    let node = fields.required("url", "…/{z}/{x}/{y}.png")?;
    let mut template = super::template(&node, "…/{z}/{x}/{y}.png")?;
    template.zoom_min = zoom_min.transposed()?.unwrap_or(template.zoom_min);
    template.zoom_max = zoom_max.transposed()?.unwrap_or(template.zoom_max);
    template.side_px = side_px.transposed()?.unwrap_or(template.side_px);
    template.subdomains = subdomains.transposed()?.unwrap_or(template.subdomains);
    template.degrees = bounds.transposed()?.map(Bbox::new);
    if template.zoom_min > template.zoom_max {
        fields.node.invalid("`min_zoom` is greater than `max_zoom`", "the first and the deepest level that there are");
        return None;
    }
    Some(template)
}

fn tilejson(fields: &Fields) -> Option<Content> {
    let node = fields.required("url", "the address of a TileJSON document")?;
    Some(Content::TileJson(node.url()?.to_owned()))
}

fn read_style(node: &Node) -> Option<Style> {
    let fields = node.fields()?;
    let style = simplestyle::read(&fields, Style::default());
    fields.finish();
    Some(style)
}

fn layer_names(node: &Node, limits: &Limits) -> Option<String> {
    let names = node.string()?;
    let count = names.split(',').count();
    if count > limits.layers_max {
        let detail = format!("{count} layers; the limit is {}", limits.layers_max);
        node.refuse("too_many", detail, Some("use several `wms` layers"));
        return None;
    }
    if names.is_empty() {
        node.invalid("no layer is named", "the names of the WMS layers, separated by commas");
        return None;
    }
    Some(names.to_owned())
}

fn natural_earth(fields: &Fields) -> Option<Content> {
    let mut show = match fields.optional("show") {
        Some(node) => {
            let words: Vec<_> = node.items(16)?.iter().map(|node| node.word(&Feature::NAMES)).collect();
            words.into_iter().map(|word| Some(Feature::ALL[word?])).collect::<Option<Vec<_>>>()?
        }
        None => Feature::ALL.to_vec(),
    };
    show.sort_unstable();
    show.dedup();
    Some(Content::NaturalEarth(NaturalEarth { show }))
}

fn graticule(fields: &Fields) -> Option<Content> {
    let step = fields.optional("step").map(|node| node.number(0.01, 90.0));
    let labels = fields.optional("degrees").map_or(Some(true), |node| node.boolean());
    let stroke = fields.optional("stroke").map(|node| {
        let colour = Colour::parse(node.string()?);
        if colour.is_none() {
            node.invalid("not a colour", "write it like #1e90ff");
        }
        colour
    });
    let stroke = stroke.transposed()?.unwrap_or(Colour { r: 70, g: 80, b: 95, a: 90 });
    Some(Content::Graticule(Graticule { step_deg: step.transposed()?, stroke, labels: labels? }))
}

/// A time among the parameters is the author's choice of one time for every frame.
fn time_or_given(asked: AskedTime, request: &Request) -> AskedTime {
    request.get("TIME").map_or(asked, |time| AskedTime::Given(time.to_owned()))
}

fn read_on_error(node: &Node) -> Option<OnError> {
    Some([OnError::Mark, OnError::Fail, OnError::Hold][node.word(&["mark", "fail", "hold"])?])
}

/// A URL, `"auto"` for the server's own, or nothing.
fn read_legend(fields: &Fields, content: Option<&Content>) -> Option<Option<Legend>> {
    let Some(node) = fields.optional("legend") else { return Some(None) };
    match (node.json, content) {
        (Json::Bool(false), _) => Some(None),
        (Json::Text(text), Some(Content::Wms(_))) if text == "auto" => Some(Some(Legend::Auto)),
        (Json::Text(text), Some(_)) if text == "auto" => {
            node.invalid("only a WMS has a legend of its own", "the URL of a picture");
            None
        }
        (_, None) => None,
        _ => node.url().map(|url| Some(Legend::Url(url.to_owned()))),
    }
}

/// Extra parameters of a WMS, without those that Mapreel sets itself.
fn wms_params(node: &Node) -> Option<Vec<(String, String)>> {
    const OURS: [(&str, &str); 9] = [
        ("layers", "`layers`"),
        ("styles", "`styles`"),
        ("version", "`version`"),
        ("crs", "`crs`"),
        ("srs", "`crs`"),
        ("bbox", "`map.bbox`"),
        ("width", "`map.width`"),
        ("height", "`map.height`"),
        ("request", "the layer's `type`"),
    ];
    let params = read_params(node)?;
    for (key, _) in &params {
        if let Some((_, field)) = OURS.iter().find(|(name, _)| key.eq_ignore_ascii_case(name)) {
            node.child(node.json.get(key)?, key).invalid(format!("`{key}` is set by Mapreel"), &format!("use {field}"));
        }
    }
    Some(params)
}

/// An ISO 8601 duration of days and smaller units.
fn read_duration(node: &Node) -> Option<SignedDuration> {
    let text = node.string()?;
    match Period::parse(text).ok().and_then(|period| period.exact()) {
        Some(duration) => Some(duration),
        None => {
            node.invalid(format!("`{text}` is not a duration"), "an ISO 8601 duration such as PT6H or P1D");
            None
        }
    }
}
