//! What a request asks for, by its query.

/// The value of a query parameter, its case and its percent-encoding as they came.
pub fn parameter<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    let query = path.split_once('?')?.1;
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// The width and height that are asked for; `None`: the request says none.
pub fn size(path: &str) -> Option<[u32; 2]> {
    let side = |name| parameter(path, name)?.parse().ok();
    Some([side("WIDTH")?, side("HEIGHT")?])
}
