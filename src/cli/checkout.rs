//! The commit of the checkout that a command is run in, by git itself.

use std::process::{Command, Stdio};

use super::pass::ExpectedCommit;

/// The checkout's HEAD; `None` outside of one, and without git.
pub(super) fn head() -> Option<ExpectedCommit> {
    let commit = git(&["rev-parse", "--verify", "HEAD"])?;
    // New files are no sign: a bundle's folder lies in the checkout too.
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]);
    let is_changed = changed.is_none_or(|changed| !changed.is_empty());
    let from = if is_changed {
        "HEAD of this checkout, which holds changes that aren't committed"
    } else {
        "HEAD of this checkout"
    };
    Some(ExpectedCommit {
        commit,
        from: Some(from.to_owned()),
    })
}

/// What git prints; `None` when it can't answer.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(arguments)
        // A look must not wait for, or take, a lock of the checkout.
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let printed = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| printed.trim().to_owned())
}
