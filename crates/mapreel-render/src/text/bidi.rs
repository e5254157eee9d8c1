//! Lines in which texts of both writing directions meet.
//!
//! The Unicode Bidirectional Algorithm (UAX #9) orders a line by its first strong character, and digits, signs and spaces
//! by their neighbours: beside Arabic, `2019-12-01 00:00 UTC` would be shown as `UTC 00:00 01-12-2019`. So in a line that
//! has right-to-left letters every span is an isolate, and in a right-to-left span every run with a number is one, too.
//! A request with isolate characters of its own is refused.

use super::span::Span;
use unicode_bidi::{BidiClass, bidi_class};

const LEFT_TO_RIGHT_MARK: char = '\u{200E}';
const RIGHT_TO_LEFT_MARK: char = '\u{200F}';
const LEFT_TO_RIGHT_ISOLATE: char = '\u{2066}';
const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_ISOLATE: char = '\u{2069}';

/// The direction in which a line is read, which is also the side at which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    LeftToRight,
    RightToLeft,
}

impl Direction {
    /// The left edge of a thing of this width that begins `start` after the place where reading begins, in a room of `all` pixels.
    pub(crate) fn left_of(self, start: u32, width: u32, all: u32) -> u32 {
        match self {
            Self::LeftToRight => start,
            Self::RightToLeft => all.saturating_sub(start + width),
        }
    }

    /// The direction of a text is that of its first letter (UAX #9, P2); left to right without one.
    pub(crate) fn of(text: &str) -> Self {
        let strong = text.chars().map(bidi_class).find(|c| matches!(c, BidiClass::L | BidiClass::R | BidiClass::AL));
        if matches!(strong, Some(BidiClass::R | BidiClass::AL)) { Self::RightToLeft } else { Self::LeftToRight }
    }
}

/// The spans with isolates, for a line of this direction; `None`: all of them are left to right and need none.
pub(crate) fn isolated(spans: &[Span], direction: Direction) -> Option<Vec<Span>> {
    if direction == Direction::LeftToRight && !spans.iter().any(|span| span.text.chars().any(is_right_to_left)) {
        return None;
    }
    let mark = if direction == Direction::RightToLeft { RIGHT_TO_LEFT_MARK } else { LEFT_TO_RIGHT_MARK };
    let mut isolated: Vec<Span> = spans.iter().map(|span| Span { text: isolate(&span.text), ..span.clone() }).collect();
    isolated.iter_mut().take(1).for_each(|first| first.text.insert(0, mark));
    Some(isolated)
}

/// Whether a character is ordered from right to left: letters, and the digits of Arabic.
fn is_right_to_left(c: char) -> bool {
    matches!(bidi_class(c), BidiClass::R | BidiClass::AL | BidiClass::AN)
}

/// A span as an isolate; the separator between it and the span before stays outside.
fn isolate(text: &str) -> String {
    let (separator, text) = text.split_at(text.len() - separated(text).len());
    if text.is_empty() {
        return separator.to_owned();
    }
    let text = if text.chars().any(is_right_to_left) { numbers_isolated(text) } else { text.to_owned() };
    format!("{separator}{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}")
}

/// The text without its leading separator: white space, or a dot or dash with white space on both sides.
pub(crate) fn separated(text: &str) -> &str {
    let trimmed = text.trim_start();
    match trimmed.strip_prefix(['·', '–']) {
        Some(rest) if trimmed.len() < text.len() && rest.starts_with(' ') => rest.trim_start(),
        _ => trimmed,
    }
}

/// A text in which every run between right-to-left letters that has a digit is an isolate.
fn numbers_isolated(text: &str) -> String {
    let (mut out, mut run) = (String::new(), String::new());
    let mut after_letter = false;
    for c in text.chars() {
        // Vowel points belong to the letter before them.
        let of_letter = is_right_to_left(c) || after_letter && bidi_class(c) == BidiClass::NSM;
        if of_letter {
            push_run(&mut out, &run);
            run.clear();
            out.push(c);
        } else {
            run.push(c);
        }
        after_letter = of_letter;
    }
    push_run(&mut out, &run);
    out
}

fn push_run(out: &mut String, run: &str) {
    let (before, number, after) = trimmed(run);
    out.push_str(before);
    if number.contains(|c: char| c.is_ascii_digit()) {
        out.extend([LEFT_TO_RIGHT_ISOLATE].into_iter().chain(number.chars()).chain([POP_ISOLATE]));
    } else {
        out.push_str(number);
    }
    out.push_str(after);
}

/// A run in three: punctuation and spaces, from the first letter, digit or sign to the last letter, digit or unit, the rest.
/// Brackets and commas stay with the right-to-left text, which mirrors and places them.
fn trimmed(run: &str) -> (&str, &str, &str) {
    let counts = |c: char| c.is_ascii_digit() || bidi_class(c) == BidiClass::L;
    let is_sign = |c: char| matches!(c, '+' | '-' | '−' | '±' | '<' | '>' | '≤' | '≥' | '≈' | '~');
    let Some(mut start) = run.find(counts) else { return (run, "", "") };
    if let Some(sign) = run[..start].chars().next_back().filter(|c| is_sign(*c)) {
        start -= sign.len_utf8();
    }
    let is_end = |c: char| counts(c) || matches!(c, '%' | '‰' | '°' | '′' | '″' | '²' | '³');
    let end = run.char_indices().filter(|(_, c)| is_end(*c)).map(|(i, c)| i + c.len_utf8()).next_back();
    let end = end.unwrap_or(run.len());
    (&run[..start], &run[start..end], &run[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts as they would be shown in one line, from left to right; without the invisible characters.
    fn shown(texts: &[&str], direction: Direction) -> String {
        let spans: Vec<Span> = texts.iter().map(|text| Span::ink(*text)).collect();
        let spans = isolated(&spans, direction).unwrap_or(spans);
        let line: String = spans.into_iter().map(|span| span.text).collect();
        let bidi = unicode_bidi::BidiInfo::new(&line, None);
        let paragraph = &bidi.paragraphs[0];
        let shown = bidi.reorder_line(paragraph, paragraph.range.clone());
        shown.chars().filter(|c| !matches!(c, '\u{200E}' | '\u{200F}' | '\u{2066}'..='\u{2069}')).collect()
    }

    #[test]
    fn a_time_beside_arabic_or_hebrew_is_read_from_left_to_right() {
        for title in ["درجة حرارة", "טמפרטורת"] {
            let backwards: String = title.chars().rev().collect();
            let texts = [title, "   2019-12-01 00:00 UTC", "  ·  run 2019-11-30 12:00 UTC"];
            assert_eq!(
                shown(&texts, Direction::RightToLeft),
                format!("run 2019-11-30 12:00 UTC  ·  2019-12-01 00:00 UTC   {backwards}")
            );
            assert_eq!(
                shown(&texts, Direction::LeftToRight),
                format!("{backwards}   2019-12-01 00:00 UTC  ·  run 2019-11-30 12:00 UTC")
            );
        }
    }

    #[test]
    fn times_and_numbers_within_a_right_to_left_text_are_kept_whole() {
        let check = |text: &str, expected: &str| assert_eq!(shown(&[text], Direction::RightToLeft), expected);
        check("אב: 2019-12-01 00:00 UTC", "2019-12-01 00:00 UTC :בא");
        check("אב:2019-12-01T00:00:00Z", "2019-12-01T00:00:00Z:בא");
        check("אב -2 … 34 °C גד", "דג -2 … 34 °C בא");
        check(
            "אב (2019-12-01) גד",
            "דג (2019-12-01) בא".replace('(', "\u{1}").replace(')', "(").replace('\u{1}', ")").as_str(),
        );
        check("אב, גד", "דג ,בא");
        check("درجة: 5 m/s", "5 m/s :ةجرد");
    }

    #[test]
    fn lines_of_left_to_right_letters_alone_stay_as_they_are() {
        assert_eq!(isolated(&[Span::ink("Temperature  2019-12-01 海面 Θερμό")], Direction::LeftToRight), None);
    }

    #[test]
    fn direction_is_that_of_the_first_letter() {
        assert_eq!(Direction::of("2019 – אב Latin"), Direction::RightToLeft);
        assert_eq!(Direction::of("(Latin) אב"), Direction::LeftToRight);
        assert_eq!(Direction::of("2019-12-01"), Direction::LeftToRight);
    }
}
