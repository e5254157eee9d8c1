//! How times are written on a page: in which zone, with which of their parts, in which language.

use super::language::{ENGLISH, Language};
use super::number_style::NumberStyle;
use super::time_pattern::{TimeFormatError, TimePattern};
use super::valid_time::ValidTime;
use super::zone::Zone;
use icu_datetime::fieldsets::enums::{
    CalendarPeriodFieldSet, CompositeDateTimeFieldSet, DateAndTimeFieldSet, DateFieldSet,
};
use icu_datetime::fieldsets::{Y, YM, YMD, YMDE, YMDT};
use icu_datetime::options::{SubsecondDigits, TimePrecision};
use jiff::civil::DateTime;

/// How times are written on the page.
///
/// ```
/// # use mapreel_geo::{Language, TimeFormat, TimeStyle, ValidTime, Zone};
/// let noon = ValidTime::parse("2020-08-30T12:00Z").unwrap();
/// assert_eq!(TimeStyle::default().show(&noon), "2020-08-30 12:00 UTC");
///
/// let style = TimeStyle { zone: Zone::default(), format: Some(TimeFormat::Date), language: Language::parse("fr") };
/// assert_eq!(style.show(&noon), "30 août 2020");
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TimeStyle {
    /// The zone whose dates and clock times are written.
    pub zone: Zone,
    /// Which parts of a time are written. `None`: all of them, in the numbers of ISO 8601, with the zone.
    pub format: Option<TimeFormat>,
    /// The language of names and numbers; `None` is English.
    pub language: Option<Language>,
}

/// Which parts of a time are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeFormat {
    /// `30 August 2020`, as the language writes dates in full.
    Date,
    /// `August 2020`.
    Month,
    /// `2020`.
    Year,
    /// `30 August 2020 at 12:00 UTC`: date, clock time and zone. Seconds and milliseconds only where they are not zero.
    DateTime,
    /// `Sunday 30 August 2020`.
    Weekday,
    /// A strftime pattern.
    Pattern(TimePattern),
}

impl TimeStyle {
    /// A time, written for the page.
    pub fn show(&self, time: &ValidTime) -> String {
        let language = self.language();
        let written = |fields| language.write(fields, self.zone.clock(time));
        match &self.format {
            None => self.zone.show(time),
            Some(TimeFormat::Pattern(pattern)) => pattern.write(time, &self.zone, language),
            Some(TimeFormat::Date) => written(date(DateFieldSet::YMD(YMD::long()))),
            Some(TimeFormat::Weekday) => written(date(DateFieldSet::YMDE(YMDE::long()))),
            Some(TimeFormat::Month) => written(period(CalendarPeriodFieldSet::YM(YM::long()))),
            Some(TimeFormat::Year) => written(period(CalendarPeriodFieldSet::Y(Y::long()))),
            Some(TimeFormat::DateTime) => {
                let fields = YMDT::long().with_time_precision(precision(self.zone.clock(time)));
                let fields = CompositeDateTimeFieldSet::DateTime(DateAndTimeFieldSet::YMDT(fields));
                format!("{} {}", written(fields), self.zone.name(time))
            }
        }
    }

    /// How numbers are written beside the times.
    pub fn numbers(&self) -> NumberStyle {
        NumberStyle::of(self.language.clone())
    }

    /// Whether the page is in English, which is the default.
    pub fn is_english(&self) -> bool {
        self.language().is_english()
    }

    fn language(&self) -> &Language {
        self.language.as_ref().unwrap_or(&ENGLISH)
    }
}

impl TimeFormat {
    /// The words by which a request names a format.
    pub const WORDS: &[&str] = &["date", "month", "year", "datetime", "weekday"];

    /// Reads one of the words, or a strftime pattern: a text with at least one `%`.
    ///
    /// # Errors
    /// The text is neither; or the pattern has a directive that is not known, an invisible character, or too many characters.
    pub fn parse(text: &str) -> Result<Self, TimeFormatError> {
        Ok(match text {
            "date" => Self::Date,
            "month" => Self::Month,
            "year" => Self::Year,
            "datetime" => Self::DateTime,
            "weekday" => Self::Weekday,
            pattern if pattern.contains('%') => Self::Pattern(TimePattern::parse(pattern)?),
            other => return Err(TimeFormatError::not_a_format(other)),
        })
    }
}

fn date(fields: DateFieldSet) -> CompositeDateTimeFieldSet {
    CompositeDateTimeFieldSet::Date(fields)
}

fn period(fields: CalendarPeriodFieldSet) -> CompositeDateTimeFieldSet {
    CompositeDateTimeFieldSet::CalendarPeriod(fields)
}

/// Minutes; seconds and milliseconds only where they are not zero.
fn precision(at: DateTime) -> TimePrecision {
    match (at.second(), at.subsec_nanosecond() / 1_000_000) {
        (0, 0) => TimePrecision::Minute,
        (_, 0) => TimePrecision::Second,
        _ => TimePrecision::Subsecond(SubsecondDigits::S3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(format: &str, time: &str, zone: &str, tag: Option<&str>) -> String {
        let language = tag.map(|tag| Language::parse(tag).unwrap());
        let style = TimeStyle { zone: Zone::parse(zone).unwrap(), format: TimeFormat::parse(format).ok(), language };
        style.show(&ValidTime::parse(time).unwrap())
    }

    #[test]
    fn without_a_format_a_time_is_as_its_zone_shows_it() {
        for time in ["2005-08-29T06:00Z", "2005-08-29T06:00:07Z", "2005-08-29T06:00:07.25Z", "0001-01-01"] {
            let time = ValidTime::parse(time).unwrap();
            assert_eq!(TimeStyle::default().show(&time), Zone::default().show(&time));
            for zone in ["Australia/Perth", "America/Sao_Paulo", "Europe/Berlin"].map(|name| Zone::parse(name).unwrap())
            {
                for language in [None, Language::parse("de"), Language::parse("ar-EG")] {
                    let style = TimeStyle { zone: zone.clone(), format: None, language };
                    assert_eq!(style.show(&time), zone.show(&time));
                }
            }
        }
    }

    #[test]
    fn dates_are_written_in_full_as_the_language_writes_them() {
        let check = |tag: &str, date: &str, month: &str, weekday: &str| {
            let shown = |format: &str| shown(format, "2020-08-30T12:00Z", "UTC", Some(tag));
            assert_eq!([shown("date"), shown("month"), shown("weekday")], [date, month, weekday]);
        };
        check("en", "August 30, 2020", "August 2020", "Sunday, August 30, 2020");
        check("en-GB", "30 August 2020", "August 2020", "Sunday, 30 August 2020");
        check("de", "30. August 2020", "August 2020", "Sonntag, 30. August 2020");
        check("fr", "30 août 2020", "août 2020", "dimanche 30 août 2020");
        check("es", "30 de agosto de 2020", "agosto de 2020", "domingo, 30 de agosto de 2020");
        check("pt", "30 de agosto de 2020", "agosto de 2020", "domingo, 30 de agosto de 2020");
        check("ru", "30 августа 2020\u{202f}г.", "август 2020\u{202f}г.", "воскресенье, 30 августа 2020\u{202f}г.");
        check("ar", "30 أغسطس 2020", "أغسطس 2020", "الأحد، 30 أغسطس 2020");
        check("ar-EG", "٣٠ أغسطس ٢٠٢٠", "أغسطس ٢٠٢٠", "الأحد، ٣٠ أغسطس ٢٠٢٠");
        check("hi", "30 अगस्त, 2020", "अगस्त 2020", "रविवार, 30 अगस्त, 2020");
        check("ja", "2020年8月30日", "2020年8月", "2020年8月30日日曜日");
        check("zh", "2020年8月30日", "2020年8月", "2020年8月30日星期日");
        check("ko", "2020년 8월 30일", "2020년 8월", "2020년 8월 30일 일요일");
        check("th", "30 สิงหาคม ค.ศ. 2020", "สิงหาคม ค.ศ. 2020", "วันอาทิตย์ที่ 30 สิงหาคม ค.ศ. 2020");
    }

    #[test]
    fn years_are_those_of_the_gregorian_calendar() {
        let check = |tag: &str, expected: &str| {
            assert_eq!(shown("year", "2020-08-30", "UTC", Some(tag)), expected, "{tag}");
        };
        check("en", "2020");
        check("th", "ค.ศ. 2020");
        check("fa", "۲۰۲۰");
        check("ar-SA", "٢٠٢٠");
        check("ja", "2020年");
        check("zh-TW", "2020年");
        assert_eq!(shown("date", "2020-08-30", "UTC", Some("fa")), "۳۰ اوت ۲۰۲۰");
        assert_eq!(shown("%-d %B %Y", "2020-08-30", "UTC", Some("th")), "30 สิงหาคม 2020");
    }

    #[test]
    fn a_time_is_taken_to_its_zone_before_it_is_written() {
        let eve = "2020-12-31T20:00Z";
        assert_eq!(shown("date", eve, "UTC", Some("en-GB")), "31 December 2020");
        assert_eq!(shown("date", eve, "Australia/Perth", Some("en-GB")), "1 January 2021");
        assert_eq!(shown("month", eve, "Australia/Perth", None), "January 2021");
        assert_eq!(shown("year", eve, "Australia/Perth", None), "2021");
        assert_eq!(shown("weekday", eve, "Australia/Perth", None), "Friday, January 1, 2021");
        assert_eq!(shown("%A %F", eve, "Australia/Perth", None), "Friday 2021-01-01");
        assert_eq!(shown("date", "2021-01-01T04:00Z", "America/New_York", None), "December 31, 2020");
    }

    #[test]
    fn date_and_clock_time_name_their_zone_and_no_needless_seconds() {
        let check = |tag: Option<&str>, time: &str, zone: &str, expected: &str| {
            assert_eq!(shown("datetime", time, zone, tag), expected);
        };
        check(None, "2020-08-30T16:05Z", "UTC", "August 30, 2020 at 4:05\u{202f}PM UTC");
        check(Some("en-GB"), "2020-08-30T16:05Z", "UTC", "30 August 2020 at 16:05 UTC");
        check(Some("en-GB"), "2020-08-30T16:05:07Z", "UTC", "30 August 2020 at 16:05:07 UTC");
        check(Some("en-GB"), "2020-08-30T16:05:07.25Z", "UTC", "30 August 2020 at 16:05:07.250 UTC");
        check(Some("de"), "2020-08-30T22:30Z", "Europe/Berlin", "31. August 2020 um 00:30 CEST (UTC+2)");
        check(Some("pt-BR"), "2020-08-30T12:00Z", "America/Sao_Paulo", "30 de agosto de 2020 às 09:00 UTC-3");
        check(Some("ja"), "2020-08-30T12:00Z", "Asia/Tokyo", "2020年8月30日 21:00 JST (UTC+9)");
        check(Some("ar-EG"), "2020-08-30T12:00Z", "UTC", "٣٠ أغسطس ٢٠٢٠ في ١٢:٠٠ م UTC");
    }

    #[test]
    fn the_earliest_and_the_latest_time_can_be_written() {
        for time in [jiff::Timestamp::MIN, jiff::Timestamp::MAX].map(ValidTime::from) {
            for format in TimeFormat::WORDS.iter().chain(&["%Y %y %B %A %j %p"]) {
                let style = TimeStyle { format: TimeFormat::parse(format).ok(), ..TimeStyle::default() };
                let shown = style.show(&time);
                assert!(shown.contains("9999") || shown.contains("10000 BC"), "{shown}");
            }
        }
        assert_eq!(shown("date", "0001-01-01", "UTC", None), "January 1, 1 AD", "a year that could be taken for a day");
    }

    #[test]
    fn a_page_is_english_until_a_language_is_named() {
        let style = |tag: &str| TimeStyle { language: Language::parse(tag), ..TimeStyle::default() };
        assert!(TimeStyle::default().is_english() && style("en-GB").is_english() && !style("de").is_english());
    }

    #[test]
    fn a_format_is_a_word_or_a_pattern() {
        for word in TimeFormat::WORDS {
            assert!(!matches!(TimeFormat::parse(word), Ok(TimeFormat::Pattern(_)) | Err(_)), "{word}");
        }
        assert!(matches!(TimeFormat::parse("%-d %B"), Ok(TimeFormat::Pattern(_))));
        for text in ["", "dates", "Date", "YYYY-MM-DD", "August"] {
            assert_eq!(TimeFormat::parse(text), Err(TimeFormatError::not_a_format(text)));
        }
        assert!(TimeFormat::parse("dates").unwrap_err().hint().starts_with(&TimeFormat::WORDS.join(", ")));
        assert!(TimeFormat::parse("%Q").is_err());
    }
}
