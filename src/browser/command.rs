//! A command of the user's that prints something: a token, messages.

use std::{
    process::{Output, Stdio},
    time::Duration,
};

use tokio::process::Command;

/// Runs it to its end, with nothing to read; it is killed when it takes too long.
///
/// # Errors
///
/// In words that go on after its name, when it can't be run or doesn't end.
pub async fn output_of(words: &[String], limit: Duration) -> Result<Output, String> {
    let (program, arguments) = words.split_first().ok_or("is empty")?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    match tokio::time::timeout(limit, command.output()).await {
        Err(_) => Err(format!("took longer than {} s", limit.as_secs())),
        Ok(output) => output.map_err(|error| format!("couldn't be run: {error}")),
    }
}

/// The last thing that a failed command complained of.
pub fn complaint(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty());
    last.unwrap_or("without a word").trim().to_owned()
}
