//! Languages: how each writes dates, clock times and numbers. The program contains the tables of Unicode's CLDR for this.
//!
//! Dates are in the Gregorian calendar in every language, as in the data.

use icu_calendar::Gregorian;
use icu_datetime::fieldsets::enums::CompositeDateTimeFieldSet;
use icu_datetime::input::{Date, DateTime, Time};
use icu_datetime::pattern::{DateTimePattern, FixedCalendarDateTimeNames};
use icu_datetime::{DateTimeFormatterPreferences, FixedCalendarDateTimeFormatter};
use icu_decimal::input::Decimal;
use icu_decimal::{DecimalFormatter, DecimalFormatterPreferences};
use icu_locale_core::{LanguageIdentifier, langid};
use jiff::civil;
use serde::{Deserialize, Serialize};
use writeable::TryWriteable;

/// The longest tag that is read. BCP 47 (section 4.4.1) asks every program to accept tags of this length.
const BYTES_MAX: usize = 35;

/// Why no look-up of a language's tables fails.
const TABLES: &str = "a language without tables of its own is written by its parent's, and at last by the root's";

/// A language with known names of months. It is stored as its tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Language(LanguageIdentifier);

/// The error for a stored tag of a language that the program has no tables for.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a language that is known here")]
pub struct UnknownLanguage(String);

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.tag()
    }
}

impl TryFrom<String> for Language {
    type Error = UnknownLanguage;

    fn try_from(tag: String) -> Result<Self, UnknownLanguage> {
        Self::parse(&tag).ok_or(UnknownLanguage(tag))
    }
}

/// The language of a page that names none.
pub(crate) static ENGLISH: Language = Language(langid!("en"));

impl Language {
    /// A language by its BCP 47 tag, with a script, a region and variants where they matter: `de`, `en-GB`, `zh-Hant`. `None` for a
    /// text that is not a tag, and for a language without known names of months.
    ///
    /// ```
    /// # use mapreel_geo::Language;
    /// assert_eq!(Language::parse("EN-gb").unwrap().tag(), "en-GB");
    /// assert_eq!(Language::parse("tlh"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let tag = Some(text).filter(|text| text.len() <= BYTES_MAX)?;
        let language = Self(LanguageIdentifier::try_from_str(tag).ok()?);
        // CLDR's root locale calls the first month `M01`; a language without names of its own inherits that name.
        let january = language.field("LLLL", civil::date(2000, 1, 1).at(0, 0, 0, 0));
        (january != "M01").then_some(language)
    }

    /// The tag, in its canonical case: `en-GB`.
    pub fn tag(&self) -> String {
        self.0.to_string()
    }

    /// Whether this is English, of any region.
    pub(crate) fn is_english(&self) -> bool {
        self.0.language == ENGLISH.0.language
    }

    /// A number in the language's digits and groups: `12,345.5`, `12.345,5`, `١٢٬٣٤٥٫٥`. It is given in ASCII digits with a decimal
    /// point. A text that is not a number stays as it is.
    pub(crate) fn number(&self, ascii: &str) -> String {
        let preferences = DecimalFormatterPreferences::from(&self.0);
        let formatter = DecimalFormatter::try_new(preferences, Default::default()).expect(TABLES);
        let decimal = Decimal::try_from_str(ascii);
        decimal.map_or_else(|_| ascii.to_owned(), |decimal| formatter.format(&decimal).to_string())
    }

    /// The given fields of a time, as the language writes them.
    pub(crate) fn write(&self, fields: CompositeDateTimeFieldSet, at: civil::DateTime) -> String {
        let formatter = FixedCalendarDateTimeFormatter::try_new(self.preferences(), fields).expect(TABLES);
        // A formatter loads the names that its pattern with an era needs. In CLDR's tables the Portuguese pattern of a month with an
        // era has no year (`MMMM 'de Y' GGG`), so the formatter would not load the digits for the pattern without an era. Therefore
        // `fill` loads the names for the pattern that is used.
        self.fill(&formatter.format(&gregorian(at)).pattern(), at)
    }

    /// One field of a time, by its symbol in CLDR: `LLLL` is the name of the month, `dd` the day with two digits
    /// (UTS 35, part 4, “Date Field Symbol Table”).
    pub(crate) fn field(&self, symbol: &'static str, at: civil::DateTime) -> String {
        self.fill(&DateTimePattern::try_from_pattern_str(symbol).expect("a symbol of CLDR"), at)
    }

    /// A time, written by a pattern that has only fields of dates and clock times.
    fn fill(&self, pattern: &DateTimePattern, at: civil::DateTime) -> String {
        let names = FixedCalendarDateTimeNames::<_, CompositeDateTimeFieldSet>::try_new(self.preferences());
        let mut names = names.expect(TABLES);
        let filled = names.include_for_pattern(pattern).expect(TABLES).format(&gregorian(at));
        filled.try_write_to_string().expect("a date with a clock time has all these fields").into_owned()
    }

    fn preferences(&self) -> DateTimeFormatterPreferences {
        (&self.0).into()
    }
}

/// The same date and clock time in the type of the `icu` crates.
fn gregorian(at: civil::DateTime) -> DateTime<Gregorian> {
    let number = |part: i8| part.unsigned_abs();
    let date = Date::try_new_gregorian(at.year().into(), number(at.month()), number(at.day()));
    let nanosecond = at.subsec_nanosecond().unsigned_abs();
    let time = Time::try_new(number(at.hour()), number(at.minute()), number(at.second()), nanosecond);
    DateTime { date: date.expect("a day of the Gregorian calendar"), time: time.expect("within a day of 24 hours") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn months(tag: &str, symbol: &'static str) -> Vec<String> {
        let language = Language::parse(tag).unwrap();
        (1..=12).map(|month| language.field(symbol, civil::date(2020, month, 1).at(0, 0, 0, 0))).collect()
    }

    #[test]
    fn a_tag_is_kept_in_its_usual_letters() {
        for tag in ["de", "en-GB", "zh-Hant", "zh-Hant-HK", "sr-Latn", "es-419", "ca-ES-valencia", "yue", "no", "nb"] {
            assert_eq!(Language::parse(&tag.to_uppercase()).unwrap().tag(), tag);
            assert_eq!(Language::parse(tag), Language::parse(&tag.to_lowercase()));
        }
        assert_ne!(Language::parse("en"), Language::parse("en-GB"));
    }

    #[test]
    fn what_is_no_tag_or_no_language_with_known_months_is_refused() {
        let long = format!("de{}", "-abcde".repeat(6));
        for text in [
            "",
            "d",
            "deutsch-",
            "de_DE",
            "de-",
            "-de",
            "de DE",
            "en-u-nu-arab",
            "x-own",
            "und",
            "tlh",
            "zz",
            "de-Cyrl",
            &long,
        ] {
            assert_eq!(Language::parse(text), None, "{text}");
        }
    }

    #[test]
    fn months_have_their_names() {
        let check = |tag: &str, names: &str| assert_eq!(months(tag, "LLLL").join(" "), names);
        check("en", "January February March April May June July August September October November December");
        check("de", "Januar Februar März April Mai Juni Juli August September Oktober November Dezember");
        check("de-AT", "Jänner Februar März April Mai Juni Juli August September Oktober November Dezember");
        check("fr", "janvier février mars avril mai juin juillet août septembre octobre novembre décembre");
        check("es", "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre");
        check("ru", "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь");
        check("ar", "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر");
        check("hi", "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर");
        check("ja", "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月");
        check("zh", "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月");
        check("ko", "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월");
        check("th", "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม");
        let beside_a_day = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря";
        assert_eq!(months("ru", "MMMM").join(" "), beside_a_day);
    }

    #[test]
    fn numbers_have_the_languages_digits_and_groups() {
        let check = |tag: &str, number: &str, written: &str| {
            assert_eq!(Language::parse(tag).unwrap().number(number), written, "{tag}");
        };
        check("en", "0", "0");
        check("en", "18446744073709551615", "18,446,744,073,709,551,615");
        check("de", "12345", "12.345");
        check("es", "1234", "1234");
        check("fr", "12345", "12\u{202f}345");
        check("hi", "1234567", "12,34,567");
        check("ar", "12345", "12,345");
        check("ar-EG", "12345", "١٢٬٣٤٥");
        check("fa", "12345", "۱۲٬۳۴۵");
        check("mr", "12345", "१२,३४५");
        check("bn", "12345", "১২,৩৪৫");
    }

    proptest! {
        /// Every tag that is read has tables, with every month and every hour.
        #[test]
        fn whatever_is_read_as_a_language_writes_every_time(
            tag in "[a-z]{2,3}(-(Latn|Cyrl|Arab|Hans|Hant|[A-Z][a-z]{3}))?(-([A-Z]{2}|[0-9]{3}))?(-[a-z]{5,8})?",
            seconds in -377_000_000_000i64..=253_000_000_000,
        ) {
            let at = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::from_second(seconds).unwrap());
            if let Some(language) = Language::parse(&tag) {
                for symbol in ["uuuu", "yy", "MMMM", "MMM", "LLL", "EEEE", "ccc", "DDD", "hh", "a"] {
                    prop_assert!(!language.field(symbol, at).is_empty());
                }
                prop_assert!(!language.number(&seconds.to_string()).is_empty());
            }
        }
    }
}
