//! Decompression bombs: pictures and answers that would fill the memory are refused by their headers, in little time and memory. All are one
//! test, because it measures the memory of its process.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use mapreel_sources::decode;
use mapreel_sources::{Client, Config, Wanted};
use mapreel_testkit::pictures::{
    BitDepth, ColorType, PNG_SIGNATURE, Png, grey, gzip_zeros, jpeg, png_chunk, zlib_zeros,
};
use mapreel_testkit::processes::memory_peak_bytes;
use mapreel_testkit::upstreams::{Server, send};
use std::time::{Duration, Instant};

const MEMORY_MAX_BYTES: u64 = 64 << 20;
const TIME_MAX: Duration = Duration::from_secs(2);

/// A PNG of 1-bit black, as large as its header says.
fn black_png(width: u32, height: u32, extra: &[Vec<u8>]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    let rows = (width as usize / 8 + 1) * height as usize;
    let data = zlib_zeros(rows.div_ceil(1 << 20));
    let ends = [png_chunk(b"IHDR", &header), png_chunk(b"IDAT", &data), png_chunk(b"IEND", &[])];
    [PNG_SIGNATURE, &ends[0], &extra.concat(), &ends[1], &ends[2]].concat()
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
fn lying_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut out = jpeg(8, 8, &[9; 3], 80);
    let frame = out.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    out[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    out[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    out
}

#[tokio::test]
async fn bombs_are_refused_in_little_time_and_memory() {
    let text_bomb = png_chunk(b"zTXt", &[b"k\0\0".to_vec(), zlib_zeros(200)].concat());
    let profile_bomb = png_chunk(b"iCCP", &[b"k\0\0".to_vec(), zlib_zeros(200)].concat());
    let pictures: Vec<(&str, Vec<u8>, &str)> = vec![
        ("PNG 10 000 × 10 000", black_png(10_000, 10_000, &[]), "10000 × 10000 pixels is too large"),
        ("PNG 20 000 × 20 000", black_png(20_000, 20_000, &[]), "20000 × 20000 pixels is too large"),
        ("PNG 1 × 200 000", black_png(1, 200_000, &[]), "1 × 200000 pixels is too large"),
        ("JPEG 65 000 × 65 000", lying_jpeg(65_000, 65_000), "JPEG"),
        ("JPEG 16 000 × 16 000", lying_jpeg(16_000, 16_000), "16000 × 16000 pixels is too large"),
        ("WebP 16 383 × 16 383", webp(16_383, 16_383), "16383 × 16383 pixels is too large"),
        ("GIF 65 535 × 65 535", gif(65_535, 65_535), "65535 × 65535 pixels is too large"),
        ("GIF 0 × 0", gif(0, 0), "0 × 0 pixels"),
    ];
    let gzip = gzip_zeros(1024);
    let unharmed = [text_bomb, profile_bomb].map(|extra| black_png(64, 64, &[extra]));
    let peak = || memory_peak_bytes(std::process::id());
    let before = peak();

    for (name, bytes, expected) in &pictures {
        let started = Instant::now();
        let error = decode(bytes).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
        assert!(started.elapsed() < TIME_MAX, "{name} took {:?}", started.elapsed());
    }
    for bytes in &unharmed {
        // Texts and profiles that are bombs are not decompressed: the picture itself is fine.
        assert_eq!(decode(bytes).unwrap().width, 64);
    }
    let server = Server::start(move |_, stream| send(stream, "200 OK", "Content-Encoding: gzip\r\n", &gzip));
    let client = Client::new(Config::default()).unwrap();
    let error = client.get(&server.url, Wanted::Picture).await.unwrap_err().to_string();
    assert!(error.contains("is larger than 16777216 bytes"), "{error}");
    assert_eq!(server.hits(), 1, "asking again would be no use");

    let grown = peak() - before;
    assert!(before > 0 && grown < MEMORY_MAX_BYTES, "{grown} bytes more");
}

#[test]
fn every_kind_of_picture_becomes_rgba() {
    let encode = |kind: ColorType, depth: BitDepth, palette: Option<&[u8]>, alpha: Option<&[u8]>, data: &[u8]| {
        let png = Png::new(2, 1, kind).depth(depth).palette(palette).transparency(alpha).of(data);
        decode(&png).unwrap().rgba
    };
    use BitDepth::*;
    use ColorType::*;
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
    assert_eq!(decode(&grey(3, 2)).unwrap().rgba, [128, 128, 128, 255].repeat(6));
    assert_eq!(decode(&jpeg(8, 8, &[128], 100)).unwrap().rgba, [128, 128, 128, 255].repeat(64));
}

#[test]
fn a_jpeg_without_its_end_is_broken() {
    let whole = jpeg(64, 64, &[100; 3], 90);
    assert!(decode(&whole).is_ok());
    for percent in [20, 50, 90, 99] {
        let error = decode(&whole[..whole.len() * percent / 100]).unwrap_err().to_string();
        assert!(error.starts_with("a JPEG picture is broken"), "{percent} %: {error}");
    }
}
