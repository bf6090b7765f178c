//! The clipboard of the desktop that somebody sits at.

use std::time::{Duration, Instant};

use arboard::{Clipboard, ImageData, Set};

use super::{failure::Failure, terminal::Terminal};
use crate::handoff::Drawn;

/// Where a program that has ended takes its clipboard with it, this one waits so long for somebody to paste.
const KEPT: Duration = Duration::from_mins(2);

/// Puts a text there.
pub(super) fn text(text: &str, terminal: &Terminal) -> Result<(), Failure> {
    put(terminal, "the text", |set| set.text(text.to_owned()))
}

/// Puts a picture there.
pub(super) fn picture(drawn: &Drawn, terminal: &Terminal) -> Result<(), Failure> {
    let size = usize::try_from(drawn.width)
        .ok()
        .zip(usize::try_from(drawn.height).ok());
    let (Some((width, height)), Some(bytes)) = (size, drawn.dots()) else {
        return Err(refused("the picture can't be read"));
    };
    let image = ImageData {
        width,
        height,
        bytes: bytes.into(),
    };
    put(terminal, "the picture", |set| set.image(image))
}

fn put(
    terminal: &Terminal,
    what: &str,
    give: impl FnOnce(Set<'_>) -> Result<(), arboard::Error>,
) -> Result<(), Failure> {
    let mut clipboard = Clipboard::new().map_err(|error| refused(&error.to_string()))?;
    terminal.say(&said(what));
    give(kept(clipboard.set())).map_err(|error| refused(&error.to_string()))
}

fn refused(why: &str) -> Failure {
    Failure::NoClipboard {
        why: why.to_owned(),
    }
}

#[cfg(target_os = "linux")]
fn said(what: &str) -> String {
    let seconds = KEPT.as_secs();
    format!(
        "{what} is on the clipboard for {seconds} s, or until something else is copied; Ctrl-C when it is pasted"
    )
}

#[cfg(target_os = "linux")]
fn kept(set: Set<'_>) -> Set<'_> {
    use arboard::SetExtLinux;
    set.wait_until(Instant::now() + KEPT)
}

#[cfg(not(target_os = "linux"))]
fn said(what: &str) -> String {
    format!("{what} is on the clipboard")
}

#[cfg(not(target_os = "linux"))]
fn kept(set: Set<'_>) -> Set<'_> {
    set
}
