//! Putting the pieces of a mosaic together, one after another: memory does not grow with their number.

use super::raster::Raster;
use super::resample::resized;
use crate::stop::{Stop, Stopped};
use mapreel_spec::{Fit, Mosaic, Piece};

/// A mosaic in the making.
pub struct MosaicSheet<'a> {
    mosaic: &'a Mosaic,
    /// The memory for the mosaic's pixels, until the first piece is laid down.
    buffer: Vec<u8>,
    /// The pieces that have been laid down; `None` before the first.
    raster: Option<Raster>,
}

impl<'a> MosaicSheet<'a> {
    /// A mosaic without a piece. Its pixels are laid down in `buffer`, which may hold old pixels: they are cleared.
    pub fn new(mosaic: &'a Mosaic, buffer: Vec<u8>) -> Self {
        Self { mosaic, buffer, raster: None }
    }

    /// Lays down the picture of a piece and gives back a buffer that is not needed any more. A picture of another size than its
    /// place is scaled.
    ///
    /// # Errors
    /// The stop token is set.
    pub fn lay(&mut self, piece: &Piece, picture: Raster, stop: &Stop) -> Result<Vec<u8>, Stopped> {
        stop.look()?;
        let Some((width, height)) = self.mosaic.size.filter(|size| !self.is_the_whole(piece, &picture, *size)) else {
            self.raster = Some(picture);
            return Ok(std::mem::take(&mut self.buffer));
        };
        let sheet = self.raster.get_or_insert_with(|| {
            let mut pixels = std::mem::take(&mut self.buffer);
            pixels.clear();
            pixels.resize(width as usize * height as usize * 4, 0);
            Raster::straight(width, height, pixels)
        });
        let same = (picture.width, picture.height) == with_gutters(piece);
        let scaled = if same { None } else { Some(resized(&picture, piece.width, piece.height, stop)?) };
        let laid = scaled.as_ref().unwrap_or(&picture);
        let ([left, top, ..], length) = (piece.gutter, piece.width as usize * 4);
        for row in 0..piece.height {
            let start = ((piece.y + row) as usize * width as usize + piece.x as usize) * 4;
            let from = left as usize * 4;
            sheet.pixels[start..start + length].copy_from_slice(&laid.row(top + row)[from..from + length]);
        }
        Ok(picture.pixels)
    }

    /// The mosaic as one picture, transparent where a piece is missing. `Err`: no piece was laid down; the buffer is given back.
    pub fn finish(self) -> Result<Raster, Vec<u8>> {
        self.raster.ok_or(self.buffer)
    }

    /// Whether a piece's picture is already the whole mosaic of this size.
    fn is_the_whole(&self, piece: &Piece, picture: &Raster, size: (u32, u32)) -> bool {
        piece.fit == Fit::Whole || self.mosaic.pieces.len() == 1 && size == (picture.width, picture.height)
    }
}

/// Width and height of a piece's place and its gutters.
fn with_gutters(piece: &Piece) -> (u32, u32) {
    let [left, top, right, bottom] = piece.gutter;
    (left + piece.width + right, top + piece.height + bottom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_geo::{Bbox, Crs};

    fn mosaic(fit: Fit) -> Mosaic {
        let piece = |x| Piece { url: String::new(), x, y: 0, width: 2, height: 2, fit, gutter: [0; 4] };
        Mosaic {
            crs: Crs::WebMercator,
            bbox: Bbox::new([0.0, 0.0, 4.0, 2.0]),
            size: Some((4, 2)),
            pieces: vec![piece(0), piece(2)],
            gap: None,
        }
    }

    fn grey(side: u32, value: u8) -> Raster {
        Raster::straight(side, side, vec![value; side as usize * side as usize * 4])
    }

    #[test]
    fn pieces_lie_where_they_belong_and_missing_ones_stay_transparent() {
        let mosaic = mosaic(Fit::Exact);
        let mut sheet = MosaicSheet::new(&mosaic, Vec::new());
        assert_eq!(sheet.lay(&mosaic.pieces[1], grey(2, 255), &Stop::never()).unwrap().len(), 16);
        assert_eq!(sheet.finish().unwrap().row(1), [[0; 8], [255; 8]].concat());
        assert!(MosaicSheet::new(&mosaic, Vec::new()).finish().is_err());
    }

    #[test]
    fn a_tile_of_another_size_is_scaled() {
        let mosaic = mosaic(Fit::Scale { tile_px: [2, 2] });
        let mut sheet = MosaicSheet::new(&mosaic, Vec::new());
        sheet.lay(&mosaic.pieces[0], grey(4, 255), &Stop::never()).unwrap();
        assert_eq!(sheet.finish().unwrap().row(1), [[255; 8], [0; 8]].concat());
    }

    #[test]
    fn the_only_piece_is_taken_as_it_is() {
        let mut mosaic = mosaic(Fit::Exact);
        mosaic.pieces.truncate(1);
        mosaic.size = Some((2, 2));
        let mut sheet = MosaicSheet::new(&mosaic, Vec::new());
        sheet.lay(&mosaic.pieces[0], grey(2, 7), &Stop::never()).unwrap();
        assert_eq!(sheet.finish().unwrap(), grey(2, 7));
    }
}
