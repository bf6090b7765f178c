//! `shippass completions`.

use clap::CommandFactory;

use super::{Exit, arguments::Cli, terminal::Terminal};

pub(super) fn main(shell: clap_complete::Shell, terminal: &Terminal) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "shippass", &mut script);
    terminal.print(&String::from_utf8_lossy(&script));
    Exit::Clean
}
