//! Signed bundles, each tampered with in more than a hundred ways: every one is caught.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{collections::BTreeMap, ops::Range, thread};

use shippass::signoff::{Expectations, Refusal, Verified, verify};

use super::{
    folder::{Folder, files_of},
    prepared::{KEYS, expectations, signed},
    ways::{Case, FILES, Outcome, PEOPLE, PHONE, SIGNOFF},
};

fn codes(verified: &Verified) -> Vec<&'static str> {
    verified.refusals.iter().map(Refusal::code).collect()
}

fn look(bundle: &Folder, expected: &Expectations) -> Verified {
    verify(&bundle.root, expected).unwrap()
}

/// One bit of every file, each at another place.
fn flip_each_file(bundle: &Folder, seed: usize) -> usize {
    for (at, name) in bundle.files.keys().enumerate() {
        let number = seed.wrapping_mul(7_919).wrapping_add(at * 104_729);
        bundle.edit(name, |bytes| {
            let place = number % bytes.len();
            bytes[place] ^= 1 << (number / bytes.len() % 8);
        });
        let verified = look(bundle, &expectations());
        assert!(
            verified.is_altered(),
            "a bit of {name} in bundle {seed}: {:?}",
            codes(&verified)
        );
        bundle.restore();
    }
    bundle.files.len()
}

/// Answers how many ways were tried.
fn tamper_with(seed: usize, other: &BTreeMap<String, Vec<u8>>) -> usize {
    let dir = signed(seed);
    let bundle = Folder::new(dir.path());
    let untouched = look(&bundle, &expectations());
    assert_eq!(
        codes(&untouched),
        [""; 0],
        "bundle {seed}: {:?}",
        untouched.refusals
    );
    let mut count = flip_each_file(&bundle, seed);
    let mut missed = Vec::new();
    for (what, outcome, tamper) in FILES.iter().chain(SIGNOFF).chain(PHONE).chain(PEOPLE) {
        let mut case = Case {
            bundle: &bundle,
            other,
            expected: expectations(),
            seed,
        };
        tamper(&mut case);
        let verified = look(&bundle, &case.expected);
        if verified.refusals.is_empty() || verified.is_altered() != (*outcome == Outcome::Altered) {
            missed.push((what, codes(&verified)));
        }
        bundle.restore();
        count += 1;
    }
    assert!(missed.is_empty(), "in bundle {seed}: {missed:#?}");
    assert_eq!(
        codes(&look(&bundle, &expectations())),
        [""; 0],
        "bundle {seed} is put back"
    );
    count
}

fn tamper_with_all(seeds: Range<usize>) {
    let _ = &*KEYS;
    let halves = [0, 1].map(|half| {
        let seeds = seeds.clone();
        thread::spawn(move || {
            let other = signed(1_000 + half);
            let other = files_of(other.path());
            let seeds = seeds.skip(half).step_by(2);
            seeds.map(|seed| tamper_with(seed, &other)).min()
        })
    });
    for half in halves {
        let ways = half.join().unwrap().unwrap();
        assert!(ways >= 100, "{ways} ways");
    }
}

#[test]
fn whatever_is_done_to_a_signed_bundle_is_caught() {
    tamper_with_all(0..20);
}

#[test]
#[ignore = "takes a minute: the same with a hundred bundles more"]
fn whatever_is_done_to_a_hundred_signed_bundles_is_caught() {
    tamper_with_all(20..120);
}
