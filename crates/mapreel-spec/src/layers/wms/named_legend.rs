//! The addresses of a layer's legend: its picture, and the legend as data where the server offers that.

use crate::layers::step::DocumentKind;
use crate::pictures::map_service::Service;
use mapreel_ogc::wms::capabilities::{Capabilities, Style};
use mapreel_ogc::wms::legend;
use mapreel_ogc::{LegendSource, ServiceUrl};
use std::sync::Arc;

/// The addresses of a layer's legend.
pub(super) struct NamedLegend {
    pub picture: String,
    pub told: Option<ToldLegend>,
}

/// The address of a legend as data.
pub(super) struct ToldLegend {
    pub url: String,
    form: Form,
}

/// The format of a legend as data.
enum Form {
    /// GetLegendGraphic as `application/json`.
    Json,
    /// The styles of a layer as SLD. `style` is the name of the wanted style, or empty for the default one.
    Sld { layer: String, style: String },
}

impl NamedLegend {
    /// The legend that the server names for the layer's style, or a GetLegendGraphic request.
    pub(super) fn of(service: &Service, capabilities: &Capabilities) -> Self {
        let name = service.layers().next().unwrap_or_default();
        let wanted = service.request.get("STYLES").unwrap_or_default().split(',').next().unwrap_or_default();
        let is_wanted = |style: &&Arc<Style>| wanted.is_empty() || style.name == wanted;
        let style = capabilities.layer(name).and_then(|layer| layer.styles.iter().find(is_wanted));
        // A legend that the server has made beforehand does not show colours that the request chooses.
        let style = style.filter(|_| !service.recolours());
        let reached = |url: &String| service.request.as_reached(url, capabilities.own_origin.as_deref());
        let picture = style.and_then(|style| style.legend.as_ref()).map_or_else(|| service.legend(), reached);
        let named = style.and_then(|style| style.legend_json.as_ref()).map(reached);
        let drawn = drawn_when_asked(&picture);
        let json = named.or_else(|| drawn.clone().filter(|_| capabilities.tells_legends).map(as_json));
        let told = match json {
            Some(url) => Some(ToldLegend { url, form: Form::Json }),
            None => drawn.and_then(|_| ToldLegend::of_styles(service, capabilities, name, wanted)),
        };
        Self { picture, told }
    }
}

impl ToldLegend {
    /// The legend from the styles of a single layer. Styles do not show colours that the request chooses, so such a request gets
    /// `None`.
    fn of_styles(service: &Service, capabilities: &Capabilities, layer: &str, style: &str) -> Option<Self> {
        if !capabilities.tells_styles || service.recolours() || service.layers().count() != 1 {
            return None;
        }
        let mut request = service.capabilities_request();
        // GetStyles belongs to WMS 1.1.1 (OGC 02-070, 12.2). Servers of WMS 1.3.0 accept it with that version.
        for (parameter, value) in [("VERSION", "1.1.1"), ("REQUEST", "GetStyles"), ("LAYERS", layer)] {
            request.set(parameter, value);
        }
        Some(Self { url: request.url(), form: Form::Sld { layer: layer.to_owned(), style: style.to_owned() } })
    }

    /// The kind of the document.
    pub(super) fn kind(&self) -> DocumentKind {
        match self.form {
            Form::Json => DocumentKind::Details,
            Form::Sld { .. } => DocumentKind::Styles,
        }
    }

    /// The legend in an answer; `None` where any of it is not understood.
    pub(super) fn read(&self, answer: &[u8]) -> Option<LegendSource> {
        match &self.form {
            Form::Json => legend::of_json(answer),
            Form::Sld { layer, style } => legend::of_sld(answer, layer, style),
        }
    }
}

/// The GetLegendGraphic request of a legend's picture. `None` for a picture that the style's author has made: such a picture tells
/// more than the style.
fn drawn_when_asked(picture: &str) -> Option<ServiceUrl> {
    let request = ServiceUrl::parse(picture).ok()?;
    let draws = request.get("REQUEST").is_some_and(|request| request.eq_ignore_ascii_case("GetLegendGraphic"));
    draws.then_some(request)
}

/// The address of a legend as JSON.
fn as_json(mut drawn: ServiceUrl) -> String {
    // QGIS Server draws the colours of rasters at this size, in pixels; its default is 7 × 4.
    const SIDES: [(&str, &str); 2] = [("SYMBOLWIDTH", "20"), ("SYMBOLHEIGHT", "12")];
    drawn.set("FORMAT", "application/json");
    SIDES.iter().for_each(|(name, px)| drawn.set_default(name, px));
    drawn.url()
}
