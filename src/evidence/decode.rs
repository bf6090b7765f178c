//! Pictures of others, decoded within bounds.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use super::{pixels::differing_pixels, records::PixelArea};

/// A phone's whole page is a few thousand pixels high; a picture that claims more isn't decoded.
const LONGEST_SIDE: u32 = 16_384;
const MOST_MEMORY: u64 = 256 << 20;

/// Decodes a JPEG or PNG as its camera held it; `None` when it is neither, or claims too much.
pub fn decode_picture(bytes: &[u8]) -> Option<DynamicImage> {
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

/// Whether two pictures look the same, what is masked left out; one that can't be decoded looks like no other.
pub fn is_same_picture(one: &[u8], other: &[u8], masked: &[PixelArea]) -> bool {
    let decoded = |bytes| Some(decode_picture(bytes)?.into_rgb8());
    let Some((one, other)) = decoded(one).zip(decoded(other)) else {
        return false;
    };
    let mut is_same = one.dimensions() == other.dimensions();
    if is_same {
        differing_pixels(&one, &other, masked, |_, _| is_same = false);
    }
    is_same
}
