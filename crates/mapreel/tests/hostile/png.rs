//! PNG: wrong headers, decompression bombs, truncated files.

use super::ask::Ask;
use super::bytes::{cut, noise, zlib, zlib_zeros};
use super::case::{Case, End};
use mapreel_testkit::pictures::{PNG_SIGNATURE as SIGNATURE, png_chunk as chunk};
use mapreel_testkit::upstreams::picture;

const GREY: u8 = 0;
const RGB: u8 = 2;
const PALETTE: u8 = 3;
const RGBA: u8 = 6;

fn header(width: u32, height: u32, bits: u8, colour: u8, interlaced: u8) -> Vec<u8> {
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[bits, colour, 0, 0, interlaced]].concat())
}

fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    [SIGNATURE.to_vec(), chunks.concat(), chunk(b"IEND", &[])].concat()
}

/// A black picture, as large as its header says, with these chunks before its pixels.
fn black([width, height]: [u32; 2], bits: u8, colour: u8, extra: &[Vec<u8>]) -> Vec<u8> {
    let channels = match colour {
        GREY | PALETTE => 1,
        RGB => 3,
        _ => 4,
    };
    let row = (width as usize * channels * usize::from(bits)).div_ceil(8) + 1;
    let mib = (row * height as usize).div_ceil(1 << 20);
    file(&[header(width, height, bits, colour, 0), extra.concat(), chunk(b"IDAT", &zlib_zeros(mib))])
}

/// A grey picture of one bit.
pub fn grey(width: u32, height: u32) -> Vec<u8> {
    black([width, height], 1, GREY, &[])
}

/// Honest pixels with these chunks before them.
fn with(extra: Vec<u8>) -> Vec<u8> {
    let pixels = zlib(&[[0].to_vec(), vec![90; 256 * 3]].concat().repeat(128));
    file(&[header(256, 128, 8, RGB, 0), extra, chunk(b"IDAT", &pixels)])
}

fn row(name: &str, end: End, make: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Case {
    Case::body(name, Ask::Image, end, make)
}

/// A case in which the picture is sent instead of a map, whose size must be the requested one.
fn map(name: &str, end: End, make: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Case {
    Case::body(format!("map: {name}"), Ask::Map, end, make)
}

fn honest() -> Vec<u8> {
    picture("/?WIDTH=256&HEIGHT=128")
}

fn noisy(side: usize) -> Vec<u8> {
    let rows: Vec<u8> =
        (0..side * (side * 3 + 1)).map(|i| if i % (side * 3 + 1) == 0 { 0 } else { noise(i) as u8 }).collect();
    file(&[header(side as u32, side as u32, 8, RGB, 0), chunk(b"IDAT", &zlib(&rows))])
}

pub fn cases() -> Vec<Case> {
    [sizes(), chunks(), extras(), palettes_and_headers(), streams(), ends(), of_maps(), cut_short()]
        .into_iter()
        .flatten()
        .collect()
}

/// Sizes in the header.
#[rustfmt::skip]
fn sizes() -> Vec<Case> {
    use End::{Fine, Lost, Made};
    vec![
        row("65 535 pixels wide and high", Lost, || grey(65_535, 65_535)),
        row("2^31 - 1 pixels wide and high", Lost, || file(&[header(0x7FFF_FFFF, 0x7FFF_FFFF, 16, RGBA, 0), chunk(b"IDAT", &zlib(&[0]))])),
        row("2^32 - 1 pixels wide and high", Lost, || file(&[header(u32::MAX, u32::MAX, 16, RGBA, 1), chunk(b"IDAT", &zlib(&[0]))])),
        row("2^31 - 1 pixels wide, one high", Lost, || file(&[header(0x7FFF_FFFF, 1, 1, GREY, 0), chunk(b"IDAT", &zlib(&[0]))])),
        row("no pixel wide", Lost, || file(&[header(0, 100, 8, RGB, 0), chunk(b"IDAT", &zlib(&[0]))])),
        row("4096 pixels wide and high, of one bit", Fine, || grey(4096, 4096)),
        row("5000 pixels wide and high, of one bit", Fine, || grey(5000, 5000)),
        row("4096 pixels wide and high, of 64 bits", Made, || black([4096, 4096], 16, RGBA, &[])),
        row("16 384 pixels wide, 1 525 high, of 64 bits", Made, || black([16_384, 1_525], 16, RGBA, &[])),
        row("4096 pixels wide and high, interlaced", Made, || file(&[header(4096, 4096, 8, RGB, 1), chunk(b"IDAT", &zlib_zeros(60))])),
        row("a header that is smaller than 8 GiB of pixels", Made, || file(&[header(256, 128, 8, RGB, 0), chunk(b"IDAT", &zlib_zeros(8192))])),
        row("8 GiB of pixels in 8 192 chunks", Made, || file(&[header(256, 128, 8, RGB, 0), zlib_zeros(8192).chunks(1024).flat_map(|part| chunk(b"IDAT", part)).collect()])),
    ]
}

/// Chunks: too many, too long, or with a wrong length.
#[rustfmt::skip]
fn chunks() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        row("pixels in chunks of one byte", Made, || { let all = zlib(&[[0].to_vec(), vec![90; 256 * 3]].concat().repeat(128)); file(&[header(256, 128, 8, RGB, 0), all.chunks(1).flat_map(|part| chunk(b"IDAT", part)).collect()]) }),
        row("a million empty pixel chunks", Made, || file(&[header(256, 128, 8, RGB, 0), chunk(b"IDAT", &[]).repeat(1_000_000)])),
        row("a million chunks that nobody knows", Made, || with(chunk(b"abCd", &[]).repeat(1_000_000))),
        row("a chunk of 15 MB that nobody knows", Made, || with(chunk(b"abCd", &vec![0; 15 << 20]))),
        row("a chunk of 2^31 - 1 bytes, it says", Lost, || [SIGNATURE, &header(256, 128, 8, RGB, 0), &0x7FFF_FFFFu32.to_be_bytes(), b"IDAT", &[0; 1000]].concat()),
        row("a chunk of 2^32 - 1 bytes, it says", Lost, || [SIGNATURE, &header(256, 128, 8, RGB, 0), &u32::MAX.to_be_bytes(), b"IDAT", &[0; 1000]].concat()),
    ]
}

/// Texts, profiles and animations beside the pixels.
#[rustfmt::skip]
fn extras() -> Vec<Case> {
    use End::Made;
    vec![
        row("a text of 8 GiB", Made, || with(chunk(b"zTXt", &[b"k\0\0".to_vec(), zlib_zeros(8192)].concat()))),
        row("10 000 texts of 1 GiB each", Made, || with(chunk(b"zTXt", &[b"k\0\0".to_vec(), zlib_zeros(1)].concat()).repeat(10_000))),
        row("an international text of 8 GiB", Made, || with(chunk(b"iTXt", &[b"k\0\x01\0\0\0".to_vec(), zlib_zeros(8192)].concat()))),
        row("a colour profile of 8 GiB", Made, || with(chunk(b"iCCP", &[b"k\0\0".to_vec(), zlib_zeros(8192)].concat()))),
        row("a plain text of 15 MB", Made, || with(chunk(b"tEXt", &[b"k\0".to_vec(), vec![b'x'; 15 << 20]].concat()))),
        row("300 000 plain texts", Made, || with(chunk(b"tEXt", b"k\0value").repeat(300_000))),
        row("Exif of 15 MB", Made, || with(chunk(b"eXIf", &vec![0; 15 << 20]))),
        row("an animation of a million frames", Made, || with(chunk(b"acTL", &[0, 0x0F, 0x42, 0x40, 0, 0, 0, 0]))),
        row("an animation of 2^32 - 1 frames", Made, || with(chunk(b"acTL", &[0xFF; 8]))),
        row("an animation of 100 000 frames that are there", Made, || {
            let control = |sequence: u32| chunk(b"fcTL", &[&sequence.to_be_bytes()[..], &256u32.to_be_bytes(), &128u32.to_be_bytes(), &[0; 8], &[0, 1, 0, 1, 0, 0]].concat());
            with((0..100_000).flat_map(control).collect())
        }),
    ]
}

/// Palettes, and headers that contradict the pixels.
#[rustfmt::skip]
fn palettes_and_headers() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        row("a palette without colours", Made, || black([256, 128], 8, PALETTE, &[chunk(b"PLTE", &[])])),
        row("a palette that is not there", Lost, || black([256, 128], 8, PALETTE, &[])),
        row("a palette of one colour, and pixels of the 256th", Made, || file(&[header(256, 128, 8, PALETTE, 0), chunk(b"PLTE", &[1, 2, 3]), chunk(b"IDAT", &zlib(&[[0].to_vec(), vec![255; 256]].concat().repeat(128)))])),
        row("a palette of 15 MB", Made, || with(chunk(b"PLTE", &vec![0; 15 << 20]))),
        row("transparency of more colours than there are", Made, || black([256, 128], 8, PALETTE, &[chunk(b"PLTE", &[0; 3]), chunk(b"tRNS", &[0; 256])])),
        row("two headers", Made, || file(&[header(256, 128, 8, RGB, 0), header(16_000, 1_000, 8, RGB, 0), chunk(b"IDAT", &zlib(&[0; 769].repeat(128)))])),
        row("a header at the end", Lost, || file(&[chunk(b"IDAT", &zlib(&[0])), header(256, 128, 8, RGB, 0)])),
        row("a depth of 255 bits", Lost, || file(&[header(256, 128, 255, RGB, 0), chunk(b"IDAT", &zlib(&[0]))])),
        row("a colour type of 255", Lost, || file(&[header(256, 128, 8, 255, 0), chunk(b"IDAT", &zlib(&[0]))])),
        row("an interlacing of 255", Lost, || file(&[header(256, 128, 8, RGB, 255), chunk(b"IDAT", &zlib(&[0]))])),
    ]
}

/// Wrong checksums, filters and compressed streams.
#[rustfmt::skip]
fn streams() -> Vec<Case> {
    use End::{Lost, Made};
    vec![
        row("a filter of 255 in each row", Lost, || file(&[header(256, 128, 8, RGB, 0), chunk(b"IDAT", &zlib(&[255; 769].repeat(128)))])),
        row("the dearest filter in each row, 4096 pixels wide and high", Made, || { let row = [[4].to_vec(), vec![1; 4096 * 3]].concat(); file(&[header(4096, 4096, 8, RGB, 0), chunk(b"IDAT", &zlib(&row.repeat(4096)))]) }),
        row("a checksum that is wrong", Lost, || { let mut bytes = honest(); let at = bytes.len() - 20; bytes[at] ^= 1; bytes }),
        row("a checksum of the header that is wrong", Lost, || { let mut bytes = honest(); bytes[30] ^= 1; bytes }),
        row("a zlib stream of a window that is not allowed", Lost, || file(&[header(256, 128, 8, RGB, 0), chunk(b"IDAT", &[0xF8, 0x01, 0, 0, 0])])),
        row("a zlib stream with a dictionary", Lost, || file(&[header(256, 128, 8, RGB, 0), chunk(b"IDAT", &[0x78, 0xBB, 1, 2, 3, 4, 0])])),
        row("pixels that are noise and not compressed", Lost, || file(&[header(256, 128, 8, RGB, 0), chunk(b"IDAT", &(0..1 << 20).map(|i| noise(i) as u8).collect::<Vec<_>>())])),
    ]
}

/// Truncated files, and other bytes instead of a picture.
#[rustfmt::skip]
fn ends() -> Vec<Case> {
    use End::{Fine, Lost, Made};
    vec![
        row("too few pixels", Lost, || file(&[header(256, 128, 8, RGB, 0), chunk(b"IDAT", &zlib(&[0; 769]))])),
        row("no pixels", Lost, || file(&[header(256, 128, 8, RGB, 0)])),
        row("no end", Made, || { let bytes = honest(); bytes[..bytes.len() - 12].to_vec() }),
        row("15 MB behind the end", Fine, || [honest(), vec![0; 15 << 20]].concat()),
        row("a picture behind the end", Fine, || honest().repeat(2)),
        row("the signature alone", Lost, || SIGNATURE.to_vec()),
        row("the signature and 1 MB of noise", Lost, || SIGNATURE.iter().copied().chain((0..1 << 20).map(|i| noise(i) as u8)).collect()),
        row("the signature with the line ends of a text file", Lost, || { let mut bytes = honest(); bytes.remove(4); bytes }),
        row("2 200 noisy pixels wide and high, 14 MB", Fine, || noisy(2_200)),
    ]
}

/// Pictures of another size than the map.
#[rustfmt::skip]
fn of_maps() -> Vec<Case> {
    use End::Lost;
    vec![
        map("larger than asked for", Lost, || grey(4096, 4096)),
        map("one pixel", Lost, || grey(1, 1)),
        map("one pixel wider than asked for", Lost, || picture("/?WIDTH=257&HEIGHT=128")),
        map("65 535 pixels wide and high", Lost, || grey(65_535, 65_535)),
        map("on its side", Lost, || picture("/?WIDTH=128&HEIGHT=256")),
    ]
}

fn cut_short() -> Vec<Case> {
    let cut_after = |percent| row(&format!("cut after {percent} %"), End::Lost, move || cut(&noisy(100), percent));
    [1, 10, 30, 60, 95, 99].map(cut_after).into()
}
