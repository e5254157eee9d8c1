//! How numbers are written on a page: with the digits, the groups and the decimal sign of a language.

use super::language::Language;
use serde::{Deserialize, Serialize};

/// The most decimals of a number without a power of ten.
const DECIMALS: usize = 6;
/// The decimals of the factor before a power of ten.
const DECIMALS_OF_FACTOR: usize = 2;
/// The digits of an exponent, from 0.
const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// How numbers are written on the page.
///
/// ```
/// # use mapreel_geo::{Language, NumberStyle};
/// assert_eq!(NumberStyle::default().decimal(-12345.5), "−12345.5");
/// assert_eq!(NumberStyle::of(Language::parse("de")).decimal(-12345.5), "−12.345,5");
/// assert_eq!(NumberStyle::of(Language::parse("ar-EG")).whole(24), "٢٤");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NumberStyle {
    /// `None`: the digits of ASCII, a decimal point, no groups.
    language: Option<Language>,
}

impl NumberStyle {
    /// The numbers of a language.
    pub fn of(language: Option<Language>) -> Self {
        Self { language }
    }

    /// A whole number.
    pub fn whole(&self, number: u64) -> String {
        self.exact(&number.to_string())
    }

    /// A finite number, with at most six decimals. A very large or very small number has a factor and a power of ten: `2.5 × 10⁻⁹`.
    pub fn decimal(&self, number: f64) -> String {
        if number == 0.0 || (1e-3..1e6).contains(&number.abs()) {
            return self.exact(trimmed(&format!("{number:.DECIMALS$}")));
        }
        let scientific = format!("{number:.DECIMALS_OF_FACTOR$e}");
        let (factor, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        format!("{} × 10{}", self.exact(trimmed(factor)), superscript(exponent.parse().unwrap_or(0)))
    }

    /// A number that is given in ASCII, with all its decimals. Its sign is the minus sign (U+2212), not a hyphen.
    pub fn exact(&self, ascii: &str) -> String {
        let written = self.language.as_ref().map_or_else(|| ascii.to_owned(), |language| language.number(ascii));
        written.replace('-', "−")
    }
}

/// A number without zeros at the end of its decimals, and zero without a sign.
fn trimmed(decimals: &str) -> &str {
    let short = decimals.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0" } else { short }
}

/// An exponent in small raised digits: `⁻²`.
pub fn superscript(exponent: i32) -> String {
    let raised = |sign_or_digit: char| sign_or_digit.to_digit(10).map_or('⁻', |digit| SUPERSCRIPTS[digit as usize]);
    exponent.to_string().chars().map(raised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(tag: &str) -> NumberStyle {
        NumberStyle::of(Language::parse(tag))
    }

    #[test]
    fn numbers_are_plain_until_a_language_is_named() {
        let check = |number: f64, plain: &str, german: &str| {
            assert_eq!([NumberStyle::default().decimal(number), style("de").decimal(number)], [plain, german]);
        };
        check(0.0, "0", "0");
        check(-0.0, "0", "0");
        check(30.0, "30", "30");
        check(-0.5, "−0.5", "−0,5");
        check(0.1 + 0.2, "0.3", "0,3");
        check(12_345.0, "12345", "12.345");
        check(1e6, "1 × 10⁶", "1 × 10⁶");
        check(-2.5e-9, "−2.5 × 10⁻⁹", "−2,5 × 10⁻⁹");
        check(1e300, "1 × 10³⁰⁰", "1 × 10³⁰⁰");
    }

    #[test]
    fn every_language_writes_its_own_digits_groups_and_decimal_sign() {
        let check = |tag: &str, number: f64, written: &str| assert_eq!(style(tag).decimal(number), written, "{tag}");
        check("en", 12_345.5, "12,345.5");
        check("fr", 12_345.5, "12\u{202f}345,5");
        check("es", 1234.5, "1234,5");
        check("ar-EG", 0.5, "٠٫٥");
        check("fa", 0.5, "۰٫۵");
        check("mr", 12_345.0, "१२,३४५");
        check("ja", -1.5, "−1.5");
        assert_eq!(style("en").whole(12_345), "12,345");
    }

    #[test]
    fn a_style_is_stored_by_the_tag_of_its_language() {
        for style in [NumberStyle::default(), style("zh-Hant-HK")] {
            let stored = serde_json::to_string(&style).unwrap();
            assert_eq!(serde_json::from_str::<NumberStyle>(&stored).unwrap(), style, "{stored}");
        }
        assert!(serde_json::from_str::<NumberStyle>(r#"{"language":"tlh"}"#).is_err());
    }
}
