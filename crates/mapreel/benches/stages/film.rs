//! The processor time of a film, stage by stage.

use super::bench::{Bench, size};
use super::recorded::{Recorded, gathered, legends, planned, planned_on_a_page};
use mapreel_render::encode::palette::Palette;
use mapreel_render::encode::{self, SegmentEncoder};
use mapreel_render::{Canvas, Fonts, FramePictures, LegendArt, LegendPicture, Painter, Scene, Stop};
use mapreel_sources::decode;
use mapreel_spec::{Format, LayerSource, Limits, Mosaic, Output, Plan, Series};
use std::sync::Arc;

/// All stages, in the order in which a film passes through them.
pub fn stages(bench: Bench) {
    let recorded = Recorded::load(&planned(bench.frames, &Limits::default()));
    let plan = Arc::new(planned_on_a_page(bench.frames, &recorded));
    let film = Film { bench, recorded, plan };
    println!("{:44} {:>8}   limit", "stage, CPU ms", "here");
    film.plan();
    let scene = film.still_layer();
    let pictures = film.pictures();
    let pages = film.pages(&scene, &pictures);
    film.mp4(&pages);
    film.gif(&pages);
    film.stills(&pages[0]);
}

/// The recorded film, and the settings of the benchmark.
struct Film {
    bench: Bench,
    recorded: Recorded,
    plan: Arc<Plan>,
}

impl Film {
    /// Measures a stage that runs once for each frame.
    fn row(&self, stage: &str, limit: &str, work: impl FnMut()) {
        self.bench.row(stage, self.bench.frames, limit, work);
    }

    fn legends(&self) -> Vec<LegendPicture> {
        legends(self.plan.layers.iter().map(|layer| &layer.caption), &self.recorded)
    }

    /// The pictures of the basemap or of the overlay.
    fn layer(&self, index: usize) -> &Series<Mosaic> {
        match &self.plan.layers[index].drawing {
            LayerSource::Pictures(series) => series,
            _ => unreachable!("both layers are pictures"),
        }
    }

    fn plan(&self) {
        self.bench.row("request read, measured and planned, once", 1, "-", || {
            drop(planned_on_a_page(self.bench.frames, &self.recorded));
        });
    }

    fn still_layer(&self) -> Scene {
        let scene = || {
            let still = vec![Some(gathered(self.layer(0).at(0), &self.plan, &self.recorded)), None];
            Scene::new(self.plan.clone(), still, &self.legends(), &Fonts::bundled(), &Stop::never())
                .expect("nobody stops it")
        };
        let limit = "12-14 (20 tiles)";
        self.bench.row("static layer: 12 tiles, legend, text, once", 1, limit, || drop(scene()));
        scene()
    }

    fn pictures(&self) -> Vec<FramePictures> {
        let layer = self.layer(1);
        self.row("PNG decode, a frame", "2.2-2.7", || {
            (0..self.bench.frames).for_each(|i| drop(decode(&self.recorded.0[&layer.at(i).pieces[0].url])));
        });
        let of = |i| vec![None, Some(gathered(layer.at(i), &self.plan, &self.recorded))];
        (0..self.bench.frames).map(of).collect()
    }

    fn pages(&self, scene: &Scene, pictures: &[FramePictures]) -> Vec<Canvas> {
        let mut painter = Painter::new(scene, Stop::never());
        self.row("restore, blend, text, a frame", "0.73 (0.24 + 0.46 + 0.03)", || {
            pictures.iter().enumerate().for_each(|(i, frame)| _ = painter.draw(i, frame).map(Canvas::width));
        });
        let mut page = |(i, frame)| painter.draw(i, frame).expect("nobody stops it").clone();
        pictures.iter().enumerate().map(&mut page).collect()
    }

    fn mp4(&self, pages: &[Canvas]) {
        let film = self.animation(self.plan.output.clone(), Palette::default());
        self.row("YUV and H.264, a frame", "8.2-9.2 (0.21 + 8-9)", || drop(self.encoded(&film, pages)));
        let segments = self.encoded(&film, pages);
        self.row("mux, a frame", "0.2", || drop(assembled(&film, &segments)));
        size("MP4", assembled(&film, &segments).len());
    }

    fn gif(&self, pages: &[Canvas]) {
        let palette = || {
            let mut colours = encode::Colours::default();
            pages.iter().for_each(|page| colours.add(page, &Stop::never()).expect("nobody stops it"));
            let legends = self.legends();
            colours.palette(legends.iter().filter_map(|legend| legend.art.as_ref().ok()).flat_map(LegendArt::pictures))
        };
        self.row("GIF palette of 24 frames, a frame", "-", || drop(palette()));
        let gif = self.animation(Output { format: Format::Gif, ..self.plan.output.clone() }, palette());
        self.row("GIF, a frame", "13-16", || drop(self.encoded(&gif, pages)));
        size("GIF", assembled(&gif, &self.encoded(&gif, pages)).len());
    }

    fn stills(&self, page: &Canvas) {
        for (format, limit) in [(Format::Png, "18 (stored PNG)"), (Format::Jpeg, "17"), (Format::Webp, "8.3")] {
            let encoded = || encode::still(page, format, &Stop::never()).expect("it encodes");
            self.bench.row(&format!("{} of a page", format.name()), 1, limit, || drop(encoded()));
            size(format.name(), encoded().len());
        }
    }

    fn animation(&self, output: Output, palette: Palette) -> encode::Animation {
        let (width, height) = (self.plan.layout.width, self.plan.layout.height);
        encode::Animation { width, height, frames: self.bench.frames, output, palette }
    }

    fn encoded(&self, film: &encode::Animation, pages: &[Canvas]) -> Vec<Vec<u8>> {
        let encoded = |segment: &std::ops::Range<usize>| {
            let mut encoder = SegmentEncoder::new(film, segment).expect("even sides");
            segment.clone().for_each(|i| encoder.add(&pages[i], &Stop::never()).expect("it encodes"));
            encoder.finish()
        };
        self.plan.segments.iter().map(encoded).collect()
    }
}

fn assembled(film: &encode::Animation, segments: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    encode::assemble(film, segments.iter().map(|s| &s[..]).collect(), &mut out).expect("whole segments");
    out
}
