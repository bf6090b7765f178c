//! Whoever signs what is still being looked at, what somebody else walked, or with an agent that refuses.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use shippass::{
    bundle::{Said, open},
    detect::StepRef,
    signoff::{Draft, Reviewed, SignError, Signer, prepare, verify},
};

use super::{
    commands::{Agent, Desk, ended},
    folder::write,
    prepared::{ADA, BOB, KEYS, Walker, expectations, request, sealed, walk_all},
};

fn first_step(dir: &std::path::Path) -> StepRef {
    StepRef {
        checklist: 0,
        step: open(dir).unwrap().document.checklists[0].steps[0]
            .id
            .clone(),
    }
}

/// A walk of Ada's that waits for her yes.
fn laid_out(dir: &std::path::Path) -> (Signer, Reviewed, Draft) {
    sealed(dir, 1);
    walk_all(dir);
    let signer = KEYS.signer("ada");
    let reviewed = Reviewed::read(dir).unwrap();
    let draft = prepare(&reviewed, &signer, request(ADA)).unwrap();
    (signer, reviewed, draft)
}

#[test]
fn a_page_that_only_looks_on_stands_in_no_signatures_way() {
    let dir = tempfile::tempdir().unwrap();
    let (signer, reviewed, draft) = laid_out(dir.path());
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
    let (signer, reviewed, draft) = laid_out(dir.path());
    Walker::new(dir.path()).say(Said::Commented {
        step: first_step(dir.path()),
        text: "wait, the total is wrong".to_owned(),
    });
    let error = draft.sign(&reviewed, &signer).unwrap_err();
    assert!(matches!(error, SignError::WentOn), "{error}");
    assert!(!dir.path().join("signoff/statement.json").exists());
}

#[test]
fn whoever_signs_what_another_walked_is_told_so_and_the_statement_says_who_walked() {
    let desk = Desk::new();
    let by = "Ada <ada@example.com>".to_owned();
    Walker::new(&desk.bundle()).say(Said::Opened { by: by.clone() });
    walk_all(&desk.bundle());
    let (status, _, err) = desk.sign("bob", BOB);
    assert_eq!(status, 0, "{err}");
    let told = format!("{by} walked it, and {BOB} hasn't");
    assert!(err.contains(&told), "{err}");
    let walked_by = desk.statement()["predicate"]["shippass_signoff"]["walkedBy"].clone();
    assert_eq!(walked_by, serde_json::json!([by]));
    let (status, out) = desk.verify(&[]);
    assert_eq!(status, 0, "{out}");
    assert!(out.contains(&format!("walker    {by}")), "{out}");
    let (status, _, err) = desk.sign("ada", ADA);
    assert_eq!(status, 0, "{err}");
    assert!(!err.contains("hasn't"), "{err}");

    // To open the review says nothing, and to look at it neither.
    let mut bob = Walker::new(&desk.bundle());
    bob.say(Said::Opened {
        by: "Bob".to_owned(),
    });
    bob.look(&first_step(&desk.bundle()));
    drop(bob);
    let (status, out) = desk.verify(&["--require", "signers=2"]);
    assert_eq!(status, 0, "{out}");
}

#[test]
fn an_agent_that_has_the_key_and_refuses_leaves_it_to_the_key_itself() {
    let desk = Desk::walked();
    let agent = Agent::start(desk.0.path());
    let added = desk
        .command("ssh-add", &["-q", "-c"])
        .arg(KEYS.path("ada"))
        .env("SSH_AUTH_SOCK", &agent.socket)
        .status();
    assert!(added.unwrap().success());
    let key = KEYS.path("ada");
    let arguments = ["sign", "bundle", "--yes", "--signer", ADA, "--key"];
    let mut command = desk.shippass(&arguments);
    let (status, out, err) = ended(command.arg(&key).env("SSH_AUTH_SOCK", &agent.socket));
    assert_eq!(status, 0, "{err}");
    assert!(
        out.contains("with ssh-keygen") && out.contains("statement.dsse.json"),
        "{out}"
    );
    assert_eq!(desk.verify(&[]).0, 0);
}

/// The key asks for its passphrase, which ssh-keygen gets and nobody else.
#[cfg(unix)]
#[test]
fn a_locked_key_that_the_agent_refuses_signs_without_an_envelope_and_says_so() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::walked();
    let agent = Agent::start(desk.0.path());
    let key = desk.path("locked");
    for name in ["ada", "ada.pub"] {
        let copy = key.with_extension(if name == "ada" { "" } else { "pub" });
        std::fs::copy(KEYS.path(name), copy).unwrap();
    }
    let add = |sock: &std::path::Path| {
        let mut command = desk.command("ssh-add", &["-q", "-c"]);
        command.arg(&key).env("SSH_AUTH_SOCK", sock).status()
    };
    assert!(add(&agent.socket).unwrap().success());
    let locked = desk
        .command(
            "ssh-keygen",
            &["-q", "-p", "-P", "", "-N", "a secret", "-f"],
        )
        .arg(&key)
        .status();
    assert!(locked.unwrap().success());
    let asked = desk.path("asked");
    write(&asked, b"#!/bin/sh\necho 'a secret'\n");
    std::fs::set_permissions(&asked, std::fs::Permissions::from_mode(0o700)).unwrap();
    let arguments = ["sign", "bundle", "--yes", "--signer", ADA, "--key"];
    let mut command = desk.shippass(&arguments);
    let command = command
        .arg(&key)
        .env("SSH_AUTH_SOCK", &agent.socket)
        .env("SSH_ASKPASS", &asked)
        .env("SSH_ASKPASS_REQUIRE", "force")
        .env("DISPLAY", ":0");
    let (status, out, err) = ended(command);
    assert_eq!(status, 0, "{err}");
    assert!(
        err.contains("wouldn't use it: there is no envelope"),
        "{err}"
    );
    assert!(
        out.contains("with ssh-keygen") && !out.contains("dsse"),
        "{out}"
    );
    let envelope = desk.statement()["predicate"]["shippass_signoff"]["envelope"].clone();
    assert_eq!(envelope, serde_json::json!(false));
    let (status, told) = desk.verify(&[]);
    assert_eq!(status, 0, "{told}");
}
