//! Pixels that differ to the eye: distance in YIQ, pixels of smoothed edges left out, as `pixelmatch` does it.
//!
//! After "Measuring perceived color difference using YIQ NTSC transmission color space in mobile applications"
//! (Kotsarenko, Ramos) and "Anti-aliased pixel and intensity slope detector" (Vyšniauskas).

use std::ops::RangeInclusive;

use image::RgbImage;

use super::records::PixelArea;

/// The same as `pixelmatch` has by itself; what a JPEG's neighbouring blocks do to each other stays under it.
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

/// Tells every pixel that differs, is masked in neither picture and belongs to no smoothed edge; both are of one size.
pub fn differing_pixels(
    a: &RgbImage,
    b: &RgbImage,
    masked: &[PixelArea],
    mut tell: impl FnMut(u32, u32),
) {
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
                if let Some((x, y)) = place
                    && !masked.iter().any(|area| area.holds(x, y))
                {
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
    use image::Rgb;

    use super::*;

    #[test]
    fn greys_of_an_edge_are_far_enough_to_be_counted() {
        assert!(is_far(&[60; 3], &[190; 3]));
    }

    #[test]
    fn every_pair_that_is_skipped_early_is_near() {
        let most = FARTHEST * THRESHOLD * THRESHOLD;
        let part = f64::from(NEAR);
        let (y, i, q) = (part, part * 1.191_956, part * 1.045_235);
        assert!(0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q <= most);
    }

    #[test]
    fn every_pixel_of_another_paragraph_is_told() {
        let page = RgbImage::from_fn(300, 200, |x, y| Rgb([(x % 251) as u8, (y % 241) as u8, 9]));
        let mut other = page.clone();
        for (x, y) in (20..120).flat_map(|x| (30..90).map(move |y| (x, y))) {
            other.put_pixel(x, y, Rgb([255, 255, 255]));
        }
        let mut found = Vec::new();
        differing_pixels(&page, &other, &[], |x, y| found.push((x, y)));
        assert_eq!(found.len(), 6_000);
        assert!(
            found
                .iter()
                .all(|(x, y)| (20..120).contains(x) && (30..90).contains(y))
        );
    }
}
