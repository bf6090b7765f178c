//! The contact sheet: the whole walk as one labelled picture.

use std::convert::Infallible;

use embedded_graphics::{
    Drawable, Pixel,
    draw_target::DrawTarget,
    geometry::{OriginDimensions, Point, Size},
    mono_font::{MonoFont, MonoTextStyle, iso_8859_1},
    pixelcolor::{Rgb888, RgbColor},
    text::{Baseline, Text},
};
use image::{Rgb, RgbImage, imageops};

use super::{
    letters::drawable,
    picture::{Drawn, LONGEST_EDGE, encode, load},
    view::{BundleView, WalkedStep},
};
use crate::detect::Status;

/// More steps than can be told apart on one sheet; clean ones give way.
const MOST: usize = 120;
const GAP: u32 = 12;
const FRAME: u32 = 4;
/// No picture is larger on a sheet, and a short walk gives a small one.
const WIDEST: u32 = 360;
const NARROWEST: u32 = 40;
const TITLE: &MonoFont<'_> = &iso_8859_1::FONT_10X20;
const LABEL: &MonoFont<'_> = &iso_8859_1::FONT_8X13;
const TITLE_HEIGHT: u32 = 28;
/// Number and status, then the name on two lines.
const LABEL_HEIGHT: u32 = 14 * 3 + 6;
const GROUND: Rgb<u8> = Rgb([246, 246, 244]);
const EMPTY: Rgb<u8> = Rgb([222, 222, 218]);
const INK: Rgb<u8> = Rgb([33, 33, 33]);

/// How the cells stand: so many in a row, each picture so large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Grid {
    columns: u32,
    width: u32,
    height: u32,
}

struct Canvas(RgbImage);

/// A walk on one picture.
pub(super) struct Sheet {
    pub(super) drawn: Drawn,
    /// How many of its steps are on it, and how many aren't.
    pub(super) steps: usize,
    pub(super) left_out: usize,
}

/// The walk of a bundle on one sheet; `None` where no step is in it.
pub(super) fn sheet(view: &BundleView<'_>) -> Option<Sheet> {
    let steps = view.weightiest(MOST);
    let left_out = view.steps().count() - steps.len();
    let count = u32::try_from(steps.len()).ok().filter(|count| *count > 0)?;
    let device = &view.document.device;
    let shape = (device.width.max(1), device.height.max(1));
    let grid = grid(count, shape);
    let mut canvas = Canvas(RgbImage::from_pixel(
        grid.columns * (grid.width + GAP) + GAP,
        TITLE_HEIGHT + count.div_ceil(grid.columns) * grid.row() + GAP,
        GROUND,
    ));
    let room = canvas.0.width() - 2 * GAP;
    canvas.write(
        &title(view, steps.len(), left_out),
        (GAP, 6),
        room,
        TITLE,
        INK,
    );
    for (index, step) in (0..).zip(&steps) {
        let x = GAP + index % grid.columns * (grid.width + GAP);
        let y = TITLE_HEIGHT + GAP / 2 + index / grid.columns * grid.row();
        canvas.cell(view, step, (x, y), grid);
    }
    Some(Sheet {
        drawn: encode(&canvas.0)?,
        steps: steps.len(),
        left_out,
    })
}

fn title(view: &BundleView<'_>, steps: usize, left_out: usize) -> String {
    let document = view.document;
    let commit = document.target.commit.as_deref().unwrap_or("not known");
    let commit: String = commit.chars().take(12).collect();
    let part = match left_out {
        0 => String::new(),
        more => format!("{steps} of {} steps  ", steps + more),
    };
    format!(
        "{part}{}  commit {commit}  {}",
        document.target.url,
        view.device_names()
    )
}

/// The largest pictures with which the whole sheet is no longer than a model sees well.
fn grid(count: u32, (wide, high): (u32, u32)) -> Grid {
    let of = |columns: u32| {
        let room = (LONGEST_EDGE - GAP) / columns;
        let width = room.saturating_sub(GAP).min(WIDEST);
        let height = u64::from(width) * u64::from(high) / u64::from(wide);
        Grid {
            columns,
            width,
            height: u32::try_from(height)
                .unwrap_or(LONGEST_EDGE)
                .clamp(1, LONGEST_EDGE),
        }
    };
    let fits = |grid: &Grid| {
        TITLE_HEIGHT + count.div_ceil(grid.columns) * grid.row() + GAP <= LONGEST_EDGE
    };
    let mut grids = (1..=count)
        .map(of)
        .take_while(|grid| grid.width >= NARROWEST);
    let best = grids.find(fits);
    best.unwrap_or_else(|| of((LONGEST_EDGE - GAP) / (NARROWEST + GAP)))
}

impl Grid {
    fn row(self) -> u32 {
        self.height + LABEL_HEIGHT + GAP
    }
}

impl Canvas {
    fn cell(
        &mut self,
        view: &BundleView<'_>,
        walked: &WalkedStep<'_>,
        (x, y): (u32, u32),
        grid: Grid,
    ) {
        let step = walked.step;
        let colour = colour(step.status);
        let frame = if step.status == Status::Clean {
            EMPTY
        } else {
            colour
        };
        self.fill(
            (x - FRAME, y - FRAME),
            (grid.width + 2 * FRAME, grid.height + 2 * FRAME),
            frame,
        );
        self.fill((x, y), (grid.width, grid.height), EMPTY);
        match step.screens.last().and_then(|name| load(view, name)) {
            Some(screen) => {
                // Higher than the screen: its upper part, as a phone would show it.
                let high = u64::from(screen.height()) * u64::from(grid.width)
                    / u64::from(screen.width().max(1));
                let high = u32::try_from(high)
                    .unwrap_or(LONGEST_EDGE)
                    .clamp(1, LONGEST_EDGE);
                let small = screen.thumbnail_exact(grid.width, high);
                let part = small.crop_imm(0, 0, grid.width, high.min(grid.height));
                imageops::replace(&mut self.0, &part.into_rgb8(), x.into(), y.into());
            }
            None => self.write("no picture", (x + 4, y + 4), grid.width - 4, LABEL, INK),
        }
        let below = y + grid.height + FRAME + 4;
        let state = format!("{} {}", walked.number, step.status.in_words());
        self.write(&state, (x, below), grid.width, LABEL, colour);
        let name = drawable(&step.name).unwrap_or_else(|| step.id.clone());
        let (first, second) = broken(&name, columns(grid.width, LABEL));
        self.write(&first, (x, below + 14), grid.width, LABEL, INK);
        self.write(&second, (x, below + 28), grid.width, LABEL, INK);
    }

    fn fill(&mut self, (x, y): (u32, u32), (width, height): (u32, u32), colour: Rgb<u8>) {
        for row in y..(y + height).min(self.0.height()) {
            for column in x..(x + width).min(self.0.width()) {
                self.0.put_pixel(column, row, colour);
            }
        }
    }

    /// Writes what there is room for.
    fn write(
        &mut self,
        text: &str,
        (x, y): (u32, u32),
        room: u32,
        font: &MonoFont<'_>,
        colour: Rgb<u8>,
    ) {
        let text: String = text.chars().take(columns(room, font)).collect();
        let Rgb([red, green, blue]) = colour;
        let style = MonoTextStyle::new(font, Rgb888::new(red, green, blue));
        let place = Point::new(x.cast_signed(), y.cast_signed());
        let drawn = Text::with_baseline(&text, place, style, Baseline::Top).draw(self);
        let Ok(_) = drawn;
    }
}

/// How many letters there is room for.
fn columns(room: u32, font: &MonoFont<'_>) -> usize {
    usize::try_from(room / font.character_size.width).unwrap_or(usize::MAX)
}

/// A name on two lines, broken at a space where there is one.
fn broken(name: &str, columns: usize) -> (String, String) {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= columns {
        return (name.to_owned(), String::new());
    }
    let line = &letters[..columns.min(letters.len())];
    let at = line
        .iter()
        .rposition(|letter| *letter == ' ')
        .unwrap_or(columns);
    let rest = letters[at..].iter().collect::<String>();
    (letters[..at].iter().collect(), rest.trim_start().to_owned())
}

fn colour(status: Status) -> Rgb<u8> {
    match status {
        Status::Clean => Rgb([30, 110, 60]),
        Status::NotRun => Rgb([90, 90, 90]),
        Status::Unknown => Rgb([100, 60, 150]),
        Status::Flagged => Rgb([170, 95, 0]),
        Status::Failed => Rgb([190, 25, 45]),
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(self.0.width(), self.0.height())
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        for Pixel(Point { x, y }, colour) in pixels {
            let place = u32::try_from(x).ok().zip(u32::try_from(y).ok());
            if let Some(dot) = place.and_then(|(x, y)| self.0.get_pixel_mut_checked(x, y)) {
                *dot = Rgb([colour.r(), colour.g(), colour.b()]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_never_longer_than_a_model_sees_and_its_pictures_are_as_large_as_they_can_be() {
        for count in 1..=120 {
            for shape in [(375, 812), (812, 375), (1280, 800)] {
                let grid = grid(count, shape);
                let width = grid.columns * (grid.width + GAP) + GAP;
                let height = TITLE_HEIGHT + count.div_ceil(grid.columns) * grid.row() + GAP;
                assert!(
                    width <= LONGEST_EDGE && height <= LONGEST_EDGE,
                    "{count} {shape:?}: {grid:?}"
                );
                assert!(grid.width >= NARROWEST, "{count} {shape:?}: {grid:?}");
            }
        }
        assert_eq!(grid(1, (375, 812)).width, WIDEST);
    }

    #[test]
    fn a_name_breaks_at_a_space() {
        let parts = |name, columns| broken(name, columns);
        assert_eq!(parts("Sign it", 10), ("Sign it".to_owned(), String::new()));
        assert_eq!(
            parts("Open the quote", 10),
            ("Open the".to_owned(), "quote".to_owned())
        );
        assert_eq!(
            parts("Überschrift", 5),
            ("Übers".to_owned(), "chrift".to_owned())
        );
    }
}
