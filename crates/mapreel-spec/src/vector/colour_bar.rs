//! The legend of an ncWMS layer: the colours are the server's, the numbers are Mapreel's, so that they follow
//! COLORSCALERANGE.

use crate::pictures::map_service::Service;
use mapreel_geo::NumberStyle;
use mapreel_ogc::json::Json;
use mapreel_ogc::units;
use mapreel_ogc::wms::capabilities::Dialect;
use mapreel_ogc::{LegendSource, ReadLimits};
use serde::{Deserialize, Serialize};

/// The values at the ends of a strip of colours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColourBar {
    /// The lowest value, at the lower end.
    pub min: f64,
    /// The highest value, at the upper end.
    pub max: f64,
    /// Whether the scale is logarithmic.
    pub logarithmic: bool,
    /// The units of the values, as they are shown.
    pub units: Option<String>,
    /// How the numbers beside it are written.
    pub numbers: NumberStyle,
}

/// A `GetMetadata` question to an ncWMS about a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// Its units, palette and, from most servers, range.
    LayerDetails,
    /// The range of its values.
    MinMax,
}

impl Question {
    /// The questions that must be answered before the colours of a layer are known.
    pub(crate) fn all(service: &Service, dialect: Dialect, legend_wanted: bool) -> Vec<Self> {
        let range = service.request.get("COLORSCALERANGE").filter(|range| !range.eq_ignore_ascii_case("auto"));
        // `auto` stretches the colours of each picture, and of each tile, to that picture's own values.
        let auto = range.is_none() && service.request.get("COLORSCALERANGE").is_some();
        let own_colours = service.request.get("SLD").is_some() || service.request.get("SLD_BODY").is_some();
        let mut questions = Vec::new();
        match dialect {
            Dialect::Plain => {}
            Dialect::NcWms if auto || legend_wanted && !own_colours => questions.push(Self::LayerDetails),
            Dialect::NcWms => {}
            Dialect::Xpublish => {
                if range.is_none() {
                    questions.push(Self::MinMax);
                }
                if legend_wanted {
                    questions.push(Self::LayerDetails);
                }
            }
        }
        questions
    }

    /// The URL of the answer.
    pub(crate) fn url(self, service: &Service) -> String {
        let name = service.layers().next().unwrap_or_default().to_owned();
        let mut request = service.capabilities_request();
        request.set("VERSION", "1.1.1");
        request.set("REQUEST", "GetMetadata");
        request.set("item", if self == Self::MinMax { "minmax" } else { "layerDetails" });
        request.set("layerName", name);
        request.url()
    }
}

/// The answers of an ncWMS.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Details {
    scale_range: Option<[f64; 2]>,
    logarithmic: bool,
    units: Option<String>,
    palette: Option<String>,
}

impl Details {
    /// Adds an answer; what it does not contain stays as it was.
    pub(crate) fn take_in(&mut self, answer: &[u8]) {
        let Ok(json) = Json::read(answer, &ReadLimits::default()) else { return };
        let text = |name: &str| match json.get(name) {
            Some(Json::Text(text)) => mapreel_ogc::text::clean(text).ok().filter(|text| !text.is_empty()),
            _ => None,
        };
        let number = |json: &Json| match json {
            Json::Number(number) => Some(*number),
            Json::Text(text) => text.parse().ok(),
            _ => None,
        };
        let range = match (json.get("scaleRange"), json.get("min"), json.get("max")) {
            (Some(Json::List(ends)), _, _) => ends.iter().map(number).collect::<Option<Vec<_>>>(),
            (_, Some(min), Some(max)) => [min, max].map(number).into_iter().collect(),
            _ => None,
        };
        let range = range.and_then(|ends| ends.try_into().ok()).filter(in_order);
        self.scale_range = range.or(self.scale_range);
        self.logarithmic |= json.get("logScaling") == Some(&Json::Bool(true));
        self.units = text("units").and_then(|units| units::shown(&units)).or(self.units.take());
        self.palette = text("defaultPalette").or(self.palette.take());
    }

    /// The colour bar of a layer, and the URL of its colours; `None` where the range is not known. From then on, the
    /// layer's requests name this range, unless they have one already or the server has a range of its own.
    pub(crate) fn bar(&self, service: &mut Service, dialect: Dialect) -> Option<(ColourBar, String)> {
        let asked = service.request.get("COLORSCALERANGE").map(str::to_owned);
        let range = match asked.as_deref() {
            Some(text) if !text.eq_ignore_ascii_case("auto") => read_range(text),
            None if dialect == Dialect::NcWms => self.scale_range,
            _ => {
                let [min, max] = self.scale_range?;
                service.request.set("COLORSCALERANGE", format!("{min},{max}"));
                self.scale_range
            }
        };
        let [min, max] = range?;
        let asked_log = service.request.get("LOGSCALE").map(|text| text.eq_ignore_ascii_case("true"));
        let logarithmic = asked_log.unwrap_or(self.logarithmic) && min > 0.0 && (max / min).is_finite();
        let bar = ColourBar { min, max, logarithmic, units: self.units.clone(), numbers: NumberStyle::default() };
        Some((bar, self.strip(service, dialect)))
    }

    /// The strip of colours alone, vertical, the highest value at the top.
    fn strip(&self, service: &Service, dialect: Dialect) -> String {
        const OF_A_BAR: [(&str, &str); 4] =
            [("COLORBARONLY", "true"), ("VERTICAL", "true"), ("WIDTH", "20"), ("HEIGHT", "256")];
        let mut request = service.request.clone();
        request.set("REQUEST", "GetLegendGraphic");
        OF_A_BAR.iter().for_each(|(name, value)| request.set(name, *value));
        if dialect == Dialect::Xpublish {
            ["TIME", "ELEVATION", "TRANSPARENT"].iter().for_each(|name| request.remove(name));
            return request.url();
        }
        let first =
            |name: &str| service.request.get(name).unwrap_or_default().split(',').next().unwrap_or_default().to_owned();
        let style = first("STYLES");
        let palette = style.split_once('/').map(|(_, palette)| palette.to_owned());
        let palette = service.request.get("PALETTE").map(str::to_owned).or(palette).or(self.palette.clone());
        for name in ["LAYERS", "STYLES", "TIME", "ELEVATION", "COLORSCALERANGE", "EXCEPTIONS", "TRANSPARENT"] {
            request.remove(name);
        }
        request.set("LAYER", first("LAYERS"));
        if let Some(palette) = palette {
            request.set("PALETTE", palette);
        }
        request.url()
    }
}

fn read_range(text: &str) -> Option<[f64; 2]> {
    let (min, max) = text.split_once(',')?;
    Some([min.trim().parse().ok()?, max.trim().parse().ok()?]).filter(in_order)
}

/// Whether two values leave room for distinct numbers between them.
fn in_order([min, max]: &[f64; 2]) -> bool {
    let span = max - min;
    min < max && span.is_normal() && span > 1e-9 * min.abs().max(max.abs())
}

impl ColourBar {
    /// The numbers beside a strip of colours, if the legend is one.
    pub(crate) fn of_strip(legend: &LegendSource) -> Option<Self> {
        let LegendSource::Strip { range: [min, max], unit, .. } = legend else { return None };
        let (min, max) = (min.parse().ok()?, max.parse().ok()?);
        let units = unit.as_deref().and_then(units::shown);
        Some(Self { min, max, logarithmic: false, units, numbers: NumberStyle::default() })
    }

    /// The values of the scale's ticks, from below, and the height of each (0 to 1); about `wanted` of them.
    pub fn ticks(&self, wanted: u32) -> Vec<(f64, f64)> {
        let wanted = f64::from(wanted.max(2));
        if self.logarithmic {
            let decades = (self.max / self.min).log10();
            let mantissas: &[f64] = match wanted / decades.max(1e-9) {
                per_decade if per_decade >= 3.0 => &[1.0, 2.0, 5.0],
                per_decade if per_decade >= 1.5 => &[1.0, 3.0],
                _ => &[1.0],
            };
            let exponents = self.min.log10().floor() as i32..=self.max.log10().ceil() as i32;
            let values = exponents.flat_map(|exponent| mantissas.iter().map(move |m| m * 10f64.powi(exponent)));
            let values = values.filter(|v| (self.min * (1.0 - 1e-9)..=self.max * (1.0 + 1e-9)).contains(v));
            return values.map(|value| (value, (value / self.min).log10() / decades)).collect();
        }
        let span = self.max - self.min;
        let rough = span / wanted;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= rough * 0.999);
        let step = step.unwrap_or(10.0 * power);
        let (first, last) = ((self.min / step - 1e-9).ceil() as i64, (self.max / step + 1e-9).floor() as i64);
        (first..=last).map(|n| n as f64 * step).map(|value| (value, (value - self.min) / span)).collect()
    }

    /// The text of a value beside the strip.
    pub fn text(&self, value: f64) -> String {
        self.numbers.decimal(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_geo::Crs;
    use mapreel_ogc::ServiceUrl;

    fn service(parameters: &str) -> Service {
        let request = ServiceUrl::parse(&format!("http://h/wms?LAYERS=sst&{parameters}")).unwrap();
        Service::new(request, Crs::WebMercator, "EPSG:3857", None)
    }

    const ANSWER: &[u8] =
        br#"{ "units": "degC", "scaleRange": [-2, "34"], "logScaling": false, "defaultPalette": "rainbow", "palettes": [] }"#;

    fn details(answer: &[u8]) -> Details {
        let mut details = Details::default();
        details.take_in(answer);
        details
    }

    #[test]
    fn a_bar_follows_the_range_that_is_asked_for() {
        let details = details(ANSWER);
        let (bar, _) = details.bar(&mut service("COLORSCALERANGE=5,25"), Dialect::NcWms).unwrap();
        assert_eq!((bar.min, bar.max, bar.units.as_deref()), (5.0, 25.0, Some("°C")));
        let (bar, url) =
            details.bar(&mut service("STYLES=boxfill/occam&NUMCOLORBANDS=10&ELEVATION=-5"), Dialect::NcWms).unwrap();
        assert_eq!((bar.min, bar.max), (-2.0, 34.0));
        for part in ["REQUEST=GetLegendGraphic", "PALETTE=occam", "NUMCOLORBANDS=10", "COLORBARONLY=true", "LAYER=sst"]
        {
            assert!(url.contains(part), "{url}");
        }
        assert!(!url.contains("ELEVATION") && !url.contains("LAYERS"), "{url}");
    }

    #[test]
    fn an_automatic_range_is_pinned_for_all_pictures() {
        let mut service = service("COLORSCALERANGE=auto");
        assert_eq!(Question::all(&service, Dialect::NcWms, false), [Question::LayerDetails]);
        assert!(details(ANSWER).bar(&mut service, Dialect::NcWms).is_some());
        assert_eq!(service.request.get("COLORSCALERANGE"), Some("-2,34"));
        let mut service = super::tests::service("COLORSCALERANGE=auto");
        assert_eq!(details(b"<html>").bar(&mut service, Dialect::NcWms), None);
    }

    #[test]
    fn where_a_range_must_be_named_it_is_the_layers_own() {
        let mut service = service("STYLES=raster/default");
        assert_eq!(Question::all(&service, Dialect::Xpublish, true), [Question::MinMax, Question::LayerDetails]);
        let mut details = details(br#"{ "min": -77.0, "max": 83.0 }"#);
        details.take_in(br#"{ "units": "degC", "supportedStyles": ["raster"] }"#);
        let (bar, url) = details.bar(&mut service, Dialect::Xpublish).unwrap();
        assert_eq!((bar.min, bar.max, bar.units.as_deref()), (-77.0, 83.0, Some("°C")));
        assert_eq!(service.request.get("COLORSCALERANGE"), Some("-77,83"));
        assert!(url.contains("LAYERS=sst") && url.contains("COLORSCALERANGE=-77,83"), "{url}");
    }

    #[test]
    fn a_range_that_numbers_cannot_divide_is_none() {
        for ends in ["[-5e-324, 5e-324]", "[1e300, 1.0000000000000002e300]", "[-1.7e308, 1.7e308]", "[1, 1]", "[2, 1]"]
        {
            let mut details = Details::default();
            details.take_in(format!(r#"{{"scaleRange": {ends}}}"#).as_bytes());
            assert_eq!(details.scale_range, None, "{ends}");
        }
        assert_eq!(read_range("0,1e-320"), None);
        let details = Details { scale_range: Some([5e-324, 3.0]), logarithmic: true, ..Details::default() };
        let request = mapreel_ogc::ServiceUrl::parse("http://h/ncwms?LAYERS=a").unwrap();
        let mut service = Service::new(request, mapreel_geo::Crs::WebMercator, "EPSG:3857", None);
        let (bar, _) = details.bar(&mut service, Dialect::NcWms).unwrap();
        assert!(bar.ticks(6).iter().all(|(_, at)| (-1e-9..=1.0 + 1e-9).contains(at)), "{bar:?}");
        assert_eq!(read_range("273.15,273.16"), Some([273.15, 273.16]));
    }

    #[test]
    fn ticks_are_numbers_that_people_like() {
        let check = |min: f64, max: f64, logarithmic: bool, expected: &[&str]| {
            let bar = ColourBar { min, max, logarithmic, units: None, numbers: NumberStyle::default() };
            let ticks = bar.ticks(6);
            let texts: Vec<_> = ticks.iter().map(|(value, _)| bar.text(*value)).collect();
            assert_eq!(texts, expected);
            assert!(ticks.iter().all(|(_, at)| (-1e-9..=1.0 + 1e-9).contains(at)));
            assert!(ticks.windows(2).all(|pair| pair[0].1 < pair[1].1));
        };
        check(0.0, 32.0, false, &["0", "10", "20", "30"]);
        check(-2.0, 34.0, false, &["0", "10", "20", "30"]);
        check(5.0, 25.0, false, &["5", "10", "15", "20", "25"]);
        check(-1.0, 1.0, false, &["−1", "−0.5", "0", "0.5", "1"]);
        check(0.01, 100.0, true, &["0.01", "0.03", "0.1", "0.3", "1", "3", "10", "30", "100"]);
        check(1e-9, 5e-9, false, &["1 × 10⁻⁹", "2 × 10⁻⁹", "3 × 10⁻⁹", "4 × 10⁻⁹", "5 × 10⁻⁹"]);
    }
}
