//! Pictures: seen to be whole, and boxes drawn where something is to be shown.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Rgb, RgbImage, codecs::jpeg::JpegEncoder};

use super::records::Area;

/// Quality of a picture that is encoded anew because boxes were drawn on it.
const QUALITY: u8 = 85;
const RED: Rgb<u8> = Rgb([214, 31, 64]);
const WHITE: Rgb<u8> = Rgb([255, 255, 255]);

/// An encoded picture and its size in device pixels.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) bytes: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Checks a picture and makes it a JPEG; draws boxes on it when there are any, areas in CSS pixels.
pub(super) fn prepare(bytes: Vec<u8>, areas: &[Area], scale: f64) -> Result<Encoded, String> {
    let reader = || {
        let reader = ImageReader::new(Cursor::new(&bytes));
        reader
            .with_guessed_format()
            .map_err(|error| error.to_string())
    };
    let is_jpeg = reader()?.format() == Some(ImageFormat::Jpeg);
    if areas.is_empty() && is_jpeg {
        let (width, height) = reader()?
            .into_dimensions()
            .map_err(|error| error.to_string())?;
        return Ok(Encoded {
            bytes,
            width,
            height,
        });
    }
    let mut picture = reader()?
        .decode()
        .map_err(|error| error.to_string())?
        .into_rgb8();
    for area in areas {
        draw_box(&mut picture, area, scale);
    }
    let mut encoded = Vec::new();
    JpegEncoder::new_with_quality(&mut encoded, QUALITY)
        .encode_image(&picture)
        .map_err(|error| error.to_string())?;
    Ok(Encoded {
        bytes: encoded,
        width: picture.width(),
        height: picture.height(),
    })
}

/// A frame around the area: red, with white on both sides so that it shows on any ground.
fn draw_box(picture: &mut RgbImage, area: &Area, scale: f64) {
    for (inset, colour) in [(-4, WHITE), (-3, RED), (-2, RED), (-1, RED), (0, WHITE)] {
        let grow = f64::from(-inset);
        let edge = |value: f64| pixel(value * scale);
        let (left, top) = (edge(area.x - grow), edge(area.y - grow));
        let (right, bottom) = (
            edge(area.x + area.width + grow),
            edge(area.y + area.height + grow),
        );
        let thick = pixel(scale).max(1);
        fill(picture, (left, top, right, top + thick), colour);
        fill(picture, (left, bottom - thick, right, bottom), colour);
        fill(picture, (left, top, left + thick, bottom), colour);
        fill(picture, (right - thick, top, right, bottom), colour);
    }
}

fn fill(picture: &mut RgbImage, (left, top, right, bottom): (i64, i64, i64, i64), colour: Rgb<u8>) {
    let clamp =
        |value: i64, limit: u32| u32::try_from(value.clamp(0, i64::from(limit))).unwrap_or(0);
    for y in clamp(top, picture.height())..clamp(bottom, picture.height()) {
        for x in clamp(left, picture.width())..clamp(right, picture.width()) {
            picture.put_pixel(x, y, colour);
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a place on a screen, in pixels"
)]
fn pixel(value: f64) -> i64 {
    value.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey() -> Vec<u8> {
        let picture = RgbImage::from_pixel(300, 300, Rgb([128, 128, 128]));
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 95)
            .encode_image(&picture)
            .expect("encoded");
        bytes
    }

    #[test]
    fn a_plain_picture_is_kept_to_the_byte() {
        let bytes = grey();
        let encoded = prepare(bytes.clone(), &[], 3.0).expect("a picture");
        assert_eq!((encoded.width, encoded.height), (300, 300));
        assert_eq!(encoded.bytes, bytes);
    }

    #[test]
    fn a_box_is_drawn_in_device_pixels_and_may_leave_the_picture() {
        let inside = Area {
            x: 30.0,
            y: 30.0,
            width: 20.0,
            height: 20.0,
        };
        let outside = Area {
            x: 95.0,
            y: -20.0,
            width: 50.0,
            height: 30.0,
        };
        let encoded = prepare(grey(), &[inside, outside], 3.0).expect("a picture");
        let picture = image::load_from_memory(&encoded.bytes)
            .expect("decoded")
            .into_rgb8();
        let red = picture.get_pixel(120, 85);
        assert!(red[0] > 180 && red[1] < 90, "{red:?}");
        let middle = picture.get_pixel(120, 120);
        assert!(middle[0].abs_diff(128) < 12, "{middle:?}");
    }

    #[test]
    fn a_png_becomes_a_jpeg() {
        let picture = RgbImage::from_pixel(30, 20, WHITE);
        let mut png = Cursor::new(Vec::new());
        picture
            .write_to(&mut png, ImageFormat::Png)
            .expect("encoded");
        let encoded = prepare(png.into_inner(), &[], 1.0).expect("a picture");
        assert_eq!((encoded.width, encoded.height), (30, 20));
        assert_eq!(encoded.bytes[..2], [0xFF, 0xD8]);
    }

    #[test]
    fn what_is_no_picture_is_said() {
        assert!(prepare(b"<html>".to_vec(), &[], 1.0).is_err());
    }
}
