//! Pixels that differ to the eye: distance in YIQ, pixels of smoothed edges left out, as `pixelmatch` does it.
//!
//! After "Measuring perceived color difference using YIQ NTSC transmission color space in mobile applications"
//! (Kotsarenko, Ramos) and "Anti-aliased pixel and intensity slope detector" (Vyšniauskas).

use std::{io::Cursor, ops::RangeInclusive};

use image::{ImageReader, Limits, Rgb, RgbImage, codecs::jpeg::JpegEncoder};

/// The same as `pixelmatch` has by itself.
const THRESHOLD: f64 = 0.1;
/// The largest distance of two colours.
const FARTHEST: f64 = 35_215.0;
/// Parts of two colours that are no farther apart make no distance above the limit, whatever they are.
const NEAR: u8 = 17;
/// Brightness and the two parts of colour, from red, green and blue.
const YIQ: [[f64; 3]; 3] = [
    [0.298_895_31, 0.586_622_47, 0.114_482_23],
    [0.595_977_99, -0.274_176_10, -0.321_801_89],
    [0.211_470_17, -0.522_617_11, 0.311_146_94],
];
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
    /// Compares two encoded pictures; `None` when they are of different sizes.
    pub fn compare(a: &[u8], b: &[u8]) -> Result<Option<Self>, String> {
        let (a, b) = (decoded(a)?, decoded(b)?);
        if a.dimensions() != b.dimensions() {
            return Ok(None);
        }
        let mut different = 0;
        differing(&a, &b, |_, _| different += 1);
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
pub fn drawn(a: &[u8], b: &[u8]) -> Option<Vec<u8>> {
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
    differing(&a, &b, |x, y| picture.put_pixel(x, y, RED));
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

/// Tells every pixel that differs and belongs to no smoothed edge.
fn differing(a: &RgbImage, b: &RgbImage, mut tell: impl FnMut(u32, u32)) {
    let (a, b) = (Pixmap::of(a), Pixmap::of(b));
    let rows = a.rows().zip(b.rows());
    for (y, (row_a, row_b)) in (0..).zip(rows) {
        // Most rows of most pictures are the same: one look at all their bytes is enough.
        if row_a == row_b {
            continue;
        }
        let pixels = row_a.chunks_exact(3).zip(row_b.chunks_exact(3));
        for (x, (one, other)) in (0..).zip(pixels) {
            if is_far(one, other) && !is_smoothed(a, b, (x, y)) && !is_smoothed(b, a, (x, y)) {
                let place = u32::try_from(x).ok().zip(u32::try_from(y).ok());
                if let Some((x, y)) = place {
                    tell(x, y);
                }
            }
        }
    }
}

/// A picture's bytes, three a pixel, row by row.
#[derive(Clone, Copy)]
struct Pixmap<'p> {
    bytes: &'p [u8],
    width: usize,
    height: usize,
}

impl<'p> Pixmap<'p> {
    fn of(picture: &'p RgbImage) -> Self {
        Self {
            bytes: picture.as_raw(),
            width: picture.width() as usize,
            height: picture.height() as usize,
        }
    }

    fn rows(self) -> impl Iterator<Item = &'p [u8]> {
        self.bytes.chunks_exact((self.width * 3).max(1))
    }

    fn at(self, (x, y): (usize, usize)) -> &'p [u8] {
        let start = (y * self.width + x) * 3;
        &self.bytes[start..start + 3]
    }

    /// Columns and rows around a pixel, its own among them.
    fn around(self, (x, y): (usize, usize)) -> (RangeInclusive<usize>, RangeInclusive<usize>) {
        (
            x.saturating_sub(1)..=(x + 1).min(self.width - 1),
            y.saturating_sub(1)..=(y + 1).min(self.height - 1),
        )
    }

    fn is_at_edge(self, (x, y): (usize, usize)) -> bool {
        x == 0 || y == 0 || x + 1 == self.width || y + 1 == self.height
    }
}

/// Whether the eye tells two colours apart.
fn is_far(one: &[u8], other: &[u8]) -> bool {
    let parts = one.iter().zip(other);
    // No distance of three such small parts reaches the limit.
    if parts.map(|(one, other)| one.abs_diff(*other)).max() <= Some(NEAR) {
        return false;
    }
    let apart = [0, 1, 2].map(|part| f64::from(one[part]) - f64::from(other[part]));
    let in_yiq = YIQ.map(|weights| weighed(apart, weights));
    let squares = in_yiq.map(|part| part * part);
    weighed(squares, [0.5053, 0.299, 0.1957]) > FARTHEST * THRESHOLD * THRESHOLD
}

fn weighed(parts: [f64; 3], weights: [f64; 3]) -> f64 {
    parts[0] * weights[0] + parts[1] * weights[1] + parts[2] * weights[2]
}

fn luma(pixel: &[u8]) -> f64 {
    weighed([0, 1, 2].map(|part| f64::from(pixel[part])), YIQ[0])
}

/// Whether a pixel lies between a darker and a brighter neighbour of which one stands in a plain area on both pictures.
fn is_smoothed(picture: Pixmap<'_>, other: Pixmap<'_>, place: (usize, usize)) -> bool {
    let own = luma(picture.at(place));
    let (mut brightest, mut darkest) = ((0.0, place), (0.0, place));
    let mut equal = u8::from(picture.is_at_edge(place));
    let (columns, rows) = picture.around(place);
    for near in columns.flat_map(|x| rows.clone().map(move |y| (x, y))) {
        if near == place {
            continue;
        }
        let delta = own - luma(picture.at(near));
        if delta == 0.0 {
            equal += 1;
            if equal > 2 {
                return false;
            }
        } else if delta < brightest.0 {
            brightest = (delta, near);
        } else if delta > darkest.0 {
            darkest = (delta, near);
        }
    }
    if darkest.0 == 0.0 || brightest.0 == 0.0 {
        return false;
    }
    let is_plain = |place| has_many_siblings(picture, place) && has_many_siblings(other, place);
    is_plain(brightest.1) || is_plain(darkest.1)
}

fn has_many_siblings(picture: Pixmap<'_>, place: (usize, usize)) -> bool {
    let own = picture.at(place);
    let (columns, rows) = picture.around(place);
    let near = columns.flat_map(|x| rows.clone().map(move |y| (x, y)));
    let equal = near.filter(|near| *near != place && picture.at(*near) == own);
    equal.count() + usize::from(picture.is_at_edge(place)) > 2
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
        let pixels = Pixels::compare(&png(a), &png(b)).expect("both are pictures");
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
        let share = Pixels::compare(&png(&white), &png(&boxed));
        let share = share.expect("read").expect("of one size").share();
        assert!((share - 70.0 / 1200.0).abs() < 1e-9, "{share}");
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
        assert!(is_far(&[60; 3], &[190; 3]), "far enough to be counted");
        assert_eq!(different(&edge(60), &edge(190)), 0);
    }

    #[test]
    fn every_pair_that_is_skipped_early_is_near() {
        let most = FARTHEST * THRESHOLD * THRESHOLD;
        let part = f64::from(NEAR);
        let (y, i, q) = (part, part * 1.191_956, part * 1.045_235);
        assert!(0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q <= most);
    }

    #[test]
    fn sizes_and_what_is_no_picture_are_said() {
        let (small, large) = (png(&plain(4, 4)), png(&plain(4, 5)));
        assert_eq!(Pixels::compare(&small, &large), Ok(None));
        assert!(Pixels::compare(&small, b"<svg onload=alert(1)>").is_err());
        assert_eq!(drawn(&small, &large), None);
        assert!(drawn(&small, &small).is_some_and(|bytes| bytes.starts_with(&[0xff, 0xd8])));
    }

    /// A phone's pictures with another line of text, without optimization and on a busy machine.
    #[test]
    fn pictures_of_a_phone_take_seconds() {
        let a = RgbImage::from_fn(1125, 2436, |x, y| {
            Rgb([(x % 251) as u8, (y % 241) as u8, 9])
        });
        let mut b = a.clone();
        for (x, y) in (100..900).flat_map(|x| (300..360).map(move |y| (x, y))) {
            b.put_pixel(x, y, Rgb([255, 255, 255]));
        }
        let started = std::time::Instant::now();
        let mut found = 0;
        for _ in 0..4 {
            differing(&a, &b, |_, _| found += 1);
        }
        assert!(found > 4 * 40_000, "{found}");
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
