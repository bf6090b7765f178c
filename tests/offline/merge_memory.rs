//! How much memory each merged bundle costs: the journals are read event by event, and the run that comes of them is judged in
//! parts.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    fs,
    io::Read as _,
    process::{Command, Stdio},
};

use shippass::evidence::{Exchange, Run};

use crate::{merge, replayed::bundle, support::Workshop};

/// How often the calls of a bundle are made.
const TIMES: u64 = 14;
/// The most that a bundle of one step and three calls made so often may add, in kB.
const MOST: u64 = 8;
const FEW: usize = 200;
const MANY: usize = 1000;

/// The highest resident size of a merge, in kB. It prints more than a pipe holds: once it begins to it has done all
/// else, and waits until somebody reads.
fn peak(mut command: Command) -> u64 {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut printed = child.stdout.take().unwrap();
    printed.read_exact(&mut [0]).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let mut rest = Vec::new();
    printed.read_to_end(&mut rest).unwrap();
    assert!(rest.len() > 64 << 10, "{} bytes", rest.len());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

/// A run whose page asks for the same again and again.
fn talking(number: usize) -> Run {
    let mut run = merge::one_of(number);
    let exchanges = &mut run.checklists[0].steps[0].exchanges;
    let once = exchanges.clone();
    for time in 1..TIMES {
        let renamed = |id: &String| format!("{id}{time:02}");
        exchanges.extend(once.iter().map(|exchange| Exchange {
            id: renamed(&exchange.id),
            redirected_from: exchange.redirected_from.as_ref().map(renamed),
            ..exchange.clone()
        }));
    }
    run
}

#[test]
#[ignore = "writes and merges a thousand bundles: minutes"]
#[expect(clippy::print_stderr, reason = "the figure is what it is run for")]
fn a_merged_bundle_costs_a_few_kilobytes_of_memory() {
    let workshop = Workshop::new();
    workshop.write("shippass.yaml", "device: 375x812@3\n");
    let names: Vec<String> = (0..MANY).map(|number| format!("part-{number}")).collect();
    for (number, name) in names.iter().enumerate() {
        let folder = workshop.path().join(name);
        bundle(&folder, &talking(number), |dir| {
            merge::files(dir, number..=number);
        });
    }
    let merged = |count: usize| {
        let mut command = workshop.command(&["merge", "--format", "json", "--out"]);
        command.arg(format!("out-{count}")).args(&names[..count]);
        peak(command)
    };
    let (few, many) = (merged(FEW), merged(MANY));
    let each = many.saturating_sub(few) / (MANY - FEW) as u64;
    eprintln!("{FEW} bundles {few} kB, {MANY} bundles {many} kB: {each} kB each");
    assert!(each <= MOST, "{each} kB a bundle");
}
