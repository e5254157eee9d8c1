//! The fonts of a plan: those in the binary, and the system's only where a text needs them, since finding them takes time.

use cosmic_text::fontdb::Database;
use mapreel_render::Fonts;
use mapreel_spec::Plan;

pub(crate) fn for_plan(plan: &Plan) -> Fonts {
    let mut text = plan.title.clone().unwrap_or_default();
    for layer in &plan.layers {
        text.push_str(&layer.name);
        text.push_str(layer.attribution.as_deref().unwrap_or_default());
        layer.labels.iter().flatten().for_each(|label| text.push_str(&label.text));
    }
    if Fonts::bundled_cover(&text) {
        return Fonts::bundled();
    }
    let mut system = Database::new();
    system.load_system_fonts();
    Fonts::with_fallbacks(system)
}
