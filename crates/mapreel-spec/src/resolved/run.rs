//! The run of a forecast: all frames of a job ask for the same run.

use mapreel_geo::ValidTime;
use mapreel_ogc::wms::capabilities::{Capabilities, Dimension, Layer};
use serde::{Deserialize, Serialize};

/// The run of a forecast that every request of a layer names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The time at which the run began, as the server writes it.
    pub time: ValidTime,
    /// The URL of the capabilities that name the run.
    pub document: String,
    /// The layers that ask for the run.
    layers: Vec<String>,
}

impl Run {
    /// The run that layers ask for, with the URL of the capabilities that name it.
    pub(crate) fn new(time: ValidTime, layers: &[&Layer], document: String) -> Self {
        Self { time, document, layers: layers.iter().map(|layer| layer.name.clone()).collect() }
    }

    /// The warning where a server with these capabilities does not offer the run any more.
    pub fn gone(&self, capabilities: &Capabilities) -> Option<String> {
        let layers: Option<Vec<&Layer>> = self.layers.iter().map(|name| capabilities.layer(name)).collect();
        let offer = match layers {
            None => "it does not name the layer any more".to_owned(),
            Some(layers) => match layers.iter().find_map(|layer| layer.run()) {
                None => "it does not name runs any more".to_owned(),
                Some(dimension) => self.missing_from(dimension)?,
            },
        };
        let run = self.time.text();
        Some(format!(
            "the server stopped offering the run {run} while it was drawn, so frames may be of another; {offer}"
        ))
    }

    /// What a dimension offers instead, where it does not offer the run.
    fn missing_from(&self, dimension: &Dimension) -> Option<String> {
        let axis = dimension.axis.as_ref()?.as_ref().ok()?;
        let (first, last) = (axis.first(), axis.last());
        axis.at(self.time.instant()).is_none().then(|| format!("it offers {} to {}", first.text(), last.text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use mapreel_geo::TimeAxis;
    use std::sync::Arc;

    fn capabilities(layer: &str, runs: Option<&str>) -> Capabilities {
        let axis = |extent| Some(TimeAxis::parse(extent, Timestamp::UNIX_EPOCH));
        let dimension =
            |extent| Arc::new(Dimension { name: "reference_time".into(), axis: axis(extent), ..Dimension::default() });
        let layer =
            Layer { name: layer.into(), dimensions: runs.map(dimension).into_iter().collect(), ..Layer::default() };
        Capabilities { layers: vec![layer], ..Capabilities::default() }
    }

    #[test]
    fn a_run_is_gone_when_the_server_does_not_name_it() {
        let before = capabilities("wind", Some("2020-01-01T00:00Z,2020-01-01T12:00Z"));
        let time = ValidTime::parse("2020-01-01T12:00Z").unwrap();
        let run = Run::new(time, &[&before.layers[0]], String::new());
        let gone = |layer, runs, words: &str| {
            let why = run.gone(&capabilities(layer, runs)).unwrap();
            assert!(why.contains(words), "{why}");
        };
        assert_eq!(run.gone(&before), None);
        gone("wind", Some("2020-01-02T00:00Z"), "it offers 2020-01-02T00:00Z to");
        gone("wind", None, "does not name runs");
        gone("waves", Some("2020-01-01T12:00Z"), "does not name the layer");
    }
}
