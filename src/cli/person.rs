//! The person at the terminal, for what only a human can do.

use std::io::{BufRead, IsTerminal};

use tokio::sync::oneshot;

use super::terminal::Terminal;
use crate::checklist::Ask;
use crate::report::Curtain;
use crate::runner::Human;

/// Asks on standard error and reads the answer from standard input.
pub(super) struct Keyboard {
    terminal: Terminal,
    /// The browser's window can be seen.
    is_headed: bool,
    curtain: Curtain,
}

impl Keyboard {
    pub(super) fn new(terminal: &Terminal, is_headed: bool, curtain: Curtain) -> Self {
        Self {
            terminal: *terminal,
            is_headed,
            curtain,
        }
    }
}

impl Human for Keyboard {
    fn absence(&self, ask: &Ask) -> Option<String> {
        let can_do_without_a_terminal = self.is_headed && matches!(ask, Ask::Do(_));
        if let Some(why) = self.terminal.absence {
            Some(why.to_owned())
        } else if std::io::stdin().is_terminal() || can_do_without_a_terminal {
            None
        } else {
            Some("standard input is no terminal".to_owned())
        }
    }

    fn ask(&self, ask: &Ask, question: &str) -> oneshot::Receiver<String> {
        let wanted = match ask {
            Ask::Do(_) => "press Enter when it is done",
            Ask::Tell { .. } => "type it here",
        };
        self.curtain.draw();
        self.terminal
            .prompt(&format!("ask      {question} ({wanted}): "));
        let (answer, answered) = oneshot::channel();
        let curtain = self.curtain.clone();
        // A thread of its own: a read from a terminal can't be given up, and must not hold up the end of the run.
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = std::io::stdin().lock().read_line(&mut line);
            curtain.open();
            if read.is_ok_and(|length| length > 0) {
                let _ = answer.send(line);
            }
        });
        answered
    }
}
