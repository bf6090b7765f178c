//! Two pictures of one step: how many pixels a person would see differ.
//!
//! The measure is pixelmatch's: distance as the eye takes it (YIQ), and pixels that only smooth an edge left out, after
//! Kotsarenko and Ramos 2010 and Vyšniauskas 2009.

use std::io::Cursor;

use image::{ImageReader, Limits, Rgb, RgbImage};
use serde::Serialize;

/// pixelmatch's own default, 0.1 of the greatest distance; what a JPEG's neighbouring blocks do to each other stays under it.
const NOTICEABLE: f32 = 35_215.0 * 0.1 * 0.1;
/// A phone's whole page is a few thousand pixels high; a picture that claims more isn't decoded.
const LONGEST_SIDE: u32 = 16_384;
const MOST_MEMORY: u64 = 256 << 20;

/// How a picture differs from the one accepted last.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "picture")]
pub(super) enum PictureChange {
    /// Nobody sees a difference.
    Same,
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

/// Compares a picture with the one accepted last.
pub(super) fn compare(before: &[u8], now: &[u8]) -> PictureChange {
    if before == now {
        return PictureChange::Same;
    }
    let (Some(before), Some(now)) = (decode(before), decode(now)) else {
        return PictureChange::Unreadable;
    };
    if before.dimensions() != now.dimensions() {
        return PictureChange::Size {
            before: before.dimensions(),
            now: now.dimensions(),
        };
    }
    match differing(&before, &now) {
        0 => PictureChange::Same,
        count => PictureChange::Pixels {
            count,
            #[expect(clippy::cast_precision_loss, reason = "pixels of one picture")]
            part: count as f64 / before.pixels().len() as f64,
        },
    }
}

fn decode(bytes: &[u8]) -> Option<RgbImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let reader = reader.with_guessed_format().ok()?;
    Some(reader.decode().ok()?.into_rgb8())
}

fn differing(before: &RgbImage, now: &RgbImage) -> u64 {
    let row = now.width() as usize * 3;
    let rows = before.as_raw().chunks(row).zip(now.as_raw().chunks(row));
    // Most rows are equal as a whole.
    let unequal = (0..now.height())
        .zip(rows)
        .filter(|(_, (old, new))| old != new);
    let pixels = unequal.flat_map(|(y, _)| (0..now.width()).map(move |x| (x, y)));
    let differs = |at: &(u32, u32)| {
        let (old, new) = (before.get_pixel(at.0, at.1), now.get_pixel(at.0, at.1));
        old != new
            && distance(*old, *new).abs() > NOTICEABLE
            && !smooths_an_edge(before, now, *at)
            && !smooths_an_edge(now, before, *at)
    };
    pixels.filter(differs).count() as u64
}

/// How far two colours are from each other to the eye; negative when the second is brighter.
fn distance(one: Rgb<u8>, other: Rgb<u8>) -> f32 {
    let [y, i, q] = yiq(one, other);
    let distance = 0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q;
    if y > 0.0 { -distance } else { distance }
}

fn yiq(one: Rgb<u8>, other: Rgb<u8>) -> [f32; 3] {
    let [r, g, b] = [0, 1, 2].map(|at| f32::from(one[at]) - f32::from(other[at]));
    [
        0.298_895 * r + 0.586_622 * g + 0.114_482 * b,
        0.595_978 * r - 0.274_176 * g - 0.321_802 * b,
        0.211_470 * r - 0.522_617 * g + 0.311_147 * b,
    ]
}

/// A pixel smooths an edge when it lies between a darker and a brighter neighbour, and one of these two belongs to a plain
/// ground in both pictures.
fn smooths_an_edge(picture: &RgbImage, other: &RgbImage, (x, y): (u32, u32)) -> bool {
    let here = *picture.get_pixel(x, y);
    let (mut equal, mut darkest, mut brightest) = (edge_bonus(picture, (x, y)), None, None);
    let (mut least, mut most) = (0.0, 0.0);
    for at in around(picture, (x, y)) {
        let [by, ..] = yiq(here, *picture.get_pixel(at.0, at.1));
        if by == 0.0 {
            equal += 1;
            if equal > 2 {
                return false;
            }
        } else if by < least {
            (least, darkest) = (by, Some(at));
        } else if by > most {
            (most, brightest) = (by, Some(at));
        }
    }
    let (Some(darkest), Some(brightest)) = (darkest, brightest) else {
        return false;
    };
    let is_ground = |at| is_plain(picture, at) && is_plain(other, at);
    is_ground(darkest) || is_ground(brightest)
}

/// Whether at least three neighbours have the very same colour.
fn is_plain(picture: &RgbImage, at: (u32, u32)) -> bool {
    let here = picture.get_pixel(at.0, at.1);
    let alike = around(picture, at).filter(|near| picture.get_pixel(near.0, near.1) == here);
    alike.count() + edge_bonus(picture, at) > 2
}

/// Beyond the picture's edge the colour goes on.
fn edge_bonus(picture: &RgbImage, (x, y): (u32, u32)) -> usize {
    let is_edge = x == 0 || y == 0 || x + 1 == picture.width() || y + 1 == picture.height();
    usize::from(is_edge)
}

fn around(picture: &RgbImage, (x, y): (u32, u32)) -> impl Iterator<Item = (u32, u32)> + use<> {
    let (right, bottom) = (
        (x + 1).min(picture.width() - 1),
        (y + 1).min(picture.height() - 1),
    );
    (x.saturating_sub(1)..=right)
        .flat_map(move |x| (y.saturating_sub(1)..=bottom).map(move |y| (x, y)))
        .filter(move |at| *at != (x, y))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use image::{ImageFormat, Pixel};

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
        compare(&png(before), &png(now))
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
    fn another_size_and_what_is_no_picture_are_said() {
        let small = RgbImage::from_pixel(8, 8, WHITE);
        let large = RgbImage::from_pixel(8, 9, WHITE);
        assert!(matches!(
            compared(&small, &large),
            PictureChange::Size { .. }
        ));
        assert_eq!(
            compare(&png(&small), b"<svg onload=x>"),
            PictureChange::Unreadable
        );
    }
}
