//! Mutations of inputs: of bytes and numbers, and of the blocks between brackets and tags.

use fastrand::Rng;

/// Longer inputs are cut: code whose cost grows faster than its input is found with shorter ones.
pub const LENGTH_MAX: usize = 64 << 10;

/// Numbers at the limits of their types, and other rarely tested ones.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "1",
    "-1",
    "0.1",
    "-0.0",
    "9",
    "60",
    "255",
    "256",
    "1e308",
    "-1e308",
    "5e-324",
    "1e-9",
    "1e400",
    "NaN",
    "inf",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "99999999999999999999",
    "0000",
    "9999",
    "10000",
    "-180",
    "180",
    "360",
    "90.000001",
];
/// Bytes that are rarely tested: extreme numbers, invalid UTF-8, special characters.
const BYTES: &[&[u8]] = &[
    &[0],
    &[0xFF],
    &[0x7F],
    &[0x80],
    &[0, 0],
    &[0xFF, 0xFF],
    &[0x7F, 0xFF],
    &[0xFF, 0x7F],
    &[0, 0, 0, 0],
    &[0xFF, 0xFF, 0xFF, 0xFF],
    &[0x7F, 0xFF, 0xFF, 0xFF],
    &[0xFF, 0xFF, 0xFF, 0x7F],
    &[0, 0, 1, 0],
    &[0, 1, 0, 0],
    &[0xEF, 0xBB, 0xBF],
    &[0xC3, 0xA9],
    &[0xE2, 0x80, 0xAE],
    &[0xF0, 0x9F, 0x8C, 0x8D],
    &[0xC0, 0x80],
    b"\n",
    b"\"",
];

/// An input with some mutations; they may take pieces from `others`, and `words` of the input's language.
pub fn mutated(input: &[u8], others: &[Vec<u8>], words: &[&str], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=rng.u32(0..4).min(rng.u32(0..6)) {
        change(&mut bytes, others, words, rng);
        bytes.truncate(LENGTH_MAX);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, others: &[Vec<u8>], words: &[&str], rng: &mut Rng) {
    match rng.u32(0..14) {
        0 => flip_bit(bytes, rng),
        1 => put_noise(bytes, rng),
        2 => put_extreme(bytes, rng),
        3 => drop(bytes.drain(range(bytes.len(), 64, rng))),
        4 => repeat_piece(bytes, 64, |_| 1, rng),
        // Many repetitions, to find code whose cost grows faster than the length of its input.
        5 => repeat_piece(bytes, 200, |rng| 1 << rng.u32(1..12), rng),
        6 => take_from(others, bytes, rng),
        7 | 8 if !words.is_empty() => put_word(bytes, words, rng),
        9 | 10 => put_number(bytes, rng),
        11 => repeat_block(bytes, rng),
        12 => drop_block(bytes, rng),
        _ => move_block(bytes, rng),
    }
}

fn flip_bit(bytes: &mut [u8], rng: &mut Rng) {
    if let Some(byte) = rng.choice(bytes.iter_mut()) {
        *byte ^= 1 << rng.u32(0..8);
    }
}

fn put_noise(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let at = range(bytes.len(), 4, rng);
    bytes.splice(at, (0..rng.usize(0..4)).map(|_| rng.u8(..)).collect::<Vec<_>>());
}

fn put_extreme(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let extreme = BYTES[rng.usize(..BYTES.len())];
    let start = rng.usize(..=bytes.len());
    let end = if rng.bool() { start } else { (start + extreme.len()).min(bytes.len()) };
    bytes.splice(start..end, extreme.iter().copied());
}

/// Inserts copies of a piece of at most `max` bytes at another place.
fn repeat_piece(bytes: &mut Vec<u8>, max: usize, times: impl Fn(&mut Rng) -> usize, rng: &mut Rng) {
    let piece = bytes[range(bytes.len(), max, rng)].to_vec();
    let times = times(rng).min(LENGTH_MAX / piece.len().max(1));
    let at = rng.usize(..=bytes.len());
    bytes.splice(at..at, piece.repeat(times));
}

fn take_from(others: &[Vec<u8>], bytes: &mut Vec<u8>, rng: &mut Rng) {
    if let Some(other) = rng.choice(others) {
        let piece = other[range(other.len(), 300, rng)].to_vec();
        let at = range(bytes.len(), 300, rng);
        bytes.splice(at, piece);
    }
}

/// Inserts a word, or replaces one.
fn put_word(bytes: &mut Vec<u8>, words: &[&str], rng: &mut Rng) {
    let word = words[rng.usize(..words.len())];
    let at = rng.usize(..=bytes.len());
    let at = if rng.bool() { at..at } else { token(bytes, at) };
    bytes.splice(at, word.bytes());
}

fn put_number(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let number = NUMBERS[rng.usize(..NUMBERS.len())];
    let from = rng.usize(..=bytes.len());
    if let Some(at) = digits(bytes, from) {
        bytes.splice(at, number.bytes());
    }
}

/// Inserts one or a hundred copies of a block before or after it.
fn repeat_block(bytes: &mut Vec<u8>, rng: &mut Rng) {
    if let Some(block) = block(bytes, rng) {
        let piece = bytes[block.clone()].to_vec();
        let at = if rng.bool() { block.end..block.end } else { block.start..block.start };
        let times = if rng.u32(0..8) == 0 { 100 } else { 1 };
        bytes.splice(at, piece.repeat(times.min(LENGTH_MAX / piece.len().max(1) + 1)));
    }
}

fn drop_block(bytes: &mut Vec<u8>, rng: &mut Rng) {
    if let Some(block) = block(bytes, rng) {
        bytes.drain(block);
    }
}

/// Replaces a block by a copy of another one, or of one inside or around it.
fn move_block(bytes: &mut Vec<u8>, rng: &mut Rng) {
    if let (Some(from), Some(to)) = (block(bytes, rng), block(bytes, rng)) {
        let piece = bytes[from].to_vec();
        bytes.splice(to, piece);
    }
}

/// A random range of at most `max` bytes.
fn range(len: usize, max: usize, rng: &mut Rng) -> std::ops::Range<usize> {
    let start = rng.usize(..=len);
    start..(start + rng.usize(..=max)).min(len)
}

/// The word or number at a place.
fn token(bytes: &[u8], at: usize) -> std::ops::Range<usize> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'+');
    let start = bytes[..at].iter().rposition(|byte| !is_part(byte)).map_or(0, |before| before + 1);
    let end = bytes[at..].iter().position(|byte| !is_part(byte)).map_or(bytes.len(), |after| at + after);
    start..end
}

/// The next run of digits.
fn digits(bytes: &[u8], from: usize) -> Option<std::ops::Range<usize>> {
    let start = from + bytes[from..].iter().position(u8::is_ascii_digit)?;
    let end = bytes[start..].iter().position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |len| start + len);
    Some(start..end)
}

/// A random block: from a bracket to its partner, an XML element, or from comma to comma.
fn block(bytes: &[u8], rng: &mut Rng) -> Option<std::ops::Range<usize>> {
    let from = rng.usize(..=bytes.len());
    let start = from + bytes[from..].iter().position(|byte| matches!(byte, b'{' | b'[' | b'<' | b','))?;
    let (open, close) = match bytes[start] {
        b'{' => (b'{', b'}'),
        b'[' => (b'[', b']'),
        b'<' => return element(bytes, start),
        comma => (0, comma),
    };
    let mut depth = 0usize;
    for (at, byte) in bytes.iter().enumerate().skip(start + usize::from(open == 0)) {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some(start..at + usize::from(open != 0));
            }
        }
    }
    None
}

/// An XML element with its contents, up to the first end tag with its name; without such an end tag, only the start tag.
fn element(bytes: &[u8], start: usize) -> Option<std::ops::Range<usize>> {
    let name: &[u8] =
        bytes[start + 1..].split(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/')).next()?;
    let close = [b"</", name, b">"].concat();
    let end = bytes[start..].windows(close.len()).position(|window| window == close);
    let end = end.map(|end| start + end + close.len());
    end.or_else(|| Some(start + bytes[start..].iter().position(|byte| *byte == b'>')? + 1)).map(|end| start..end)
}

/// A shorter input that still `fails`, found by leaving pieces out, with at most `tries` attempts.
pub fn shortened(input: &[u8], mut tries: usize, mut fails: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut best = input.to_vec();
    let mut piece = best.len().div_ceil(2).max(1);
    while tries > 0 {
        let mut start = 0;
        let before = best.len();
        while start < best.len() && tries > 0 {
            let end = (start + piece).min(best.len());
            let shorter = [&best[..start], &best[end..]].concat();
            tries -= 1;
            if fails(&shorter) { best = shorter } else { start = end }
        }
        if piece == 1 && best.len() == before {
            break;
        }
        piece = (piece / 2).max(1);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_change_equally_and_within_the_limit() {
        let inputs = [br#"{"a": [1, {"b": "2020-01-01"}], "c": 3}"#.to_vec(), b"<a><b>1</b><b/></a>".to_vec(), vec![]];
        let all = |seed| {
            let mut rng = Rng::with_seed(seed);
            let one = |i: usize| mutated(&inputs[i % 3], &inputs, &["word"], &mut rng);
            (0..2000).map(one).collect::<Vec<_>>()
        };
        assert_eq!(all(1), all(1));
        assert_ne!(all(1), all(2));
        assert!(all(1).iter().all(|input| input.len() <= LENGTH_MAX));
        let different: std::collections::HashSet<_> = all(1).into_iter().collect();
        assert!(different.len() > 1000, "{}", different.len());
    }

    #[test]
    fn a_failing_input_is_shortened_to_the_bytes_that_make_it_fail() {
        let input = [vec![b'x'; 1000], b"needle".to_vec(), vec![b'y'; 3000]].concat();
        let fails = |bytes: &[u8]| bytes.windows(6).any(|window| window == b"needle");
        assert_eq!(shortened(&input, 10_000, fails), b"needle");
    }
}
