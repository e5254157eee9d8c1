//! The form in which a server writes its times: Mapreel writes the steps of an interval in the form of its start.

use super::period::Period;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The form of a time in ISO 8601.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    pub date: DateForm,
    /// The date has no `-` and the clock no `:`.
    pub basic: bool,
    pub precision: Precision,
    /// `Z` at the end.
    pub zulu: bool,
}

/// How a day is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateForm {
    /// `2020-02-05`.
    Calendar,
    /// `2020-W06-3`.
    Week,
    /// `2020-036`.
    Ordinal,
}

/// The smallest unit that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Precision {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    /// A fraction with this many digits.
    Fraction(usize),
}

impl Form {
    /// RFC 3339 in UTC.
    pub(crate) const RFC3339: Self =
        Self { date: DateForm::Calendar, basic: false, precision: Precision::Second, zulu: true };

    /// A form in which the steps of a period can be told apart.
    pub(crate) fn fine_enough(self, period: Option<&Period>) -> Self {
        let needed = match period {
            None => Precision::Second,
            Some(period) => match fraction_digits(period.fraction_ns()) {
                0 if !period.is_whole_days() => Precision::Second,
                0 => self.whole_days(period),
                digits => Precision::Fraction(digits),
            },
        };
        Self { precision: self.precision.max(needed), ..self }
    }

    /// A form with enough digits for the fraction of the instant's second.
    pub(crate) fn fine_enough_for(self, instant: Timestamp) -> Self {
        let needed = match instant.subsec_nanosecond() {
            0 => self.precision,
            n => Precision::Fraction(fraction_digits(n)),
        };
        Self { precision: self.precision.max(needed), ..self }
    }

    /// The smallest unit that steps of whole days need.
    fn whole_days(self, period: &Period) -> Precision {
        match self.date {
            DateForm::Calendar if period.is_whole_years() => Precision::Year,
            DateForm::Calendar if period.is_whole_months() => Precision::Month,
            DateForm::Week if period.is_whole_weeks() => Precision::Week,
            _ => Precision::Day,
        }
    }

    pub(crate) fn write(self, instant: Timestamp) -> String {
        let at = TimeZone::UTC.to_datetime(instant);
        let date = self.write_date(at.date());
        let (h, m, s) = (at.hour(), at.minute(), at.second());
        let z = if self.zulu { "Z" } else { "" };
        let colon = if self.basic { "" } else { ":" };
        match self.precision {
            Precision::Year | Precision::Month | Precision::Week | Precision::Day => date,
            Precision::Hour => format!("{date}T{h:02}{z}"),
            Precision::Minute => format!("{date}T{h:02}{colon}{m:02}{z}"),
            Precision::Second => format!("{date}T{h:02}{colon}{m:02}{colon}{s:02}{z}"),
            Precision::Fraction(digits) => {
                let fraction = format!("{:09}", at.subsec_nanosecond());
                let fraction = &fraction[..digits.clamp(1, 9)];
                format!("{date}T{h:02}{colon}{m:02}{colon}{s:02}.{fraction}{z}")
            }
        }
    }

    fn write_date(self, date: jiff::civil::Date) -> String {
        let dash = if self.basic { "" } else { "-" };
        match (self.date, self.precision) {
            (DateForm::Week, precision) => {
                let week = date.iso_week_date();
                let head = format!("{:04}{dash}W{:02}", week.year(), week.week());
                match precision {
                    Precision::Week => head,
                    _ => format!("{head}{dash}{}", week.weekday().to_monday_one_offset()),
                }
            }
            (DateForm::Ordinal, _) => format!("{:04}{dash}{:03}", date.year(), date.day_of_year()),
            (DateForm::Calendar, Precision::Year) => format!("{:04}", date.year()),
            (DateForm::Calendar, Precision::Month) => format!("{:04}-{:02}", date.year(), date.month()),
            (DateForm::Calendar, _) => format!("{:04}{dash}{:02}{dash}{:02}", date.year(), date.month(), date.day()),
        }
    }
}

/// The number of digits that a fraction of a second needs: 0, 3, 6 or 9.
pub(crate) fn fraction_digits(nanoseconds: i32) -> usize {
    match nanoseconds {
        0 => 0,
        n if n % 1_000_000 == 0 => 3,
        n if n % 1000 == 0 => 6,
        _ => 9,
    }
}
