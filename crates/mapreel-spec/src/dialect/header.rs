//! Reads the header and the design of the page, in the second dialect.

use crate::request::design::{Design, LegendPlace};
use crate::request::limits::Limits;
use crate::request::read::Node;
use crate::request::request::Header;
use crate::schema::fields::fields;
use crate::schema::texts::{Flag, LanguageTag, Shown, TimeForm, ZoneName};
use mapreel_geo::TimeStyle;

fields! {
    /// What stands above the map.
    pub(crate) struct HeaderFields {
        /// The title; the page is read in its direction.
        title: Shown;
        /// A line below the title.
        subtitle: Shown;
        /// Where the data come from, in words of your own: at the foot of the picture, before the credits that sources ask for.
        source: Shown;
        /// The time zone in which times are shown, by its name in the IANA database.
        timezone: ZoneName, default "UTC";
        /// How times are written: `date`, `month`, `year`, `datetime` or `weekday` (a date with it) as the language writes them,
        /// or a pattern of strftime, such as `%d %B %Y`. Without it: `2020-08-30 12:00 UTC`.
        time_format: TimeForm;
        /// The language of months, weekdays and numbers (BCP 47).
        language: LanguageTag, default "en";
        /// Whether layers with a title have lines of their own.
        layers: Flag, default "true";
    }
}

fields! {
    /// How the page looks.
    pub(crate) struct DesignFields {
        /// Where legends stand: `auto` chooses between right and below by what leaves the map most, and `none` leaves all out.
        legend: LegendPlace, default "auto";
    }
}

pub(super) fn read_header(node: &Node, limits: &Limits) -> Option<Header> {
    let fields = node.fields()?;
    let read = HeaderFields::read(&fields, limits);
    fields.later("logo");
    fields.finish();
    let (title, subtitle, source) = (read.title.optional(), read.subtitle.optional(), read.source.optional());
    let (format, language, zone) = (read.time_format.optional(), read.language.optional(), read.timezone.or_default());
    let shown = |text: Option<String>| text.filter(|text| !text.is_empty());
    Some(Header {
        title: shown(title.ok()?),
        subtitle: shown(subtitle.ok()?),
        source: shown(source.ok()?),
        time_prefix: None,
        times: TimeStyle { zone: zone?, format: format.ok()?, language: language.ok()? },
        shows_layers: read.layers.or(true)?,
    })
}

pub(super) fn read_design(node: &Node, limits: &Limits) -> Option<Design> {
    const LATER: [&str; 8] =
        ["theme", "scale_bar", "north_arrow", "inset", "logo", "watermark", "progress", "background"];
    let fields = node.fields()?;
    let DesignFields { legend } = DesignFields::read(&fields, limits);
    LATER.into_iter().for_each(|name| fields.later(name));
    fields.finish();
    Some(Design { legend: legend.or_default()? })
}
