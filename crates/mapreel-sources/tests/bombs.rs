//! Pictures and answers that would explode: refused from their headers, in little time and memory. One test, because it
//! measures the memory of its process.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use mapreel_sources::decode;
use mapreel_sources::{Client, Config, Wanted};
use std::io::Write;
use std::time::{Duration, Instant};
use support::{Server, png, send};

const MEMORY_MAX_KB: u64 = 64 << 10;
const TIME_MAX: Duration = Duration::from_secs(2);

/// The most memory that this process has held so far.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(kind);
    crc.update(data);
    [&(data.len() as u32).to_be_bytes(), &kind[..], data, &crc.sum().to_be_bytes()].concat()
}

fn zeros(bytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..bytes >> 16 {
        encoder.write_all(&[0; 1 << 16]).unwrap();
    }
    encoder.finish().unwrap()
}

/// A PNG of 1-bit black, as large as its header says.
fn black_png(width: u32, height: u32, extra: &[Vec<u8>]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    let rows = (width as usize / 8 + 1) * height as usize;
    let data = zeros(rows + (1 << 16));
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), extra.concat(), chunk(b"IDAT", &data), chunk(b"IEND", &[])]
        .concat()
}

fn webp(width: u32, height: u32) -> Vec<u8> {
    // VP8L: signature, 14 bits width - 1, 14 bits height - 1.
    let bits = (width - 1) | (height - 1) << 14;
    let payload = [&[0x2f][..], &bits.to_le_bytes(), &[0; 40]].concat();
    let body = [b"WEBPVP8L", &(payload.len() as u32).to_le_bytes()[..], &payload, &[0]].concat();
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

fn gif(width: u16, height: u16) -> Vec<u8> {
    let screen =
        [&b"GIF89a"[..], &width.to_le_bytes(), &height.to_le_bytes(), &[0x80, 0, 0, 0, 0, 0, 255, 255, 255]].concat();
    let frame =
        [&[0x2c, 0, 0, 0, 0][..], &width.to_le_bytes(), &height.to_le_bytes(), &[0, 2, 1, 0x44, 0, 0x3b]].concat();
    [screen, frame].concat()
}

/// A small JPEG whose header claims another size.
fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut out = Vec::new();
    jpeg_encoder::Encoder::new(&mut out, 80).encode(&[9; 3 * 64], 8, 8, jpeg_encoder::ColorType::Rgb).unwrap();
    let frame = out.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    out[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    out[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    out
}

#[tokio::test]
async fn bombs_are_refused_in_little_time_and_memory() {
    let text_bomb = chunk(b"zTXt", &[b"k\0\0".to_vec(), zeros(200 << 20)].concat());
    let profile_bomb = chunk(b"iCCP", &[b"k\0\0".to_vec(), zeros(200 << 20)].concat());
    let pictures: Vec<(&str, Vec<u8>, &str)> = vec![
        ("PNG 10 000 × 10 000", black_png(10_000, 10_000, &[]), "10000 × 10000 pixels is too large"),
        ("PNG 20 000 × 20 000", black_png(20_000, 20_000, &[]), "20000 × 20000 pixels is too large"),
        ("PNG 1 × 200 000", black_png(1, 200_000, &[]), "1 × 200000 pixels is too large"),
        ("JPEG 65 000 × 65 000", jpeg(65_000, 65_000), "JPEG"),
        ("JPEG 16 000 × 16 000", jpeg(16_000, 16_000), "16000 × 16000 pixels is too large"),
        ("WebP 16 383 × 16 383", webp(16_383, 16_383), "16383 × 16383 pixels is too large"),
        ("GIF 65 535 × 65 535", gif(65_535, 65_535), "65535 × 65535 pixels is too large"),
        ("GIF 0 × 0", gif(0, 0), "0 × 0 pixels"),
    ];
    let gzip = {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        (0..1024).for_each(|_| encoder.write_all(&vec![0; 1 << 20]).unwrap());
        encoder.finish().unwrap()
    };
    let unharmed = [text_bomb, profile_bomb].map(|extra| black_png(64, 64, &[extra]));
    let before = peak_kb();

    for (name, bytes, expected) in &pictures {
        let started = Instant::now();
        let error = decode(bytes).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
        assert!(started.elapsed() < TIME_MAX, "{name} took {:?}", started.elapsed());
    }
    for bytes in &unharmed {
        // Texts and profiles that explode are not unpacked: the picture itself is fine.
        assert_eq!(decode(bytes).unwrap().width, 64);
    }
    let server = Server::start(move |_, stream| send(stream, "200 OK", "Content-Encoding: gzip\r\n", &gzip));
    let client = Client::new(Config::default()).unwrap();
    let error = client.get(&server.url, Wanted::Picture).await.unwrap_err().to_string();
    assert!(error.contains("is larger than 16777216 bytes"), "{error}");
    assert_eq!(server.hits(), 1, "asking again would be no use");

    let grown = peak_kb() - before;
    assert!(grown < MEMORY_MAX_KB, "{grown} kB more");
}

#[test]
fn every_kind_of_picture_becomes_rgba() {
    let encode =
        |kind: png::ColorType, depth: png::BitDepth, palette: Option<&[u8]>, alpha: Option<&[u8]>, data: &[u8]| {
            let mut out = Vec::new();
            let mut encoder = png::Encoder::new(&mut out, 2, 1);
            encoder.set_color(kind);
            encoder.set_depth(depth);
            if let Some(palette) = palette {
                encoder.set_palette(palette.to_vec());
            }
            if let Some(alpha) = alpha {
                encoder.set_trns(alpha.to_vec());
            }
            encoder.write_header().unwrap().write_image_data(data).unwrap();
            decode(&out).unwrap().rgba
        };
    use png::{BitDepth::*, ColorType::*};
    let palette: &[u8] = &[10, 20, 30, 40, 50, 60];
    assert_eq!(encode(Indexed, Eight, Some(palette), None, &[1, 0]), [40, 50, 60, 255, 10, 20, 30, 255]);
    assert_eq!(encode(Indexed, Eight, Some(palette), Some(&[0, 128]), &[1, 0]), [40, 50, 60, 128, 10, 20, 30, 0]);
    assert_eq!(encode(Indexed, One, Some(palette), None, &[0b1000_0000]), [40, 50, 60, 255, 10, 20, 30, 255]);
    assert_eq!(encode(Grayscale, Two, None, None, &[0b0110_0000]), [85, 85, 85, 255, 170, 170, 170, 255]);
    assert_eq!(encode(Grayscale, Sixteen, None, None, &[128, 0, 255, 255]), [128, 128, 128, 255, 255, 255, 255, 255]);
    assert_eq!(encode(GrayscaleAlpha, Eight, None, None, &[7, 8, 9, 10]), [7, 7, 7, 8, 9, 9, 9, 10]);
    assert_eq!(encode(Rgb, Eight, None, Some(&[0, 1, 0, 2, 0, 3]), &[1, 2, 3, 4, 5, 6]), [1, 2, 3, 0, 4, 5, 6, 255]);
    assert_eq!(
        encode(Rgba, Sixteen, None, None, &[1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0]),
        [1, 2, 3, 4, 5, 6, 7, 8]
    );
    let mut webp = Vec::new();
    image_webp::WebPEncoder::new(&mut webp)
        .encode(&[1, 2, 3, 4, 5, 6, 7, 8], 2, 1, image_webp::ColorType::Rgba8)
        .unwrap();
    assert_eq!(decode(&webp).unwrap().rgba, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(decode(&png(3, 2)).unwrap().rgba, [128, 128, 128, 255].repeat(6));
    let mut grey = Vec::new();
    jpeg_encoder::Encoder::new(&mut grey, 100).encode(&[128; 64], 8, 8, jpeg_encoder::ColorType::Luma).unwrap();
    assert_eq!(decode(&grey).unwrap().rgba, [128, 128, 128, 255].repeat(64));
}

#[test]
fn a_jpeg_without_its_end_is_broken() {
    let mut whole = Vec::new();
    jpeg_encoder::Encoder::new(&mut whole, 90)
        .encode(&[100; 64 * 64 * 3], 64, 64, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    assert!(decode(&whole).is_ok());
    for percent in [20, 50, 90, 99] {
        let error = decode(&whole[..whole.len() * percent / 100]).unwrap_err().to_string();
        assert!(error.starts_with("a JPEG picture is broken"), "{percent} %: {error}");
    }
}
