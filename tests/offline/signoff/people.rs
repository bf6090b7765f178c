//! Whoever signs what is still being looked at, or what somebody else walked.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use shippass::{
    bundle::{Said, open},
    detect::StepRef,
    signoff::{Reviewed, SignError, prepare, verify},
};

use super::prepared::{ADA, KEYS, Walker, expectations, request, sealed, walk_all};

fn first_step(dir: &std::path::Path) -> StepRef {
    StepRef {
        checklist: 0,
        step: open(dir).unwrap().document.checklists[0].steps[0]
            .id
            .clone(),
    }
}

#[test]
fn a_page_that_only_looks_on_stands_in_no_signatures_way() {
    let dir = tempfile::tempdir().unwrap();
    sealed(dir.path(), 1);
    walk_all(dir.path());
    let signer = KEYS.signer("ada");
    let reviewed = Reviewed::read(dir.path()).unwrap();
    let draft = prepare(&reviewed, &signer, request(ADA)).unwrap();
    // What an open page writes every ten seconds, between the laying out and the yes.
    let mut page = Walker::new(dir.path());
    page.look(&first_step(dir.path()));
    draft.sign(&reviewed, &signer).unwrap();
    page.look(&first_step(dir.path()));
    let verified = verify(dir.path(), &expectations()).unwrap();
    assert_eq!(verified.refusals, [], "{:?}", verified.refusals);
}

#[test]
fn what_is_said_between_the_laying_out_and_the_yes_is_laid_out_first() {
    let dir = tempfile::tempdir().unwrap();
    sealed(dir.path(), 1);
    walk_all(dir.path());
    let signer = KEYS.signer("ada");
    let reviewed = Reviewed::read(dir.path()).unwrap();
    let draft = prepare(&reviewed, &signer, request(ADA)).unwrap();
    Walker::new(dir.path()).say(Said::Commented {
        step: first_step(dir.path()),
        text: "wait, the total is wrong".to_owned(),
    });
    let error = draft.sign(&reviewed, &signer).unwrap_err();
    assert!(matches!(error, SignError::WentOn), "{error}");
    assert!(!dir.path().join("signoff/statement.json").exists());
}
