//! Pictures of a bundle made ready for a model that looks: boxed, cropped around the box, no longer than it sees well.

use std::io::Cursor;

use image::{
    DynamicImage, ImageReader, RgbImage,
    codecs::jpeg::JpegEncoder,
    imageops::{self, FilterType},
};

use super::{case::Case, view::BundleView};
use crate::evidence::{Area, Effects, draw_box};

/// What is longer is made smaller by the models themselves, and not as well.
pub(super) const LONGEST_EDGE: u32 = 1_568;
const QUALITY: u8 = 88;
/// How much of the page is shown around a box, in CSS pixels.
const MARGIN: f64 = 72.0;
/// No crop is smaller, in CSS pixels: a box without its surroundings says little.
const LEAST: (f64, f64) = (300.0, 240.0);
/// A crop that shows nearly the whole picture says nothing more, in hundredths.
const NEARLY_ALL: u64 = 75;

/// A picture as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The JPEG.
    pub bytes: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// The pictures of one case.
pub(super) struct Shown {
    /// The screen, with what the finding points at in boxes.
    pub(super) whole: Drawn,
    /// What is boxed and what stands around it, as sharp as it was seen.
    pub(super) close: Option<Drawn>,
}

impl Drawn {
    /// What a model counts for it; the others' formulas come near this one.
    pub fn tokens(&self) -> u64 {
        (u64::from(self.width) * u64::from(self.height)).div_ceil(750)
    }

    /// Its dots in red, green, blue and opacity, line by line.
    pub fn dots(&self) -> Option<Vec<u8>> {
        Some(decode(&self.bytes)?.into_rgba8().into_raw())
    }
}

/// The screen at the end of a case's step; `None` where there is none, or it is damaged.
pub(super) fn shown(view: &BundleView<'_>, case: &Case<'_>) -> Option<Shown> {
    let mut screen = load(view, case.picture()?)?.into_rgb8();
    let scale = view.document.device_of(case.walked.list).scale;
    let boxes = pointed_at(view, case);
    for area in &boxes {
        draw_box(&mut screen, area, scale);
    }
    Some(Shown {
        close: close(&screen, &boxes, scale).and_then(|crop| encode(&fitted(crop))),
        whole: encode(&fitted(screen))?,
    })
}

/// What the finding points at; a control that did nothing when it was touched last still stands where it was.
fn pointed_at(view: &BundleView<'_>, case: &Case<'_>) -> Vec<Area> {
    let boxes = case
        .finding
        .map(|finding| finding.boxes.clone())
        .unwrap_or_default();
    let is_dead = case
        .finding
        .is_some_and(|finding| finding.detector == "no-effect");
    if !boxes.is_empty() || !is_dead {
        return boxes;
    }
    let last = view.seen(&case.walked).and_then(|step| step.actions.last());
    let without = last.filter(|action| action.effects == Some(Effects::default()));
    let element = without.and_then(|action| action.element.as_ref());
    element
        .and_then(|element| element.area)
        .into_iter()
        .collect()
}

/// A picture of the bundle.
pub(super) fn load(view: &BundleView<'_>, name: &str) -> Option<DynamicImage> {
    decode(&view.read(name)?)
}

fn decode(bytes: &[u8]) -> Option<DynamicImage> {
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    reader.decode().ok()
}

/// Encodes a picture as a JPEG.
pub(super) fn encode(picture: &RgbImage) -> Option<Drawn> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    picture.write_with_encoder(encoder).ok()?;
    Some(Drawn {
        bytes,
        width: picture.width(),
        height: picture.height(),
    })
}

/// No edge longer than a model sees well; a smaller picture stays as it is.
fn fitted(picture: RgbImage) -> RgbImage {
    if picture.width().max(picture.height()) <= LONGEST_EDGE {
        return picture;
    }
    let whole = DynamicImage::from(picture);
    whole
        .resize(LONGEST_EDGE, LONGEST_EDGE, FilterType::CatmullRom)
        .into_rgb8()
}

/// The part around the boxes; `None` where none is in the picture, or the part is nearly all of it.
fn close(screen: &RgbImage, boxes: &[Area], scale: f64) -> Option<RgbImage> {
    let (width, height) = screen.dimensions();
    let (width_css, height_css) = (f64::from(width) / scale, f64::from(height) / scale);
    let seen = boxes.iter().filter(|it| {
        it.x < width_css && it.y < height_css && it.x + it.width > 0.0 && it.y + it.height > 0.0
    });
    let edges = seen.map(|it| [it.x, it.y, it.x + it.width, it.y + it.height]);
    let [left, top, right, bottom] = edges.reduce(|one, other| {
        [
            one[0].min(other[0]),
            one[1].min(other[1]),
            one[2].max(other[2]),
            one[3].max(other[3]),
        ]
    })?;
    let (from_x, to_x) = widened((left, right), LEAST.0, width_css);
    let (from_y, to_y) = widened((top, bottom), LEAST.1, height_css);
    let (x, y) = (
        pixels(from_x * scale, width),
        pixels(from_y * scale, height),
    );
    let (w, h) = (
        pixels(to_x * scale, width) - x,
        pixels(to_y * scale, height) - y,
    );
    let all = u64::from(width) * u64::from(height);
    if w == 0 || h == 0 || u64::from(w) * u64::from(h) * 100 >= all * NEARLY_ALL {
        return None;
    }
    Some(imageops::crop_imm(screen, x, y, w, h).to_image())
}

/// A range with its margin, at least so long where there is room, inside the picture.
fn widened((from, to): (f64, f64), least: f64, room: f64) -> (f64, f64) {
    let (from, to) = (from.max(0.0) - MARGIN, to.min(room) + MARGIN);
    let missing = (least - (to - from)).max(0.0) / 2.0;
    let (from, to) = (from - missing, to + missing);
    // What sticks out on one side is shown on the other.
    let (from, to) = (from - (to - room).max(0.0), to + (-from).max(0.0));
    (from.max(0.0), to.min(room))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a picture, kept inside it"
)]
fn pixels(value: f64, most: u32) -> u32 {
    value.round().clamp(0.0, f64::from(most)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(area: (f64, f64, f64, f64)) -> Option<(u32, u32)> {
        let (x, y, width, height) = area;
        let screen = RgbImage::new(375, 812);
        let boxes = [Area {
            x,
            y,
            width,
            height,
        }];
        close(&screen, &boxes, 1.0).map(|crop| crop.dimensions())
    }

    #[test]
    fn what_is_shown_around_a_box_has_room_and_stays_in_the_picture() {
        // In the middle, in a corner, sticking out.
        assert_eq!(part((150.0, 400.0, 60.0, 40.0)), Some((300, 240)));
        assert_eq!(part((0.0, 0.0, 20.0, 20.0)), Some((300, 240)));
        assert_eq!(part((355.0, 792.0, 20.0, 20.0)), Some((300, 240)));
        assert_eq!(part((30.0, 300.0, 800.0, 100.0)), Some((375, 244)));
    }

    #[test]
    fn a_box_that_is_not_in_the_picture_or_is_nearly_all_of_it_has_no_part() {
        assert_eq!(part((10.0, 900.0, 50.0, 50.0)), None);
        assert_eq!(part((-90.0, 10.0, 50.0, 50.0)), None);
        assert_eq!(part((0.0, 0.0, 375.0, 700.0)), None);
        assert_eq!(part((f64::NAN, f64::NAN, f64::NAN, f64::NAN)), None);
    }

    #[test]
    fn only_what_is_too_long_is_made_smaller() {
        assert_eq!(
            fitted(RgbImage::new(1_125, 2_436)).dimensions(),
            (724, 1_568)
        );
        assert_eq!(fitted(RgbImage::new(3_000, 10)).dimensions(), (1_568, 5));
        assert_eq!(fitted(RgbImage::new(800, 600)).dimensions(), (800, 600));
    }
}
