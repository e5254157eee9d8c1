//! Tiles of the XYZ convention: which cells cover a map, and the URL of each.

use super::service_url::{URL_BYTES_MAX, with_credential};
use mapreel_geo::Bbox;

/// The deepest level of a tile pyramid that is asked for.
pub const ZOOM_MAX: u32 = 22;

/// A tile URL with placeholders for level, column and row, in the tile pyramid of the web (EPSG:3857, one tile at level 0).
#[derive(Debug, Clone, PartialEq)]
pub struct TileTemplate {
    template: String,
    /// The values of `{s}`, used in turn.
    pub subdomains: Vec<String>,
    /// The side of a tile in pixels.
    pub side_px: u32,
    /// The first level that the server has.
    pub zoom_min: u32,
    /// The deepest level that the server has.
    pub zoom_max: u32,
    /// The area that has tiles: west, south, east, north in degrees.
    pub degrees: Option<Bbox>,
    /// Whether rows are counted from the south.
    pub from_south: bool,
    /// Whether these values come from a document of the server; otherwise they come from the request.
    pub is_from_server: bool,
}

/// Why a text is not a tile URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileTemplateError {
    /// An unknown placeholder.
    #[error(
        "the placeholder `{{{0}}}` is not known; there are {{z}}, {{x}}, {{y}}, {{-y}}, {{q}}, {{s}}, {{r}}, and \
         {{tileMatrix}}, {{tileCol}}, {{tileRow}} of OGC API – Tiles"
    )]
    Placeholder(String),
    /// The text is neither a template nor the URL of a sample tile.
    #[error("neither a template with {{z}}, {{x}} and {{y}} nor the URL of a tile")]
    NotATile,
    /// The template, or the URL of a tile, is longer than servers read. Every tile of a map would repeat it.
    #[error("the URL of a tile is longer than {URL_BYTES_MAX} bytes")]
    TooLong,
}

impl TileTemplate {
    /// Reads a template (`…/{z}/{x}/{y}.png`) or the URL of any one tile (`…/3/5/2.png`).
    ///
    /// `{-y}` counts rows from the south, as TMS does; `{q}` is a quadkey; `{s}` a subdomain; `{r}` becomes `@2x`. Tiles of a
    /// template with `@2x` have 512 pixels a side, all others 256. `{tileMatrix}`, `{tileCol}` and `{tileRow}` of OGC API –
    /// Tiles are the same as `{z}`, `{x}` and `{y}`. A sample tile is read as `{z}/{x}/{y}`, except behind
    /// `/tile/`, where ArcGIS servers put the row before the column (`…/MapServer/tile/{z}/{y}/{x}`).
    ///
    /// # Errors
    /// See [`TileTemplateError`].
    pub fn parse(url: &str) -> Result<Self, TileTemplateError> {
        let template =
            if url.contains('{') { url.to_owned() } else { from_sample(url).ok_or(TileTemplateError::NotATile)? };
        let template = canonical(&template)?;
        if template.len() > URL_BYTES_MAX {
            return Err(TileTemplateError::TooLong);
        }
        let has = |name: &str| template.contains(name);
        if !(has("{q}") || has("{z}") && has("{x}") && (has("{y}") || has("{-y}"))) {
            return Err(TileTemplateError::NotATile);
        }
        let side_px = if has("{r}") || has("@2x") { 512 } else { 256 };
        let subdomains = ["a", "b", "c"].map(str::to_owned).to_vec();
        let (zoom_min, zoom_max, degrees, from_south, is_from_server) = (0, 19, None, false, false);
        let template = Self { template, subdomains, side_px, zoom_min, zoom_max, degrees, from_south, is_from_server };
        let last = (1 << ZOOM_MAX) - 1;
        if [0, last].into_iter().any(|y| template.url(ZOOM_MAX, last, y).len() > URL_BYTES_MAX) {
            return Err(TileTemplateError::TooLong);
        }
        Ok(template)
    }

    /// Writes the name of a credential into the template.
    pub fn ask_with(&mut self, credential: &str) {
        self.template = with_credential(&self.template, Some(credential));
    }

    /// The URL of a tile: level, column and row, with rows counted from the north.
    pub fn url(&self, zoom: u32, x: i64, y: i64) -> String {
        let from_south = (1i64 << zoom) - 1 - y;
        let subdomain = &self.subdomains[(x + y).rem_euclid(self.subdomains.len() as i64) as usize];
        let url = self.template.replace("{z}", &zoom.to_string()).replace("{x}", &x.to_string());
        let url = url.replace("{y}", &(if self.from_south { from_south } else { y }).to_string());
        let url = url.replace("{-y}", &from_south.to_string()).replace("{q}", &quadkey(zoom, x, y));
        url.replace("{s}", subdomain).replace("{r}", "@2x")
    }
}

/// The template with the shortest name of every placeholder.
fn canonical(template: &str) -> Result<String, TileTemplateError> {
    let mut parts = template.split('{');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').ok_or_else(|| {
            // The error quotes only the placeholder: the rest of the URL may hold a secret.
            let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(part.len());
            TileTemplateError::Placeholder(part[..end].to_owned())
        })?;
        out += match name.to_ascii_lowercase().as_str() {
            "z" | "tilematrix" | "level" => "{z}",
            "x" | "tilecol" | "col" => "{x}",
            "y" | "tilerow" | "row" => "{y}",
            "-y" => "{-y}",
            "q" => "{q}",
            "s" => "{s}",
            "r" => "{r}",
            // The registered name of the tile pyramid of the web.
            "tilematrixset" | "tilematrixsetid" => "WebMercatorQuad",
            _ => return Err(TileTemplateError::Placeholder(name.to_owned())),
        };
        out += rest;
    }
    Ok(out)
}

/// The quadkey of a tile: one digit a level, for the quarter of the quarter before, beginning with the world.
fn quadkey(zoom: u32, x: i64, y: i64) -> String {
    let quarter = |level: u32| (x >> level & 1) + 2 * (y >> level & 1);
    (0..zoom).rev().map(|level| char::from(b'0' + quarter(level) as u8)).collect()
}

/// The template of a sample tile, whose path ends with three numbers.
fn from_sample(url: &str) -> Option<String> {
    let path_end = url.find(['?', '#']).unwrap_or(url.len());
    let (path, query) = url.split_at(path_end);
    let segments: Vec<&str> = path.split('/').collect();
    let [.., before, z, x, last] = segments[..] else { return None };
    let (y, suffix) = last.split_at(last.find(|c: char| !c.is_ascii_digit()).unwrap_or(last.len()));
    let numbers = [z, x, y].iter().all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    if !numbers || !(suffix.is_empty() || suffix.starts_with(['.', '@'])) {
        return None;
    }
    let head = &path[..path.len() - last.len() - x.len() - z.len() - 2];
    let order = if before == "tile" { "{z}/{y}/{x}" } else { "{z}/{x}/{y}" };
    Some(format!("{head}{order}{suffix}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_tile_becomes_a_template() {
        let check = |sample: &str, template: Option<&str>| {
            assert_eq!(from_sample(sample).as_deref(), template, "{sample}");
        };
        check("https://a.example/7/12/30.png", Some("https://a.example/{z}/{x}/{y}.png"));
        check("https://a.example/layer/0/0/0?key=1", Some("https://a.example/layer/{z}/{x}/{y}?key=1"));
        check("https://a.example/X/MapServer/tile/0/0/0", Some("https://a.example/X/MapServer/tile/{z}/{y}/{x}"));
        check("https://a.example/1/2/3@2x.png", Some("https://a.example/{z}/{x}/{y}@2x.png"));
        check("https://a.example/tiles", None);
        check("https://a.example/1/b/3.png", None);
    }

    #[test]
    fn placeholders_of_other_conventions_are_refused_by_name() {
        let error = TileTemplate::parse("https://a.example/{z}/{x}/{y}.{ext}").unwrap_err();
        assert_eq!(error, TileTemplateError::Placeholder("ext".into()));
        assert_eq!(TileTemplate::parse("https://a.example/{z}/{x}.png"), Err(TileTemplateError::NotATile));
        assert_eq!(
            TileTemplate::parse("https://a.example/{z}/{x}/{y"),
            Err(TileTemplateError::Placeholder("y".into())),
            "one without its end"
        );
    }

    #[test]
    fn a_template_that_every_tile_would_repeat_is_not_long() {
        let long = |bytes: usize| format!("https://a.example/{{z}}/{{x}}/{{y}}?{}", "a".repeat(bytes));
        assert!(TileTemplate::parse(&long(8000)).is_ok());
        let quarters = |count: usize| format!("https://a.example/{}", "{q}".repeat(count));
        assert!(TileTemplate::parse(&quarters(300)).is_ok());
        assert_eq!(TileTemplate::parse(&quarters(400)), Err(TileTemplateError::TooLong), "22 letters each");
        assert_eq!(TileTemplate::parse(&long(9000)), Err(TileTemplateError::TooLong));
        assert_eq!(
            TileTemplate::parse(&format!("https://a.example/{}/1/1/1", "a".repeat(9000))),
            Err(TileTemplateError::TooLong)
        );
    }

    #[test]
    fn placeholders_of_ogc_api_tiles_are_known_in_any_case() {
        let check = |template: &str, expected: &str| {
            assert_eq!(TileTemplate::parse(template).unwrap().url(3, 5, 2), expected);
        };
        check("http://t/{tileMatrix}/{tileRow}/{tileCol}", "http://t/3/2/5");
        check("http://t/{TileMatrixSet}/{TILEMATRIX}/{TileCol}/{tilerow}.png", "http://t/WebMercatorQuad/3/5/2.png");
        check("http://t/tile/{level}/{row}/{col}", "http://t/tile/3/2/5");
    }

    #[test]
    fn every_convention_names_the_same_tile() {
        let check = |template: &str, expected: &str| {
            assert_eq!(TileTemplate::parse(template).unwrap().url(3, 5, 2), expected);
        };
        check("http://t/{z}/{x}/{y}.png", "http://t/3/5/2.png");
        check("http://t/{z}/{x}/{-y}.png", "http://t/3/5/5.png");
        // The example of "Bing Maps Tile System" (Microsoft): column 3, row 5 of level 3 is 213; here column 5, row 2.
        check("http://t/{q}.png", "http://t/121.png");
        check("http://{s}.t/{z}/{x}/{y}{r}.png", "http://b.t/3/5/2@2x.png");
        assert_eq!(quadkey(3, 3, 5), "213");
    }
}
