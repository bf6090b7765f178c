//! A photo or a screenshot that a phone gave: decoded, turned upright, made smaller and encoded anew.
//!
//! Only pixels are kept. Where it was taken, with what and when stays on the phone, and so does whatever else was in the file.

use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder, imageops::FilterType};

use crate::evidence::decode_picture;

/// Enough to read small print; a screenshot of most phones stays as it is.
const LONGEST_SIDE: u32 = 2_800;
const QUALITY: u8 = 85;

/// The photo as it is kept; `None` when it is no JPEG or PNG, or claims too much.
pub(super) fn encode(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut picture = decode_picture(bytes)?;
    if picture.width().max(picture.height()) > LONGEST_SIDE {
        picture = picture.resize(LONGEST_SIDE, LONGEST_SIDE, FilterType::Triangle);
    }
    let pixels = picture.into_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .write_image(
            pixels.as_raw(),
            pixels.width(),
            pixels.height(),
            ExtendedColorType::Rgb8,
        )
        .ok()?;
    Some(jpeg)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use std::io::Cursor;

    use image::{ImageFormat, Rgb, RgbImage};
    use memchr::memmem;

    use super::*;

    /// What a camera writes before the pixels: turned by a quarter, and where it was.
    fn exif() -> Vec<u8> {
        let mut tiff = b"MM\0*\0\0\0\x08\0\x02".to_vec();
        tiff.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
        tiff.extend(b"\x01\x0e\0\x02\0\0\0\x14\0\0\0\x26\0\0\0\0");
        tiff.extend(b"GPS 48.8584N 2.2945\0");
        tiff
    }

    fn photo(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, _| {
            if x < width / 2 {
                Rgb([250, 250, 250])
            } else {
                Rgb([10, 10, 10])
            }
        });
        let mut jpeg = Vec::new();
        let mut encoder = JpegEncoder::new(&mut jpeg);
        encoder.set_exif_metadata(exif()).unwrap();
        encoder
            .write_image(picture.as_raw(), width, height, ExtendedColorType::Rgb8)
            .unwrap();
        jpeg
    }

    #[test]
    fn where_it_was_taken_goes_and_which_side_is_up_stays_true() {
        let taken = photo(64, 32);
        assert!(memmem::find(&taken, b"48.8584N").is_some());
        let kept = encode(&taken).unwrap();
        assert!(memmem::find(&kept, b"48.8584N").is_none());
        assert!(memmem::find(&kept, b"Exif").is_none());
        let upright = image::load_from_memory(&kept).unwrap().into_rgb8();
        assert_eq!(upright.dimensions(), (32, 64));
        assert!(upright.get_pixel(16, 8).0[0] > 200 && upright.get_pixel(16, 56).0[0] < 60);
    }

    #[test]
    fn a_large_one_is_made_smaller_and_what_is_none_is_refused() {
        let kept = encode(&photo(64, 4_000)).unwrap();
        let (width, height) = image::load_from_memory(&kept)
            .unwrap()
            .into_rgb8()
            .dimensions();
        assert_eq!((width.max(height), width.min(height)), (LONGEST_SIDE, 45));
        let mut gif = b"GIF89a".to_vec();
        gif.extend([0; 64]);
        let mut bomb = Cursor::new(Vec::new());
        RgbImage::new(2, 2)
            .write_to(&mut bomb, ImageFormat::Png)
            .unwrap();
        let mut bomb = bomb.into_inner();
        bomb[16..24].copy_from_slice(&[0, 0, 0x3f, 0xff, 0, 0, 0x3f, 0xff]);
        let torn = photo(64, 64)[..300].to_vec();
        for bytes in [
            &b""[..],
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
            b"<!doctype html><script>x()</script>",
            b"\xFF\xD8\xFF",
            &gif,
            &bomb,
            &torn,
        ] {
            assert_eq!(encode(bytes), None, "{:?}", &bytes[..bytes.len().min(30)]);
        }
    }

    #[test]
    fn what_hides_behind_the_pixels_isnt_kept() {
        let mut taken = photo(32, 32);
        taken.extend(b"<script>alert(1)</script>");
        assert!(memmem::find(&encode(&taken).unwrap(), b"<script>").is_none());
    }
}
