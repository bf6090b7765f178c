//! What the guard and the driver write: the driver's process id, its port, or why it won't start.

use std::{collections::VecDeque, sync::Arc};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader, Lines, copy, sink},
    join,
    process::{Child, ChildStderr, ChildStdout},
};
use url::Url;

use super::guard::GUARDING;
use crate::evidence::Redactor;

/// How many of the last lines are kept for messages.
const LAST_LINES: usize = 5;
/// How many characters of a line are kept.
const LONGEST_LINE: usize = 300;

/// What a driver that listens has told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Started {
    /// Its process id.
    pub(super) id: u32,
    /// Where it listens.
    pub(super) url: Url,
}

/// Who hears what a driver says, secrets taken out.
#[derive(Debug, Clone)]
pub struct Listener {
    /// Gets each line.
    pub tell: fn(&str),
    /// Takes secrets out.
    pub redactor: Arc<Redactor>,
}

/// The two outputs of the guard, which the driver shares.
pub(super) struct Output<Out = ChildStdout, Err = ChildStderr> {
    out: Lines<BufReader<Out>>,
    err: Lines<BufReader<Err>>,
    said: VecDeque<String>,
    complained: VecDeque<String>,
}

impl Output {
    /// Takes the outputs of a process that was started with pipes for both.
    pub(super) fn of(process: &mut Child) -> Option<Self> {
        Some(Self::new(process.stdout.take()?, process.stderr.take()?))
    }
}

impl<Out: AsyncRead + Unpin, Err: AsyncRead + Unpin> Output<Out, Err> {
    fn new(out: Out, err: Err) -> Self {
        Self {
            out: BufReader::new(out).lines(),
            err: BufReader::new(err).lines(),
            said: VecDeque::new(),
            complained: VecDeque::new(),
        }
    }

    /// Reads until the driver listens; `None` when all has ended before that.
    pub(super) async fn until_it_listens(&mut self) -> Option<Started> {
        let mut id = None;
        let (mut is_out_open, mut is_err_open) = (true, true);
        while is_out_open || is_err_open {
            tokio::select! {
                line = self.out.next_line(), if is_out_open => match line {
                    Ok(Some(line)) => {
                        if let Some(word) = line.strip_prefix(GUARDING) {
                            id = word.parse().ok();
                        } else if let Some(url) = listening_url(&line) {
                            return Some(Started { id: id?, url });
                        } else {
                            keep(&mut self.said, &line);
                        }
                    }
                    _ => is_out_open = false,
                },
                line = self.err.next_line(), if is_err_open => match line {
                    Ok(Some(line)) => keep(&mut self.complained, &line),
                    _ => is_err_open = false,
                },
            }
        }
        None
    }

    /// The end of what was complained, or of what was said when there was no complaint.
    pub(super) fn last_words(&self) -> String {
        let lines = if self.complained.is_empty() {
            &self.said
        } else {
            &self.complained
        };
        if lines.is_empty() {
            return "it said nothing".to_owned();
        }
        lines
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Reads on to the end, so that nothing waits for a reader; whoever listens hears all of it.
    pub(super) async fn drain(self, listener: Option<Listener>) {
        let listener = listener.as_ref();
        for line in self.said.iter().chain(&self.complained) {
            tell(listener, line);
        }
        join!(read_on(self.out, listener), read_on(self.err, listener));
    }
}

fn tell(listener: Option<&Listener>, line: &str) {
    if let Some(Listener { tell, redactor }) = listener {
        tell(&redactor.text(line));
    }
}

async fn read_on<From: AsyncRead + Unpin>(
    mut lines: Lines<BufReader<From>>,
    listener: Option<&Listener>,
) {
    while let Ok(Some(line)) = lines.next_line().await {
        tell(listener, &line);
    }
    // What is no text is told to nobody.
    let _ = copy(&mut lines.into_inner(), &mut sink()).await;
}

/// From `ChromeDriver was started successfully on port 41615.`
fn listening_url(line: &str) -> Option<Url> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    let port: u16 = rest.trim_end().trim_end_matches('.').parse().ok()?;
    Url::parse(&format!("http://127.0.0.1:{port}/")).ok()
}

fn keep(lines: &mut VecDeque<String>, line: &str) {
    if lines.len() == LAST_LINES {
        lines.pop_front();
    }
    lines.push_back(line.chars().take(LONGEST_LINE).collect());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(out: &'static str, err: &'static str) -> Output<&'static [u8], &'static [u8]> {
        Output::new(out.as_bytes(), err.as_bytes())
    }

    #[tokio::test]
    async fn a_driver_that_listens_is_known_by_its_line() {
        let mut output = output(
            "guarding 4711\nStarting ChromeDriver 156.0.8078.79 on port 0\nChromeDriver was started successfully on port 41615.\n",
            "",
        );
        let started = output.until_it_listens().await.expect("listens");
        assert_eq!(started.id, 4711);
        assert_eq!(started.url.as_str(), "http://127.0.0.1:41615/");
    }

    #[tokio::test]
    async fn a_driver_that_ends_has_its_last_complaints_told() {
        let mut output = output(
            "Starting ChromeDriver\n",
            "one\ntwo\nthree\nfour\nfive\nbind() failed: Address already in use\n",
        );
        assert_eq!(output.until_it_listens().await, None);
        assert_eq!(
            output.last_words(),
            "two; three; four; five; bind() failed: Address already in use"
        );
    }

    #[tokio::test]
    async fn without_a_complaint_the_last_words_are_what_was_said() {
        let mut output = output("IPv6 port not available. Exiting...\n", "");
        assert_eq!(output.until_it_listens().await, None);
        assert_eq!(output.last_words(), "IPv6 port not available. Exiting...");
    }
}
