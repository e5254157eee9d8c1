//! Which of a server's formats are pictures. A format's name decides only which format is asked for; the answer is
//! recognised by its bytes.

/// Formats that Mapreel certainly cannot read.
const NOT_READ: [&str; 10] = ["tiff", "geotiff", "svg", "jp2", "jpx", "jpc", "bil", "wbmp", "avif", "bmp"];
/// Formats that Mapreel reads. A name needs only to contain one of these: `png8`, `png; mode=8bit`, `vnd.jpeg-png`,
/// `x-png`.
const READ: [&str; 4] = ["png", "jpeg", "jpg", "webp"];

/// How certain it is that Mapreel can read a format, the most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Confidence {
    /// The format's registered name.
    Plain,
    /// A name of the server's own that contains the name of such a format.
    Likely,
    /// Another picture format.
    Possible,
}

fn confidence(format: &str) -> Option<Confidence> {
    let format = format.trim().to_ascii_lowercase();
    let kind = format.strip_prefix("image/")?;
    let name = kind.split(';').next().unwrap_or_default().trim();
    match kind {
        "png" | "jpeg" | "webp" | "gif" => Some(Confidence::Plain),
        _ if READ.iter().any(|known| name.contains(known)) || name == "gif" => Some(Confidence::Likely),
        _ if NOT_READ.iter().any(|known| name.contains(known)) || name.is_empty() => None,
        _ => Some(Confidence::Possible),
    }
}

/// The format that tiles are asked for in: the first of the most certain ones.
pub(crate) fn for_tiles(formats: &[String]) -> Option<&str> {
    formats
        .iter()
        .filter_map(|format| Some((confidence(format)?, format)))
        .min_by_key(|(known, _)| *known)
        .map(|(_, f)| &**f)
}

/// The format for a map where the server does not offer `image/png`; formats that can be transparent come before JPEG.
/// `None` where it offers `image/png`, or no format that Mapreel may read.
pub fn for_a_map(formats: &[String]) -> Option<&str> {
    if formats.iter().any(|format| format.trim().eq_ignore_ascii_case("image/png")) {
        return None;
    }
    let is_opaque = |format: &str| {
        let format = format.to_ascii_lowercase();
        ["jpeg", "jpg"].iter().any(|known| format.contains(known)) && !format.contains("png")
    };
    let known = formats.iter().filter_map(|format| Some((is_opaque(format), confidence(format)?, format)));
    known
        .min_by_key(|(opaque, known, _)| (*known == Confidence::Possible, *opaque, *known))
        .map(|(.., format)| &**format)
}

/// Whether a format is one of pictures that Mapreel may read.
pub(crate) fn is_picture(format: &str) -> bool {
    confidence(format).is_some()
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
