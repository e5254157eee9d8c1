//! Minimal capabilities documents of a WMS.

/// The capabilities of a WMS with one layer that has these times.
pub fn capabilities(layer: &str, times: &str) -> String {
    capabilities_of(layer, &format!(r#"<Dimension name="time" units="ISO8601">{times}</Dimension>"#))
}

/// The capabilities of a WMS with one layer; `what` is the XML inside the layer.
pub fn capabilities_of(layer: &str, what: &str) -> String {
    format!(
        r#"<WMS_Capabilities version="1.3.0"><Service><Title>test</Title></Service><Capability><Layer><Title>all</Title>
        <CRS>EPSG:3857</CRS><CRS>EPSG:4326</CRS><Layer><Name>{layer}</Name><Title>{layer}</Title>
        {what}</Layer></Layer></Capability></WMS_Capabilities>"#
    )
}
