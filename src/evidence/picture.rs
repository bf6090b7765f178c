//! Pictures: seen to be whole, and boxes drawn where something is to be shown.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Rgb, RgbImage, codecs::jpeg::JpegEncoder};

use super::records::{Area, Picture};

/// Quality of a picture that is encoded anew because boxes were drawn on it.
const QUALITY: u8 = 85;
const RED: Rgb<u8> = Rgb([214, 31, 64]);
const WHITE: Rgb<u8> = Rgb([255, 255, 255]);

/// The digits from 1 to 9, seven rows of five dots each; at most eight elements are listed.
const DIGITS: [[u8; 7]; 9] = [
    [0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E],
    [0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F],
    [0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E],
    [0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02],
    [0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E],
    [0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E],
    [0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08],
    [0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E],
    [0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C],
];

/// A picture as the browser gave it.
#[derive(Debug, Default)]
pub struct NewPicture {
    /// Its path in the bundle.
    pub file: String,
    /// A JPEG or a PNG.
    pub encoded: Vec<u8>,
    /// What it shows when it isn't the plain page at the step's end.
    pub caption: Option<String>,
    /// What to box in it.
    pub boxes: Vec<Area>,
    /// What changes by itself in it.
    pub masked: Vec<Area>,
    /// Device pixels per CSS pixel.
    pub scale: f64,
}

/// Checks a picture and makes it a JPEG; draws boxes on it when there are any.
pub(super) fn prepare(new: NewPicture) -> Result<(Picture, Vec<u8>), String> {
    let (bytes, (width, height)) = encode(new.encoded, &new.boxes, new.scale)?;
    let masked = new.masked.iter().map(|area| area.in_pixels(new.scale));
    let picture = Picture {
        file: new.file,
        width,
        height,
        caption: new.caption,
        masked: masked.collect(),
    };
    Ok((picture, bytes))
}

/// The picture as a JPEG, and its size.
fn encode(bytes: Vec<u8>, areas: &[Area], scale: f64) -> Result<(Vec<u8>, (u32, u32)), String> {
    let reader = || {
        let reader = ImageReader::new(Cursor::new(&bytes));
        reader
            .with_guessed_format()
            .map_err(|error| error.to_string())
    };
    let is_jpeg = reader()?.format() == Some(ImageFormat::Jpeg);
    if areas.is_empty() && is_jpeg {
        let size = reader()?.into_dimensions();
        let size = size.map_err(|error| error.to_string())?;
        return Ok((bytes, size));
    }
    let mut picture = reader()?
        .decode()
        .map_err(|error| error.to_string())?
        .into_rgb8();
    for area in areas {
        draw_box(&mut picture, area, scale);
    }
    if areas.len() > 1 {
        for (number, area) in (1..).zip(areas) {
            draw_number(&mut picture, area, scale, number);
        }
    }
    let mut encoded = Vec::new();
    JpegEncoder::new_with_quality(&mut encoded, QUALITY)
        .encode_image(&picture)
        .map_err(|error| error.to_string())?;
    Ok((encoded, picture.dimensions()))
}

/// A frame around the area: red, with white on both sides so that it shows on any ground.
pub fn draw_box(picture: &mut RgbImage, area: &Area, scale: f64) {
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

/// The number of a box above its upper left corner, as the list of what is boxed counts them.
fn draw_number(picture: &mut RgbImage, area: &Area, scale: f64, number: usize) {
    let Some(glyph) = DIGITS.get(number.wrapping_sub(1)) else {
        return;
    };
    let dot = pixel(scale * 2.0).max(1);
    let (width, height) = (7 * dot, 9 * dot);
    let left = pixel(area.x * scale).clamp(0, (i64::from(picture.width()) - width).max(0));
    let above = pixel(area.y * scale) - height;
    let top = above.clamp(0, (i64::from(picture.height()) - height).max(0));
    fill(picture, (left, top, left + width, top + height), RED);
    for (row, line) in (1..).zip(glyph) {
        for column in (0..5).filter(|column| line >> (4 - column) & 1 == 1) {
            let (x, y) = (left + (column + 1) * dot, top + row * dot);
            fill(picture, (x, y, x + dot, y + dot), WHITE);
        }
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
        let (encoded, size) = encode(bytes.clone(), &[], 3.0).expect("a picture");
        assert_eq!(size, (300, 300));
        assert_eq!(encoded, bytes);
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
        let (encoded, _) = encode(grey(), &[inside, outside], 3.0).expect("a picture");
        let picture = image::load_from_memory(&encoded)
            .expect("decoded")
            .into_rgb8();
        let red = picture.get_pixel(120, 85);
        assert!(red[0] > 180 && red[1] < 90, "{red:?}");
        let middle = picture.get_pixel(120, 120);
        assert!(middle[0].abs_diff(128) < 12, "{middle:?}");
    }

    #[test]
    fn several_boxes_are_numbered_and_one_is_not() {
        let area = |x: f64| Area {
            x,
            y: 30.0,
            width: 40.0,
            height: 30.0,
        };
        let red_inside = |areas: &[Area]| {
            let (encoded, _) = encode(grey(), areas, 3.0).expect("a picture");
            let picture = image::load_from_memory(&encoded)
                .expect("decoded")
                .into_rgb8();
            let corner = picture.get_pixel(33, 39);
            corner[0] > 180 && corner[1] < 90
        };
        assert!(red_inside(&[area(10.0), area(55.0)]));
        assert!(!red_inside(&[area(10.0)]));
    }

    #[test]
    fn a_png_becomes_a_jpeg() {
        let picture = RgbImage::from_pixel(30, 20, WHITE);
        let mut png = Cursor::new(Vec::new());
        picture
            .write_to(&mut png, ImageFormat::Png)
            .expect("encoded");
        let (encoded, size) = encode(png.into_inner(), &[], 1.0).expect("a picture");
        assert_eq!(size, (30, 20));
        assert_eq!(encoded[..2], [0xFF, 0xD8]);
    }

    #[test]
    fn what_is_no_picture_is_said() {
        assert!(encode(b"<html>".to_vec(), &[], 1.0).is_err());
    }
}
