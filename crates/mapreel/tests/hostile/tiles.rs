//! Mosaics of many large pictures: the memory of a frame must not grow with their number.

use super::ask::Ask;
use super::case::{Case, End};
use super::png::grey;

fn row(name: &str, tiles: u32, tile_px: u32, side_px: u32, end: End, make: fn() -> Vec<u8>) -> Case {
    Case::body(name, Ask::Pyramid { tiles, tile_px, side_px }, end, make)
}

#[rustfmt::skip]
pub fn cases() -> Vec<Case> {
    use End::{Fine, Lost, Made, MadeOrRefused, Refused};
    let tile = |name: &str, end, make: fn() -> Vec<u8>| Case::body(format!("a tile: {name}"), Ask::Tiles, end, make);
    vec![
        row("16 tiles of 2048 pixels, each 4096 wide and high", 16, 2048, 512, MadeOrRefused, || grey(4096, 4096)),
        row("400 tiles of 256 pixels, as they should be", 400, 256, 1024, Fine, || grey(256, 256)),
        row("400 tiles of 2048 pixels, each 256 wide and high", 400, 2048, 256, MadeOrRefused, || grey(256, 256)),
        row("100 tiles of 256 pixels, each 4096 wide and high", 100, 256, 1024, MadeOrRefused, || grey(4096, 4096)),
        row("64 tiles of 2048 pixels, each one pixel", 64, 2048, 512, MadeOrRefused, || grey(1, 1)),
        row("3 700 tiles of 256 pixels", 3_700, 256, 1024, MadeOrRefused, || grey(256, 256)),
        row("3 700 tiles of 2048 pixels, each 256 wide and high", 3_700, 2048, 512, MadeOrRefused, || grey(256, 256)),
        row("10 000 tiles of 2048 pixels", 10_000, 2048, 512, Refused, || grey(256, 256)),
        row("400 tiles of 256 pixels, each 65 535 wide and high", 400, 256, 512, Lost, || grey(65_535, 65_535)),
        tile("4096 pixels wide and high", Made, || grey(4096, 4096)),
        tile("one pixel", Made, || grey(1, 1)),
        tile("16 384 pixels wide, one high", Made, || grey(16_384, 1)),
        tile("one pixel wide, 16 384 high", Made, || grey(1, 16_384)),
        Case::body("legend: 4096 pixels wide and high", Ask::Legend, Made, || grey(4096, 4096)),
        Case::body("legend: 16 384 pixels wide, 1 500 high", Ask::Legend, Made, || grey(16_384, 1_500)),
        Case::body("legend: one pixel", Ask::Legend, Made, || grey(1, 1)),
        Case::body("legend: 65 535 pixels wide and high", Ask::Legend, Lost, || grey(65_535, 65_535)),
        Case::body("film: other sizes than asked for, 48 frames", Ask::Film { frames: 48 }, Lost, || grey(4096, 4096)),
    ]
}
