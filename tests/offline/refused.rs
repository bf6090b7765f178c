//! A folder in which the last scan found a secret: no command makes anything of it any more.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{resumed::killed, support::Workshop};

const TOKEN: &str = "tok_4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c";
const CONFIG: &str = "targets:
  t: { url: \"http://127.0.0.1:9\", kind: local, access: { headers: { x-door: \"${TOKEN}\" } } }
";

/// A run that was killed, with a body in which a secret stands encoded twice: no rule takes that out, and the last scan
/// undoes it.
fn holding_a_secret() -> Workshop {
    let workshop = killed(1);
    let twice = STANDARD.encode(STANDARD.encode(format!("..{TOKEN}")));
    let body = format!("out/bodies/{}.txt", "ab".repeat(32));
    workshop.write("shippass.yaml", CONFIG).write(&body, &twice);
    workshop
}

#[test]
fn what_holds_a_secret_is_refused_by_every_command_from_then_on() {
    let workshop = holding_a_secret();
    let mut review = workshop.command(&["review", "out", "--no-open"]);
    let first = review.env("TOKEN", TOKEN).output().expect("it runs");
    let first = workshop.ended(&first);
    assert_eq!(first.status, 3, "{}", first.stderr);
    assert!(
        first.stderr.contains("TOKEN in bodies/abab"),
        "{}",
        first.stderr
    );
    assert!(
        first.stderr.contains("delete the folder"),
        "{}",
        first.stderr
    );

    // Whoever comes later may not know the secret.
    workshop.write("shippass.yaml", "device: 375x812@3\n");
    for arguments in [
        &["review", "out", "--no-open"][..],
        &["run", "--resume", "out"],
        &["pack", "out"],
        &["inspect", "out"],
        &["prompt", "out"],
        &["export", "out", "--format", "junit", "--out", "junit.xml"],
        &["merge", "out", "--out", "whole"],
        &["compare", "out", "out"],
        &["sign", "out", "--yes"],
    ] {
        let ended = workshop.shippass(arguments);
        assert_eq!(ended.status, 2, "{arguments:?}: {}", ended.stderr);
        for told in [
            "out was refused: a known secret stands",
            "TOKEN in bodies/abab",
            "delete the folder",
        ] {
            assert!(
                ended.stderr.contains(told),
                "{arguments:?}: {}",
                ended.stderr
            );
        }
    }
    let verified = workshop.shippass(&["verify", "out"]);
    assert_eq!(verified.status, 1, "{}", verified.stdout);
    assert!(
        verified.stdout.contains("[holds-secret]"),
        "{}",
        verified.stdout
    );
    let mark = std::fs::read_to_string(workshop.path().join("out/refused.json")).expect("a mark");
    assert!(!mark.contains(TOKEN), "{mark}");
    for made in ["out/manifest.json", "out.zip", "junit.xml", "whole"] {
        assert!(!workshop.path().join(made).exists(), "{made}");
    }
}

#[test]
fn a_mark_that_cannot_be_read_counts_and_a_clean_folder_bears_none() {
    let workshop = killed(1);
    workshop.write("out/refused.json", "{");
    let ended = workshop.shippass(&["run", "--resume", "out"]);
    assert_eq!(ended.status, 2, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("out was refused: "),
        "{}",
        ended.stderr
    );
    std::fs::remove_file(workshop.path().join("out/refused.json")).expect("removed");
    let ended = workshop.shippass(&["run", "--resume", "out"]);
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert!(!workshop.path().join("out/refused.json").exists());
}
