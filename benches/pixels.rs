//! `make bench`: what it costs to compare two pictures of a phone, beside reading them, side by side in one run.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program to run by hand"
)]

mod figures;

use std::time::Instant;

use image::{Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use shippass::evidence::differing_pixels;

use figures::median;

const ROUNDS: usize = 9;

fn main() {
    let [before, after] = pictures().map(|picture| {
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, 85);
        picture.write_with_encoder(encoder).unwrap();
        bytes
    });
    let (mut reading, mut comparing) = (Vec::new(), Vec::new());
    let mut found = 0_u64;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let [a, b] =
            [&before, &after].map(|bytes| image::load_from_memory(bytes).unwrap().into_rgb8());
        reading.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        found = 0;
        differing_pixels(&a, &b, &[], |_, _| found += 1);
        comparing.push(begun.elapsed().as_secs_f64());
    }
    let (reading, comparing) = (median(reading), median(comparing));
    println!(
        "two pictures of 1125 by 2436, median of {ROUNDS}: {found} pixels differ, read in {:.0} ms, compared in {:.0} ms, ratio {:.2}",
        reading * 1e3,
        comparing * 1e3,
        comparing / reading
    );
}

/// A busy page, and the same with another paragraph in it.
fn pictures() -> [RgbImage; 2] {
    let page = RgbImage::from_fn(1125, 2436, |x, y| {
        Rgb([(x / 9 % 251) as u8, (y / 7 % 241) as u8, 9])
    });
    let mut other = page.clone();
    for (x, y) in (100..900).flat_map(|x| (300..360).map(move |y| (x, y))) {
        other.put_pixel(x, y, Rgb([255; 3]));
    }
    [page, other]
}
