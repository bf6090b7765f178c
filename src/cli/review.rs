//! `shippass review`: a bundle on a page of this machine, until the reviewer is done.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use super::{
    Exit,
    arguments::{Global, ReviewArguments},
    checkout,
    failure::Failure,
    laid_open::lay_open,
    pass::runtime,
    qr::qr_code,
    signals::watch_signals,
    terminal::Terminal,
};
use crate::report::{PALETTE, visible};
use crate::review::{Review, ReviewServer, own_address};

pub(super) fn main(
    arguments: &ReviewArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let folder = lay_open(&arguments.bundle, global, terminal)?;
    let sign = sign_command(&folder);
    let review = Arc::new(Review::open(
        &folder,
        &arguments.accepted,
        sign.clone(),
        checkout::person(),
    )?);
    for notice in review.notices() {
        terminal.say(notice);
    }
    let runtime = runtime()?;
    runtime.block_on(async {
        let mut stop = watch_signals(false)?;
        // Asked first: nothing is printed that doesn't go on.
        let address = arguments.phone_address.map_or_else(own_address, Ok);
        let phone = arguments.phone.then_some(address).transpose()?;
        let mut server = ReviewServer::bind(review.clone(), arguments.port, PALETTE).await?;
        let (url, once_url) = (server.url().to_owned(), server.once_url().to_owned());
        let phone = match phone {
            Some(address) => Some(server.open_to_phone(address, PALETTE).await?),
            None => None,
        };
        terminal.print(&url);
        if let Some(phone) = phone {
            invite_phone(&phone, &review.document().target.url, terminal);
        }
        if !arguments.no_open && terminal.is_watched && !opens(&once_url) {
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

/// Shows a phone the way in, and says what that means.
fn invite_phone(url: &str, target: &str, terminal: &Terminal) {
    if terminal.is_watched
        && let Some(code) = qr_code(url, terminal.has_colour)
    {
        terminal.say(&code);
    }
    terminal.print(url);
    terminal.say(
        "scan it with one phone on this network within 10 minutes; no second phone gets in\n\
         it is plain HTTP: whoever listens on this network sees the steps' names, addresses and questions, your notes and photos,\n\
         and could speak in the phone's place; use a network that you trust",
    );
    if is_on_this_machine(target) {
        terminal.say(&format!(
            "{} is this machine alone: a phone can't open it. Run against an address that it can reach",
            visible::line(target)
        ));
    }
}

/// Whether an address means whatever machine it is opened on.
fn is_on_this_machine(address: &str) -> bool {
    match url::Url::parse(address)
        .ok()
        .as_ref()
        .and_then(url::Url::host)
    {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(url::Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => false,
    }
}

/// How the walk stands, in a line.
fn conclusion(review: &Review, sign: &str, terminal: &Terminal) -> Exit {
    let (missing, is_rejection) = (review.missing().len(), review.walk().is_rejection());
    let is_whole = review.document().run.complete;
    terminal.say(&match (is_rejection, missing) {
        (false, 1..) if !is_whole => {
            "nothing of an incomplete run can be signed but a rejection".to_owned()
        }
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

/// Opens an address in the default browser; false when there is no way. Every user of the machine can read it meanwhile.
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
