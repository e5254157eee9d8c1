//! The run of a forecast: pinned for a whole job, so that no frame comes from another.

use crate::ValidTime;
use crate::capabilities::{Capabilities, Dimension, Layer};
use jiff::Timestamp;

/// The run of a forecast that every request of a layer names.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// When the run began, as the server writes it.
    pub time: ValidTime,
    /// The address of the capabilities that name it.
    pub document: String,
    /// The layers that are asked for.
    layers: Vec<String>,
}

impl Run {
    /// The run to ask for: the one that the author gave, or the one that the server draws by itself. `None`: the layers
    /// have no runs, or the author's words are not a time.
    ///
    /// # Errors
    /// The server does not offer the run that the author gave.
    pub(crate) fn choose(
        dimension: &Dimension,
        given: Option<&str>,
        layers: &[&Layer],
        document: String,
        now: Timestamp,
    ) -> Result<Option<Self>, String> {
        let time = match given {
            Some(text) => ValidTime::parse_kept(text).ok(),
            None => dimension.default_time(now),
        };
        let Some(time) = time else { return Ok(None) };
        let run = Self { time, document, layers: layers.iter().map(|layer| layer.name.clone()).collect() };
        match run.missing_from(dimension) {
            Some(offer) => Err(format!("the server does not offer the run {}; {offer}", run.time.text())),
            None => Ok(Some(run)),
        }
    }

    /// What is to be said when a server with these capabilities does not offer the run any more.
    pub fn gone(&self, capabilities: &Capabilities) -> Option<String> {
        let layers: Option<Vec<&Layer>> = self.layers.iter().map(|name| capabilities.layer(name)).collect();
        let offer = match layers {
            None => "it does not name the layer any more".to_owned(),
            Some(layers) => self.missing_from(layers.iter().find_map(|layer| layer.run())?)?,
        };
        let run = self.time.text();
        Some(format!(
            "the server stopped to offer the run {run} while it was drawn, so frames may be of another; {offer}"
        ))
    }

    /// What a dimension offers in the run's place, where it does not offer the run.
    fn missing_from(&self, dimension: &Dimension) -> Option<String> {
        let axis = dimension.axis.as_ref()?.as_ref().ok()?;
        let (first, last) = (axis.first(), axis.last());
        axis.at(self.time.instant()).is_none().then(|| format!("it offers {} to {}", first.text(), last.text()))
    }
}
