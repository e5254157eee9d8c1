//! What of a URL may be told: nobody knows all the names under which servers take secrets, so values are told only of parameters
//! that are known to describe a map.

use std::borrow::Cow;
use url::Url;

/// What stands in place of what is not told.
const HIDDEN: &str = "xxx";

/// Parameters whose values describe a map: of WMS (OGC 06-042), WMTS (07-057r7), OGC API – Maps and Tiles, and of the dialects that
/// ncWMS, GeoServer, MapServer, QGIS Server and ArcGIS speak. In lower case, in order.
const DESCRIBE_A_MAP: [&str; 82] = [
    "abovemaxcolor",
    "angle",
    "animation",
    "autoscale",
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
    "interpolation",
    "item",
    "j",
    "lang",
    "language",
    "layer",
    "layername",
    "layers",
    "level",
    "logscale",
    "map",
    "map_resolution",
    "member",
    "minute",
    "model",
    "month",
    "nodatacolor",
    "numcolorbands",
    "opacity",
    "palette",
    "query_layers",
    "range",
    "reference_time",
    "request",
    "rescale",
    "row",
    "run",
    "scale",
    "service",
    "size",
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
    "version",
    "vertical",
    "width",
    "x",
    "y",
    "z",
];

/// The URL for manifests, logs and messages: without the name of a credential, a user or a password, and with [`HIDDEN`] for every
/// value of a parameter that is not known to describe a map, or that holds another URL.
pub fn without_secrets(url: &str) -> String {
    let Ok(parsed) = Url::parse(url) else { return "(not a URL)".into() };
    match told(&parsed) {
        Some(told) => told,
        None => url.to_owned(),
    }
}

/// Whether anything of a URL is not told. What a server that was asked with it says is not told either: it may repeat it, in whatever
/// spelling.
pub fn has_secrets(url: &Url) -> bool {
    told(url).is_some()
}

/// The URL as it is told; `None`: as it is.
fn told(url: &Url) -> Option<String> {
    let query = url.query().map(told_query);
    let path = told_path(url.path());
    let has_user = !url.username().is_empty() || url.password().is_some();
    let is_whole = matches!((&query, &path), (None | Some(Cow::Borrowed(_)), Cow::Borrowed(_)));
    if is_whole && !has_user && url.fragment().is_none() {
        return None;
    }
    let mut told = url.clone();
    // They fail for URLs that have no host, which have no user.
    let _ = (told.set_username(""), told.set_password(None));
    told.set_fragment(None);
    told.set_query(query.as_deref());
    told.set_path(&path);
    Some(told.into())
}

fn told_query(query: &str) -> Cow<'_, str> {
    let is_told = |pair: &str| url::form_urlencoded::parse(pair.as_bytes()).all(|(name, value)| is_told(&name, &value));
    if query.split('&').all(is_told) {
        return Cow::Borrowed(query);
    }
    let each = query.split('&').map(|pair| if is_told(pair) { pair.to_owned() } else { hidden(pair) });
    Cow::Owned(each.collect::<Vec<_>>().join("&"))
}

/// Parameters of a path (`/services;key=…/tiles`; RFC 3986, 3.3).
fn told_path(path: &str) -> Cow<'_, str> {
    let is_told = |part: &str| part.split_once('=').is_none_or(|(name, value)| is_told(name, value));
    if path.split(['/', ';']).all(is_told) {
        return Cow::Borrowed(path);
    }
    let each = path.split_inclusive(['/', ';']).map(|part| {
        let end = part.trim_end_matches(['/', ';']);
        if is_told(end) { part.to_owned() } else { hidden(end) + &part[end.len()..] }
    });
    Cow::Owned(each.collect())
}

fn hidden(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) => format!("{name}={HIDDEN}"),
        // A parameter without a value may be the secret itself.
        None => HIDDEN.to_owned(),
    }
}

/// Whether the value of a parameter is told.
fn is_told(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_known = DESCRIBE_A_MAP.binary_search(&name.as_str()).is_ok() || name.starts_with("dim_");
    // `image/png; mode=8bit` is a format.
    let holds_more =
        value.contains("://") || value.contains(['?', '@']) || value.contains('=') && !name.contains("format");
    name.is_empty() && value.is_empty() || is_known && !holds_more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_parameters_are_in_order() {
        assert!(DESCRIBE_A_MAP.is_sorted());
    }

    #[test]
    fn only_what_describes_a_map_is_told() {
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
        check("http://user:password@h/t", "http://h/t");
        check("http://:password@h/t?token=abc", "http://h/t?token=xxx");
        check("http://h/t#token=abc", "http://h/t");
        assert_eq!(without_secrets("abc"), "(not a URL)");
    }
}
