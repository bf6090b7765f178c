//! `shippass mcp`: what a coding assistant may ask for, over the Model Context Protocol on standard input and output.
//!
//! It lists, runs, shows and compares. It can neither confirm nor sign, and nothing of it reaches the rooms that do:
//! that is a human's word. A run is this program once more as a child of its own, so that nothing which a run prints
//! can come between the protocol's lines, and so that it ends in order however this one ends.

mod asked;
mod bundles;
mod checklists;
mod input;
mod place;
mod refusal;
mod runs;
mod schema;
mod server;
mod told;
mod tools;

use std::io::{self, IsTerminal};

use rmcp::{
    ServiceExt,
    service::ServerInitializeError,
    transport::{async_rw::AsyncRwTransport, stdio},
};
use tokio::sync::watch;

use super::{
    Exit, arguments::Global, failure::Failure, pass::runtime, signals::watch_signals,
    terminal::Terminal,
};
use input::Input;
use place::Place;
use runs::Runs;
use server::Server;

/// No question is longer, in bytes; what is longer is dropped as it comes.
const LONGEST_MESSAGE: usize = 1 << 20;

pub(super) fn main(global: &Global, terminal: &Terminal) -> Result<Exit, Failure> {
    if io::stdin().is_terminal() {
        terminal.say("a coding assistant starts this and speaks MCP with it; `shippass mcp --help` says how to add it. Ctrl-C ends it");
    }
    let runtime = runtime()?;
    let served = runtime.block_on(serve(global));
    // A read of standard input can't be given up, and nothing waits for it.
    runtime.shutdown_background();
    served.map(|()| Exit::Clean)
}

/// Serves until standard input ends or a signal comes. A run that is going on then is ended in order first.
async fn serve(global: &Global) -> Result<(), Failure> {
    let failed = |source| Failure::Io {
        what: "speak MCP on standard input and output".to_owned(),
        source,
    };
    let mut stop = watch_signals(false)?;
    let (halt, halted) = watch::channel(false);
    let place = Place::here().map_err(failed)?;
    let runs = Runs::new(place.clone(), global.config.clone(), halted);
    let server = Server::new(place, global.config.clone(), runs.clone());
    let (input, output) = stdio();
    let transport = AsyncRwTransport::new_server(Input::new(input, halt.clone()), output)
        .with_max_line_length(LONGEST_MESSAGE);
    let begun = tokio::select! {
        _ = stop.wait_for(|is_stopped| *is_stopped) => return Ok(()),
        begun = server.serve(transport) => begun,
    };
    let running = match begun {
        Ok(running) => running,
        // Whoever started it has gone without a word.
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(ServerInitializeError::ExpectedInitializeRequest(_)) => {
            let why = "the first message is no `initialize` request";
            return Err(failed(io::Error::other(why)));
        }
        Err(error) => return Err(failed(io::Error::other(error.to_string()))),
    };
    let end = running.cancellation_token();
    let waiting = running.waiting();
    tokio::pin!(waiting);
    let ended = tokio::select! {
        ended = &mut waiting => ended,
        _ = stop.wait_for(|is_stopped| *is_stopped) => {
            let _ = halt.send(true);
            end.cancel();
            waiting.await
        }
    };
    runs.finished().await;
    ended
        .map(|_| ())
        .map_err(|error| failed(io::Error::other(error)))
}
