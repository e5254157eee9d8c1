//! What a request leaves to its servers: known only when they have been asked, and whether they offer it then.

use crate::animation::{Animation, Content};
use crate::axis::Side;
use crate::capabilities::Capabilities;
use crate::timing::{AskedTime, Known};

impl Animation {
    /// Which times of which layer, by its name, the frames will have; `None`: their times are known.
    pub fn times_awaited_of(&self) -> Option<(Side, &str)> {
        let last = self.last.filter(|_| self.times.iter().all(Option::is_none))?;
        Some((last.side, &self.layers[last.layer].name))
    }

    /// The dimension whose values the frames will all have; `None`: their values are known, or there are none.
    pub fn values_awaited_of(&self) -> Option<&str> {
        self.animate.as_ref().filter(|film| film.values.is_empty()).map(|film| film.dimension.as_str())
    }

    /// Whether the times of a layer's pictures, and how many pictures that makes, are known only when its server has been
    /// asked.
    pub fn awaits_times(&self, layer: usize) -> bool {
        let timing = self.layers[layer].content.timing();
        let open = timing.is_some_and(|timing| timing.known == Known::NotYet && timing.asked != AskedTime::None);
        open && self.times.iter().all(Option::is_none)
    }

    /// Whether a layer's server is yet to be asked for something.
    pub fn awaits_server(&self, layer: usize) -> bool {
        self.documents().iter().any(|document| document.layer == layer)
    }

    /// The layers that a request names and a WMS does not; empty for all other kinds of layers.
    pub fn not_offered(&self, layer: usize, capabilities: &Capabilities) -> Vec<String> {
        let Content::Wms(wms) = &self.layers[layer].content else { return Vec::new() };
        wms.service.layers().filter(|name| capabilities.layer(name).is_none()).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, capabilities, parse_request};

    fn animation(times: &str) -> Animation {
        let layers =
            r#"[{ "type": "natural-earth" }, { "type": "wms", "url": "http://h/", "layers": "a,b", "title": "A" }]"#;
        let request = format!(r#"{{ "map": {{ "bbox": [0, 0, 9, 9], "width": 90 }}, {times} "layers": {layers} }}"#);
        parse_request(request.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn what_servers_decide_is_known_to_be_unknown() {
        let last = animation(r#""times": { "last": 6 },"#);
        assert_eq!(last.times_awaited_of(), Some((Side::Last, "A")));
        assert_eq!((last.awaits_times(0), last.awaits_times(1), last.awaits_server(1)), (false, true, true));
        let listed = animation(r#""times": ["2020-01-01", "2020-01-02"],"#);
        assert_eq!((listed.times_awaited_of(), listed.awaits_times(1), listed.awaits_server(1)), (None, false, true));
        assert!(animation("").awaits_times(1), "the default of the server");
    }

    #[test]
    fn every_named_layer_must_be_offered() {
        let layer = capabilities::Layer { name: "a".into(), ..Default::default() };
        let server = Capabilities { layers: vec![layer], ..Default::default() };
        assert_eq!(animation("").not_offered(1, &server), ["b"]);
        assert!(animation("").not_offered(0, &server).is_empty());
    }
}
