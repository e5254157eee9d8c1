//! Resolves a layer of ArcGIS: asks for the service's documents, and applies them to the layer.

use super::asked::ArcGis;
use super::parts::{KnownTimes, Part};
use super::pictures::Export;
use crate::layers::layer::{Asking, LayerKind};
use crate::layers::resolved_layer::ResolvedLayer;
use crate::layers::step::{Document, DocumentKind, NoAnswer, Step};
use crate::layers::xyz::Tiles;
use crate::plan::manifest::Warning;
use crate::request::appearance::Legend;
use crate::resolved::axes::Axes;
use crate::resolved::series::Series;
use crate::resolved::timing::{AskedTime, ServerTimes, Timing};
use mapreel_ogc::LegendSource;
use mapreel_ogc::TileTemplate;
use mapreel_ogc::arcgis::legend::swatches;
use mapreel_ogc::arcgis::service::{Service, Sublayer, read_document};
use mapreel_ogc::arcgis::service_kind::ServiceKind;
use mapreel_ogc::arcgis::spatial_reference::number;
use mapreel_ogc::arcgis::times::TimeInfo;
use mapreel_ogc::json::Json;
use mapreel_ogc::text::few;
use mapreel_ogc::without_quotes;
use mapreel_ogc::wms::capabilities::Dimension;
use std::sync::Arc;

/// The most layers that one layer may become, because the service's layers have different times.
const PARTS_MAX: usize = 16;

/// The legend of the given layers of a service; of all layers where the service lists none.
fn legend_of(legend: &Result<Json, NoAnswer>, layers: &[&Sublayer]) -> LegendSource {
    let numbers: Vec<u32> = layers.iter().map(|layer| layer.number).collect();
    let of_layers = Some(&*numbers).filter(|numbers| !numbers.is_empty());
    match legend {
        Ok(legend) => swatches(legend, of_layers)
            .map_or_else(|why| LegendSource::Missing(why.to_string()), LegendSource::Swatches),
        Err(silence) => LegendSource::Missing(silence.clone().why()),
    }
}

impl ArcGis {
    /// The layer as the request describes it, without the server's description.
    fn unanswered(&self, asking: Asking, silence: NoAnswer) -> ResolvedLayer {
        let known = match silence {
            NoAnswer::NotAsked => ServerTimes::NotAsked,
            NoAnswer::Failed(why) => ServerTimes::Unknown(why),
        };
        let crs = self.crs.unwrap_or(asking.map.crs);
        asking.resolved(Arc::new(Export {
            request: self.export(self.layers.as_deref()),
            crs,
            number: number(crs),
            axes: Axes::of_time(Timing { asked: self.asked.clone(), known }),
            side_px_max: [u32::MAX; 2],
            degrees: None,
        }))
    }

    /// The step after the description of the service.
    fn described(self: Arc<Self>, asking: Asking, service: Service) -> Step {
        if service.has_tiles_alone && self.tiles(&service).is_none() {
            return asking.gap("the service has tiles alone, which do not show this map".to_owned());
        }
        let document = match self.kind {
            _ if self.asked == AskedTime::None || service.times.is_none() => None,
            ServiceKind::Map => Some(self.document("/layers")),
            ServiceKind::Image if service.is_multidimensional => {
                let mut url = self.document("/multidimensionalInfo");
                url.set("returnDimensionValues", "always");
                Some(url)
            }
            ServiceKind::Image => None,
        };
        let Some(document) = document else { return self.with_legend(asking, service, None) };
        Step::ask(document.url(), DocumentKind::Details, move |reply| {
            // Without the details, the times of the whole service count for each of its layers.
            let details = match reply {
                Ok(Document::Bytes(bytes)) => read_document(bytes).ok(),
                _ => None,
            };
            self.with_legend(asking, service, details)
        })
    }

    /// Asks for the legend, where the request wants the server's own.
    fn with_legend(self: Arc<Self>, asking: Asking, service: Service, details: Option<Json>) -> Step {
        if !asking.wants_own_legend() {
            return self.drawn(asking, &service, details.as_ref(), None);
        }
        let mut document = self.document("/legend");
        self.rule.iter().for_each(|rule| document.set("renderingRule", rule.as_str()));
        Step::ask(document.url(), DocumentKind::Details, move |reply| {
            let legend = match reply {
                Ok(Document::Bytes(bytes)) => read_document(bytes)
                    .map_err(|why| NoAnswer::Failed(without_quotes(&document.url(), why.to_string()))),
                Ok(_) => Err(NoAnswer::Failed("it is no legend of ArcGIS".to_owned())),
                Err(silence) => Err(silence),
            };
            self.drawn(asking, &service, details.as_ref(), Some(&legend))
        })
    }

    /// The service's tile cache, where it has one and the request asks for nothing that tiles cannot show.
    fn tiles(&self, service: &Service) -> Option<TileTemplate> {
        let is_plain = self.layers.is_none() && self.definitions.is_none() && self.rule.is_none() && self.crs.is_none();
        // The author's parameters may change the picture.
        let is_plain = is_plain && self.query.is_empty();
        let is_timeless = match self.asked {
            AskedTime::None => true,
            AskedTime::Matched(_) => service.times.is_none(),
            AskedTime::Given(_) | AskedTime::Unchecked => false,
        };
        let pyramid = service.pyramid.filter(|_| is_plain && is_timeless)?;
        let mut template = TileTemplate::parse(&format!("{}/tile/{{z}}/{{y}}/{{x}}", self.address)).ok()?;
        template.side_px = pyramid.side_px;
        [template.zoom_min, template.zoom_max] = pyramid.levels;
        template.degrees = service.degrees;
        template.is_from_server = true;
        Some(template)
    }

    /// The resolved layer. Where layers of the service have different times, it becomes several layers, bottom first: one
    /// request can name only one time.
    fn drawn(
        &self,
        mut asking: Asking,
        service: &Service,
        details: Option<&Json>,
        legend: Option<&Result<Json, NoAnswer>>,
    ) -> Step {
        let shown = service.shown(self.layers.as_deref());
        let legend = |layers: &[&Sublayer]| Some(legend_of(legend?, layers));
        if let Some(template) = self.tiles(service) {
            asking.name_where_unnamed(service.title.clone());
            let resolved = asking.resolved(Arc::new(Tiles(Series::Same(template))));
            return Step::done(resolved.with_credit(service.credit.clone()).with_legend(legend(&shown)));
        }
        if let (Some(asked), [], false) = (&self.layers, &shown[..], service.layers.is_empty()) {
            let names = few(service.layers.iter().map(|layer| format!("{} ({})", layer.number, layer.name)));
            let asked = few(asked.iter().map(u32::to_string));
            return asking.gap(format!("the service has no layer {asked}; it has {names}"));
        }
        let times = KnownTimes::of(self.kind, service, details);
        let parts = times.parts(service, &shown);
        match parts.len() {
            0 | 1 => {
                let times = parts.first().and_then(|part| part.times).or(times.of_all.as_ref());
                let title = match (&self.layers, &parts[..]) {
                    (Some(_), [part]) if part.layers.len() == 1 => Some(part.layers[0].name.clone()),
                    _ => service.title.clone(),
                };
                let part = self.part(asking, service, self.layers.as_deref(), times, title);
                Step::done(self.with_unknown(service, part.with_legend(legend(&shown))))
            }
            count if count > PARTS_MAX => {
                asking.gap(format!("its layers have {count} different times in turn: name fewer of them in `layers`"))
            }
            _ => {
                let part = |(index, part): (usize, Part)| {
                    let of_part = part_of(asking.clone(), &part, index);
                    let drawn = self.part(of_part, service, Some(&part.numbers()), part.times, None);
                    let drawn = drawn.with_legend(legend(&part.layers));
                    if index == 0 { self.with_unknown(service, drawn) } else { drawn }
                };
                Step::Done(parts.into_iter().rev().enumerate().map(part).collect())
            }
        }
    }

    /// The layer with a warning that names the layers that the service does not have.
    fn with_unknown(&self, service: &Service, mut layer: ResolvedLayer) -> ResolvedLayer {
        let unknown = few(self.layers.iter().flatten().filter(|number| !service.has(**number)).map(u32::to_string));
        if !unknown.is_empty() && !service.layers.is_empty() {
            let message = format!("the service has no layer {unknown}");
            layer.warnings.push(Warning::of_layer("layer_unavailable", &layer.name, message));
        }
        layer
    }

    /// The resolved layer for one group of the service's layers, which one request asks for.
    fn part(
        &self,
        mut asking: Asking,
        service: &Service,
        layers: Option<&[u32]>,
        times: Option<&TimeInfo>,
        title: Option<String>,
    ) -> ResolvedLayer {
        asking.name_where_unnamed(title);
        let dimension = times.map(|times| times.dimension(asking.now)).transpose();
        let known = match &dimension {
            Ok(dimension) => ServerTimes::of(dimension.as_ref(), asking.now),
            Err(why) => ServerTimes::Unknown(why.to_string()),
        };
        let dimensions: Vec<&Dimension> = dimension.iter().flatten().collect();
        let name = asking.layer.name.clone();
        let warnings = self.asked.warnings(&name, &dimensions, asking.is_timeless, asking.now);
        let crs = self.crs.unwrap_or(asking.map.crs);
        let own = service.crs.as_ref().filter(|(own, _)| *own == crs);
        let resolved = asking.resolved(Arc::new(Export {
            request: self.export(layers),
            crs,
            number: own.map_or_else(|| number(crs), |(_, number)| number.clone()),
            axes: Axes::of_time(Timing { asked: self.asked.clone(), known }),
            side_px_max: service.side_px_max,
            degrees: service.degrees,
        }));
        ResolvedLayer { warnings, ..resolved.with_credit(service.credit.clone()) }
    }
}

/// The layer of one group, named after the group's layers. Only the lowest group keeps a legend that is not the server's own.
fn part_of(mut asking: Asking, part: &Part, index: usize) -> Asking {
    let (layer, own) = (&mut asking.layer, few(part.layers.iter().map(|layer| &layer.name)));
    layer.title = layer.title.take().map(|title| format!("{title} · {own}"));
    layer.name = format!("{} · {own}", layer.name);
    layer.legend = layer.legend.take().filter(|legend| index == 0 || *legend == Legend::Auto);
    asking
}

impl LayerKind for ArcGis {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        let document = self.document("").url();
        Step::ask(document.clone(), DocumentKind::Json, move |reply| match reply {
            Ok(Document::Bytes(bytes)) => match read_document(bytes).and_then(|json| Service::read(&json, self.kind)) {
                Ok(service) => self.described(asking, service),
                Err(why) => {
                    asking.gap(format!("its service cannot be used: {}", without_quotes(&document, why.to_string())))
                }
            },
            Ok(_) => asking.gap("it is no service of ArcGIS".into()),
            Err(silence) => Step::done(self.unanswered(asking, silence)),
        })
    }

    fn asked_time(&self) -> Option<&AskedTime> {
        Some(&self.asked)
    }

    fn has_own_legend(&self) -> bool {
        true
    }
}
