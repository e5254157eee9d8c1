//! JPEG: wrong headers, decompression bombs, truncated files, thousands of scans.

use super::ask::Ask;
use super::bytes::{cut, noise};
use super::case::{Case, End};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

fn encode(width: u16, height: u16, set: impl Fn(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let pixels: Vec<u8> =
        (0..usize::from(width) * usize::from(height)).flat_map(|i| [(i / 7) as u8, (i / 1111) as u8, 90]).collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 60);
    set(&mut encoder);
    encoder.encode(&pixels, width, height, ColorType::Rgb).unwrap();
    bytes
}

fn honest() -> Vec<u8> {
    encode(256, 128, |_| {})
}

fn progressive(side: u16) -> Vec<u8> {
    encode(side, side, |encoder| encoder.set_progressive(true))
}

/// Where the last segment with this marker begins.
fn last(bytes: &[u8], marker: u8) -> usize {
    bytes.windows(2).rposition(|pair| pair == [0xFF, marker]).unwrap()
}

fn first(bytes: &[u8], marker: u8) -> usize {
    bytes.windows(2).position(|pair| pair == [0xFF, marker]).unwrap()
}

const SOF0: u8 = 0xC0;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const DHT: u8 = 0xC4;

/// A segment of a marker.
fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    [&[0xFF, marker][..], &((data.len() + 2) as u16).to_be_bytes(), data].concat()
}

/// An honest picture with more bytes after its first marker.
fn with(more: &[u8]) -> Vec<u8> {
    let mut bytes = honest();
    bytes.splice(2..2, more.iter().copied());
    bytes
}

/// An honest picture with a byte of its frame header replaced: precision is at 4, height at 5, width at 7, components from 9.
fn frame(changes: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = honest();
    let at = first(&bytes, SOF0);
    changes.iter().for_each(|(offset, value)| bytes[at + offset] = *value);
    bytes
}

/// A progressive picture whose last scan is repeated.
fn scans(side: u16, count: usize) -> Vec<u8> {
    let bytes = progressive(side);
    let (scan, end) = (last(&bytes, SOS), last(&bytes, 0xD9));
    [&bytes[..end], &bytes[scan..end].repeat(count), &bytes[end..]].concat()
}

/// A progressive picture with scans of a few bytes, each of which covers the whole picture.
fn empty_scans(side: u16, count: usize) -> Vec<u8> {
    let bytes = progressive(side);
    let end = last(&bytes, 0xD9);
    // Component 1, coefficients 1 to 63, no earlier bits, all bits but the lowest.
    let scan = [segment(SOS, &[1, 1, 0, 1, 63, 0x01]), vec![0; 4]].concat();
    [&bytes[..end], &scan.repeat(count), &bytes[end..]].concat()
}

fn row(name: &str, end: End, make: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Case {
    Case::body(name, Ask::Image, end, make)
}

pub fn cases() -> Vec<Case> {
    [headers(), codings(), segments(), tables(), ends(), cut_short()].into_iter().flatten().collect()
}

/// Frame headers, honest and not.
#[rustfmt::skip]
fn headers() -> Vec<Case> {
    use End::{Fine, Lost, Made};
    vec![
        row("as it should be", Fine, honest),
        row("progressive", Fine, || progressive(256)),
        row("with restarts", Fine, || encode(256, 128, |encoder| encoder.set_restart_interval(1))),
        row("CMYK", Made, || { let mut bytes = Vec::new(); Encoder::new(&mut bytes, 60).encode(&[90; 64 * 64 * 4], 64, 64, ColorType::Cmyk).unwrap(); bytes }),
        row("sampled one to four", Made, || encode(256, 128, |encoder| encoder.set_sampling_factor(SamplingFactor::F_4_1))),
        row("65 535 pixels wide and high", Lost, || frame(&[(5, 255), (6, 255), (7, 255), (8, 255)])),
        row("65 535 pixels wide", Made, || frame(&[(7, 255), (8, 255)])),
        row("16 384 pixels wide and 1 500 high, it says", Made, || frame(&[(5, 5), (6, 0xDC), (7, 0x40), (8, 0)])),
        row("4 999 pixels wide and high, it says", Made, || frame(&[(5, 0x13), (6, 0x87), (7, 0x13), (8, 0x87)])),
        row("no pixel high", Lost, || frame(&[(5, 0), (6, 0)])),
        row("no pixel wide", Lost, || frame(&[(7, 0), (8, 0)])),
        row("12 bits", Lost, || frame(&[(4, 12)])),
        row("255 bits", Lost, || frame(&[(4, 255)])),
        row("255 components", Lost, || frame(&[(9, 255)])),
        row("no component", Lost, || frame(&[(9, 0)])),
        row("sampled fifteenfold", Made, || frame(&[(11, 0xFF), (14, 0xFF), (17, 0xFF)])),
        row("sampled by nothing", Lost, || frame(&[(11, 0)])),
        row("sampled by four and three", Made, || frame(&[(11, 0x43), (14, 0x34), (17, 0x11)])),
        row("a table that is not there", Made, || frame(&[(12, 3)])),
    ]
}

/// The codings of JPEG, and very many scans.
#[rustfmt::skip]
fn codings() -> Vec<Case> {
    use End::{Fine, Lost, Made};
    vec![
        row("arithmetic coding", Lost, || frame(&[(1, 0xC9)])),
        row("lossless", Lost, || frame(&[(1, 0xC3)])),
        row("hierarchical", Lost, || frame(&[(1, 0xC5)])),
        row("sequential, but said to be progressive", Made, || frame(&[(1, 0xC2)])),
        row("progressive, but said to be sequential", Made, || { let mut bytes = progressive(256); let at = first(&bytes, 0xC2); bytes[at + 1] = SOF0; bytes }),
        row("100 scans of 4096 pixels wide and high", Made, || scans(4096, 100)),
        row("1 000 scans of 2048 pixels wide and high", Made, || scans(2048, 1_000)),
        row("5 000 empty scans of 4096 pixels wide and high", Made, || empty_scans(4096, 5_000)),
        row("100 000 empty scans of 512 pixels wide and high", Made, || empty_scans(512, 100_000)),
        row("a million empty scans of 16 pixels wide and high", Made, || empty_scans(16, 1_000_000)),
        row("4096 pixels wide and high, progressive", Fine, || progressive(4096)),
    ]
}

/// Segments: too many, too long, or none.
#[rustfmt::skip]
fn segments() -> Vec<Case> {
    use End::Made;
    vec![
        row("two frames", Made, || { let bytes = honest(); let at = first(&bytes, SOF0); [&bytes[..at], &bytes[at..at + 19], &bytes[at..]].concat() }),
        row("1 000 frames", Made, || { let bytes = honest(); let at = first(&bytes, SOF0); [&bytes[..at], &bytes[at..at + 19].repeat(1_000), &bytes[at..]].concat() }),
        row("200 application segments of 64 kB", Made, || with(&segment(0xE1, &[0; 65_000]).repeat(200))),
        row("a million empty comments", Made, || with(&segment(0xFE, &[]).repeat(1_000_000))),
        row("200 profile segments of 64 kB", Made, || with(&segment(0xE2, &[b"ICC_PROFILE\0\x01\xFF".to_vec(), vec![0; 65_000]].concat()).repeat(200))),
        row("Exif that refers to itself", Made, || with(&segment(0xE1, &[b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\xFF\xFF\xFF\xFF\x08\0\0\0\x08\0\0\0".to_vec(), vec![0; 100]].concat()))),
        row("a segment of no length", Made, || with(&[0xFF, 0xE1, 0, 0])),
        row("a million fill bytes", Made, || with(&[0xFF; 1_000_000])),
    ]
}

/// Huffman and quantisation tables, and restart markers.
#[rustfmt::skip]
fn tables() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        row("10 000 quantisation tables", Made, || with(&segment(DQT, &[[0].to_vec(), vec![1; 64]].concat()).repeat(10_000))),
        row("quantised by nothing", Made, || { let mut bytes = honest(); let at = first(&bytes, DQT); bytes[at + 5..at + 69].fill(0); bytes }),
        row("a Huffman table of too many codes", Lost, || { let mut bytes = honest(); let at = first(&bytes, DHT); bytes[at + 5..at + 21].fill(255); bytes }),
        row("a Huffman table of no codes", Made, || { let mut bytes = honest(); let at = first(&bytes, DHT); bytes[at + 5..at + 21].fill(0); bytes }),
        row("100 000 Huffman tables", Made, || with(&segment(DHT, &[[0].to_vec(), vec![0; 15], vec![1, 0]].concat()).repeat(100_000))),
        row("a restart interval of 65 535 that is not kept", Made, || with(&segment(0xDD, &[255, 255]))),
        row("a restart after each block that is not there", Made, || with(&segment(0xDD, &[0, 1]))),
        row("a million restart markers", Made, || { let bytes = honest(); let at = last(&bytes, 0xD9); [&bytes[..at], &[0xFF, 0xD0].repeat(1_000_000), &bytes[at..]].concat() }),
        row("a number of lines that comes later", Made, || { let bytes = frame(&[(5, 0), (6, 0)]); let at = last(&bytes, 0xD9); [&bytes[..at], &segment(0xDC, &[255, 255]), &bytes[at..]].concat() }),
    ]
}

/// Truncated files, and other bytes instead of a picture.
#[rustfmt::skip]
fn ends() -> Vec<Case> {
    use End::{Fine, Lost, Made};
    vec![
        row("15 MB behind the end", Fine, || [honest(), vec![0; 15 << 20]].concat()),
        row("no end", Made, || { let bytes = honest(); bytes[..bytes.len() - 2].to_vec() }),
        row("noise for pixels", Made, || { let bytes = honest(); let at = last(&bytes, SOS) + 14; [bytes[..at].to_vec(), (0..1 << 20).map(|i| (noise(i) as u8).min(254)).collect()].concat() }),
        row("the signature alone", Lost, || vec![0xFF, 0xD8, 0xFF]),
        row("the signature and 1 MB of noise", Lost, || [0xFF, 0xD8, 0xFF].into_iter().chain((0..1 << 20).map(|i| noise(i) as u8)).collect()),
        row("a thumbnail inside a thumbnail", Made, || with(&segment(0xE0, &[b"JFXX\0\x10".to_vec(), honest()].concat()[..600]))),
    ]
}

/// A truncated JPEG counts as missing, like a truncated picture of any other format.
fn cut_short() -> Vec<Case> {
    let of = |percent: usize| {
        let cut_after = move |picture: fn() -> Vec<u8>| move || cut(&picture(), percent);
        [
            row(&format!("cut after {percent} %"), End::Lost, cut_after(honest)),
            row(&format!("progressive, cut after {percent} %"), End::Lost, cut_after(|| progressive(256))),
        ]
    };
    [2, 20, 50, 90].into_iter().flat_map(of).collect()
}
