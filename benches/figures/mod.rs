//! How a figure is taken, and told from many.
#![allow(
    dead_code,
    reason = "compiled into each bench, which takes what it needs"
)]

use std::{
    process::{Child, ExitStatus},
    time::Duration,
};

/// The middle one; of an even count the upper of both.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Waits for a process; how it ended, and the most memory that it had, in KiB.
pub(crate) fn watch(mut process: Child) -> (ExitStatus, u64) {
    let mut peak = 0;
    loop {
        peak = peak.max(peak_of(process.id()));
        if let Some(status) = process.try_wait().unwrap() {
            return (status, peak);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The kernel's own high-water mark of a process, in KiB; 0 when it has gone.
fn peak_of(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
