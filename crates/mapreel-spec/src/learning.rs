//! What an animation takes in from the documents of its servers, one after another, until its frames are known.

use crate::animation::{Animation, Content, LastTimes, Layer, Legend, Series};
use crate::capabilities::{Capabilities, Dimension};
use crate::dimension::Dimensions;
use crate::manifest::Warning;
use crate::secrets::without_quotes;
use crate::wms_layer::WmsLayer;
use crate::{tilejson, wmts};
use jiff::Timestamp;

/// Why it is not known which frames an animation has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FramesUnknown {
    /// The times of the layer that decides.
    #[error("layer `{layer}`: {why}")]
    Times {
        /// The layer's name.
        layer: String,
        /// What is wrong.
        why: String,
    },
    /// The values of the dimension that the film runs along.
    #[error("dimension `{dimension}`: {why}")]
    Values {
        /// The dimension's name.
        dimension: String,
        /// What is wrong.
        why: String,
    },
}

impl Animation {
    /// Takes in what the server of a WMS layer says of it, or why that is not known; `now` decides what is the latest. The
    /// layer may become several, so layers above it must have been taken in before it.
    pub fn learn(&mut self, layer: usize, capabilities: Result<&Capabilities, String>, now: Timestamp) {
        let several = capabilities.as_ref().map_or(1, |capabilities| self.divide(layer, capabilities));
        for layer in layer..layer + several {
            self.learn_one(layer, capabilities.clone(), now);
        }
    }

    /// Puts several layers in the place of one whose named layers cannot be asked for together; their number.
    fn divide(&mut self, layer: usize, capabilities: &Capabilities) -> usize {
        let described = &self.layers[layer];
        let Content::Wms(wms) = &described.content else { return 1 };
        let parts = wms.apart(capabilities);
        let several = parts.len();
        if several <= 1 {
            return 1;
        }
        let part = |(index, wms): (usize, WmsLayer)| {
            let own = wms.title(capabilities).unwrap_or_default();
            Layer {
                title: described.title.as_ref().map(|title| format!("{title} · {own}")),
                name: format!("{} · {own}", described.name),
                legend: described.legend.clone().filter(|legend| index == 0 || *legend == Legend::Auto),
                content: Content::Wms(wms),
                ..described.clone()
            }
        };
        let parts: Vec<Layer> = parts.into_iter().enumerate().map(part).collect();
        self.layers.splice(layer..=layer, parts);
        if let Some(last) = self.last.as_mut().filter(|last| last.layer > layer) {
            last.layer += several - 1;
        }
        several
    }

    fn learn_one(&mut self, layer: usize, capabilities: Result<&Capabilities, String>, now: Timestamp) {
        let (map, timeless, described) = (self.map, self.is_timeless(), &mut self.layers[layer]);
        let Content::Wms(wms) = &mut described.content else { return };
        if let Ok(capabilities) = capabilities {
            let named = wms.service.layers().filter_map(|name| capabilities.layer(name));
            let dimensions: Vec<&Dimension> =
                named.flat_map(|layer| layer.dimensions.iter()).map(|dimension| &**dimension).collect();
            described.warnings.extend(wms.timing.warnings(&described.name, &dimensions, timeless, now));
        }
        let legend_wanted = described.legend == Some(Legend::Auto);
        wms.learn(capabilities.as_ref().map(|c| *c).map_err(Clone::clone), &map, legend_wanted, now);
        let Ok(capabilities) = capabilities else { return };
        described.legend = described.legend.take().map(|legend| match legend {
            // Its server must be asked for more: see `resolve`.
            Legend::Auto if !wms.questions.is_empty() => Legend::Auto,
            Legend::Auto => Legend::Url(wms.legend(capabilities)),
            given => given,
        });
        described.attribution = described.attribution.take().or_else(|| wms.attribution(capabilities));
        if let (None, Some(title)) = (&described.title, wms.title(capabilities)) {
            described.name = title;
        }
    }

    /// Whether the request names no times, so that each layer shows what its server calls the default, or the latest.
    fn is_timeless(&self) -> bool {
        self.last.is_none() && self.times.iter().all(Option::is_none)
    }

    /// Takes in what the server of a WMTS layer says of it, or why that is not known.
    pub fn learn_wmts(&mut self, layer: usize, said: Result<&wmts::Capabilities, String>, now: Timestamp) {
        let (map, timeless, described) = (self.map, self.is_timeless(), &mut self.layers[layer]);
        let Content::Wmts(wmts) = &mut described.content else { return };
        if let (None, Some(title)) = (&described.title, said.as_ref().ok().and_then(|said| wmts.title(said))) {
            described.name = title;
        }
        if let Some(layer) = said.as_ref().ok().and_then(|said| said.layers.iter().find(|l| l.name == wmts.layer)) {
            let dimensions: Vec<&Dimension> = layer.dimensions.iter().map(|dimension| &**dimension).collect();
            described.warnings.extend(wmts.timing.warnings(&described.name, &dimensions, timeless, now));
        }
        let learnt = said.and_then(|said| wmts.learn(said, &map, now));
        if let Some(why) = wmts.default_unknown().filter(|_| timeless) {
            described.warnings.push(Warning::of_layer("time_unconfirmed", &described.name, why));
        }
        if let Err(why) = learnt {
            described.content = Content::Missing(why);
        }
    }

    /// Puts the last or next times of a layer, or the values of a film's dimension, in their place, once all documents have been
    /// taken in; `now` is the latest.
    ///
    /// # Errors
    /// The times or the values are not known.
    pub fn settle_frames(&mut self, now: Timestamp) -> Result<(), FramesUnknown> {
        self.settle_times()?;
        self.settle_values(now)
    }

    /// Asks every layer that has the film's dimension for the values of its frames.
    fn settle_values(&mut self, now: Timestamp) -> Result<(), FramesUnknown> {
        let Some(mut film) = self.animate.clone() else { return Ok(()) };
        let fail = |why: String| Err(FramesUnknown::Values { dimension: film.dimension.clone(), why });
        let mut having =
            self.layers.iter().filter_map(|layer| layer.content.dimensions()?.all(&film.dimension)).peekable();
        if having.peek().is_none()
            && !self.layers.iter().any(|layer| layer.content.dimensions().is_some_and(Dimensions::is_unknown))
        {
            return fail("no layer has this dimension and leaves its value open".to_owned());
        }
        if film.all {
            film.values = match having.next() {
                Some(Ok(values)) => values,
                Some(Err(why)) => return fail(why),
                None => return fail("no server has named its values".to_owned()),
            };
        }
        drop(having);
        if let Some(only) = film.only {
            film.values = film.values.get(only).or(film.values.last()).cloned().into_iter().collect();
        }
        self.times = vec![None; film.values.len()];
        for layer in &mut self.layers {
            match &mut layer.content {
                Content::Wms(wms) => wms.animate(&film, now),
                Content::Wmts(wmts) => wmts.animate(&film, now),
                _ => {}
            }
        }
        self.animate = Some(film);
        Ok(())
    }

    /// Puts the last or next times of a layer in their place.
    fn settle_times(&mut self) -> Result<(), FramesUnknown> {
        let Some(LastTimes { side, count, layer, only }) = self.last else { return Ok(()) };
        let described = &self.layers[layer];
        let times = match (&described.content, described.content.timing()) {
            (Content::Missing(why), _) => Err(why.clone()),
            (_, Some(timing)) => timing.times(side, count),
            (_, None) => Err("it has no times".to_owned()),
        };
        let times = times.map_err(|why| FramesUnknown::Times { layer: described.name.clone(), why })?;
        self.times = match only {
            Some(index) => vec![times.get(index).or(times.last()).cloned()],
            None => times.into_iter().map(Some).collect(),
        };
        Ok(())
    }

    /// Puts a fetched document, or why it could not be had, in the place of its URL.
    pub fn resolve(&mut self, layer: usize, document: Result<&[u8], String>) {
        let described = &mut self.layers[layer];
        let content = &mut described.content;
        if let Content::Wms(wms) = content {
            if let (Some((bar, url)), Some(Legend::Auto)) = (wms.learn_details(document.ok()), &described.legend) {
                (described.colour_bar, described.legend) = (bar, Some(Legend::Url(url)));
            }
            return;
        }
        if let Content::TileJson(address) = content {
            *content = match document.and_then(|bytes| tilejson::parse(bytes, address)) {
                Ok((template, credit)) => {
                    described.attribution = described.attribution.take().or(credit);
                    Content::Tiles(Series::Same(template))
                }
                Err(why) => Content::Missing(format!("its TileJSON cannot be used: {}", without_quotes(address, why))),
            };
            return;
        }
        let Content::GeoJsonUrl { url, reading, .. } = content else { return };
        let features = document.and_then(|bytes| {
            reading.parse(bytes).map_err(|problems| {
                let first = problems.0.first().map(ToString::to_string).unwrap_or_default();
                without_quotes(url, format!("not usable as GeoJSON: {first}"))
            })
        });
        *content = match features {
            Ok(features) => Content::GeoJson(features),
            Err(reason) => Content::Missing(reason),
        };
    }
}
