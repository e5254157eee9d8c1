//! The few colours of our own, all safe for colour-blind readers, texts at least 4.5 : 1 on the ground (WCAG AA).

use mapreel_spec::Colour;

pub(crate) const GROUND: Colour = Colour::rgb(255, 255, 255);
pub(crate) const INK: Colour = Colour::rgb(24, 28, 33);
pub(crate) const MUTED: Colour = Colour::rgb(92, 101, 112);
pub(crate) const HAIRLINE: Colour = Colour::rgb(164, 171, 179);
pub(crate) const ALARM: Colour = Colour::rgb(176, 36, 24);

pub(crate) const OCEAN: Colour = Colour::rgb(214, 228, 239);
pub(crate) const LAND: Colour = Colour::rgb(241, 239, 232);
pub(crate) const COASTLINE: Colour = Colour::rgb(96, 112, 128);
pub(crate) const BORDER: Colour = Colour::rgb(160, 156, 150);

/// The ground of what lies off the globe. It is neither the sea's colour nor the land's, and darker than the page, so that no
/// reader takes it for a gap.
pub(crate) const OFF_GLOBE: Colour = Colour::rgb(236, 237, 239);
pub(crate) const GLOBE_OUTLINE: Colour = Colour::rgb(112, 122, 134);
/// The degree labels of meridians and parallels.
pub(crate) const DEGREES: Colour = Colour::rgb(64, 72, 84);
