//! The commit of the checkout that a command is run in, by git itself.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use super::pass::ExpectedCommit;

/// The checkout's HEAD; `None` outside of one, and without git.
pub(super) fn head() -> Option<ExpectedCommit> {
    let commit = git(&["rev-parse", "--verify", "HEAD"])?;
    let from = if has_changes().unwrap_or(true) {
        "HEAD of this checkout, which holds changes that aren't committed"
    } else {
        "HEAD of this checkout"
    };
    Some(ExpectedCommit {
        commit,
        from: Some(from.to_owned()),
    })
}

/// Whether the checkout holds changes that aren't committed; `None` outside of one.
pub(super) fn has_changes() -> Option<bool> {
    // New files are no sign: a bundle's folder lies in the checkout too.
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Some(!changed.is_empty())
}

/// Who wrote a commit, by every address that the checkout knows them by; none when it doesn't hold the commit.
pub(super) fn authors_of(commit: &str) -> Vec<String> {
    // What a deployment says goes to git as a commit only, never as an option.
    if commit.len() < 7 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Vec::new();
    }
    let printed = git(&["show", "-s", "--format=%ae%n%aE", commit]).unwrap_or_default();
    let mut authors: Vec<String> = printed.lines().map(str::to_owned).collect();
    authors.retain(|author| !author.is_empty());
    authors.dedup();
    authors
}

/// Who sits at this machine: as git names them, else as the system does.
pub(super) fn person() -> String {
    match (setting("user.name"), setting("user.email")) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => {
            user().unwrap_or_else(|| "somebody whom neither git nor the system names".to_owned())
        }
    }
}

fn user() -> Option<String> {
    let output = Command::new("id")
        .arg("-un")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let name = String::from_utf8(output.stdout).ok()?;
    let name = name.trim();
    (output.status.success() && !name.is_empty())
        .then(|| format!("{name} (a user of their machine)"))
}

/// A setting of git, for this checkout or the user; `None` when it isn't set.
pub(super) fn setting(name: &str) -> Option<String> {
    git(&["config", "--get", name]).filter(|value| !value.is_empty())
}

/// A setting that is a path; a relative one begins at the checkout's top, as it does for git.
pub(super) fn path_setting(name: &str) -> Option<PathBuf> {
    let path = git(&["config", "--type=path", "--get", name]);
    let path = PathBuf::from(path.filter(|value| !value.is_empty())?);
    if path.is_absolute() {
        return Some(path);
    }
    let top = git(&["rev-parse", "--show-toplevel"]);
    Some(top.map(PathBuf::from).unwrap_or_default().join(path))
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
