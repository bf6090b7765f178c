//! Bundles made by the real writers, walked and signed.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};

use jiff::{Timestamp, civil::date, tz::TimeZone};
use shippass::{
    bundle::{
        BundleDocument, Decision, Phone, Said, Surface, Verdict, WalkEntry, WalkLog, hex_sha256,
        open, seal, write_derived, write_photo,
    },
    detect::{self, Status, StepRef},
    evidence::{Run, read_run},
    signoff::{
        AllowedSigners, Expectations, KeySource, Request, Reviewed, SignedOff, Signer, Way, prepare,
    },
};

use crate::{
    golden::{self, Pictures},
    replayed::{events, record},
};

pub(crate) const ADA: &str = "ada@example.com";
pub(super) const BOB: &str = "bob@example.com";

/// Key pairs of one kind each, made by OpenSSH; they live as long as the tests.
pub(crate) struct Keys {
    folder: tempfile::TempDir,
}

pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for (name, kind) in [
        ("ada", "ed25519"),
        ("bob", "ed25519"),
        ("eve", "ed25519"),
        ("ecdsa", "ecdsa"),
        ("rsa", "rsa"),
    ] {
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", kind, "-N", "", "-C", name, "-f"])
            .arg(folder.path().join(name))
            .stdin(Stdio::null())
            .status();
        assert!(made.unwrap().success(), "ssh-keygen makes a key");
    }
    Keys { folder }
});

impl Keys {
    /// The file of a private key; the public one lies beside it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Type and base 64, as a line of an allowed signers file wants it.
    pub(crate) fn public(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.path(&format!("{name}.pub"))).unwrap();
        let words: Vec<&str> = text.split(' ').take(2).collect();
        words.join(" ")
    }

    pub(super) fn signer(&self, name: &str) -> Signer {
        let source = KeySource::File(self.path(name));
        Signer::new(&source, vec![Way::BuiltIn]).unwrap()
    }

    /// What `ssh-keygen -Y sign` makes of bytes.
    pub(super) fn sign_by_openssh(&self, name: &str, namespace: &str, bytes: &[u8]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bytes");
        super::folder::write(&file, bytes);
        let signed = Command::new("ssh-keygen")
            .args(["-q", "-Y", "sign", "-n", namespace, "-f"])
            .arg(self.path(name))
            .arg(&file)
            .stderr(Stdio::null())
            .status();
        assert!(signed.unwrap().success(), "ssh-keygen signs");
        std::fs::read(folder.path().join("bytes.sig")).unwrap()
    }
}

/// A sealed bundle; each seed gives another one. No step is left that never ran.
pub(crate) fn sealed(dir: &Path, seed: usize) {
    let files = tempfile::tempdir().unwrap();
    let mut run = golden::run(files.path(), Pictures::Tiny);
    vary(&mut run, seed);
    write_run(dir, &run);
}

/// Journal, files and everything derived from them, as `run` writes them.
pub(crate) fn write_run(dir: &Path, run: &Run) {
    record(dir, run, events(run));
    golden::run(dir, Pictures::Tiny);
    let run = read_run(dir).unwrap();
    let findings = detect::inspect(&run, &[], date(2026, 11, 21));
    write_derived(dir, &run, &findings).unwrap();
    seal(dir, "<!doctype html><title>report</title>\n").unwrap();
}

fn vary(run: &mut Run, seed: usize) {
    let digest = hex_sha256(&seed.to_le_bytes());
    run.info.id = digest[..26].to_uppercase();
    run.target.commit = Some(digest[..40].to_owned());
    run.target.expected_commit = None;
    for list in &mut run.checklists {
        list.steps.retain(|step| step.not_run.is_none());
        list.sha256 = hex_sha256(list.name.as_bytes());
    }
    let steps = run.checklists[0].steps.len();
    run.checklists[0].steps.truncate(2 + seed % (steps - 1));
    if seed.is_multiple_of(3) {
        run.checklists.truncate(1);
    }
}

/// Says yes to everything, with a reason where one is wanted.
pub(crate) fn walk_all(dir: &Path) {
    let document = open(dir).unwrap().document;
    let mut walk = Walker::new(dir);
    walk.each_step(&document, Walker::confirm);
    walk.accept_findings(&document);
}

/// Opens the first step on a real phone, and takes two photos there.
fn walk_on_phone(dir: &Path, seed: usize) {
    let document = open(dir).unwrap().document;
    let mut walk = Walker::new(dir);
    walk.say(Said::Phone {
        phone: Phone {
            width: 390,
            height: 664,
            scale: 3.0,
            touch: true,
            user_agent: "Mozilla/5.0 (iPhone)".to_owned(),
        },
    });
    let step = StepRef {
        checklist: 0,
        step: document.checklists[0].steps[0].id.clone(),
    };
    walk.say(Said::Looked {
        step: step.clone(),
        on: Surface::Phone,
        ms: 4_000,
    });
    for number in 0..2 {
        let photo = format!("photo {number} of {seed}");
        let file = write_photo(dir, photo.as_bytes()).unwrap();
        let step = step.clone();
        walk.say(Said::Photographed { step, file });
    }
}

/// Whoever walks.
pub(super) struct Walker {
    log: WalkLog,
}

impl Walker {
    pub(super) fn new(dir: &Path) -> Self {
        let manifest = std::fs::read(dir.join("manifest.json")).unwrap();
        let log = WalkLog::open(dir, &hex_sha256(&manifest)).unwrap();
        Self { log }
    }

    pub(super) fn say(&mut self, said: Said) {
        let at = "2025-11-20T16:00:00Z".parse().unwrap();
        self.log.append(WalkEntry { at, said }).unwrap();
    }

    pub(super) fn each_step(
        &mut self,
        document: &BundleDocument,
        mut meet: impl FnMut(&mut Self, StepRef, &shippass::bundle::StepEntry),
    ) {
        for (checklist, list) in document.checklists.iter().enumerate() {
            for entry in &list.steps {
                let step = entry.id.clone();
                meet(self, StepRef { checklist, step }, entry);
            }
        }
    }

    pub(super) fn look(&mut self, step: &StepRef) {
        let step = step.clone();
        let (on, ms) = (Surface::Page, 2_100);
        self.say(Said::Looked { step, on, ms });
    }

    pub(super) fn confirm(&mut self, step: StepRef, entry: &shippass::bundle::StepEntry) {
        self.look(&step);
        for question in 0..entry.confirm.len() {
            self.say(Said::Ticked {
                step: step.clone(),
                question,
                on: Surface::Page,
                holds: true,
            });
        }
        if matches!(entry.status, Status::Failed | Status::Unknown) {
            let text = "done by hand, it works".to_owned();
            let step = step.clone();
            self.say(Said::Commented { step, text });
        }
        let verdict = Verdict::Confirmed;
        self.say(Said::Judged { step, verdict });
    }

    pub(super) fn accept_findings(&mut self, document: &BundleDocument) {
        for finding in &document.findings {
            self.say(Said::Decided {
                finding: finding.id.clone(),
                decision: Decision::Accepted {
                    why: "known, ticket 12".to_owned(),
                },
            });
        }
    }
}

/// When tests sign.
pub(super) fn now() -> Timestamp {
    "2025-11-20T17:00:00Z".parse().unwrap()
}

pub(super) fn request(principal: &str) -> Request {
    Request {
        principal: principal.to_owned(),
        now: now(),
        rejection: None,
        program_sha256: None,
        dirty_tree: None,
        demand: None,
    }
}

pub(crate) fn sign(dir: &Path, key: &str, principal: &str) -> SignedOff {
    let reviewed = Reviewed::read(dir).unwrap();
    let signer = KEYS.signer(key);
    let draft = prepare(&reviewed, &signer, request(principal)).unwrap();
    draft.sign(&reviewed, &signer).unwrap()
}

/// A bundle that is walked, on a real phone too, and signed by Ada.
pub(crate) fn signed(seed: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    sealed(dir.path(), seed);
    walk_on_phone(dir.path(), seed);
    walk_all(dir.path());
    sign(dir.path(), "ada", ADA);
    dir
}

/// Ada may sign, and Bob.
pub(super) fn allowed_text() -> String {
    let line =
        |name: &str, key: &str| format!("{name} namespaces=\"shippass\" {}\n", KEYS.public(key));
    line(ADA, "ada") + &line(BOB, "bob")
}

pub(crate) fn expectations() -> Expectations {
    expecting(&allowed_text())
}

pub(super) fn expecting(allowed: &str) -> Expectations {
    Expectations {
        allowed: Some(AllowedSigners::new(allowed, TimeZone::UTC)),
        person: None,
        required: Vec::new(),
        max_age: None,
        signers: 1,
        not_author: false,
        authors: Vec::new(),
        now: now(),
    }
}
