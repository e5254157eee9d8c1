//! The credits at the foot, each source once, bottom layer first.

use super::layout::Layout;
use super::scale::Scale;
use super::texts::Page;
use crate::raster::canvas::Canvas;
use crate::text::span::Span;
use crate::text::typesetter::Typesetter;

fn text(page: &Page) -> Option<[Span; 1]> {
    let source = page.texts.source.as_deref();
    let credits = each_once(source.into_iter().chain(page.captions.iter().filter_map(|c| c.attribution.as_deref())));
    (!credits.is_empty()).then(|| [Span::muted(credits.join(" · "))])
}

/// The credits without those whose words another credit contains.
fn each_once<'a>(credits: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut kept: Vec<(&str, String)> = Vec::new();
    for credit in credits {
        let words = words(credit);
        if words == "  " || kept.iter().any(|(_, known)| known.contains(&words)) {
            continue;
        }
        // A longer credit takes the place of the first credit that it contains.
        let place = kept.iter().position(|(_, known)| words.contains(known.as_str())).unwrap_or(kept.len());
        kept.retain(|(_, known)| !words.contains(known.as_str()));
        kept.insert(place, (credit, words));
    }
    kept.into_iter().map(|(credit, _)| credit).collect()
}

/// The words of a credit, each between single spaces, by which credits are compared: without case, punctuation and `©`.
fn words(credit: &str) -> String {
    let lower = credit.to_lowercase().replace("(c)", " ");
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut words = &words[..];
    for phrase in [&["copyright"][..], &["made", "with"], &["data"], &["source"]] {
        words = words.strip_prefix(phrase).filter(|rest| !rest.is_empty()).unwrap_or(words);
    }
    format!(" {} ", words.join(" "))
}

/// The height of the credits in at most so many lines, if there are any.
pub(crate) fn measure(
    page: &Page,
    scale: Scale,
    width: u32,
    lines_max: u32,
    typesetter: &mut Typesetter,
) -> Option<u32> {
    let text = typesetter.shortened(&text(page)?, scale.small_px(), width as f32, lines_max);
    Some(typesetter.measure(&text, scale.small_px(), width as f32).1)
}

pub(crate) fn draw(canvas: &mut Canvas, page: &Page, layout: &Layout, typesetter: &mut Typesetter) {
    if let (Some(text), Some([x, y, width, _])) = (text(page), layout.attribution) {
        let (size_px, width) = (layout.scale.small_px(), width as f32);
        let text = typesetter.shortened(&text, size_px, width, layout.header_form.lines_max);
        typesetter.draw_towards(layout.direction, canvas, &text, size_px, width, (x as f32, y as f32));
    }
}

#[cfg(test)]
mod tests {
    use super::each_once;

    #[track_caller]
    fn check(credits: &[&str], expected: &[&str]) {
        assert_eq!(each_once(credits.iter().copied()), expected);
    }

    #[test]
    fn a_source_is_named_once_however_it_is_written() {
        check(&["© OpenStreetMap contributors", "OpenStreetMap  Contributors"], &["© OpenStreetMap contributors"]);
        check(&["NOAA", "(c) NOAA.", "Copyright NOAA", "©NOAA"], &["NOAA"]);
        check(&["", "©", "ESA"], &["ESA"]);
        check(&["NOAA, Natural Earth", "Made with Natural Earth"], &["NOAA, Natural Earth"]);
    }

    #[test]
    fn a_credit_within_another_is_not_repeated() {
        let both = "© OpenStreetMap contributors, © CARTO";
        check(&["© OpenStreetMap contributors", both, "© CARTO"], &[both]);
        check(&[both, "Open-Meteo", "© openstreetmap contributors"], &[both, "Open-Meteo"]);
        check(&["NOAA", "ESA", "NOAA ERSSTv5"], &["NOAA ERSSTv5", "ESA"]);
    }

    #[test]
    fn a_word_within_a_word_is_another_source() {
        check(&["ESA", "Mesa County"], &["ESA", "Mesa County"]);
        check(&["気象庁", "© 気象庁 · 地理院"], &["© 気象庁 · 地理院"]);
    }
}
