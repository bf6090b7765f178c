//! The pictures of a step on both sides: the page at its end.

use std::io;

use super::{
    Side,
    model::{PictureComparison, PictureFile, Sight, Which},
    pixels::Pixels,
};
use crate::evidence::{Picture, StepRun};

pub(super) fn compare(
    steps: (&StepRun, &StepRun),
    sides: (Side<'_>, Side<'_>),
) -> Option<PictureComparison> {
    let (a, b) = (last_plain(steps.0), last_plain(steps.1));
    let sight = match (a, b) {
        (None, None) => return None,
        (Some(_), None) => Sight::OnlyIn(Which::A),
        (None, Some(_)) => Sight::OnlyIn(Which::B),
        (Some(a), Some(b)) => look((a, sides.0), (b, sides.1)),
    };
    let file = |picture: &Picture| PictureFile {
        file: picture.file.clone(),
        width: picture.width,
        height: picture.height,
        masked: picture.masked.clone(),
    };
    Some(PictureComparison {
        a: a.map(file),
        b: b.map(file),
        sight,
    })
}

/// The page at the step's end; other pictures say in their caption what they show.
fn last_plain(step: &StepRun) -> Option<&Picture> {
    step.pictures
        .iter()
        .rfind(|picture| picture.caption.is_none())
}

fn look(a: (&Picture, Side<'_>), b: (&Picture, Side<'_>)) -> Sight {
    if (a.0.width, a.0.height) != (b.0.width, b.0.height) {
        return Sight::OtherSize;
    }
    let masked = [&*a.0.masked, &b.0.masked].concat();
    let read = |(picture, side): (&Picture, Side<'_>), which: Which| {
        let bytes = side.bundle.paths.read(&picture.file);
        bytes.map_err(|error| unreadable(which, &error))
    };
    let both = read(a, Which::A).and_then(|a| Ok((a, read(b, Which::B)?)));
    let (a, b) = match both {
        Ok(both) => both,
        Err(why) => return Sight::Unreadable { why },
    };
    if a == b {
        return Sight::Same;
    }
    match Pixels::compare(&a, &b, &masked) {
        Err(why) => Sight::Unreadable { why },
        Ok(None) => Sight::OtherSize,
        Ok(Some(pixels)) if pixels.different == 0 => Sight::Same,
        Ok(Some(pixels)) => Sight::Differs {
            share: pixels.share(),
        },
    }
}

fn unreadable(which: Which, error: &io::Error) -> String {
    format!("{}'s picture: {error}", which.letter())
}
