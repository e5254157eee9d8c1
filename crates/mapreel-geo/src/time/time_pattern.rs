//! Patterns of times: the directives of strftime, with the names and digits of any language.

use super::language::Language;
use super::time_error::shortened;
use super::valid_time::ValidTime;
use super::zone::Zone;

/// The most characters of a pattern.
const CHARACTERS_MAX: usize = 100;

/// What each directive stands for.
static DIRECTIVES: [(&str, Meaning); 27] = [
    // `u` is CLDR's extended year, which becomes negative; `y` counts within an era.
    ("Y", Meaning::Part(Part::Field("uuuu"))),
    ("y", Meaning::Part(Part::Field("yy"))),
    ("m", Meaning::Part(Part::Field("MM"))),
    ("-m", Meaning::Part(Part::Field("M"))),
    ("d", Meaning::Part(Part::Day("dd"))),
    ("-d", Meaning::Part(Part::Day("d"))),
    ("e", Meaning::Part(Part::PaddedDay("d"))),
    ("B", Meaning::Name { beside_day: "MMMM", alone: "LLLL" }),
    ("b", Meaning::Name { beside_day: "MMM", alone: "LLL" }),
    ("h", Meaning::Name { beside_day: "MMM", alone: "LLL" }),
    ("A", Meaning::Name { beside_day: "EEEE", alone: "cccc" }),
    ("a", Meaning::Name { beside_day: "EEE", alone: "ccc" }),
    ("j", Meaning::Part(Part::Field("DDD"))),
    ("H", Meaning::Part(Part::Field("HH"))),
    ("-H", Meaning::Part(Part::Field("H"))),
    ("I", Meaning::Part(Part::Field("hh"))),
    ("-I", Meaning::Part(Part::Field("h"))),
    ("M", Meaning::Part(Part::Field("mm"))),
    ("S", Meaning::Part(Part::Field("ss"))),
    ("p", Meaning::Part(Part::Field("a"))),
    ("F", Meaning::Pattern("%Y-%m-%d")),
    ("D", Meaning::Pattern("%m/%d/%y")),
    ("T", Meaning::Pattern("%H:%M:%S")),
    ("R", Meaning::Pattern("%H:%M")),
    ("Z", Meaning::Part(Part::ZoneName)),
    ("z", Meaning::Part(Part::ZoneOffset)),
    ("%", Meaning::Percent),
];

#[derive(Debug)]
enum Meaning {
    Part(Part),
    /// A name that many languages inflect when a day of the month is beside it: `январь 2019`, but `1 января`.
    Name {
        beside_day: &'static str,
        alone: &'static str,
    },
    Pattern(&'static str),
    Percent,
}

/// A strftime pattern that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimePattern(Vec<Part>);

/// A part of a pattern. Fields are named by their symbols in CLDR.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(&'static str),
    Day(&'static str),
    /// A day of one digit gets a leading blank.
    PaddedDay(&'static str),
    ZoneName,
    ZoneOffset,
}

impl TimePattern {
    /// Reads a pattern; characters outside directives are copied.
    pub(crate) fn parse(text: &str) -> Result<Self, TimeFormatError> {
        if text.chars().count() > CHARACTERS_MAX {
            return Err(TimeFormatError::TooLong);
        }
        if let Some(invisible) = text.chars().find(|c| is_invisible(*c)) {
            return Err(TimeFormatError::Invisible(invisible));
        }
        let parts = read(text, false)?;
        match parts.iter().any(|part| matches!(part, Part::Day(_) | Part::PaddedDay(_))) {
            true => read(text, true).map(Self),
            false => Ok(Self(parts)),
        }
    }

    /// Writes a time in a language, in the local time of a zone.
    pub(crate) fn write(&self, time: &ValidTime, zone: &Zone, language: &Language) -> String {
        let at = zone.clock(time);
        let write = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Field(symbol) | Part::Day(symbol) => language.field(symbol, at),
            Part::PaddedDay(symbol) => format!("{:>2}", language.field(symbol, at)),
            Part::ZoneName => zone.short_name(time),
            Part::ZoneOffset => offset(zone.offset(time).seconds()),
        };
        self.0.iter().map(write).collect()
    }
}

/// The parts of a pattern; `beside_a_day` selects the form that names have beside a day of the month.
fn read(text: &str, beside_a_day: bool) -> Result<Vec<Part>, TimeFormatError> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((literal, directive)) = rest.split_once('%') {
        parts.push(Part::Text(literal.to_owned()));
        let known = DIRECTIVES.iter().find(|(name, _)| directive.starts_with(name));
        let (name, meaning) = known.ok_or_else(|| TimeFormatError::not_a_directive(directive))?;
        match meaning {
            Meaning::Part(part) => parts.push(part.clone()),
            Meaning::Name { beside_day, .. } if beside_a_day => parts.push(Part::Field(beside_day)),
            Meaning::Name { alone, .. } => parts.push(Part::Field(alone)),
            Meaning::Pattern(pattern) => parts.extend(read(pattern, beside_a_day)?),
            Meaning::Percent => parts.push(Part::Text("%".into())),
        }
        rest = &directive[name.len()..];
    }
    parts.push(Part::Text(rest.to_owned()));
    Ok(parts)
}

/// Control characters, line and paragraph separators, and characters that change the direction of text.
fn is_invisible(c: char) -> bool {
    let direction =
        matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    c.is_control() || direction || matches!(c, '\u{2028}' | '\u{2029}')
}

/// `+0200`, `-0330`.
fn offset(seconds: i32) -> String {
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs() / 60);
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

/// Why a text is not a format of times.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeFormatError {
    /// Neither one of the format words nor a pattern.
    #[error("`{0}` is not a format of times")]
    NotAFormat(String),
    /// A directive that is not known.
    #[error("`{0}` is not a directive of time patterns; known are {known}", known = known())]
    NotADirective(String),
    /// A `%` at the end.
    #[error("the time pattern ends with `%`, where a directive should follow; known are {known}", known = known())]
    Unfinished,
    /// An invisible character that ends a line or changes the direction of text.
    #[error("the time pattern has the invisible character U+{:04X}", u32::from(*.0))]
    Invisible(char),
    /// More characters than are read.
    #[error("the time pattern has more than {CHARACTERS_MAX} characters")]
    TooLong,
}

impl TimeFormatError {
    pub(crate) fn not_a_format(text: &str) -> Self {
        Self::NotAFormat(shortened(text))
    }

    /// `rest` is the text after a `%`. Flags and a width may come before the unknown letter.
    fn not_a_directive(rest: &str) -> Self {
        let is_flag = |c: char| c.is_ascii_digit() || "-_^#:.+".contains(c);
        match rest.char_indices().find(|(_, c)| !is_flag(*c)) {
            Some((at, letter)) => Self::NotADirective(shortened(&format!("%{}{letter}", &rest[..at]))),
            None if rest.is_empty() => Self::Unfinished,
            None => Self::NotADirective(shortened(&format!("%{rest}"))),
        }
    }

    /// What to write instead.
    pub fn hint(&self) -> String {
        match self {
            Self::NotAFormat(_) => "date, month, year, datetime, weekday or a pattern like %-d %B %Y".into(),
            Self::NotADirective(_) => "write it like %-d %B %Y, and a percent sign as %%".into(),
            Self::Unfinished => "write a percent sign as %%".into(),
            Self::Invisible(_) => "leave it out".into(),
            Self::TooLong => "a pattern like %-d %B %Y".into(),
        }
    }
}

/// All directives, separated by commas.
fn known() -> String {
    let names: Vec<_> = DIRECTIVES.iter().map(|(name, _)| format!("%{name}")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pattern: &str, time: &str, zone: &str, tag: &str) -> String {
        let (zone, language) = (Zone::parse(zone).unwrap(), Language::parse(tag).unwrap());
        TimePattern::parse(pattern).unwrap().write(&ValidTime::parse(time).unwrap(), &zone, &language)
    }

    #[test]
    fn every_directive_is_written() {
        let morning_and_evening = [
            ("%Y", "2019", "2020"),
            ("%y", "19", "20"),
            ("%m", "02", "12"),
            ("%-m", "2", "12"),
            ("%d", "03", "30"),
            ("%-d", "3", "30"),
            ("%e", " 3", "30"),
            ("%B", "February", "December"),
            ("%b", "Feb", "Dec"),
            ("%h", "Feb", "Dec"),
            ("%A", "Sunday", "Wednesday"),
            ("%a", "Sun", "Wed"),
            ("%j", "034", "365"),
            ("%H", "04", "17"),
            ("%-H", "4", "17"),
            ("%I", "04", "05"),
            ("%-I", "4", "5"),
            ("%M", "05", "46"),
            ("%S", "06", "57"),
            ("%p", "AM", "PM"),
            ("%F", "2019-02-03", "2020-12-30"),
            ("%D", "02/03/19", "12/30/20"),
            ("%T", "04:05:06", "17:46:57"),
            ("%R", "04:05", "17:46"),
            ("%Z", "UTC", "UTC"),
            ("%z", "+0000", "+0000"),
            ("%%", "%", "%"),
        ];
        for (pattern, morning, evening) in morning_and_evening {
            assert_eq!(written(pattern, "2019-02-03T04:05:06Z", "UTC", "en"), morning, "{pattern}");
            assert_eq!(written(pattern, "2020-12-30T17:46:57Z", "UTC", "en"), evening, "{pattern}");
        }
        let tested = morning_and_evening.map(|(pattern, ..)| &pattern[1..]);
        assert_eq!(DIRECTIVES.each_ref().map(|(name, _)| *name), tested);
        assert_eq!(written("%H %I %-I %p", "2020-01-01T00:00Z", "UTC", "en"), "00 12 12 AM");
        assert_eq!(written("%Y %F", "0850-01-01", "UTC", "en"), "0850 0850-01-01");
    }

    #[test]
    fn what_is_not_a_directive_stands_for_itself() {
        let check = |pattern: &str, expected: &str| {
            assert_eq!(written(pattern, "2019-02-03T04:05:06Z", "UTC", "en"), expected);
        };
        check("100%% at %H 'o''clock' {0} [MMMM]", "100% at 04 'o''clock' {0} [MMMM]");
        check("%Y年%-m月%-d日 – Früh, утром, صباحًا", "2019年2月3日 – Früh, утром, صباحًا");
        check("%%Y%Y%%", "%Y2019%");
    }

    #[test]
    fn names_are_in_the_language_and_in_the_case_that_a_day_asks_for() {
        let check = |tag: &str, pattern: &str, expected: &str| {
            assert_eq!(written(pattern, "2019-01-01T15:00Z", "UTC", tag), expected, "{tag}");
        };
        check("ru", "%-d %B", "1 января");
        check("ru", "%B %Y", "январь 2019");
        check("ru", "%F, %B", "2019-01-01, января");
        check("ru", "%e. %B", " 1. января");
        check("pl", "%-d %B %Y", "1 stycznia 2019");
        check("pl", "%B %Y", "styczeń 2019");
        check("fi", "%A %-d. %B", "tiistaina 1. tammikuuta");
        check("fi", "%A, %B", "tiistai, tammikuu");
        check("ca", "%-d %B", "1 de gener");
        check("de", "%a, %-d. %b %Y", "Di., 1. Jan. 2019");
        check("cs", "%I %p", "03 odp.");
        check("ko", "%p %-I시", "오후 3시");
        check("zh", "%A %B", "星期二 一月");
    }

    #[test]
    fn digits_are_the_languages() {
        assert_eq!(written("%F %T %j", "2019-02-03T04:05:06Z", "UTC", "ar-EG"), "٢٠١٩-٠٢-٠٣ ٠٤:٠٥:٠٦ ٠٣٤");
        assert_eq!(written("%e %y", "2019-02-03T04:05:06Z", "UTC", "mr"), " ३ १९");
    }

    #[test]
    fn the_zone_has_its_name_and_its_distance_from_utc() {
        let check = |zone: &str, expected: &str| {
            assert_eq!(written("%F %R %Z %z", "2020-08-30T22:00Z", zone, "de"), expected);
        };
        check("UTC", "2020-08-30 22:00 UTC +0000");
        check("Europe/Berlin", "2020-08-31 00:00 CEST +0200");
        check("America/St_Johns", "2020-08-30 19:30 NDT -0230");
        check("America/Sao_Paulo", "2020-08-30 19:00 UTC-3 -0300");
    }

    #[test]
    fn what_cannot_be_written_is_refused_by_name() {
        let check = |pattern: &str, expected: &str| {
            assert_eq!(TimePattern::parse(pattern).unwrap_err().to_string(), expected);
        };
        let known = "known are %Y, %y, %m, %-m, %d, %-d, %e, %B, %b, %h, %A, %a, %j, %H, %-H, %I, %-I, %M, %S, %p, %F, %D, %T, %R, \
                     %Z, %z, %%";
        let unknown = |name: &str| format!("`{name}` is not a directive of time patterns; {known}");
        check("%Y %Q", &unknown("%Q"));
        check("100% rain", &unknown("% "));
        check("%-Y", &unknown("%-Y"));
        check("%04Y", &unknown("%04Y"));
        check("%é", &unknown("%é"));
        check("%-", &unknown("%-"));
        check("%n", &unknown("%n"));
        check("%Y %", &format!("the time pattern ends with `%`, where a directive should follow; {known}"));
        check("%Y\n%m", "the time pattern has the invisible character U+000A");
        check("%Y\u{7f}", "the time pattern has the invisible character U+007F");
        for invisible in ['\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{2028}']
        {
            assert_eq!(TimePattern::parse(&format!("%Y{invisible}")), Err(TimeFormatError::Invisible(invisible)));
        }
        check(&"é".repeat(101), "the time pattern has more than 100 characters");
        assert!(TimePattern::parse(&"é".repeat(100)).is_ok());
    }
}
