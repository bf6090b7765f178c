//! The signer's key and name, as git's own settings for SSH signing say them.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{checkout, failure::Failure};
use crate::config::Environment;
use crate::signoff::{KeySource, Signer, Way};

/// The key of `--key`, or git's.
pub(super) fn signer(given: Option<&str>) -> Result<Signer, Failure> {
    let source = given.map(KeySource::parse).or_else(configured);
    let source = source.ok_or(Failure::NoSigningKey)?;
    Ok(Signer::new(&source, ways())?)
}

/// `user.signingkey`, which is an SSH key only when git is told so; then what `gpg.ssh.defaultKeyCommand` prints.
fn configured() -> Option<KeySource> {
    if checkout::setting("gpg.format")? != "ssh" {
        return None;
    }
    match checkout::setting("user.signingkey").map(|key| KeySource::parse(&key)) {
        // Only as a path has git written out a `~`.
        Some(KeySource::File(_)) => checkout::path_setting("user.signingkey").map(KeySource::File),
        Some(key) => Some(key),
        None => asked(&checkout::setting("gpg.ssh.defaultKeyCommand")?),
    }
}

/// The key in the first line that a command prints.
fn asked(command: &str) -> Option<KeySource> {
    let mut words = command.split_whitespace();
    let output = Command::new(words.next()?)
        .args(words)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .ok()?;
    let printed = String::from_utf8(output.stdout).ok()?;
    let key = KeySource::parse(printed.lines().next()?);
    matches!(key, KeySource::Public(_)).then_some(key)
}

fn ways() -> Vec<Way> {
    let environment = Environment::capture();
    let socket = environment.get("SSH_AUTH_SOCK");
    let socket = socket.filter(|socket| !socket.is_empty());
    let program = checkout::setting("gpg.ssh.program").map(PathBuf::from);
    let program = program.unwrap_or_else(|| Path::new("ssh-keygen").to_owned());
    let agent = socket.map(|socket| Way::Agent(PathBuf::from(socket)));
    agent
        .into_iter()
        .chain([Way::Keygen(program), Way::BuiltIn])
        .collect()
}
