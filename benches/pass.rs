//! `make bench`: the demo's healthy checklists, walked by shippass and by a bare script that sends
//! the same commands with no waiting, side by side in one run.
//!
//! The bare script opens the same contexts, sends a touch for each tap and keys for each text, one
//! script where shippass runs one, fetches the same bodies and takes the same pictures. It waits for
//! nothing: an element that isn't there yet is asked for again at once. It judges and writes nothing
//! but the pictures.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program to run by hand"
)]

mod figures;

#[path = "pass/bare.rs"]
mod bare;

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use figures::{median, watch};

const ROUNDS: usize = 5;

/// What one run of shippass cost.
struct Cost {
    wall: Duration,
    peak_kib: u64,
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut bare_walls = Vec::new();
    let mut costs = Vec::new();
    for round in 0..=ROUNDS {
        let bare = runtime.block_on(bare::walk_demo());
        let ours = run_shippass();
        println!(
            "round {round}: bare {:.2} s, shippass {:.2} s",
            bare.as_secs_f64(),
            ours.wall.as_secs_f64()
        );
        // The first round warms caches and isn't counted.
        if round > 0 {
            bare_walls.push(bare.as_secs_f64());
            costs.push(ours);
        }
    }
    let ours = median(costs.iter().map(|cost| cost.wall.as_secs_f64()).collect());
    let bare = median(bare_walls);
    let peak = costs.iter().map(|cost| cost.peak_kib).max().unwrap_or(0);
    println!(
        "median of {ROUNDS}: bare {bare:.2} s, shippass {ours:.2} s, ratio {:.2} (at most 1.25)",
        ours / bare
    );
    println!(
        "peak memory of shippass with the demo app in it: {:.1} MiB (at most 48)",
        mebibytes(peak)
    );
}

#[allow(clippy::cast_precision_loss, reason = "a figure to read")]
fn mebibytes(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

fn run_shippass() -> Cost {
    let folder = tempfile::tempdir().unwrap();
    let clock = Instant::now();
    let child = Command::new(env!("CARGO_BIN_EXE_shippass"))
        .args(["demo", "--fault", "none", "--quiet", "--out"])
        .arg(folder.path().join("bundle"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (status, peak_kib) = watch(child);
    assert!(status.success(), "the healthy demo is clean: {status}");
    Cost {
        wall: clock.elapsed(),
        peak_kib,
    }
}
