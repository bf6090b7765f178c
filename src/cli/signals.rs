//! Ctrl-C and SIGTERM: the first ends the run in order, the second leaves at once.

use std::io;

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::{Exit, failure::Failure};

/// Turns true at the first signal. At the second the program leaves; the guard ends the browser.
///
/// Where a program started this one, the end of standard input may count as a signal: it comes however that program ends.
pub(super) fn watch_signals(ends_with_input: bool) -> Result<watch::Receiver<bool>, Failure> {
    let io = |source| Failure::Io {
        what: "listen for signals".to_owned(),
        source,
    };
    let mut interrupt = signal(SignalKind::interrupt()).map_err(io)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(io)?;
    let (stop, stopped) = watch::channel(false);
    if ends_with_input {
        let stop = stop.clone();
        // A thread of its own: a read can't be given up, and must not hold up the end of the run.
        std::thread::spawn(move || {
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            let _ = stop.send(true);
        });
    }
    tokio::spawn(async move {
        let mut count = 0;
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            count += 1;
            let _ = stop.send(true);
            if count > 1 {
                std::process::exit(Exit::Interrupted as i32);
            }
        }
    });
    Ok(stopped)
}
