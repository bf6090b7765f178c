//! Devices by name and by size.

use super::{error::DeviceError, model::Device};
use crate::checklist::{nearest, quote};

/// Names that people know, with width, height and scale.
const DEVICES: &[(&str, u32, u32, f64)] = &[
    ("iphone-se", 375, 667, 2.0),
    ("iphone-13-mini", 375, 812, 3.0),
    ("iphone-15", 393, 852, 3.0),
    ("iphone-15-pro-max", 430, 932, 3.0),
    ("iphone-16", 393, 852, 3.0),
    ("iphone-16-pro", 402, 874, 3.0),
    ("pixel-7", 412, 915, 2.625),
    ("pixel-8", 412, 915, 2.625),
    ("galaxy-s23", 360, 780, 3.0),
    ("galaxy-s24", 360, 780, 3.0),
    ("ipad-mini", 744, 1133, 2.0),
    ("ipad", 820, 1180, 2.0),
    ("laptop", 1280, 800, 1.0),
    ("desktop", 1440, 900, 1.0),
];

/// From this width on a device is no longer touched.
const TOUCH_BELOW: u32 = 1024;

/// The names that can be asked for.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    DEVICES.iter().map(|(name, ..)| *name)
}

impl Device {
    /// A device by its name (`iphone-15`) or its size (`375x812@3`).
    pub fn parse(text: &str) -> Result<Self, DeviceError> {
        let text = text.trim();
        if let Some((_, width, height, scale)) = DEVICES.iter().find(|(name, ..)| *name == text) {
            return Ok(Self::sized(text, *width, *height, *scale));
        }
        let shown = || quote(text).trim_matches('`').to_owned();
        let unknown = || DeviceError::Unknown {
            name: shown(),
            near: nearest(text, names()),
        };
        let (size, scale) = match text.split_once('@') {
            Some((size, scale)) => (size, Some(scale)),
            None => (text, None),
        };
        let (width, height) = size.split_once('x').ok_or_else(unknown)?;
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(width) || !digits(height) {
            return Err(unknown());
        }
        let scale = scale.ok_or_else(|| DeviceError::ScaleMissing(shown()))?;
        let measures = (width.parse(), height.parse(), scale.parse());
        let (Ok(width), Ok(height), Ok(scale)) = measures else {
            return Err(DeviceError::OutOfRange(shown()));
        };
        let is_screen = (100..=5000).contains(&width)
            && (100..=5000).contains(&height)
            && (0.5..=5.0).contains(&scale);
        if !is_screen {
            return Err(DeviceError::OutOfRange(shown()));
        }
        Ok(Self::sized(text, width, height, scale))
    }

    fn sized(name: &str, width: u32, height: u32, scale: f64) -> Self {
        Self {
            name: name.to_owned(),
            width,
            height,
            scale,
            touch: width < TOUCH_BELOW,
            user_agent: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sizes_are_read() {
        assert_eq!(Device::parse("375x812@3"), Ok(Device::default()));
        let pixel = Device::parse("pixel-8").expect("known");
        assert_eq!((pixel.width, pixel.scale, pixel.touch), (412, 2.625, true));
        assert!(!Device::parse("1280x800@1").expect("a size").touch);
        assert!(!Device::parse("1024x800@1.5").expect("a size").touch);
    }

    #[test]
    fn others_say_what_to_write() {
        let help = |text: &str| Device::parse(text).expect_err("no device").help();
        assert_eq!(help("iphne-15"), "did you mean `iphone-15`?");
        assert!(help("375x812").contains("`375x812@3`"));
        for text in [
            "0x812@3",
            "375x812@9",
            "375x99999999999@3",
            "375x812@NaN",
            "375x812@x",
        ] {
            assert!(
                matches!(Device::parse(text), Err(DeviceError::OutOfRange(_))),
                "{text}"
            );
        }
        assert!(help("fridge").contains("`pixel-8`"));
        assert!(help("axb@3").contains("375x812@3"));
    }
}
