//! `sign --carry`: one's own earlier word holds for what hasn't changed, and for nothing else.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::path::Path;

use shippass::{
    evidence::{
        ConsoleLine, ExpectationOutcome, ExpectationRecord, Happening, Outcome, PageFacts,
        PixelArea, Run,
    },
    signoff::{Carried, Reviewed, SignError, carry, prepare, verify},
};

use super::prepared::{
    ADA, BOB, KEYS, Walker, expectations, now, request, sign, signed, walk_all, write_run,
};
use crate::golden::{self, Pictures};

/// A run of two steps over the same deployment, clean, with changes; and nobody has looked at it.
fn bundle(change: impl FnOnce(&mut Run)) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let files = tempfile::tempdir().unwrap();
    let mut run = golden::run(files.path(), Pictures::Tiny);
    run.checklists.truncate(1);
    let steps = &mut run.checklists[0].steps;
    steps.retain(|step| step.id == "00-sign-in" || step.id == "01-open-the-quote");
    run.target.expected_commit = None;
    for step in steps {
        step.console.clear();
    }
    change(&mut run);
    write_run(dir.path(), &run);
    dir
}

fn earlier() -> tempfile::TempDir {
    let dir = bundle(|_| ());
    walk_all(dir.path());
    sign(dir.path(), "ada", ADA);
    dir
}

fn compared(old: &Path, new: &Path) -> Result<Carried, SignError> {
    carry(old, &Reviewed::read(new).unwrap(), &KEYS.signer("ada"))
}

#[test]
fn a_second_run_over_the_same_is_signed_by_the_earlier_word() {
    let old = earlier();
    let new = bundle(|run| run.info.id = "01JD5M3Q8ZK4V7T2N9XW6R1YZZ".to_owned());
    let carried = compared(old.path(), new.path()).unwrap();
    let names: Vec<&str> = carried
        .steps
        .iter()
        .map(|step| step.name.as_str())
        .collect();
    assert_eq!(names, ["Sign in as owner", "Open the quote"]);
    assert_eq!(carried.left, []);
    carried
        .write(&Reviewed::read(new.path()).unwrap(), now())
        .unwrap();
    let document = shippass::bundle::open(new.path()).unwrap().document;
    Walker::new(new.path()).accept_findings(&document);
    sign(new.path(), "ada", ADA);
    let verified = verify(new.path(), &expectations()).unwrap();
    assert_eq!(verified.refusals, []);
    let statement = verified.statement.unwrap();
    let steps = statement.predicate.shippass_signoff.steps;
    let bytes = std::fs::read(old.path().join("signoff/statement.json")).unwrap();
    let from = shippass::bundle::hex(&shippass::bundle::sha256(&bytes));
    assert!(
        steps
            .iter()
            .all(|step| step.carried_from.as_ref() == Some(&from))
    );
    assert!(steps.iter().all(|step| step.looked_ms == 0));
}

type Change = (&'static str, fn(&mut Run));

#[test]
fn what_has_changed_has_to_be_looked_at() {
    let whole: [Change; 6] = [
        ("the deployment serves another commit", |run| {
            run.target.commit = Some("0".repeat(40));
        }),
        ("the deployment doesn't tell its commit", |run| {
            run.target.commit = None;
        }),
        ("it is another deployment", |run| {
            run.target.url.push_str("other");
        }),
        ("it is another browser", |run| run.engine.version.push('1')),
        ("it is another device", |run| run.device.height += 1),
        ("its checklist has changed", |run| {
            run.checklists[0].sha256 = "0".repeat(64);
        }),
    ];
    let old = earlier();
    for (why, change) in whole {
        let new = bundle(change);
        let carried = compared(old.path(), new.path()).unwrap();
        assert_eq!(carried.steps.len(), 0, "{why}");
        let expected = [("Sign in as owner", why), ("Open the quote", why)];
        assert_eq!(
            carried.left,
            expected.map(|(name, why)| (name.to_owned(), why))
        );
    }
}

#[test]
fn a_step_that_looks_otherwise_has_to_be_looked_at_alone() {
    let of_one: [Change; 7] = [
        ("its page is another", |run| {
            let page = &mut run.checklists[0].steps[1].page;
            page.get_or_insert_with(PageFacts::default).text.push('.');
        }),
        ("its requests or their answers are others", |run| {
            let exchange = &mut run.checklists[0].steps[1].exchanges[0];
            if let Outcome::Answered(answer) = &mut exchange.outcome {
                answer.status = 203;
            }
        }),
        ("its requests or their answers are others", |run| {
            run.checklists[0].steps[1].exchanges.pop();
        }),
        ("its console lines are others", |run| {
            run.checklists[0].steps[1].console.push(ConsoleLine {
                level: "info".to_owned(),
                text: "hello".to_owned(),
                ..ConsoleLine::default()
            });
        }),
        ("what was done or expected came out otherwise", |run| {
            run.checklists[0].steps[1]
                .expectations
                .push(ExpectationRecord {
                    what: "see “Quote”".to_owned(),
                    outcome: ExpectationOutcome::Held,
                    ..ExpectationRecord::default()
                });
        }),
        ("a dialog, a tab or a download came otherwise", |run| {
            run.checklists[0].steps[1]
                .happenings
                .push(Happening::Dialog {
                    kind: "confirm".to_owned(),
                    text: "Delete the quote?".to_owned(),
                    is_accepted: true,
                    is_expected: true,
                });
        }),
        ("what was done or expected came out otherwise", |run| {
            run.checklists[0].steps[1].actions[0].what.push('x');
        }),
    ];
    let old = earlier();
    for (why, change) in of_one {
        let new = bundle(change);
        let carried = compared(old.path(), new.path()).unwrap();
        assert_eq!(carried.steps.len(), 1, "{why}: {:?}", carried.left);
        assert_eq!(carried.left, [("Open the quote".to_owned(), why)]);
    }
}

#[test]
fn a_picture_that_is_another_has_to_be_looked_at() {
    let old = earlier();
    let new = bundle(|_| ());
    let document = shippass::bundle::open(new.path()).unwrap().document;
    let picture = &document.checklists[0].steps[1].screens[0];
    super::folder::write(&new.path().join(picture), b"another");
    shippass::bundle::write_manifest(new.path()).unwrap();
    let carried = compared(old.path(), new.path()).unwrap();
    assert_eq!(
        carried.left,
        [("Open the quote".to_owned(), "its picture is another")]
    );
}

/// A white picture with a black square that begins so far from the left.
fn clock(left: u32) -> Vec<u8> {
    let is_hand = |x: u32, y: u32| (left..left + 16).contains(&x) && (16..32).contains(&y);
    let shade = |x, y| if is_hand(x, y) { 0 } else { 255 };
    let picture = image::RgbImage::from_fn(160, 160, |x, y| image::Rgb([shade(x, y); 3]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// A bundle whose second step shows a clock, masked or not.
fn showing(left: u32, is_masked: bool) -> tempfile::TempDir {
    let dir = bundle(|run| {
        let masked = PixelArea {
            x: 0,
            y: 0,
            width: 160,
            height: 48,
        };
        let pictures = &mut run.checklists[0].steps[1].pictures;
        pictures[0].masked = is_masked.then_some(masked).into_iter().collect();
    });
    let document = shippass::bundle::open(dir.path()).unwrap().document;
    let picture = &document.checklists[0].steps[1].screens[0];
    super::folder::write(&dir.path().join(picture), &clock(left));
    shippass::bundle::write_manifest(dir.path()).unwrap();
    dir
}

#[test]
fn a_masked_clock_that_went_on_hinders_no_earlier_word_and_an_unmasked_one_does() {
    for (is_masked, left) in [(true, 0), (false, 1)] {
        let old = showing(16, is_masked);
        walk_all(old.path());
        sign(old.path(), "ada", ADA);
        let new = showing(64, is_masked);
        let carried = compared(old.path(), new.path()).unwrap();
        assert_eq!(carried.left.len(), left, "{:?}", carried.left);
    }
}

#[test]
fn only_ones_own_word_over_a_sound_bundle_is_taken_over() {
    let new = bundle(|_| ());
    let unsigned = bundle(|_| ());
    let of_bob = bundle(|_| ());
    walk_all(of_bob.path());
    sign(of_bob.path(), "bob", BOB);
    for old in [&unsigned, &of_bob] {
        let error = compared(old.path(), new.path()).unwrap_err();
        assert!(matches!(error, SignError::CarryUnfit { .. }), "{error}");
    }
    let altered = earlier();
    super::folder::write(&altered.path().join("network.har"), b"{}");
    let error = compared(altered.path(), new.path()).unwrap_err();
    assert!(matches!(error, SignError::Altered(_)), "{error}");
    let swapped = earlier();
    let other = signed(7);
    for name in [
        "statement.json",
        "statement.json.sig",
        "statement.dsse.json",
    ] {
        let name = Path::new("signoff").join(name);
        let bytes = std::fs::read(other.path().join(&name)).unwrap();
        super::folder::write(&swapped.path().join(&name), &bytes);
    }
    let error = compared(swapped.path(), new.path()).unwrap_err();
    assert!(matches!(error, SignError::CarryUnfit { .. }), "{error}");
    let signer = KEYS.signer("ada");
    let reviewed = Reviewed::read(new.path()).unwrap();
    let missing = prepare(&reviewed, &signer, request(ADA)).unwrap_err();
    assert!(matches!(missing, SignError::Missing(_)), "{missing}");
}
