//! Which of the formats that a server names are pictures. The name chooses what is asked for; what comes is judged by its
//! bytes.

/// Kinds that are certainly no pictures that Mapreel reads.
const NOT_READ: [&str; 10] = ["tiff", "geotiff", "svg", "jp2", "jpx", "jpc", "bil", "wbmp", "avif", "bmp"];
/// Kinds that are read, by whatever name: `png8`, `png; mode=8bit`, `vnd.jpeg-png`, `x-png`.
const READ: [&str; 4] = ["png", "jpeg", "jpg", "webp"];

/// How sure it is that a format is a picture that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reading {
    /// By its registered name.
    Plain,
    /// By a name of the server's own.
    Likely,
    /// Some picture.
    Possible,
}

fn reading(format: &str) -> Option<Reading> {
    let format = format.trim().to_ascii_lowercase();
    let kind = format.strip_prefix("image/")?;
    let name = kind.split(';').next().unwrap_or_default().trim();
    match kind {
        "png" | "jpeg" | "webp" | "gif" => Some(Reading::Plain),
        _ if READ.iter().any(|known| name.contains(known)) || name == "gif" => Some(Reading::Likely),
        _ if NOT_READ.iter().any(|known| name.contains(known)) || name.is_empty() => None,
        _ => Some(Reading::Possible),
    }
}

/// The format that tiles are asked for in: the first of the surest.
pub(crate) fn for_tiles(formats: &[String]) -> Option<&str> {
    formats
        .iter()
        .filter_map(|format| Some((reading(format)?, format)))
        .min_by_key(|(known, _)| *known)
        .map(|(_, f)| &**f)
}

/// The format that a map is asked for in where the server does not name `image/png`: one that can be transparent before
/// one that cannot. `None`: it does, or names nothing.
pub fn for_a_map(formats: &[String]) -> Option<&str> {
    if formats.iter().any(|format| format.trim().eq_ignore_ascii_case("image/png")) {
        return None;
    }
    let is_opaque = |format: &str| {
        let format = format.to_ascii_lowercase();
        ["jpeg", "jpg"].iter().any(|known| format.contains(known)) && !format.contains("png")
    };
    let known = formats.iter().filter_map(|format| Some((is_opaque(format), reading(format)?, format)));
    known.min_by_key(|(opaque, known, _)| (*known == Reading::Possible, *opaque, *known)).map(|(.., format)| &**format)
}

/// Whether a format is one in which there are pictures.
pub(crate) fn is_picture(format: &str) -> bool {
    reading(format).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(formats: &[&str]) -> Vec<String> {
        formats.iter().map(|format| (*format).to_owned()).collect()
    }

    #[test]
    fn a_picture_is_one_by_whatever_name() {
        for format in ["image/png", "image/png8", "image/png; mode=8bit", "image/vnd.jpeg-png8", "IMAGE/JPG", "image/x"]
        {
            assert!(is_picture(format), "{format}");
        }
        for format in ["image/svg+xml", "image/tiff", "application/json", "image/geotiff8", "", "image/"] {
            assert!(!is_picture(format), "{format}");
        }
    }

    #[test]
    fn tiles_are_asked_for_in_the_first_of_the_surest_formats() {
        let check = |formats: &[&str], expected: Option<&str>| assert_eq!(for_tiles(&owned(formats)), expected);
        check(&["image/jpeg", "image/png"], Some("image/jpeg"));
        check(&["image/x", "image/png8", "image/png"], Some("image/png"));
        check(&["image/x", "image/vnd.jpeg-png"], Some("image/vnd.jpeg-png"));
        check(&["application/vnd.mapbox-vector-tile"], None);
    }

    #[test]
    fn a_map_is_asked_for_as_png_by_the_servers_own_name() {
        let check = |formats: &[&str], expected: Option<&str>| assert_eq!(for_a_map(&owned(formats)), expected);
        check(&["image/jpeg", "image/png"], None);
        check(&[], None);
        check(&["image/jpeg", "image/png; mode=8bit"], Some("image/png; mode=8bit"));
        check(&["image/jpeg", "image/gif"], Some("image/gif"));
        check(&["image/tiff", "image/jpeg"], Some("image/jpeg"));
        check(&["image/tiff"], None);
    }
}
