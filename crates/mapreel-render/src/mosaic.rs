//! Putting the pieces of a mosaic together.

use crate::{Raster, Stop, Stopped, georeference::resized};
use mapreel_spec::{Fit, Mosaic, Piece};

/// The mosaic as one picture, its pieces in the mosaic's order (`None`: a piece that could not be had).
///
/// # Errors
/// Nobody wants it any more; or, within, a piece has another size than was asked for: what a server says it drew is then not
/// what it drew.
pub fn assemble(
    mosaic: &Mosaic,
    mut pieces: Vec<Option<Raster>>,
    stop: &Stop,
) -> Result<Result<Raster, String>, Stopped> {
    for (piece, picture) in mosaic.pieces.iter().zip(&pieces) {
        if let Some(picture) = picture
            && piece.fit == Fit::Exact
            && (picture.width, picture.height) != asked(piece)
        {
            let ((w, h), (asked_w, asked_h)) = ((picture.width, picture.height), asked(piece));
            return Ok(Err(format!("the picture has {w} × {h} pixels; {asked_w} × {asked_h} were asked for")));
        }
    }
    let whole = mosaic
        .size
        .is_none_or(|size| mosaic.pieces.len() == 1 && size == (mosaic.pieces[0].width, mosaic.pieces[0].height));
    if whole && mosaic.pieces.first().is_some_and(|piece| piece.fit != Fit::Scale) {
        return Ok(pieces.pop().flatten().ok_or_else(|| "the picture is missing".to_owned()));
    }
    let (width, height) = mosaic.size.unwrap_or((1, 1));
    let mut out = Raster::transparent(width.max(1), height.max(1));
    for (piece, picture) in mosaic.pieces.iter().zip(pieces) {
        stop.look()?;
        let Some(picture) = picture else { continue };
        let same = (picture.width, picture.height) == asked(piece);
        let picture = if same { picture } else { resized(&picture, piece.width, piece.height, stop)? };
        let ([left, top, ..], length) = (piece.gutter, piece.width as usize * 4);
        for row in 0..piece.height {
            let start = ((piece.y + row) as usize * width as usize + piece.x as usize) * 4;
            let from = left as usize * 4;
            out.pixels[start..start + length].copy_from_slice(&picture.row(top + row)[from..from + length]);
        }
    }
    Ok(Ok(out))
}

/// Width and height that a piece was asked for in: its place and its gutters.
fn asked(piece: &Piece) -> (u32, u32) {
    let [left, top, right, bottom] = piece.gutter;
    (left + piece.width + right, top + piece.height + bottom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_spec::{Bbox, Crs};

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

    fn assembled(fit: Fit, pieces: Vec<Option<Raster>>) -> Result<Raster, String> {
        assemble(&mosaic(fit), pieces, &Stop::never()).unwrap()
    }

    fn grey(side: u32, value: u8) -> Raster {
        Raster::straight(side, side, vec![value; side as usize * side as usize * 4])
    }

    #[test]
    fn pieces_lie_where_they_belong_and_missing_ones_stay_transparent() {
        let out = assembled(Fit::Exact, vec![None, Some(grey(2, 255))]).unwrap();
        assert_eq!(out.row(1), [[0; 8], [255; 8]].concat());
    }

    #[test]
    fn a_tile_of_another_size_is_scaled_and_a_map_of_another_size_is_refused() {
        assert!(assembled(Fit::Scale, vec![Some(grey(4, 255)), None]).is_ok());
        let error = assembled(Fit::Exact, vec![Some(grey(4, 255)), None]).unwrap_err();
        assert_eq!(error, "the picture has 4 × 4 pixels; 2 × 2 were asked for");
    }
}
