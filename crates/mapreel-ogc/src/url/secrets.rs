//! Which parts of a URL may be shown in manifests, logs and messages. Servers take secrets under many names, and no list of them is
//! complete. So the value of a parameter is shown only where the parameter is known to describe a map.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use url::Url;

/// The text that manifests, logs and messages have in place of a secret.
const HIDDEN: &str = "xxx";

/// Parameters whose values describe a map, in lower case and sorted: those of WMS (OGC 06-042), WMTS (07-057r7), OGC API – Maps and
/// Tiles, and those that ncWMS, GeoServer, MapServer, QGIS Server and ArcGIS add.
const DESCRIBE_A_MAP: [&str; 99] = [
    "abovemaxcolor",
    "adjustaspectratio",
    "angle",
    "animation",
    "autoscale",
    "bandids",
    "bbox",
    "bbox-crs",
    "bboxsr",
    "belowmincolor",
    "bgcolor",
    "col",
    "collections",
    "colorbaronly",
    "colormap",
    "colormap_name",
    "colorscalerange",
    "column",
    "crs",
    "dataset",
    "datetime",
    "day",
    "depth",
    "dpi",
    "elevation",
    "ensemble",
    "exceptions",
    "f",
    "feature_count",
    "forecast",
    "format",
    "height",
    "hour",
    "i",
    "imagesr",
    "info_format",
    "infoformat",
    "interpolation",
    "item",
    "j",
    "lang",
    "language",
    "lat",
    "layer",
    "layerdefs",
    "layername",
    "layers",
    "level",
    "limit",
    "logscale",
    "lon",
    "map",
    "map_resolution",
    "member",
    "minute",
    "mode",
    "model",
    "month",
    "mosaicrule",
    "nodatacolor",
    "numcolorbands",
    "offset",
    "opacity",
    "palette",
    "pixeltype",
    "query_layers",
    "range",
    "reference_time",
    "renderingrule",
    "request",
    "rescale",
    "returndimensionvalues",
    "row",
    "rule",
    "run",
    "scale",
    "service",
    "size",
    "sld_version",
    "srs",
    "style",
    "styles",
    "subset",
    "tile",
    "tilecol",
    "tiled",
    "tilematrix",
    "tilematrixset",
    "tilerow",
    "time",
    "transparent",
    "var",
    "version",
    "vertical",
    "width",
    "x",
    "y",
    "z",
    "zoom",
];

/// The URL for manifests, logs and messages: without user, password and the name of a credential. `xxx` replaces the value of every
/// parameter that is not known to describe a map, and every value that contains another URL.
pub fn without_secrets(url: &str) -> String {
    let Ok(parsed) = Url::parse(url) else { return "(not a URL)".into() };
    match shown(&parsed) {
        Some(shown) => shown,
        None => url.to_owned(),
    }
}

/// Whether any part of a URL is hidden. If so, the server's answer must not be quoted either: it may repeat that part, in any
/// spelling.
pub fn has_secrets(url: &Url) -> bool {
    shown(url).is_some()
}

/// Why the document at a URL cannot be used. The reason may quote the document, and the server may have repeated a secret of the URL
/// in it. So for a URL with secrets, the text names no reason.
pub fn without_quotes(url: &str, why: String) -> String {
    match Url::parse(url).is_ok_and(|url| !has_secrets(&url)) {
        true => why,
        false => "the document cannot be used; it is not quoted, since a secret was sent with its URL".to_owned(),
    }
}

/// The URL with its secrets hidden; `None` where nothing had to be hidden.
fn shown(url: &Url) -> Option<String> {
    let query = url.query().map(shown_query);
    let path = shown_path(url.path());
    let has_user = !url.username().is_empty() || url.password().is_some();
    let is_whole = matches!((&query, &path), (None | Some(Cow::Borrowed(_)), Cow::Borrowed(_)));
    if is_whole && !has_user && url.fragment().is_none() {
        return None;
    }
    let mut shown = url.clone();
    // The setters fail only for URLs without a host, and such a URL has no user.
    let _ = (shown.set_username(""), shown.set_password(None));
    shown.set_fragment(None);
    shown.set_query(query.as_deref());
    shown.set_path(&path);
    Some(shown.into())
}

fn shown_query(query: &str) -> Cow<'_, str> {
    let is_shown =
        |pair: &str| url::form_urlencoded::parse(pair.as_bytes()).all(|(name, value)| is_shown(&name, &value));
    if query.split('&').all(is_shown) {
        return Cow::Borrowed(query);
    }
    let each = query.split('&').map(|pair| if is_shown(pair) { pair.to_owned() } else { hidden(pair) });
    Cow::Owned(each.collect::<Vec<_>>().join("&"))
}

/// A path with its secrets hidden. A segment may have parameters (`/services;key=…/tiles`; RFC 3986, 3.3) or contain a URL.
fn shown_path(path: &str) -> Cow<'_, str> {
    let is_shown = |(i, part): (usize, &str)| match part.split_once('=') {
        Some((name, value)) => is_shown(name, value),
        None => i == 0 && !holds_url(part) || part.is_empty(),
    };
    if path.split('/').all(|segment| segment.split(';').enumerate().all(is_shown)) {
        return Cow::Borrowed(path);
    }
    let segment = |segment: &str| {
        let parts = segment.split(';').enumerate();
        let parts = parts.map(|(i, part)| if is_shown((i, part)) { part.to_owned() } else { hidden(part) });
        parts.collect::<Vec<_>>().join(";")
    };
    Cow::Owned(path.split('/').map(segment).collect::<Vec<_>>().join("/"))
}

fn hidden(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) => format!("{name}={HIDDEN}"),
        // A parameter without a value may be the secret itself.
        None => HIDDEN.to_owned(),
    }
}

/// Whether the value of a parameter may be shown.
fn is_shown(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_known = DESCRIBE_A_MAP.binary_search(&name.as_str()).is_ok() || name.starts_with("dim_");
    // `image/png; mode=8bit` is a format.
    let is_pair = value.contains('=') && value.split_once("; mode=").is_none_or(|(_, mode)| mode.contains('='));
    name.is_empty() && value.is_empty() || is_known && !is_pair && !holds_url(value)
}

/// Whether a value contains a URL or a part of one, also percent-encoded, up to three times. A value that is encoded more often
/// counts as one.
fn holds_url(value: &str) -> bool {
    let mut value = Cow::Borrowed(value);
    for _ in 0..3 {
        let is_user = value.split_once('@').is_some_and(|(before, _)| before.contains(':'));
        if value.contains("://") || value.contains('?') || is_user {
            return true;
        }
        match percent_decode_str(&value).decode_utf8_lossy().into_owned() {
            decoded if decoded == value => return false,
            decoded => value = Cow::Owned(decoded),
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mapreel_asks_for_is_told() {
        let written = "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=a&STYLES=b&CRS=EPSG:3857&SRS=EPSG:4326&BBOX=0,0,1,1&WIDTH=1&HEIGHT=2\
            &FORMAT=image/png&TRANSPARENT=TRUE&EXCEPTIONS=XML&TIME=2020-01-01T00:00:00Z&ELEVATION=-5&DIM_MEMBER=1&LAYER=a&STYLE=b&SLD_VERSION=1.1.0\
            &COLORSCALERANGE=0,5&PALETTE=x&COLORBARONLY=true&TILEMATRIX=3&TILEMATRIXSET=a&TILEROW=1&TILECOL=2&ITEM=layerDetails&LAYERNAME=a";
        let url = format!("http://h/wms?{}", written.replace(' ', ""));
        assert_eq!(without_secrets(&url), url);
    }

    #[test]
    fn known_parameters_are_in_order() {
        assert!(DESCRIBE_A_MAP.is_sorted());
    }

    #[test]
    fn only_what_describes_a_map_is_shown() {
        let check = |url: &str, expected: &str| {
            assert_eq!(without_secrets(url), expected);
            assert_eq!(has_secrets(&Url::parse(url).unwrap()), url != expected, "{url}");
        };
        check("http://h/t?Token=abc&x=1", "http://h/t?Token=xxx&x=1");
        check("http://h/t?x=a+b", "http://h/t?x=a+b");
        check(
            "http://h/t?LAYERS=a%20b,c&TIME=2020-01-01T00:00:00Z&DIM_run=1",
            "http://h/t?LAYERS=a%20b,c&TIME=2020-01-01T00:00:00Z&DIM_run=1",
        );
        check("http://h/t?format=image/png;%20mode=8bit", "http://h/t?format=image/png;%20mode=8bit");
        for name in
            ["sid", "code", "session", "bearer", "hmac", "hash", "Policy", "X-Amz-Signature", "appid", "k", "%6Bey"]
        {
            check(&format!("http://h/t?{name}=abc&layers=a"), &format!("http://h/t?{name}=xxx&layers=a"));
        }
        check("http://h/t?abc", "http://h/t?xxx");
        check("http://h/t?map=http://other/%3Ftoken%3Dabc", "http://h/t?map=xxx");
        check("http://h/t?styles=a%3Fkey%3Dabc", "http://h/t?styles=xxx");
        check("http://name@h/t?x=1&token=abc", "http://h/t?x=1&token=xxx");
        check("http://h/s;key=abc/1/2", "http://h/s;key=xxx/1/2");
        check("http://h/s;time=2020/1/2", "http://h/s;time=2020/1/2");
        check("http://h/s;abc/1/2", "http://h/s;xxx/1/2");
        check("http://h/1/2/3@2x.png", "http://h/1/2/3@2x.png");
        check("http://h/proxy/https%3A%2F%2Fo%2Fx%3Ftoken%3Dabc", "http://h/proxy/xxx");
        check("http://h/proxy/user:pw@o/x", "http://h/proxy/xxx/x");
        check("http://h/t?map=http%253A%252F%252Fo%252F%253Ftoken%253Dabc", "http://h/t?map=xxx");
        check("http://h/t?format=image/png;token=abc", "http://h/t?format=xxx");
        check("http://user:password@h/t", "http://h/t");
        check("http://:password@h/t?token=abc", "http://h/t?token=xxx");
        check("http://h/t#token=abc", "http://h/t");
        assert_eq!(without_secrets("abc"), "(not a URL)");
    }
}
