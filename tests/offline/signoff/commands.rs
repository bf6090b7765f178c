//! `shippass sign` and `shippass verify` as people and scripts meet them.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use shippass::{
    bundle::{Said, Verdict, open},
    detect::StepRef,
};

use super::{
    folder::{files_of, write},
    prepared::{ADA, BOB, KEYS, Walker, allowed_text, sealed, walk_all, write_run},
};
use crate::golden::{self, Pictures};

/// A reviewer's desk: a home with git's settings, a bundle, and nothing of whoever runs the tests.
pub(crate) struct Desk(pub(crate) tempfile::TempDir);

impl Desk {
    /// With a bundle that nobody has looked at.
    pub(super) fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        sealed(&desk.bundle(), 4);
        write(&desk.path("allowed"), allowed_text().as_bytes());
        desk
    }

    /// With a bundle of which everything was said.
    pub(super) fn walked() -> Self {
        let desk = Self::new();
        walk_all(&desk.bundle());
        desk
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn bundle(&self) -> PathBuf {
        self.path("bundle")
    }

    pub(super) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env("HOME", self.0.path())
            .env("GIT_CONFIG_GLOBAL", self.path("gitconfig"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("CI", "1")
            .env("NO_COLOR", "1")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("SSH_AUTH_SOCK")
            .env_remove("GIT_DIR")
            .stdin(Stdio::null());
        command
    }

    pub(super) fn shippass(&self, arguments: &[&str]) -> Command {
        self.command(env!("CARGO_BIN_EXE_shippass"), arguments)
    }

    /// Status, standard output and standard error.
    pub(super) fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        ended(&mut self.shippass(arguments))
    }

    fn git(&self, arguments: &[&str]) -> String {
        let (status, out, err) = ended(&mut self.command("git", arguments));
        assert_eq!(status, 0, "git {arguments:?}: {err}");
        out.trim().to_owned()
    }

    /// Git's own settings for SSH signing.
    fn configure_git(&self) {
        let key = KEYS.path("ada.pub");
        for (name, value) in [
            ("gpg.format", "ssh"),
            ("user.signingkey", key.to_str().unwrap()),
            ("user.email", ADA),
            ("user.name", "Ada"),
            ("gpg.ssh.allowedSignersFile", "~/allowed"),
        ] {
            self.git(&["config", "--global", name, value]);
        }
    }

    pub(super) fn sign(&self, key: &str, signer: &str) -> (i32, String, String) {
        let key = KEYS.path(key);
        let key = key.to_str().unwrap();
        self.run(&["sign", "bundle", "--yes", "--key", key, "--signer", signer])
    }

    /// Signs that it must not ship.
    pub(super) fn reject(&self, key: &str, signer: &str, why: &str) -> (i32, String, String) {
        let key = KEYS.path(key);
        let key = key.to_str().unwrap();
        self.run(&[
            "sign", "bundle", "--yes", "--key", key, "--signer", signer, "--reject", why,
        ])
    }

    pub(super) fn verify(&self, more: &[&str]) -> (i32, String) {
        let mut arguments = vec!["verify", "bundle", "--allowed-signers", "allowed"];
        arguments.extend(more);
        let (status, out, err) = self.run(&arguments);
        (status, out + &err)
    }

    /// What OpenSSH says of a signature in the sign-off's folder.
    fn openssh_accepts(&self, name: &str, principal: &str) -> bool {
        let signoff = self.bundle().join("signoff");
        let mut command = self.command("ssh-keygen", &["-Y", "verify", "-n", "shippass"]);
        let status = command
            .args(["-I", principal, "-f", "allowed", "-s"])
            .arg(signoff.join(name))
            .stdin(fs::File::open(signoff.join("statement.json")).unwrap())
            .stdout(Stdio::null())
            .status();
        status.unwrap().success()
    }

    pub(super) fn statement(&self) -> Value {
        let path = self.bundle().join("signoff/statement.json");
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }
}

#[test]
fn a_part_of_a_run_is_not_signed_as_the_whole() {
    let desk = Desk(tempfile::tempdir().unwrap());
    let files = tempfile::tempdir().unwrap();
    let mut run = golden::run(files.path(), Pictures::Tiny);
    run.info.shard = Some("1/2".parse().unwrap());
    write_run(&desk.bundle(), &run);
    walk_all(&desk.bundle());
    let (status, _, err) = desk.sign("ada", ADA);
    assert_eq!(status, 1, "{err}");
    assert!(err.contains("it is shard 1/2 alone"), "{err}");
}

pub(super) fn ended(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let status = output.status.code().unwrap_or(-1);
    (status, text(&output.stdout), text(&output.stderr))
}

/// What differs from test to test.
fn stable(text: &str) -> String {
    let key = regex::Regex::new("SHA256:[A-Za-z0-9+/]{43}").unwrap();
    let digest = regex::Regex::new("[0-9a-f]{64}").unwrap();
    let blob = regex::Regex::new("AAAA[A-Za-z0-9+/=]{40,}").unwrap();
    let time = regex::Regex::new("20[0-9]{2}-[0-9:TZ-]+ by the signer's clock[^\n]*").unwrap();
    let text = key.replace_all(text, "SHA256:…");
    let text = digest.replace_all(&text, "<sha-256>");
    let text = blob.replace_all(&text, "AAAA…");
    time.replace_all(&text, "<time>").into_owned()
}

#[test]
fn what_stands_between_a_walk_and_a_signature_is_named() {
    let desk = Desk::new();
    let document = open(&desk.bundle()).unwrap().document;
    let mut walk = Walker::new(&desk.bundle());
    let mut count = 0;
    walk.each_step(&document, |walk, at, _| {
        match count {
            0 => walk.look(&at),
            1 => {
                walk.look(&at);
                let verdict = Verdict::Confirmed;
                walk.say(Said::Judged { step: at, verdict });
            }
            _ => {}
        }
        count += 1;
    });
    drop(walk);
    let (status, out, err) = desk.sign("ada", ADA);
    assert_eq!((status, out.as_str()), (1, ""));
    insta::assert_snapshot!(stable(&err));
    assert!(!desk.bundle().join("signoff/statement.json").exists());
    let (status, told) = desk.verify(&[]);
    assert_eq!(status, 1, "{told}");
    assert!(told.contains("[unsigned]"), "{told}");
}

#[test]
fn gits_own_settings_say_which_key_and_who() {
    let desk = Desk::walked();
    desk.configure_git();
    let (status, out, err) = desk.run(&["sign", "bundle", "--yes"]);
    assert_eq!(status, 0, "{err}");
    insta::assert_snapshot!("signed", stable(&format!("{err}---\n{out}")));
    assert!(desk.openssh_accepts("statement.json.sig", ADA));
    let (status, out, _) = desk.run(&["verify", "bundle"]);
    assert_eq!(status, 0, "{out}");
    insta::assert_snapshot!("verified", stable(&out));
    let (status, _, err) = desk.run(&["sign", "bundle", "--yes"]);
    assert_eq!(status, 1);
    assert!(err.contains("has signed it already"), "{err}");
}

#[test]
fn nobody_signs_without_a_yes_a_key_and_a_name() {
    let desk = Desk::walked();
    let key = KEYS.path("ada");
    let key = key.to_str().unwrap();
    for (arguments, expected) in [
        (
            &["--key", key, "--signer", ADA][..],
            "nobody sits at this terminal",
        ),
        (&["--signer", ADA], "nothing says which key"),
        (&["--key", key], "nothing says who signs"),
        (&["--key", "no-such-key", "--signer", ADA], "no-such-key"),
        (&["--key", "allowed", "--signer", ADA], "no OpenSSH key"),
        (&["--key", key, "--signer", ADA, "--reject", " "], "say why"),
    ] {
        let (status, _, err) = desk.run(&[&["sign", "bundle"], arguments].concat());
        assert_eq!(status, 2, "{err}");
        assert!(err.contains(expected), "{err}");
    }
    let (status, _, err) = desk.run(&["sign", "nowhere", "--key", key, "--signer", ADA]);
    assert_eq!(status, 2, "{err}");
    assert_eq!(desk.run(&["verify", "nowhere"]).0, 2);
    assert!(!desk.bundle().join("signoff/statement.json").exists());
}

#[test]
fn a_rejection_is_signed_whatever_was_seen_and_never_counts_as_confirmed() {
    let desk = Desk::new();
    let why = "the total is cut off";
    let (status, _, err) = desk.reject("ada", ADA, why);
    assert_eq!(status, 0, "{err}");
    let (status, told) = desk.verify(&[]);
    assert_eq!(status, 1);
    assert!(
        told.starts_with("rejected: ") && told.contains(why),
        "{told}"
    );
    let statement = desk.statement();
    assert_eq!(statement["predicate"]["result"], "FAILED");
    assert_eq!(statement["predicate"]["shippass_signoff"]["reason"], why);
}

#[test]
fn a_change_of_mind_replaces_the_statement_and_keeps_the_earlier_one() {
    let desk = Desk::walked();
    assert_eq!(desk.sign("ada", ADA).0, 0);
    let first = fs::read(desk.bundle().join("signoff/statement.json")).unwrap();
    let document = open(&desk.bundle()).unwrap().document;
    let step = StepRef {
        checklist: 0,
        step: document.checklists[0].steps[0].id.clone(),
    };
    // Looking again says nothing new.
    Walker::new(&desk.bundle()).look(&step);
    assert_eq!(desk.verify(&[]).0, 0);
    Walker::new(&desk.bundle()).say(Said::Commented {
        step,
        text: "seen on my own phone too".to_owned(),
    });
    let (status, told) = desk.verify(&[]);
    assert_eq!(status, 1);
    assert!(told.contains("[said-since]"), "{told}");
    assert_eq!(desk.sign("ada", ADA).0, 0);
    let (status, told) = desk.verify(&[]);
    assert_eq!(status, 0, "{told}");
    let before = desk.statement()["predicate"]["shippass_signoff"]["supersedes"].clone();
    let earlier = desk
        .bundle()
        .join("signoff/earlier")
        .join(before.as_str().unwrap());
    assert_eq!(fs::read(earlier.join("statement.json")).unwrap(), first);
    for name in ["statement.json", "statement.json.sig"] {
        let kept = fs::read(earlier.join(name)).unwrap();
        write(&earlier.join(name), &[&kept[..], b" "].concat());
        let (status, told) = desk.verify(&[]);
        assert_eq!(status, 5, "{told}");
        write(&earlier.join(name), &kept);
    }
    fs::remove_dir_all(&earlier).unwrap();
    assert_eq!(desk.verify(&[]).0, 5);
}

#[test]
fn a_policy_asks_for_two_people_and_never_the_author() {
    let desk = Desk::walked();
    write(&desk.path("shippass.yaml"), b"signoff: { signers: 2 }\n");
    assert_eq!(desk.sign("ada", ADA).0, 0);
    let (status, told) = desk.verify(&[]);
    assert_eq!(status, 1);
    assert!(
        told.contains("2 must sign, and 1 did [too-few-signers]"),
        "{told}"
    );
    let (status, out, err) = desk.sign("bob", BOB);
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("you sign the same statement"), "{err}");
    let (status, told) = desk.verify(&["--require", "signers=2"]);
    assert_eq!(status, 0, "{told}");
    let names = files_of(&desk.bundle().join("signoff")).into_keys();
    let further = names
        .into_iter()
        .find(|name| name.starts_with("statement.json.") && name.len() > 20);
    let further = further.unwrap();
    assert!(out.contains(&further), "{out}");
    assert!(desk.openssh_accepts(&further, BOB));
    // Ada's second key is no second person.
    let also = format!("{}{ADA} {}\n", allowed_text(), KEYS.public("bob"));
    write(&desk.path("allowed"), also.as_bytes());
    assert_eq!(desk.verify(&[]).0, 1);
}

/// Two files are put in place one after the other; between them the power may go.
#[test]
fn a_second_signing_that_was_cut_off_before_its_envelope_is_completed_by_the_next() {
    let desk = Desk::walked();
    assert_eq!(desk.sign("ada", ADA).0, 0);
    let envelope = desk.bundle().join("signoff/statement.dsse.json");
    let before = fs::read(&envelope).unwrap();
    assert_eq!(desk.sign("bob", BOB).0, 0);
    let whole = files_of(&desk.bundle());
    write(&envelope, &before);
    assert_eq!(desk.verify(&["--require", "signers=2"]).0, 0);

    let (status, _, err) = desk.sign("bob", BOB);
    assert_eq!(status, 0, "{err}");
    assert_eq!(files_of(&desk.bundle()), whole);
    assert_eq!(desk.verify(&["--require", "signers=2"]).0, 0);
    for key in [("ada", ADA), ("bob", BOB)] {
        let (status, _, err) = desk.sign(key.0, key.1);
        assert_eq!(status, 1);
        assert!(err.contains("this key has signed it already"), "{err}");
    }
    assert_eq!(files_of(&desk.bundle()), whole);
}

#[test]
fn whoever_wrote_the_commit_does_not_sign_it_where_the_project_says_so() {
    let desk = Desk::new();
    desk.git(&["init", "-q", "."]);
    desk.configure_git();
    write(
        &desk.path("shippass.yaml"),
        b"signoff: { not_author: true }\n",
    );
    desk.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    walk_all(&desk.bundle());
    let (status, _, err) = desk.sign("bob", BOB);
    assert_eq!(status, 1);
    assert!(err.contains("this checkout doesn't hold"), "{err}");
    // The deployment serves the commit that Ada wrote.
    let commit = desk.git(&["rev-parse", "HEAD"]);
    let other = Desk::new();
    let path = other.bundle().join("bundle.json");
    let text = fs::read_to_string(&path).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    document["target"]["commit"] = commit.clone().into();
    fs::remove_dir_all(desk.bundle()).unwrap();
    fs::rename(other.bundle(), desk.bundle()).unwrap();
    let text = serde_json::to_vec(&document).unwrap();
    write(&desk.bundle().join("bundle.json"), &text);
    shippass::bundle::write_manifest(&desk.bundle()).unwrap();
    walk_all(&desk.bundle());
    let (status, _, err) = desk.sign("ada", ADA);
    assert_eq!(status, 1);
    assert!(err.contains("is the author of"), "{err}");
    // Bob signs for the checkout's own user, who wrote it: his name alone is no other person.
    let (status, _, err) = desk.sign("bob", BOB);
    assert_eq!(status, 1, "{err}");
    desk.git(&["config", "--global", "user.email", BOB]);
    let (status, _, err) = desk.sign("bob", BOB);
    assert_eq!(status, 0, "{err}");
    let (status, told) = desk.verify(&["--require", &format!("commit={}", &commit[..12])]);
    assert_eq!(status, 0, "{told}");
}

#[test]
fn what_is_asked_for_decides_and_scripts_read_it_as_json() {
    let desk = Desk::walked();
    assert_eq!(desk.sign("ada", ADA).0, 0);
    let commit = open(&desk.bundle())
        .unwrap()
        .document
        .target
        .commit
        .unwrap();
    let asked = format!("commit={},persona=owner,engine=chromium", &commit[..10]);
    let (status, told) = desk.verify(&["--require", &asked, "--require", "target=preview"]);
    assert_eq!(status, 0, "{told}");
    // The run itself is older than that.
    let (status, told) = desk.verify(&["--max-age", "7d"]);
    assert_eq!(status, 1);
    assert!(told.contains("[too-old]"), "{told}");
    let (status, told) = desk.verify(&["--require", "engine=webkit", "--format", "json"]);
    assert_eq!(status, 1);
    let mut found: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(found["signoff"]["verdict"], "confirmed");
    found["signoff"] = Value::Null;
    insta::assert_snapshot!(stable(&serde_json::to_string_pretty(&found).unwrap()));
    for wrong in ["presona=owner", "commit", "engine="] {
        assert_eq!(desk.verify(&["--require", wrong]).0, 2, "{wrong}");
    }
    let keys = format!("{} ada@laptop\n", KEYS.public("ada"));
    write(&desk.path("ada.keys"), keys.as_bytes());
    let arguments = ["verify", "bundle", "--github-user", "ada", "--keys"];
    assert_eq!(desk.run(&[&arguments[..], &["ada.keys"]].concat()).0, 0);
    write(&desk.path("bob.keys"), KEYS.public("bob").as_bytes());
    assert_eq!(desk.run(&[&arguments[..], &["bob.keys"]].concat()).0, 1);
    assert_eq!(desk.run(&[&arguments[..], &["no.keys"]].concat()).0, 2);
    write(&desk.bundle().join("bodies/x.bin"), b"x");
    let (status, told) = desk.verify(&[]);
    assert_eq!(status, 5);
    assert!(
        told.starts_with("ALTERED: ") && told.contains("bodies/x.bin"),
        "{told}"
    );
}

#[test]
fn keys_of_every_kind_sign_by_ssh_keygen() {
    for kind in ["ecdsa", "rsa"] {
        let desk = Desk::walked();
        let line = format!("{ADA} {}\n", KEYS.public(kind));
        write(&desk.path("allowed"), line.as_bytes());
        let (status, out, err) = desk.sign(kind, ADA);
        assert_eq!(status, 0, "{err}");
        assert!(
            out.contains("with ssh-keygen") && !out.contains("dsse"),
            "{out}"
        );
        assert!(desk.openssh_accepts("statement.json.sig", ADA), "{kind}");
        let (status, told) = desk.verify(&[]);
        assert_eq!(status, 0, "{kind}: {told}");
        let path = desk.bundle().join("signoff/statement.json");
        let text = fs::read_to_string(&path).unwrap();
        write(&path, text.replacen("2025", "2026", 1).as_bytes());
        assert_eq!(desk.verify(&[]).0, 5, "{kind}");
    }
}

/// An agent that ends with the test; whoever it asks for leave says no.
pub(super) struct Agent {
    process: Child,
    pub(super) socket: PathBuf,
}

impl Agent {
    pub(super) fn start(folder: &Path) -> Self {
        let socket = folder.join("agent");
        let process = Command::new("ssh-agent")
            .args(["-D", "-a"])
            .arg(&socket)
            .envs([
                ("SSH_ASKPASS", "false"),
                ("SSH_ASKPASS_REQUIRE", "force"),
                ("DISPLAY", ":0"),
            ])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let end = Instant::now() + Duration::from_secs(10);
        while !socket.exists() {
            assert!(Instant::now() < end, "the agent listens");
            thread::sleep(Duration::from_millis(5));
        }
        Self { process, socket }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn an_agent_signs_for_whoever_has_only_the_public_key_here() {
    let desk = Desk::walked();
    let agent = Agent::start(desk.0.path());
    let added = desk
        .command("ssh-add", &["-q"])
        .arg(KEYS.path("ada"))
        .env("SSH_AUTH_SOCK", &agent.socket)
        .status();
    assert!(added.unwrap().success());
    let key = format!("key::{}", KEYS.public("ada"));
    let sign = |key: &str| {
        let arguments = ["sign", "bundle", "--yes", "--key", key, "--signer", ADA];
        let mut command = desk.shippass(&arguments);
        ended(command.env("SSH_AUTH_SOCK", &agent.socket))
    };
    let (status, _, err) = sign(&KEYS.public("eve"));
    assert_eq!(status, 3, "{err}");
    assert!(err.contains("ssh-agent: it doesn't have the key"), "{err}");
    let (status, out, err) = sign(&key);
    assert_eq!(status, 0, "{err}");
    assert!(
        out.contains("with ssh-agent") && out.contains("statement.dsse.json"),
        "{out}"
    );
    assert!(desk.openssh_accepts("statement.json.sig", ADA));
    let (status, told) = desk.verify(&[]);
    assert_eq!(status, 0, "{told}");
}
