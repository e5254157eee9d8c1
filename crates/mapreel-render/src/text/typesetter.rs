//! Text on the page: shaped, measured, wrapped and drawn.
//!
//! A character that no font has becomes a box, and is noted.

use super::bidi::{self, Direction};
use super::fonts::{FAMILY, Fonts};
use super::missing_glyphs::{MissingGlyphs, is_visible};
use super::span::Span;
use crate::raster::canvas::Canvas;
use crate::theme;
use cosmic_text::{
    Align, Attrs, Buffer, Color, Family, FeatureTag, FontFeatures, FontSystem, LayoutGlyph, LayoutRun, Metrics,
    Shaping, SwashCache, SwashContent, Weight, Wrap,
};
use mapreel_spec::Colour;

/// Line height over font size.
const LEADING: f32 = 1.3;

/// Shapes and draws text. Each thread has a typesetter of its own, since a typesetter keeps shaped text and a cache of glyphs.
pub(crate) struct Typesetter {
    fonts: FontSystem,
    glyphs: SwashCache,
    buffer: Buffer,
    missing: MissingGlyphs,
}

impl Typesetter {
    pub(crate) fn new(fonts: &Fonts) -> Self {
        let mut fonts = fonts.system();
        let buffer = Buffer::new(&mut fonts, Metrics::new(13.0, 13.0 * LEADING));
        Self { fonts, glyphs: SwashCache::new(), buffer, missing: MissingGlyphs::default() }
    }

    /// The characters that no font had, of all text shaped since the last call.
    pub(crate) fn take_missing(&mut self) -> MissingGlyphs {
        std::mem::take(&mut self.missing)
    }

    fn set(&mut self, spans: &[Span], size_px: f32, width_max: f32, direction: Direction) {
        let isolated = bidi::isolated(spans, direction);
        // Tabular digits (`tnum`) have equal width: a time that changes does not make its line jump.
        let mut features = FontFeatures::new();
        features.enable(FeatureTag::new(b"tnum"));
        let base = Attrs::new().family(Family::Name(FAMILY)).font_features(features);
        let attrs = |(index, span): (usize, &Span)| {
            let colour = Color::rgba(span.colour.r, span.colour.g, span.colour.b, span.colour.a);
            let weight = if span.bold { Weight::BOLD } else { Weight::NORMAL };
            base.clone().weight(weight).color(colour).metadata(index)
        };
        self.buffer.set_metrics(Metrics::new(size_px, (size_px * LEADING).ceil()));
        self.buffer.set_size(Some(width_max), None);
        self.buffer.set_wrap(Wrap::WordOrGlyph);
        self.buffer.set_rich_text(
            isolated
                .as_deref()
                .unwrap_or(spans)
                .iter()
                .enumerate()
                .map(|(i, span)| (span.text.as_str(), attrs((i, span)))),
            &base,
            Shaping::Advanced,
            Some(if direction == Direction::RightToLeft { Align::Right } else { Align::Left }),
        );
        self.buffer.shape_until_scroll(&mut self.fonts, false);
        for run in self.buffer.layout_runs() {
            for glyph in run.glyphs.iter().filter(|glyph| is_missing(&run, glyph)) {
                let text = spans.get(glyph.metadata).map_or(run.text, |span| bidi::separated(&span.text));
                self.missing.note(text, &run.text[glyph.start..glyph.end]);
            }
        }
    }

    /// Width and height in whole pixels when wrapped at `width_max`.
    pub(crate) fn measure(&mut self, spans: &[Span], size_px: f32, width_max: f32) -> (u32, u32) {
        self.set(spans, size_px, width_max, Direction::LeftToRight);
        let (mut width, mut lines) = (0f32, 0);
        for run in self.buffer.layout_runs() {
            width = width.max(run.line_w);
            lines += 1;
        }
        (width.ceil() as u32, lines * line_height(size_px))
    }

    /// The spans as far as they fit into so many lines; what is left out at their end is an ellipsis.
    pub(crate) fn shortened(&mut self, spans: &[Span], size_px: f32, width_max: f32, lines_max: u32) -> Vec<Span> {
        let height_max = lines_max.saturating_mul(line_height(size_px));
        let mut fits = |spans: &[Span]| self.measure(spans, size_px, width_max).1 <= height_max;
        if lines_max == u32::MAX || fits(spans) {
            return spans.to_vec();
        }
        // Finds the longest beginning that fits, by bisection.
        let (mut least, mut most) = (0, spans.iter().map(|span| span.text.chars().count()).sum());
        while least + 1 < most {
            let middle = usize::midpoint(least, most);
            if fits(&beginning(spans, middle)) { least = middle } else { most = middle }
        }
        beginning(spans, least)
    }

    /// Draws with the upper left corner of the first line at `x`, `y`, wrapped at `width_max`.
    pub(crate) fn draw(&mut self, page: &mut Canvas, spans: &[Span], size_px: f32, width_max: f32, x: f32, y: f32) {
        self.draw_towards(Direction::LeftToRight, page, spans, size_px, width_max, (x, y));
    }

    /// Draws a line that is read in this direction and begins at that side.
    pub(crate) fn draw_towards(
        &mut self,
        direction: Direction,
        page: &mut Canvas,
        spans: &[Span],
        size_px: f32,
        width_max: f32,
        (x, y): (f32, f32),
    ) {
        self.set(spans, size_px, width_max, direction);
        self.each_pixel(x, y, |x, y, colour, coverage| page.mix(x, y, colour, coverage));
    }

    /// Draws text with a rim of `halo` round every letter, for text over a map.
    pub(crate) fn draw_with_halo(
        &mut self,
        page: &mut Canvas,
        spans: &[Span],
        size_px: f32,
        (x, y): (f32, f32),
        halo: Colour,
    ) {
        let radius = (size_px / 9.0).max(1.0);
        let plain: Vec<Span> = spans.iter().map(|span| Span { colour: halo, ..span.clone() }).collect();
        for step in 0..8 {
            let angle = f32::from(step as u8) * std::f32::consts::FRAC_PI_4;
            self.draw(page, &plain, size_px, f32::MAX, x + radius * angle.cos(), y + radius * angle.sin());
        }
        self.draw(page, spans, size_px, f32::MAX, x, y);
    }

    /// Every pixel of the text that was set, with the upper left corner of the first line at `x`, `y`.
    fn each_pixel(&mut self, x: f32, y: f32, mut pixel: impl FnMut(i32, i32, Colour, u8)) {
        for run in self.buffer.layout_runs() {
            for glyph in run.glyphs {
                let placed = glyph.physical((x, y + run.line_y), 1.0);
                let colour = glyph.color_opt.map_or(theme::INK, |c| Colour { r: c.r(), g: c.g(), b: c.b(), a: c.a() });
                if is_missing(&run, glyph) {
                    tofu(glyph, (x, y + run.line_y), |x, y| pixel(x, y, colour, 255));
                    continue;
                }
                let Some(image) = self.glyphs.get_image(&mut self.fonts, placed.cache_key) else { continue };
                let (left, top) = (placed.x + image.placement.left, placed.y - image.placement.top);
                let width = image.placement.width.max(1) as usize;
                match image.content {
                    SwashContent::Mask => {
                        for (i, coverage) in image.data.iter().enumerate().filter(|(_, coverage)| **coverage > 0) {
                            pixel(left + (i % width) as i32, top + (i / width) as i32, colour, *coverage);
                        }
                    }
                    // Emoji bring their own colours.
                    SwashContent::Color | SwashContent::SubpixelMask => {
                        for (i, c) in image.data.chunks_exact(4).enumerate() {
                            pixel(
                                left + (i % width) as i32,
                                top + (i / width) as i32,
                                Colour::rgb(c[0], c[1], c[2]),
                                c[3],
                            );
                        }
                    }
                }
            }
        }
    }
}

/// The first characters of some spans, and an ellipsis.
fn beginning(spans: &[Span], chars: usize) -> Vec<Span> {
    let (mut left, mut kept) = (chars, Vec::new());
    for span in spans {
        let text: String = span.text.chars().take(left).collect();
        left -= text.chars().count();
        let is_whole = text.len() == span.text.len();
        let text = if is_whole { text } else { format!("{}…", text.trim_end()) };
        kept.push(Span { text, ..span.clone() });
        if !is_whole {
            break;
        }
    }
    kept
}

/// Whether the glyph stands for a character that no font has.
fn is_missing(run: &LayoutRun, glyph: &LayoutGlyph) -> bool {
    glyph.glyph_id == 0 && run.text[glyph.start..glyph.end].chars().any(is_visible)
}

/// A box in the place of a character that no font has, its lower left corner at the glyph's on the line at `y`.
fn tofu(glyph: &LayoutGlyph, (x, y): (f32, f32), mut pixel: impl FnMut(i32, i32)) {
    let line = (glyph.font_size / 14.0).round().max(1.0) as i32;
    let left = (x + glyph.x + glyph.font_size * 0.08).round() as i32;
    let right = ((x + glyph.x + glyph.w - glyph.font_size * 0.08).round() as i32).max(left + 3 * line);
    let (top, bottom) = ((y - glyph.font_size * 0.73).round() as i32, y.round() as i32);
    for row in top..bottom {
        for column in left..right {
            let on_edge = row - top < line || bottom - row <= line || column - left < line || right - column <= line;
            if on_edge {
                pixel(column, row);
            }
        }
    }
}

/// The height of a line of this font size, in pixels.
pub(crate) fn line_height(size_px: f32) -> u32 {
    (size_px * LEADING).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_greek_and_cyrillic_are_in_the_binary() {
        let covered = |text: &str| Fonts::bundled_cover([text].into_iter());
        assert!(covered("Température ≤ 30 °C · Θερμοκρασία · Температура воды · Łódź, Əli, ẞ"));
        assert!(covered("a\u{2068}b\u{200E}"), "what governs its neighbours needs no shape");
        assert!(!covered("海面水温"));
    }

    #[test]
    fn what_no_font_has_is_a_box_and_is_noted() {
        let mut typesetter = Typesetter::new(&Fonts::bundled());
        let mut page = Canvas::new(200, 40, theme::GROUND);
        typesetter.draw(&mut page, &[Span::ink("Sea"), Span::ink("  ·  海面")], 20.0, f32::MAX, 0.0, 0.0);
        let inked = |x: u32| (0..40).any(|y| page.colour(x, y) != theme::GROUND);
        let width = typesetter.measure(&[Span::ink("Sea  ·  ")], 20.0, f32::MAX).0;
        assert!((width..200).filter(|x| inked(*x)).count() > 15, "two boxes");
        let missing = typesetter.take_missing();
        let scripts: Vec<_> = missing.scripts().collect();
        assert_eq!((scripts.len(), scripts[0].0), (1, Some("Han")));
        assert!(scripts[0].1.texts.iter().eq(["海面"]) && scripts[0].1.characters.iter().eq(&['海', '面']));
        assert!(typesetter.take_missing().is_empty());
    }

    #[test]
    fn the_digits_of_a_time_stand_in_their_order_beside_arabic() {
        let mut typesetter = Typesetter::new(&Fonts::bundled());
        for direction in [Direction::LeftToRight, Direction::RightToLeft] {
            for title in ["درجة", "אב", "Latin", "درجة 2018-01-01T00:00Z"] {
                let time = "2019-12-01 00:00 UTC";
                typesetter.set(&[Span::ink(title), Span::muted(format!("   {time}"))], 20.0, 600.0, direction);
                let run = typesetter.buffer.layout_runs().next().unwrap();
                let mut glyphs: Vec<_> =
                    run.glyphs.iter().filter(|glyph| glyph.metadata == 1 && glyph.w > 0.0).collect();
                glyphs.sort_by(|a, b| a.x.total_cmp(&b.x));
                let shown: String = glyphs.iter().map(|glyph| &run.text[glyph.start..glyph.end]).collect();
                assert!(shown.contains(time), "{title}: {shown}");
            }
        }
    }

    #[test]
    fn a_changing_time_keeps_its_width() {
        let mut typesetter = Typesetter::new(&Fonts::bundled());
        let mut width = |text: &str| typesetter.measure(&[Span::bold(text)], 20.0, f32::MAX).0;
        assert_eq!(width("2011-11-11 11:11 UTC"), width("2008-08-08 08:08 UTC"));
    }

    #[test]
    fn long_text_is_wrapped_within_its_width() {
        let mut typesetter = Typesetter::new(&Fonts::bundled());
        let text = [Span::ink("Sea surface temperature anomaly against the mean of 1991 to 2020, averaged by month")];
        let (one_width, one_height) = typesetter.measure(&text, 13.0, f32::MAX);
        let (width, height) = typesetter.measure(&text, 13.0, 200.0);
        assert!(one_width > 200 && width <= 200 && height >= 3 * one_height, "{width} × {height}");
    }
}
