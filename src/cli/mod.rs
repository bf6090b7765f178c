//! One file a command: arguments in, a call of the rooms, exit status out.

mod arguments;
mod check;
mod checkout;
mod clipboard;
mod compare;
mod completions;
mod conclude;
mod demo;
mod detectors;
mod doctor;
mod exit;
mod export;
mod failure;
mod gate;
mod glance;
mod guard;
mod handed;
mod init;
mod inspect;
mod laid_open;
mod mcp;
mod merge;
mod pack;
mod pass;
mod past;
mod person;
mod prompt;
mod qr;
mod resume;
mod review;
mod run;
mod schema;
mod sign;
mod signals;
mod signing_key;
mod signoff_words;
mod terminal;
mod verify;

use std::ffi::OsString;

use clap::Parser;

use arguments::{Cli, Command};
pub use exit::Exit;
use terminal::Terminal;

use crate::browser::launch::browser_to_become;

/// Runs the command line and answers the exit status.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // The guard is this binary run once more, and so is what becomes the browser; neither must depend on anything below.
    if arguments.get(1).is_some_and(|word| word == guard::COMMAND) {
        return guard::main(&arguments[2..]);
    }
    if let Some(browser) = browser_to_become() {
        return guard::become_browser(&browser, &arguments);
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are printed to standard output and are no mistake.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::BadInput
            } else {
                Exit::Clean
            };
        }
    };
    let terminal = Terminal::new(&cli.global);
    let end = match cli.command {
        Command::Run(arguments) => run::main(&arguments, &cli.global, &terminal),
        Command::Demo(arguments) => demo::main(&arguments, &terminal),
        Command::Review(arguments) => review::main(&arguments, &cli.global, &terminal),
        Command::Inspect(arguments) => inspect::main(&arguments, &cli.global, &terminal),
        Command::Prompt(arguments) => prompt::main(&arguments, &terminal),
        Command::Export(arguments) => export::main(&arguments, &terminal),
        Command::Pack(arguments) => pack::main(&arguments, &terminal),
        Command::Sign(arguments) => sign::main(&arguments, &cli.global, &terminal),
        Command::Verify(arguments) => verify::main(&arguments, &cli.global, &terminal),
        Command::Check(arguments) => check::main(&arguments, &cli.global, &terminal),
        Command::Init(arguments) => init::main(&arguments, &cli.global, &terminal),
        Command::Doctor(arguments) => doctor::main(&arguments, &cli.global, &terminal),
        Command::Compare(arguments) => compare::main(&arguments, &cli.global, &terminal),
        Command::Merge(arguments) => merge::main(&arguments, &cli.global, &terminal),
        Command::Gate(arguments) => gate::main(&arguments, &cli.global, &terminal),
        Command::Mcp => mcp::main(&cli.global, &terminal),
        Command::Detectors => Ok(detectors::list(&terminal)),
        Command::Explain { name } => detectors::explain(&name, &terminal),
        Command::Schema { of } => Ok(schema::main(of, &terminal)),
        Command::Completions { shell } => Ok(completions::main(shell, &terminal)),
    };
    end.unwrap_or_else(|failure| {
        terminal.complain(&failure);
        failure.exit()
    })
}
