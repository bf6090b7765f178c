//! `shippass review`: a bundle on a page of this machine, until the reviewer is done.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use super::{
    Exit, arguments::ReviewArguments, failure::Failure, pass::runtime, signals::watch_signals,
    terminal::Terminal,
};
use crate::report::PALETTE;
use crate::review::{Review, ReviewServer};

pub(super) fn main(arguments: &ReviewArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let sign = sign_command(&arguments.bundle);
    let review = Arc::new(Review::open(
        &arguments.bundle,
        &arguments.accepted,
        sign.clone(),
    )?);
    let runtime = runtime()?;
    runtime.block_on(async {
        let mut stop = watch_signals(false)?;
        let server = ReviewServer::bind(review.clone(), arguments.port, PALETTE).await?;
        let url = server.url();
        terminal.print(&url);
        if !arguments.no_open && terminal.is_watched && !opens(&url) {
            terminal.say("open that address in a browser on this machine");
        }
        terminal.say("every word is kept at once; Ctrl-C ends it");
        server
            .serve(async move {
                let _ = stop.wait_for(|is_stopped| *is_stopped).await;
            })
            .await;
        Ok::<_, Failure>(())
    })?;
    Ok(conclusion(&review, &sign, terminal))
}

/// How the walk stands, in a line.
fn conclusion(review: &Review, sign: &str, terminal: &Terminal) -> Exit {
    let (missing, is_rejection) = (review.missing().len(), review.walk().is_rejection());
    terminal.say(&match (is_rejection, missing) {
        (true, _) => format!("something was rejected; `{sign}` signs the rejection"),
        (false, 0) => format!("nothing is missing; `{sign}` signs it"),
        (false, 1) => "1 thing is missing before it can be signed".to_owned(),
        (false, _) => format!("{missing} things are missing before it can be signed"),
    });
    if is_rejection || missing > 0 {
        Exit::Flagged
    } else {
        Exit::Clean
    }
}

/// The command as a shell takes it.
fn sign_command(bundle: &Path) -> String {
    let path = bundle.to_string_lossy();
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "/._-+=:@,".contains(it);
    if !path.is_empty() && path.chars().all(is_plain) {
        format!("shippass sign {path}")
    } else {
        format!("shippass sign '{}'", path.replace('\'', r"'\''"))
    }
}

/// Opens an address in the default browser; false when there is no way.
fn opens(url: &str) -> bool {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let mut command = Command::new(program);
    command.arg(url).stdin(Stdio::null());
    let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    started.is_ok()
}
