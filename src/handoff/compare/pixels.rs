//! Pixels that differ to the eye: distance in YIQ, pixels of smoothed edges left out, as `pixelmatch` does it.
//!
//! After "Measuring perceived color difference using YIQ NTSC transmission color space in mobile applications"
//! (Kotsarenko, Ramos) and "Anti-aliased pixel and intensity slope detector" (Vyšniauskas).

use std::io::Cursor;

use image::{ImageReader, Rgb, RgbImage, codecs::jpeg::JpegEncoder};

/// The same as `pixelmatch` has by itself.
const THRESHOLD: f64 = 0.1;
/// The largest distance of two colours.
const FARTHEST: f64 = 35_215.0;
const QUALITY: u8 = 75;
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
    let reader = reader.map_err(|error| error.to_string())?;
    let picture = reader.decode().map_err(|error| error.to_string())?;
    Ok(picture.into_rgb8())
}

/// Tells every pixel that differs and belongs to no smoothed edge.
fn differing(a: &RgbImage, b: &RgbImage, mut tell: impl FnMut(u32, u32)) {
    let most = FARTHEST * THRESHOLD * THRESHOLD;
    let row = a.width() as usize * 3;
    if row == 0 {
        return;
    }
    let rows = a
        .as_raw()
        .chunks_exact(row)
        .zip(b.as_raw().chunks_exact(row));
    for (y, (row_a, row_b)) in (0..).zip(rows) {
        if row_a == row_b {
            continue;
        }
        for x in 0..a.width() {
            let (one, other) = (a.get_pixel(x, y), b.get_pixel(x, y));
            let is_far = one != other && distance(*one, *other) > most;
            if is_far && !is_smoothed(a, b, x, y) && !is_smoothed(b, a, x, y) {
                tell(x, y);
            }
        }
    }
}

fn parts(colour: Rgb<u8>) -> [f64; 3] {
    colour.0.map(f64::from)
}

fn luma([r, g, b]: [f64; 3]) -> f64 {
    r * 0.298_895_31 + g * 0.586_622_47 + b * 0.114_482_23
}

/// The square of the distance in YIQ, each part weighed as the eye does.
fn distance(one: Rgb<u8>, other: Rgb<u8>) -> f64 {
    let (one, other) = (parts(one), parts(other));
    let [r, g, b] = [one[0] - other[0], one[1] - other[1], one[2] - other[2]];
    let y = luma([r, g, b]);
    let i = r * 0.595_977_99 - g * 0.274_176_10 - b * 0.321_801_89;
    let q = r * 0.211_470_17 - g * 0.522_617_11 + b * 0.311_146_94;
    0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q
}

/// Whether a pixel lies between a darker and a brighter neighbour of which one stands in a plain area on both pictures.
fn is_smoothed(picture: &RgbImage, other: &RgbImage, x: u32, y: u32) -> bool {
    let own = luma(parts(*picture.get_pixel(x, y)));
    let (mut brightest, mut darkest) = ((0.0, x, y), (0.0, x, y));
    let mut equal = u8::from(is_at_edge(picture, x, y));
    for (near_x, near_y) in around(picture, x, y) {
        let delta = own - luma(parts(*picture.get_pixel(near_x, near_y)));
        if delta == 0.0 {
            equal += 1;
            if equal > 2 {
                return false;
            }
        } else if delta < brightest.0 {
            brightest = (delta, near_x, near_y);
        } else if delta > darkest.0 {
            darkest = (delta, near_x, near_y);
        }
    }
    if darkest.0 == 0.0 || brightest.0 == 0.0 {
        return false;
    }
    let is_plain = |(_, x, y)| has_many_siblings(picture, x, y) && has_many_siblings(other, x, y);
    is_plain(brightest) || is_plain(darkest)
}

fn has_many_siblings(picture: &RgbImage, x: u32, y: u32) -> bool {
    let own = picture.get_pixel(x, y);
    let equal = around(picture, x, y).filter(|(x, y)| picture.get_pixel(*x, *y) == own);
    equal.count() + usize::from(is_at_edge(picture, x, y)) > 2
}

fn is_at_edge(picture: &RgbImage, x: u32, y: u32) -> bool {
    x == 0 || y == 0 || x + 1 == picture.width() || y + 1 == picture.height()
}

/// The neighbours of a pixel, column by column.
fn around(picture: &RgbImage, x: u32, y: u32) -> impl Iterator<Item = (u32, u32)> {
    let columns = x.saturating_sub(1)..=(x + 1).min(picture.width() - 1);
    let (top, bottom) = (y.saturating_sub(1), (y + 1).min(picture.height() - 1));
    columns
        .flat_map(move |column| (top..=bottom).map(move |row| (column, row)))
        .filter(move |place| *place != (x, y))
}
