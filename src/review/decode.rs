//! Pictures of others, decoded within bounds.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

/// A phone's whole page is a few thousand pixels high; a picture that claims more isn't decoded.
const LONGEST_SIDE: u32 = 16_384;
const MOST_MEMORY: u64 = 256 << 20;

/// Decodes a JPEG or PNG as its camera held it; `None` when it is neither, or claims too much.
pub(super) fn decode(bytes: &[u8]) -> Option<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.with_guessed_format().ok()?.into_decoder().ok()?;
    if decoder.total_bytes() > MOST_MEMORY {
        return None;
    }
    let orientation = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    Some(picture)
}
