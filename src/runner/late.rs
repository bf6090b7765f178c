//! Texts of a sign-in that are only known at the moment they are needed: the code of that moment, a message that has
//! just come.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use url::Url;

use super::inbox::NewMessages;
use crate::checklist::{Action, LateSource, RecipeAction, Text};
use crate::config::{Authenticator, Persona};
use crate::evidence::Redactor;

/// A code that would be over sooner is not typed: it could be over when it is looked at.
const LEAST_LEFT: Duration = Duration::from_secs(3);

/// How long a message may take to come.
const MESSAGE_LIMIT: Duration = Duration::from_secs(30);

/// Finds out texts while a persona signs in.
#[derive(Debug)]
pub(super) struct LateTexts<'p> {
    persona: &'p Persona,
    messages: Option<Result<NewMessages<'p>, String>>,
}

impl<'p> LateTexts<'p> {
    /// Begins: what lies in the inbox by now is not for this sign-in.
    pub(super) async fn begin(persona: &'p Persona) -> Self {
        let mut sources = persona.sign_in.iter().flat_map(RecipeAction::late_texts);
        let needs_inbox = sources.any(|source| source == LateSource::Inbox);
        let messages = match persona.inbox.as_ref().filter(|_| needs_inbox) {
            Some(inbox) => Some(NewMessages::begin(inbox).await),
            None => None,
        };
        Self { persona, messages }
    }

    /// The action with its texts found out, each hidden from then on; `Err` says in words why one can't be had.
    pub(super) async fn find_out(
        &mut self,
        action: &RecipeAction,
        redactor: &Redactor,
    ) -> Result<Action, String> {
        let mut found = Vec::new();
        for source in action.late_texts() {
            let text = match source {
                LateSource::Totp => self.code().await?,
                LateSource::Inbox => self.message().await?,
            };
            hide(redactor, source, &text);
            found.push((source, text));
        }
        Ok(action.known(|text| match text {
            Text::Known(text) => text.clone(),
            Text::Late {
                before,
                source,
                after,
            } => {
                let found = found.iter().find(|(known, _)| known == source);
                let middle = found.map_or("", |(_, text)| text.as_str());
                format!("{before}{middle}{after}")
            }
        }))
    }

    async fn code(&self) -> Result<String, String> {
        let missing = || "the persona has no `totp`".to_owned();
        let authenticator = self.persona.totp.as_ref().ok_or_else(missing)?;
        loop {
            let (code, left) = code_of_now(authenticator);
            if left >= LEAST_LEFT {
                return Ok(code);
            }
            // The next code begins by the clock: there is nothing to be told of it.
            let _ = tokio::time::timeout(left, std::future::pending::<()>()).await;
        }
    }

    async fn message(&mut self) -> Result<String, String> {
        let missing = || "the persona has no `inbox`".to_owned();
        let messages = self.messages.as_mut().ok_or_else(missing)?;
        messages
            .as_mut()
            .map_err(|why| why.clone())?
            .wait(Instant::now() + MESSAGE_LIMIT)
            .await
    }
}

fn code_of_now(authenticator: &Authenticator) -> (String, Duration) {
    let now = u64::try_from(Timestamp::now().as_second()).unwrap_or_default();
    authenticator.code_at(now)
}

/// Of a link only what makes it a key to something is hidden, so that what was opened can still be read.
fn hide(redactor: &Redactor, source: LateSource, text: &str) {
    let kind = match source {
        LateSource::Totp => "totp",
        LateSource::Inbox => "inbox",
    };
    let Ok(link) = Url::parse(text) else {
        return redactor.learn_code(kind, text);
    };
    let segments = link.path_segments().into_iter().flatten();
    let keys: Vec<String> = link
        .query_pairs()
        .map(|(_, value)| value.into_owned())
        .chain(segments.map(str::to_owned))
        .chain(link.fragment().map(str::to_owned))
        .filter(|part| is_key(part))
        .collect();
    for key in &keys {
        redactor.learn_code(kind, key);
    }
    if keys.is_empty() {
        redactor.learn_code(kind, text);
    }
}

/// Words of an address are short and have no digits.
fn is_key(part: &str) -> bool {
    let has_digit = part.chars().any(|next| next.is_ascii_digit());
    part.len() >= 20 || (part.len() >= 6 && has_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_link_its_key_is_hidden_and_its_place_is_not() {
        let redactor = Redactor::default();
        hide(
            &redactor,
            LateSource::Inbox,
            "https://app.example/auth/verify/zk9TT0vQ?kind=magic&token_hash=8f14e45f",
        );
        let shown = redactor
            .text("opened https://app.example/auth/verify/zk9TT0vQ?kind=magic&token_hash=8f14e45f");
        assert!(
            shown.contains("https://app.example/auth/verify/[redacted:inbox:"),
            "{shown}"
        );
        assert!(
            shown.contains("kind=magic") && !shown.contains("8f14e45f"),
            "{shown}"
        );
    }

    #[test]
    fn a_link_without_a_key_is_hidden_whole() {
        let redactor = Redactor::default();
        hide(&redactor, LateSource::Inbox, "https://app.example/in/abcde");
        let shown = redactor.text("https://app.example/in/abcde");
        assert!(!shown.contains("abcde"), "{shown}");
    }
}
