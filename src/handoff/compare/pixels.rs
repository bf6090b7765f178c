//! How many pixels of two pictures differ to the eye, and where.

use std::io::Cursor;

use image::{ImageReader, Limits, Rgb, RgbImage, codecs::jpeg::JpegEncoder};

use crate::evidence::{PixelArea, differing_pixels};

const QUALITY: u8 = 75;
/// A stranger's picture of few bytes may stand for very many pixels.
const MOST_BYTES: u64 = 128 << 20;
const RED: Rgb<u8> = Rgb([214, 31, 64]);

/// How many pixels of two pictures of one size differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pixels {
    /// Those that differ.
    pub different: u64,
    /// All of them.
    pub all: u64,
}

impl Pixels {
    /// Compares two encoded pictures, what is masked left out; `None` when they are of different sizes.
    pub fn compare(a: &[u8], b: &[u8], masked: &[PixelArea]) -> Result<Option<Self>, String> {
        let (a, b) = (decoded(a)?, decoded(b)?);
        if a.dimensions() != b.dimensions() {
            return Ok(None);
        }
        let mut different = 0;
        differing_pixels(&a, &b, masked, |_, _| different += 1);
        let all = u64::from(a.width()) * u64::from(a.height());
        Ok(Some(Self { different, all }))
    }

    /// The share that differs, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "far fewer pixels than 2^52")]
    pub fn share(self) -> f64 {
        self.different as f64 / self.all.max(1) as f64
    }
}

/// The first picture, pale, with what differs in red; a JPEG. `None` when the sizes differ or one can't be read.
pub fn drawn(a: &[u8], b: &[u8], masked: &[PixelArea]) -> Option<Vec<u8>> {
    let (a, b) = (decoded(a).ok()?, decoded(b).ok()?);
    if a.dimensions() != b.dimensions() {
        return None;
    }
    let mut picture = a.clone();
    for pixel in picture.pixels_mut() {
        let pale = pixel.0.iter().map(|part| u16::from(*part)).sum::<u16>() / 3;
        let pale = u8::try_from(255 - (255 - pale.min(255)) / 5).unwrap_or(u8::MAX);
        *pixel = Rgb([pale; 3]);
    }
    differing_pixels(&a, &b, masked, |x, y| picture.put_pixel(x, y, RED));
    let mut encoded = Vec::new();
    JpegEncoder::new_with_quality(&mut encoded, QUALITY)
        .encode_image(&picture)
        .ok()?;
    Some(encoded)
}

fn decoded(bytes: &[u8]) -> Result<RgbImage, String> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| error.to_string())?;
    Ok(picture.into_rgb8())
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::*;

    fn png(picture: &RgbImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture
            .write_to(&mut bytes, ImageFormat::Png)
            .expect("encoded");
        bytes.into_inner()
    }

    fn plain(width: u32, height: u32) -> RgbImage {
        RgbImage::from_pixel(width, height, Rgb([255, 255, 255]))
    }

    fn different(a: &RgbImage, b: &RgbImage) -> u64 {
        let pixels = Pixels::compare(&png(a), &png(b), &[]).expect("both are pictures");
        pixels.expect("of one size").different
    }

    #[test]
    fn what_a_person_sees_is_counted_and_what_nobody_sees_is_not() {
        let white = plain(40, 30);
        assert_eq!(different(&white, &white), 0);

        let mut pale = white.clone();
        pale.pixels_mut()
            .for_each(|pixel| *pixel = Rgb([245, 245, 245]));
        assert_eq!(different(&white, &pale), 0, "an encoder's noise");

        let mut boxed = white.clone();
        for (x, y) in (5..15).flat_map(|x| (5..12).map(move |y| (x, y))) {
            boxed.put_pixel(x, y, Rgb([0, 0, 0]));
        }
        assert_eq!(different(&white, &boxed), 70);
        let share = Pixels::compare(&png(&white), &png(&boxed), &[]);
        let share = share.expect("read").expect("of one size").share();
        assert!((share - 70.0 / 1200.0).abs() < 1e-9, "{share}");
    }

    #[test]
    fn what_is_masked_is_left_out_and_nothing_beside_it() {
        let white = plain(40, 30);
        let mut clock = white.clone();
        for (x, y) in (5..15).flat_map(|x| (5..12).map(move |y| (x, y))) {
            clock.put_pixel(x, y, Rgb([0, 0, 0]));
        }
        let area = |width| PixelArea {
            x: 5,
            y: 5,
            width,
            height: 7,
        };
        let different = |masked: &[PixelArea]| {
            let pixels = Pixels::compare(&png(&white), &png(&clock), masked);
            pixels.expect("read").expect("of one size").different
        };
        assert_eq!(different(&[area(10)]), 0);
        assert_eq!(different(&[area(9)]), 7, "its last column");
        assert_eq!(different(&[area(4), area(u32::MAX)]), 0, "past the edge");
    }

    /// An edge between black and white whose middle column is drawn in another grey.
    #[test]
    fn an_edge_that_is_smoothed_otherwise_is_no_difference() {
        let edge = |grey: u8| {
            RgbImage::from_fn(20, 20, |x, _| match x {
                0..10 => Rgb([0, 0, 0]),
                10 => Rgb([grey; 3]),
                _ => Rgb([255, 255, 255]),
            })
        };
        assert_eq!(different(&edge(60), &edge(190)), 0);
    }

    #[test]
    fn sizes_and_what_is_no_picture_are_said() {
        let (small, large) = (png(&plain(4, 4)), png(&plain(4, 5)));
        assert_eq!(Pixels::compare(&small, &large, &[]), Ok(None));
        assert!(Pixels::compare(&small, b"<svg onload=alert(1)>", &[]).is_err());
        assert_eq!(drawn(&small, &large, &[]), None);
        assert!(drawn(&small, &small, &[]).is_some_and(|bytes| bytes.starts_with(&[0xff, 0xd8])));
    }
}
