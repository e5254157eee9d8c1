//! The description that both services give of themselves.

/// The name of the service for people.
pub(crate) const TITLE: &str = "Mapreel demo: the temperature of the sea";
/// The description of the service for people.
pub(crate) const ABSTRACT: &str = "Monthly sea surface temperature of 2018 and 2019 on a grid of 2 degrees, drawn inside the program. \
Data: NOAA Extended Reconstructed Sea Surface Temperature, version 5 (ERSSTv5; Huang et al. 2017, doi:10.1175/JCLI-D-16-0836.1), \
public domain. Coast: Natural Earth 1:50m, public domain.";
/// Words by which catalogues find the service.
pub(crate) const KEYWORDS: [&str; 4] = ["ocean", "sea surface temperature", "ERSSTv5", "demonstration"];
/// The credit of all layers.
pub(crate) const ATTRIBUTION: &str = "NOAA ERSSTv5";
/// Where the data come from.
pub(crate) const DATA_URL: &str = "https://www.ncei.noaa.gov/products/extended-reconstructed-sst";

/// Where this service is reached.
pub(crate) struct Origin(String);

impl Origin {
    /// Scheme and host by the header `Host` of a request. A header that is missing, longer than 255 bytes, or more than a name or an
    /// address with a port becomes `localhost`.
    pub(crate) fn of_host(host: Option<&str>) -> Self {
        let is_plain = |host: &&str| {
            let signs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
            !host.is_empty() && host.len() <= 255 && host.chars().all(signs)
        };
        Self(format!("http://{}", host.filter(is_plain).unwrap_or("localhost")))
    }

    /// The address of the WMS, ready for parameters.
    pub(crate) fn wms(&self) -> String {
        format!("{}/demo/wms?", self.0)
    }

    /// The address of the WMTS, ready for parameters.
    pub(crate) fn wmts(&self) -> String {
        format!("{}/demo/wmts?", self.0)
    }

    /// The address below which the WMTS has its resources.
    pub(crate) fn wmts_resources(&self) -> String {
        format!("{}/demo/wmts/1.0.0", self.0)
    }

    /// The address of a legend of the WMS.
    pub(crate) fn legend(&self, layer: &str, style: &str, format: &str) -> String {
        format!(
            "{}SERVICE=WMS&VERSION=1.3.0&REQUEST=GetLegendGraphic&LAYER={layer}&STYLE={style}&FORMAT={format}",
            self.wms()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn a_header_that_is_no_host_is_not_repeated() {
        let wms = |host| Origin::of_host(host).wms();
        assert_eq!(wms(Some("127.0.0.1:5005")), "http://127.0.0.1:5005/demo/wms?");
        assert_eq!(wms(Some("[::1]:80")), "http://[::1]:80/demo/wms?");
        let long = "a".repeat(256);
        for host in [None, Some(""), Some("a/b"), Some("a\"b"), Some("u@h"), Some("a?b"), Some(long.as_str())] {
            assert_eq!(wms(host), "http://localhost/demo/wms?", "{host:?}");
        }
    }
}
