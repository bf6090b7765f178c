//! A token with a short life, as the user's own command prints it.

use std::{
    fmt,
    time::{Duration, Instant},
};

use tokio::sync::Mutex;

use crate::browser::{
    command::{complaint, output_of},
    error::BrowserError,
};
use crate::config::TokenCommand;
use crate::evidence::Redactor;

/// A token older than this is asked for again.
const LIFE: Duration = Duration::from_mins(4);
/// How long the command may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A header whose value a command prints.
#[derive(Debug)]
pub(super) struct Token {
    command: TokenCommand,
    life: Duration,
    newest: Mutex<Value>,
}

struct Value {
    asked: Instant,
    text: String,
}

// The token is a secret.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value")
    }
}

impl Token {
    /// Asks for the first token.
    pub(super) async fn ask(
        command: TokenCommand,
        redactor: &Redactor,
    ) -> Result<Self, BrowserError> {
        let text = ask_token(&command, redactor).await?;
        let asked = Instant::now();
        Ok(Self {
            command,
            life: LIFE,
            newest: Mutex::new(Value { asked, text }),
        })
    }

    /// The header with its token, asked for again when it is old. When it can't be had again the old one is used for
    /// as long as it is let in; the page behind the door says when it isn't.
    pub(super) async fn header(&self, redactor: &Redactor) -> (String, String) {
        let mut newest = self.newest.lock().await;
        if newest.asked.elapsed() >= self.life {
            newest.asked = Instant::now();
            if let Ok(text) = ask_token(&self.command, redactor).await {
                newest.text = text;
            }
        }
        (self.command.header.clone(), newest.text.clone())
    }
}

/// Runs the command; its output is a secret from the moment it is known.
async fn ask_token(command: &TokenCommand, redactor: &Redactor) -> Result<String, BrowserError> {
    let program = command.words.first().cloned().unwrap_or_default();
    let failed = |reason: String| BrowserError::NoToken {
        program: program.clone(),
        reason: redactor.text(&reason),
    };
    let output = output_of(&command.words, LIMIT).await;
    let output = output.map_err(|why| failed(format!("it {why}")))?;
    let token = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    redactor.learn("access token", &token);
    if !output.status.success() {
        return Err(failed(format!("it failed: {}", complaint(&output))));
    }
    if token.is_empty() {
        return Err(failed("it printed nothing".to_owned()));
    }
    if !token.bytes().all(|byte| matches!(byte, b'!'..=b'~')) {
        return Err(failed(
            "it printed more than one word, and a token is one".to_owned(),
        ));
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(script: &str) -> TokenCommand {
        TokenCommand {
            words: ["sh", "-c", script].map(str::to_owned).to_vec(),
            header: "x-token".to_owned(),
        }
    }

    async fn ask(script: &str) -> Result<String, String> {
        let redactor = Redactor::default();
        let asked = ask_token(&command(script), &redactor).await;
        asked.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_token_is_trimmed() {
        assert_eq!(
            ask("echo; echo ' abc.def '").await.as_deref(),
            Ok("abc.def")
        );
    }

    #[tokio::test]
    async fn a_command_that_brings_no_token_says_why() {
        let why = |script: &'static str| async move { ask(script).await.expect_err("no token") };
        assert!(why("exit 0").await.contains("printed nothing"));
        assert!(
            why("echo 'log in first' >&2; exit 1")
                .await
                .contains("log in first")
        );
        assert!(why("echo two words").await.contains("more than one word"));
        let mut nothing = command("");
        nothing.words = vec!["/no/such/program".to_owned()];
        let error = ask_token(&nothing, &Redactor::default()).await;
        let error = error.expect_err("no program").to_string();
        assert!(error.contains("/no/such/program"), "{error}");
    }

    #[tokio::test]
    async fn an_old_token_is_asked_for_again_and_used_on_when_there_is_no_newer_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let count = folder.path().join("count");
        // The second time it brings another one, the third time none.
        let script = format!(
            "echo x >> {0}; n=$(wc -l < {0}); test $n -lt 3 && echo token-$n",
            count.display()
        );
        let redactor = Redactor::default();
        let asked = Token::ask(command(&script), &redactor).await;
        let mut token = asked.expect("a first token");
        let header = async |token: &Token| token.header(&redactor).await.1;
        assert_eq!(header(&token).await, "token-1", "young");
        token.life = Duration::ZERO;
        assert_eq!(header(&token).await, "token-2", "old");
        assert_eq!(header(&token).await, "token-2", "old, and no newer one");
    }

    #[tokio::test]
    async fn what_a_failing_command_printed_is_never_shown() {
        let redactor = Redactor::default();
        let script = "echo hunter2hunter2; echo no: hunter2hunter2 >&2; exit 1";
        let error = ask_token(&command(script), &redactor).await;
        let error = error.expect_err("failed").to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
