//! WebP: wrong headers, decompression bombs, truncated files.

use super::ask::Ask;
use super::bytes::{cut, noise};
use super::case::{Case, End};

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [&kind[..], &(data.len() as u32).to_le_bytes(), data, &[0][..data.len() % 2]].concat()
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WEBP".to_vec(), chunks.concat()].concat();
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// Lossless pixels, encoded.
fn pixels(width: u32, height: u32) -> Vec<u8> {
    let rgb: Vec<u8> = (0..width * height).flat_map(|i| [(i / 7) as u8, (i / 1111) as u8, 90]).collect();
    let mut bytes = Vec::new();
    image_webp::WebPEncoder::new(&mut bytes).encode(&rgb, width, height, image_webp::ColorType::Rgb8).unwrap();
    // Behind `RIFF`, the length, `WEBP`, `VP8L` and its length.
    bytes[20..].to_vec()
}

fn honest() -> Vec<u8> {
    riff(&[chunk(b"VP8L", &pixels(256, 128))])
}

/// A lossless header of any size, followed by `data`, which need not match it.
fn lossless(width: u32, height: u32, data: &[u8]) -> Vec<u8> {
    let bits = (width - 1) | (height - 1) << 14;
    riff(&[chunk(b"VP8L", &[&[0x2F][..], &bits.to_le_bytes(), data].concat())])
}

/// The header of a lossy key frame of any size, followed by `data`.
fn lossy(width: u16, height: u16, data: &[u8]) -> Vec<u8> {
    let head = [&[0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A][..], &width.to_le_bytes(), &height.to_le_bytes()].concat();
    riff(&[chunk(b"VP8 ", &[head, data.to_vec()].concat())])
}

/// The header of the extended form.
fn extended(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let side = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    chunk(b"VP8X", &[vec![flags, 0, 0, 0], side(width), side(height)].concat())
}

const ANIMATED: u8 = 2;

/// A frame of an animation, at the upper left corner.
fn frame(width: u32, height: u32, image: &[u8]) -> Vec<u8> {
    let side = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    chunk(b"ANMF", &[vec![0; 6], side(width), side(height), vec![1, 0, 0, 0], image.to_vec()].concat())
}

fn animation(width: u32, height: u32, frames: &[u8]) -> Vec<u8> {
    riff(&[extended(ANIMATED, width, height), chunk(b"ANIM", &[0; 6]), frames.to_vec()])
}

fn row(name: &str, end: End, make: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Case {
    Case::body(name, Ask::Image, end, make)
}

pub fn cases() -> Vec<Case> {
    [simple(), extended_forms(), animations(), ends(), cut_short()].into_iter().flatten().collect()
}

/// The simple forms, lossless and lossy.
#[rustfmt::skip]
fn simple() -> Vec<Case> {
    use End::{Fine, Lost, Made};
    let noisy = |bytes: usize| -> Vec<u8> { (0..bytes).map(|i| noise(i) as u8).collect() };
    vec![
        row("as it should be", Fine, honest),
        row("lossless, 16 383 pixels wide and high", Lost, || lossless(16_383, 16_383, &[0; 40])),
        row("lossless, 4 999 pixels wide and high, of nothing", Made, || lossless(4_999, 4_999, &[0; 40])),
        row("lossless, 4 999 pixels wide and high, of noise", Made, move || lossless(4_999, 4_999, &noisy(1 << 20))),
        row("lossless, of one colour, 4096 pixels wide and high", Made, || lossless(4096, 4096, &[0x88, 0x88, 0x08, 0x07, 0x10, 0x11, 0xFD, 0x0F])),
        row("lossy, 16 383 pixels wide and high", Lost, || lossy(16_383, 16_383, &[0; 40])),
        row("lossy, 4 999 pixels wide and high, of nothing", Made, || lossy(4_999, 4_999, &[0; 40])),
        row("lossy, 4 999 pixels wide and high, of noise", Made, move || lossy(4_999, 4_999, &noisy(1 << 20))),
        row("lossy, no pixel wide", Lost, || lossy(0, 10, &[0; 40])),
        row("lossy, scaled", Made, || lossy(0xC000 | 256, 0xC000 | 128, &[0; 40])),
        row("lossy, of noise", Made, move || lossy(256, 128, &noisy(100_000))),
    ]
}

/// The extended form, and further chunks beside the picture.
#[rustfmt::skip]
fn extended_forms() -> Vec<Case> {
    use End::{Lost, Made};
    let noisy = |bytes: usize| -> Vec<u8> { (0..bytes).map(|i| noise(i) as u8).collect() };
    vec![
        row("extended, 2^24 pixels wide and high", Lost, || riff(&[extended(0, 1 << 24, 1 << 24), chunk(b"VP8L", &pixels(8, 8))])),
        row("extended, 2^24 pixels wide, one high", Lost, || riff(&[extended(0, 1 << 24, 1), chunk(b"VP8L", &pixels(8, 8))])),
        row("extended, and its picture of another size", Made, || riff(&[extended(0, 256, 128), chunk(b"VP8L", &pixels(8, 8))])),
        row("extended, and no picture", Lost, || riff(&[extended(0, 256, 128)])),
        row("extended, with every flag", Made, || riff(&[extended(0xFF, 256, 128), chunk(b"VP8L", &pixels(256, 128))])),
        row("a million chunks that nobody knows", Made, || riff(&[extended(0, 256, 128), chunk(b"NOPE", &[]).repeat(1_000_000), chunk(b"VP8L", &pixels(256, 128))])),
        row("a profile, Exif and XMP of 5 MB each", Made, || riff(&[extended(0x2C, 256, 128), chunk(b"ICCP", &vec![0; 5 << 20]), chunk(b"VP8L", &pixels(256, 128)), chunk(b"EXIF", &vec![0; 5 << 20]), chunk(b"XMP ", &vec![0; 5 << 20])])),
        row("a profile of 2^32 - 1 bytes, it says", Lost, || [riff(&[extended(0x20, 256, 128)]), b"ICCP\xFF\xFF\xFF\xFF".to_vec()].concat()),
        row("an alpha channel of noise", Made, move || riff(&[extended(0x10, 256, 128), chunk(b"ALPH", &noisy(1_000)), chunk(b"VP8 ", &[0x10, 2, 0, 0x9D, 1, 0x2A, 0, 1, 128, 0])])),
    ]
}

/// Animations.
#[rustfmt::skip]
fn animations() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        row("an animation of 5 000 frames", Made, || animation(256, 128, &frame(256, 128, &chunk(b"VP8L", &pixels(256, 128))).repeat(5_000))),
        row("an animation of 100 000 frames of one pixel", Made, || animation(256, 128, &frame(1, 1, &chunk(b"VP8L", &pixels(1, 1))).repeat(100_000))),
        row("an animation of no frame", Lost, || animation(256, 128, &[])),
        row("an animation of 2^24 pixels wide and high", Lost, || animation(1 << 24, 1 << 24, &frame(8, 8, &chunk(b"VP8L", &pixels(8, 8))))),
        row("an animation with a frame of 2^24 pixels wide and high", Made, || animation(256, 128, &frame(1 << 24, 1 << 24, &chunk(b"VP8L", &pixels(8, 8))))),
        row("an animation inside a frame of an animation", Made, || animation(256, 128, &frame(256, 128, &animation(256, 128, &frame(8, 8, &chunk(b"VP8L", &pixels(8, 8))))))),
    ]
}

/// Wrong lengths, and other bytes instead of a picture.
#[rustfmt::skip]
fn ends() -> Vec<Case> {
    use End::{Lost, Made};
    let noisy = |bytes: usize| -> Vec<u8> { (0..bytes).map(|i| noise(i) as u8).collect() };
    vec![
        row("longer than it says", Made, || { let mut bytes = honest(); bytes[4..8].copy_from_slice(&12u32.to_le_bytes()); bytes }),
        row("shorter than it says", Made, || { let mut bytes = honest(); bytes[4..8].fill(255); bytes }),
        row("a picture chunk of 2^32 - 1 bytes, it says", Made, || { let mut bytes = honest(); bytes[16..20].fill(255); bytes }),
        row("the signature alone", Lost, || b"RIFF\xFF\xFF\xFF\xFFWEBP".to_vec()),
        row("the signature and 1 MB of noise", Lost, move || [b"RIFF\0\0\x10\0WEBP".to_vec(), noisy(1 << 20)].concat()),
        row("15 MB behind the end", Made, || [honest(), vec![0; 15 << 20]].concat()),
    ]
}

fn cut_short() -> Vec<Case> {
    let cut_after = |percent| row(&format!("cut after {percent} %"), End::Lost, move || cut(&honest(), percent));
    [5, 50, 95].map(cut_after).into()
}
