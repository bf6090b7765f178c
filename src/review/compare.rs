//! Two pictures of one step: how many pixels a person would see differ.

use serde::Serialize;

use crate::evidence::{PixelArea, decode_picture, differing_pixels};

/// How a picture differs from the one accepted last.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "picture")]
pub(super) enum PictureChange {
    /// Nobody sees a difference.
    Same,
    /// Their bytes differ; whether anybody sees it isn't known yet.
    Comparing,
    /// So many pixels differ.
    Pixels {
        /// How many.
        count: u64,
        /// Which part of all, from 0 to 1.
        part: f64,
    },
    /// It has another size.
    Size {
        /// Width and height of the accepted one.
        before: (u32, u32),
        /// And of this one.
        now: (u32, u32),
    },
    /// One of them can't be read.
    Unreadable,
}

/// Compares a picture with the one accepted last, what is masked left out.
pub(super) fn compare(before: &[u8], now: &[u8], masked: &[PixelArea]) -> PictureChange {
    if before == now {
        return PictureChange::Same;
    }
    let decoded = |bytes| Some(decode_picture(bytes)?.into_rgb8());
    let (Some(before), Some(now)) = (decoded(before), decoded(now)) else {
        return PictureChange::Unreadable;
    };
    if before.dimensions() != now.dimensions() {
        return PictureChange::Size {
            before: before.dimensions(),
            now: now.dimensions(),
        };
    }
    let mut count = 0;
    differing_pixels(&before, &now, masked, |_, _| count += 1);
    match count {
        0 => PictureChange::Same,
        count => PictureChange::Pixels {
            count,
            #[expect(clippy::cast_precision_loss, reason = "pixels of one picture")]
            part: count as f64 / before.pixels().len() as f64,
        },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use std::io::Cursor;

    use image::{ImageFormat, Pixel, Rgb, RgbImage};

    use super::*;

    const WHITE: Rgb<u8> = Rgb([255, 255, 255]);
    const BLACK: Rgb<u8> = Rgb([0, 0, 0]);

    /// A dark slope on a white ground, its edge smoothed.
    fn slope(offset: f32, edge: f32) -> RgbImage {
        RgbImage::from_fn(60, 60, |x, y| {
            #[expect(clippy::cast_precision_loss, reason = "a place in a small picture")]
            let into = (x as f32 - y as f32 * 0.37 - offset) / edge;
            let mut pixel = WHITE;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped"
            )]
            pixel.apply(|it| (f32::from(it) * (1.0 - into.clamp(0.0, 1.0))) as u8);
            pixel
        })
    }

    fn png(picture: &RgbImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn compared(before: &RgbImage, now: &RgbImage) -> PictureChange {
        compare(&png(before), &png(now), &[])
    }

    #[test]
    fn an_edge_that_is_smoothed_otherwise_is_the_same_and_one_that_moved_is_not() {
        let before = slope(20.0, 1.0);
        assert_eq!(compared(&before, &slope(20.3, 1.0)), PictureChange::Same);
        let PictureChange::Pixels { count, .. } = compared(&before, &slope(26.0, 1.0)) else {
            panic!("it moved");
        };
        assert!((200..500).contains(&count), "{count}");
    }

    #[test]
    fn what_the_eye_doesnt_see_is_the_same_and_a_single_changed_digit_is_not() {
        let before = RgbImage::from_pixel(80, 80, Rgb([240, 240, 240]));
        let paler = RgbImage::from_pixel(80, 80, Rgb([243, 242, 241]));
        assert_eq!(compared(&before, &paler), PictureChange::Same);
        let mut digit = before.clone();
        for y in 30..40 {
            digit.put_pixel(20, y, BLACK);
            digit.put_pixel(21, y, BLACK);
        }
        let change = compared(&before, &digit);
        assert_eq!(
            change,
            PictureChange::Pixels {
                count: 20,
                part: 20.0 / 6400.0
            }
        );
    }

    #[test]
    fn what_is_masked_is_the_same_and_what_stands_beside_it_is_not() {
        let before = RgbImage::from_pixel(80, 80, WHITE);
        let mut clock = before.clone();
        for y in 30..40 {
            clock.put_pixel(20, y, BLACK);
            clock.put_pixel(21, y, BLACK);
        }
        let (before, clock) = (png(&before), png(&clock));
        let area = |x| PixelArea {
            x,
            y: 30,
            width: 2,
            height: 10,
        };
        assert_eq!(compare(&before, &clock, &[area(20)]), PictureChange::Same);
        let beside = compare(&before, &clock, &[area(40)]);
        assert!(matches!(beside, PictureChange::Pixels { count: 20, .. }));
    }

    #[test]
    fn another_size_and_what_is_no_picture_are_said() {
        let small = RgbImage::from_pixel(8, 8, WHITE);
        let large = RgbImage::from_pixel(8, 9, WHITE);
        assert!(matches!(
            compared(&small, &large),
            PictureChange::Size { .. }
        ));
        assert_eq!(
            compare(&png(&small), b"<svg onload=x>", &[]),
            PictureChange::Unreadable
        );
    }
}
