//! The query parameters of a request.

/// The value of a query parameter, in its original case and percent-encoding.
pub fn parameter<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    let query = path.split_once('?')?.1;
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// The width and height of the requested picture; `None`: the request has none.
pub fn size(path: &str) -> Option<[u32; 2]> {
    let side = |name| parameter(path, name)?.parse().ok();
    Some([side("WIDTH")?, side("HEIGHT")?])
}
