//! GIF: wrong headers, decompression bombs, truncated files; and files that are no picture.

use super::ask::Ask;
use super::bytes::{cut, noise};
use super::case::{Case, End};

/// The header: a size, and a palette of two colours.
fn header(width: u16, height: u16) -> Vec<u8> {
    [&b"GIF89a"[..], &width.to_le_bytes(), &height.to_le_bytes(), &[0x80, 0, 0], &[0, 0, 0, 200, 60, 20]].concat()
}

/// A frame at a place, of LZW data in blocks.
fn frame([left, top, width, height]: [u16; 4], code_bits: u8, data: &[u8]) -> Vec<u8> {
    let places: Vec<u8> = [left, top, width, height].iter().flat_map(|n| n.to_le_bytes()).collect();
    let blocks: Vec<u8> = data.chunks(255).flat_map(|block| [&[block.len() as u8][..], block].concat()).collect();
    [&[0x2C][..], &places, &[0, code_bits], &blocks, &[0]].concat()
}

/// A picture of one colour, well encoded: long runs take few bytes.
fn encoded(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, width, height, &[0, 0, 0, 200, 60, 20]).unwrap();
    let pixels = vec![1; usize::from(width) * usize::from(height)];
    encoder.write_frame(&gif::Frame { width, height, buffer: pixels.into(), ..gif::Frame::default() }).unwrap();
    drop(encoder);
    bytes
}

/// The frame of such a picture, without header and end.
fn frame_of(width: u16, height: u16) -> Vec<u8> {
    let bytes = encoded(width, height);
    let at = bytes.iter().position(|byte| *byte == 0x2C).unwrap();
    bytes[at..bytes.len() - 1].to_vec()
}

fn file(width: u16, height: u16, blocks: &[Vec<u8>]) -> Vec<u8> {
    [header(width, height), blocks.concat(), vec![0x3B]].concat()
}

fn row(name: &str, end: End, make: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Case {
    Case::body(name, Ask::Image, end, make)
}

/// A text instead of a picture of a known size.
fn text(name: &str, make: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Case {
    Case::body(format!("no picture: {name}"), Ask::Map, End::Lost, make)
}

pub fn cases() -> Vec<Case> {
    [sizes(), frames_and_comments(), codes(), ends(), other_kinds(), cut_short()].into_iter().flatten().collect()
}

/// Sizes of the screen and of its frames.
#[rustfmt::skip]
fn sizes() -> Vec<Case> {
    use End::{Fine, Lost, Made};
    vec![
        row("as it should be", Fine, || encoded(256, 128)),
        row("65 535 pixels wide and high", Lost, || file(65_535, 65_535, &[frame([0, 0, 8, 8], 2, &[0x4C, 0x01])])),
        row("4 999 pixels wide and high, of one colour", Fine, || encoded(4_999, 4_999)),
        row("no pixel wide", Lost, || file(0, 100, &[frame_of(8, 8)])),
        row("a frame of 65 535 pixels wide and high on a small screen", Made, || file(256, 128, &[frame([0, 0, 65_535, 65_535], 2, &[0x4C, 0x01])])),
        row("a frame of 65 535 pixels wide and high that is there", Made, || { let mut frame = frame_of(4_999, 4_999); frame[5..9].fill(255); file(256, 128, &[frame]) }),
        row("a frame beyond its screen", Made, || file(256, 128, &[{ let mut frame = frame_of(8, 8); frame[1..5].fill(255); frame }])),
        row("a frame of no pixel", Made, || file(256, 128, &[frame([0, 0, 0, 0], 2, &[0x4C, 0x01])])),
    ]
}

/// Very many frames, comments and extensions.
#[rustfmt::skip]
fn frames_and_comments() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        row("10 000 frames", Made, || file(256, 128, &[frame_of(256, 128).repeat(10_000)])),
        row("500 000 frames of one pixel", Made, || file(256, 128, &[frame_of(1, 1).repeat(500_000)])),
        row("500 frames of 4 999 pixels wide and high", Made, || file(4_999, 4_999, &[frame_of(4_999, 4_999).repeat(500)])),
        row("a million comments", Made, || file(256, 128, &[b"\x21\xFE\x01x\0".repeat(1_000_000), frame_of(256, 128)])),
        row("a comment of 15 MB", Made, || file(256, 128, &[[b"\x21\xFE".to_vec(), [[255].to_vec(), vec![b'x'; 255]].concat().repeat(60_000), vec![0]].concat(), frame_of(256, 128)])),
        row("a comment that does not end", Lost, || [header(256, 128), b"\x21\xFE".to_vec(), [[255].to_vec(), vec![b'x'; 255]].concat().repeat(60_000)].concat()),
        row("a million control extensions", Made, || file(256, 128, &[b"\x21\xF9\x04\0\0\0\0\0".repeat(1_000_000), frame_of(256, 128)])),
    ]
}

/// Codes and palettes.
#[rustfmt::skip]
fn codes() -> Vec<Case> {
    use End::{Lost, Made};
    let noisy = |bytes: usize| -> Vec<u8> { (0..bytes).map(|i| noise(i) as u8).collect() };
    vec![
        row("codes of 12 bits", Made, move || file(256, 128, &[frame([0, 0, 256, 128], 12, &noisy(1_000))])),
        row("codes of 255 bits", Lost, move || file(256, 128, &[frame([0, 0, 256, 128], 255, &noisy(1_000))])),
        row("codes of no bits", Lost, move || file(256, 128, &[frame([0, 0, 256, 128], 0, &noisy(1_000))])),
        row("15 MB of codes that clear the table", Made, || file(256, 128, &[frame([0, 0, 256, 128], 7, &[0x80; 15 << 20])])),
        row("15 MB of blocks of one byte", Made, || [header(256, 128), vec![0x2C, 0, 0, 0, 0, 0, 1, 128, 0, 0, 7], [1, 0x80].repeat(7 << 20), vec![0, 0x3B]].concat()),
        row("noise for pixels", Made, move || file(256, 128, &[frame([0, 0, 256, 128], 8, &noisy(1 << 20))])),
        row("a code before it is known", Lost, || file(256, 128, &[frame([0, 0, 256, 128], 2, &[0xFF, 0xFF, 0xFF])])),
        row("colours beyond the palette", Made, || { let mut bytes = encoded(256, 128); bytes[10] = 0; bytes.drain(13..19); bytes }),
        row("no palette at all", Made, || [b"GIF89a\0\x01\x80\0\0\0\0".to_vec(), frame_of(256, 128), vec![0x3B]].concat()),
    ]
}

/// Truncated files, and other bytes instead of a frame.
#[rustfmt::skip]
fn ends() -> Vec<Case> {
    use End::{Fine, Lost, Made};
    let noisy = |bytes: usize| -> Vec<u8> { (0..bytes).map(|i| noise(i) as u8).collect() };
    vec![
        row("no frame", Lost, || file(256, 128, &[])),
        row("blocks that nobody knows", Lost, || file(256, 128, &[vec![0x77; 1_000_000]])),
        row("no end", Made, || { let mut bytes = encoded(256, 128); bytes.pop(); bytes }),
        row("15 MB behind the end", Fine, || [encoded(256, 128), vec![0; 15 << 20]].concat()),
        row("the signature alone", Lost, || b"GIF89a".to_vec()),
        row("the signature and 1 MB of noise", Made, move || [b"GIF89a".to_vec(), noisy(1 << 20)].concat()),
    ]
}

/// Files that are no picture in a format that Mapreel knows.
#[rustfmt::skip]
fn other_kinds() -> Vec<Case> {
    vec![
        text("SVG", || b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec()),
        text("SVG of a million uses", || { let mut text = String::from("<svg xmlns='http://www.w3.org/2000/svg'>"); text.push_str(&"<use href='#a'/>".repeat(900_000)); text.into_bytes() }),
        text("a web page", || b"<!doctype html><html><title>Log in</title></html>".to_vec()),
        text("a web page of 15 MB without a title's end", || format!("<html><title>{}", "x".repeat(15 << 20)).into_bytes()),
        text("15 MB of text", || vec![b'x'; 15 << 20]),
        text("15 MB of white space", || vec![b' '; 15 << 20]),
        text("15 MB of NUL", || vec![0; 15 << 20]),
        text("TIFF", || [b"II*\0\x08\0\0\0".to_vec(), vec![0xFF; 1_000]].concat()),
        text("BMP of 2^31 pixels", || [b"BM".to_vec(), vec![0xFF; 100]].concat()),
        text("AVIF", || b"\0\0\0\x1CftypavifXXXX".to_vec()),
        text("an archive", || b"PK\x03\x04".repeat(1_000)),
        text("a program", || [b"\x7FELF".to_vec(), vec![0; 1_000]].concat()),
        text("JSON", || br#"{"error":"no"}"#.to_vec()),
        text("bytes that are not UTF-8", || vec![0xFF; 100_000]),
    ]
}

fn cut_short() -> Vec<Case> {
    let cut_after =
        |percent| row(&format!("cut after {percent} %"), End::Lost, move || cut(&encoded(256, 128), percent));
    [5, 50, 95].map(cut_after).into()
}
