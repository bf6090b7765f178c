//! The code that a phone scans from the terminal.

use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};

/// Black on white, whatever the terminal's own colours are.
const INK: &str = "\u{1b}[38;5;16;48;5;231m";
const PLAIN: &str = "\u{1b}[0m";

/// An address as a QR code, two rows in a line; `None` when it is too long for one.
///
/// Without colour the light parts are drawn, for a dark terminal; cameras read it on a light one too.
pub(super) fn qr_code(address: &str, has_colour: bool) -> Option<String> {
    let code = QrCode::with_error_correction_level(address, EcLevel::L).ok()?;
    let (dark, light) = if has_colour {
        (Dense1x2::Dark, Dense1x2::Light)
    } else {
        (Dense1x2::Light, Dense1x2::Dark)
    };
    let mut drawing = code.render::<Dense1x2>();
    let drawn = drawing.dark_color(dark).light_color(light).build();
    if !has_colour {
        return Some(drawn);
    }
    let lines = drawn.lines().map(|line| format!("{INK}{line}{PLAIN}"));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;

    #[test]
    fn the_whole_address_fits_a_terminal_of_80_columns_and_24_lines() {
        let address = format!("http://192.168.100.100:65535/#{}", "a".repeat(64));
        let drawn = qr_code(&address, false).unwrap();
        assert!(drawn.lines().count() <= 23, "{}", drawn.lines().count());
        assert!(drawn.lines().all(|line| line.chars().count() <= 60));
        assert!(qr_code(&address, true).unwrap().contains("48;5;231"));
        assert_eq!(qr_code(&"a".repeat(10_000), false), None);
    }
}
