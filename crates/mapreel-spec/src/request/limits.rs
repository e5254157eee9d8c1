//! The limits that a request must keep. They are checked before any work begins.

/// The longest answer of unknown size, in bytes.
pub const ANSWER_BYTES_MAX: usize = 16 << 20;

/// Upper bounds on what one request may ask for. `Default` gives values that suit one machine.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of the request document.
    pub document_bytes_max: usize,
    /// Nesting of lists and objects in the document.
    pub depth_max: usize,
    /// Frames of an animation.
    pub frames_max: usize,
    /// Layers, the basemap included.
    pub layers_max: usize,
    /// Width or height of the map, or of the whole picture where the request gives that size; in pixels.
    pub side_px_max: u32,
    /// Frames × pixels × (layers + 1), in millions: the price of drawing.
    pub cost_mpx_max: u64,
    /// Requests to upstreams, over all frames and layers.
    pub upstream_requests_max: usize,
    /// Positions in all inline GeoJSON of the request.
    pub positions_max: usize,
    /// The longest answer of an upstream of unknown size, in bytes.
    pub answer_bytes_max: usize,
    /// Memory for drawing one frame, in MiB.
    pub frame_mib_max: u64,
    /// Positions × frames of GeoJSON that changes with time, in millions: each frame looks at every position.
    pub positions_drawn_m_max: u64,
}

impl Limits {
    /// Values that suit one machine.
    pub const DEFAULT: Self = Self {
        document_bytes_max: 16 << 20,
        depth_max: 32,
        frames_max: 600,
        layers_max: 16,
        side_px_max: 8192,
        cost_mpx_max: 8_000,
        upstream_requests_max: 4_000,
        positions_max: 1_000_000,
        answer_bytes_max: ANSWER_BYTES_MAX,
        frame_mib_max: u64::MAX,
        positions_drawn_m_max: 100,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
