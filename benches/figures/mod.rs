//! How a figure is taken, and told from many.
#![allow(
    dead_code,
    reason = "compiled into each bench, which takes what it needs"
)]

/// The middle one; of an even count the upper of both.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The kernel's own high-water mark of a process, in KiB; 0 when it has gone.
pub(crate) fn peak_of(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
