//! Text on the page: shaped, measured, wrapped and drawn.
//!
//! Two weights of one family are in the binary, so that a picture looks the same on every machine. Scripts that they do
//! not cover come from fonts that the program adds.

use crate::{Canvas, theme};
use cosmic_text::fontdb::{Database, Source};
use cosmic_text::{
    Attrs, Buffer, Color, Family, FeatureTag, FontFeatures, FontSystem, Metrics, Shaping, SwashCache, SwashContent,
    Weight, Wrap,
};
use mapreel_spec::Colour;
use std::sync::Arc;

/// The family in the binary: Latin, Greek and Cyrillic.
const FAMILY: &str = "Inter";
const REGULAR: &[u8] = include_bytes!("../fonts/Inter-Regular.otf");
const SEMIBOLD: &[u8] = include_bytes!("../fonts/Inter-SemiBold.otf");
/// Line height over font size.
const LEADING: f32 = 1.3;

/// The fonts to draw with; cheap to clone.
#[derive(Clone)]
pub struct Fonts(Database);

impl Fonts {
    /// The fonts in the binary alone.
    pub fn bundled() -> Self {
        Self::with_fallbacks(Database::new())
    }

    /// The fonts in the binary first, and others for what they lack.
    pub fn with_fallbacks(mut others: Database) -> Self {
        for data in [REGULAR, SEMIBOLD] {
            others.load_font_source(Source::Binary(Arc::new(data)));
        }
        Self(others)
    }

    /// Whether the fonts in the binary have a shape for every character.
    pub fn bundled_cover(text: &str) -> bool {
        let mut typesetter = Typesetter::new(&Self::bundled());
        typesetter.covers(text)
    }
}

/// A piece of text of one look.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span {
    pub text: String,
    pub colour: Colour,
    pub bold: bool,
}

impl Span {
    pub(crate) fn ink(text: impl Into<String>) -> Self {
        Self { text: text.into(), colour: theme::INK, bold: false }
    }

    pub(crate) fn bold(text: impl Into<String>) -> Self {
        Self { bold: true, ..Self::ink(text) }
    }

    pub(crate) fn muted(text: impl Into<String>) -> Self {
        Self { colour: theme::MUTED, ..Self::ink(text) }
    }

    pub(crate) fn alarm(text: impl Into<String>) -> Self {
        Self { colour: theme::ALARM, ..Self::ink(text) }
    }
}

/// Shapes and draws text. One for each thread: it keeps what it has shaped.
pub(crate) struct Typesetter {
    fonts: FontSystem,
    glyphs: SwashCache,
    buffer: Buffer,
}

impl Typesetter {
    pub(crate) fn new(fonts: &Fonts) -> Self {
        let mut fonts = FontSystem::new_with_locale_and_db("en".into(), fonts.0.clone());
        let buffer = Buffer::new(&mut fonts, Metrics::new(13.0, 13.0 * LEADING));
        Self { fonts, glyphs: SwashCache::new(), buffer }
    }

    fn covers(&mut self, text: &str) -> bool {
        let Some(id) = self.fonts.db().faces().next().map(|face| face.id) else { return false };
        let Some(font) = self.fonts.get_font(id, Weight::NORMAL) else { return false };
        let charmap = font.as_swash().charmap();
        text.chars().all(|c| c.is_whitespace() || charmap.map(c) != 0)
    }

    fn set(&mut self, spans: &[Span], size_px: f32, width_max: f32) {
        // Digits of equal width: a time that changes does not make its line jump.
        let mut features = FontFeatures::new();
        features.enable(FeatureTag::new(b"tnum"));
        let base = Attrs::new().family(Family::Name(FAMILY)).font_features(features);
        let attrs = |span: &Span| {
            let colour = Color::rgba(span.colour.r, span.colour.g, span.colour.b, span.colour.a);
            let weight = if span.bold { Weight::SEMIBOLD } else { Weight::NORMAL };
            base.clone().weight(weight).color(colour)
        };
        self.buffer.set_metrics(Metrics::new(size_px, (size_px * LEADING).ceil()));
        self.buffer.set_size(Some(width_max), None);
        self.buffer.set_wrap(Wrap::WordOrGlyph);
        self.buffer.set_rich_text(
            spans.iter().map(|span| (span.text.as_str(), attrs(span))),
            &base,
            Shaping::Advanced,
            None,
        );
        self.buffer.shape_until_scroll(&mut self.fonts, false);
    }

    /// Width and height in whole pixels when wrapped at `width_max`.
    pub(crate) fn measure(&mut self, spans: &[Span], size_px: f32, width_max: f32) -> (u32, u32) {
        self.set(spans, size_px, width_max);
        let (mut width, mut lines) = (0f32, 0);
        for run in self.buffer.layout_runs() {
            width = width.max(run.line_w);
            lines += 1;
        }
        (width.ceil() as u32, lines * line_height(size_px))
    }

    /// Draws with the upper left corner of the first line at `x`, `y`, wrapped at `width_max`.
    pub(crate) fn draw(&mut self, page: &mut Canvas, spans: &[Span], size_px: f32, width_max: f32, x: f32, y: f32) {
        self.each_glyph(spans, size_px, width_max, x, y, |x, y, colour, coverage| page.mix(x, y, colour, coverage));
    }

    /// The same with a rim of `halo` round every letter, for text over a map.
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

    fn each_glyph(
        &mut self,
        spans: &[Span],
        size_px: f32,
        width_max: f32,
        x: f32,
        y: f32,
        mut pixel: impl FnMut(i32, i32, Colour, u8),
    ) {
        self.set(spans, size_px, width_max);
        for run in self.buffer.layout_runs() {
            for glyph in run.glyphs {
                let placed = glyph.physical((x, y + run.line_y), 1.0);
                let colour = glyph.color_opt.map_or(theme::INK, |c| Colour { r: c.r(), g: c.g(), b: c.b(), a: c.a() });
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

/// The height of a line of this font size, in pixels.
pub(crate) fn line_height(size_px: f32) -> u32 {
    (size_px * LEADING).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_greek_and_cyrillic_are_in_the_binary() {
        assert!(Fonts::bundled_cover("Température ≤ 30 °C · Θερμοκρασία · Температура воды · Łódź, Əli, ẞ"));
        assert!(!Fonts::bundled_cover("海面水温"));
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
