//! Giving files to a file field, however the page dresses it up.

use std::{path::Path, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    act::{Deed, first_line, is_fatal},
    locate::{Hindrance, Obstacle, Purpose},
    script::Script,
};
use crate::browser::{BrowserError, Session, bidi::FileDialog};
use crate::checklist::Upload;

const UPLOAD: Script = Script {
    name: "upload.js",
    text: concat!(
        include_str!("js/clock.js"),
        include_str!("js/names.js"),
        include_str!("js/locate.js"),
        include_str!("js/upload.js")
    ),
};
/// What a file field takes, asked over BiDi: one that was never put into the page can't be named otherwise.
const ASK: &str = "(input) => JSON.stringify({ accept: input.accept, multiple: input.multiple, is_disabled: input.disabled })";

/// What a file field takes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Takes {
    accept: String,
    multiple: bool,
    is_disabled: bool,
}

/// What bears the name of a file field.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Bearer {
    Hindered {
        error: Hindrance,
    },
    /// The field itself, or what is labelled for it.
    Field {
        element: Value,
        takes: Takes,
    },
    /// Something to touch, so that it opens one.
    Opener {
        opener: String,
    },
}

impl Session {
    /// Gives files to their fields, one after the other.
    pub async fn upload(&self, uploads: &[Upload], limit: Duration) -> Deed<()> {
        for upload in uploads {
            if let Err(obstacle) = self.upload_one(upload, limit).await? {
                return Ok(Err(obstacle));
            }
        }
        Ok(Ok(()))
    }

    async fn upload_one(&self, upload: &Upload, limit: Duration) -> Deed<()> {
        match self
            .ask_page(UPLOAD, vec![json!(upload.field)], limit)
            .await?
        {
            Bearer::Hindered { error } => {
                let seconds = limit.as_secs();
                Ok(Err(Obstacle::new(&upload.field, error, seconds)))
            }
            Bearer::Field { element, takes } => match refusal(upload, &takes) {
                Some(why) => Ok(Err(Obstacle::plain(why))),
                None => self.hand_over(upload, &element).await,
            },
            Bearer::Opener { opener } => self.upload_through(upload, &opener, limit).await,
        }
    }

    /// The driver types the files' paths into the field, hidden or not.
    async fn hand_over(&self, upload: &Upload, element: &Value) -> Deed<()> {
        let element = self.element(element)?;
        let paths = paths_of(upload).join("\n");
        let typing = element.send_keys(&paths);
        in_words(upload, self.bear_with("upload", typing).await)
    }

    /// Touches a button and gives the files to the field that it opens, which may lie outside of the page.
    async fn upload_through(&self, upload: &Upload, opener: &str, limit: Duration) -> Deed<()> {
        let ready = match self.ready(&upload.field, Purpose::Tap, limit).await? {
            Ok(ready) => ready,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        self.observer.forget_file_dialog();
        self.touch(ready.point).await?;
        let asked = self.observer.wait_for_file_dialog(limit).await;
        let Some(FileDialog { context, element }) = asked else {
            let why = format!(
                "{} is {opener}, and touching it opened no file field within {} s",
                upload.field,
                limit.as_secs()
            );
            return Ok(Err(Obstacle::plain(why)));
        };
        let element = json!({"sharedId": element});
        let ask = json!({
            "functionDeclaration": ASK,
            "arguments": [&element],
            "target": {"context": &context},
            "awaitPromise": false,
        });
        let answer = self.bidi.send("script.callFunction", ask).await?;
        let told = answer.pointer("/result/value").and_then(Value::as_str);
        let takes: Takes = serde_json::from_str(told.unwrap_or_default()).map_err(|error| {
            BrowserError::Nonsense {
                script: "script.callFunction",
                reason: error.to_string(),
            }
        })?;
        if let Some(why) = refusal(upload, &takes) {
            return Ok(Err(Obstacle::plain(why)));
        }
        let files = json!({"context": context, "element": element, "files": paths_of(upload)});
        let given = self.bidi.send("input.setFiles", files).await;
        in_words(upload, given.map(|_| ()))
    }
}

/// Whether the files have been taken, in words when not.
fn in_words(upload: &Upload, given: Result<(), BrowserError>) -> Deed<()> {
    let (error, message) = match given {
        Ok(()) => return Ok(Ok(())),
        Err(
            BrowserError::Command { error, message, .. }
            | BrowserError::BidiCommand { error, message, .. },
        ) if !is_fatal(&error) => (error, message),
        Err(error) => return Err(error),
    };
    let mut why = format!("could not upload {upload}: {}", first_line(&message));
    // The driver of another machine looks for the file there.
    if error == "invalid argument" || message.contains("File not found") {
        why.push_str("; a driver on another machine needs the file at the same path there");
    }
    Ok(Err(Obstacle::plain(why)))
}

fn paths_of(upload: &Upload) -> Vec<String> {
    let paths = upload.files.iter().map(|file| &file.path);
    paths
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

/// Why a person couldn't have picked these files there.
fn refusal(upload: &Upload, takes: &Takes) -> Option<String> {
    let Upload { field, files } = upload;
    if takes.is_disabled {
        return Some(format!("{field} is disabled"));
    }
    if files.len() > 1 && !takes.multiple {
        return Some(format!(
            "{field} takes one file, and the step gives it {}: the field isn't `multiple`",
            files.len()
        ));
    }
    let refused = files
        .iter()
        .find(|file| !is_accepted(&takes.accept, &file.path))?;
    Some(format!(
        "{field} doesn't take {}: it accepts `{}`",
        refused.written, takes.accept
    ))
}

/// By the rules of `accept`: endings of names, media types, or a whole family of them.
fn is_accepted(accept: &str, file: &Path) -> bool {
    let kinds: Vec<String> = accept
        .split(',')
        .map(|kind| kind.trim().to_ascii_lowercase())
        .filter(|kind| !kind.is_empty())
        .collect();
    let name = file.to_string_lossy().to_ascii_lowercase();
    let types = mime_guess::from_path(file);
    let fits = |kind: &String| {
        if kind == "*/*" || kind == "*" {
            true
        } else if kind.starts_with('.') {
            name.ends_with(kind.as_str())
        } else if let Some(family) = kind.strip_suffix("/*") {
            types.iter().any(|mime| mime.type_() == family)
        } else {
            // Browsers know this misnomer.
            let kind = if kind == "image/jpg" {
                "image/jpeg"
            } else {
                kind
            };
            types.iter().any(|mime| mime.essence_str() == kind)
        }
    };
    kinds.is_empty() || kinds.iter().any(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_read_as_browsers_read_it() {
        for (accept, file, wanted) in [
            ("", "notes", true),
            ("image/*", "Roof.JPG", true),
            ("image/*,.pdf", "plan.PDF", true),
            ("image/*", "plan.pdf", false),
            ("image/png, image/jpg", "roof.jpeg", true),
            ("image/png", "roof.jpeg", false),
            (".csv", "x.csv.txt", false),
            ("application/pdf", "notes", false),
            ("text/csv", "x.csv", true),
            ("*/*", "notes", true),
        ] {
            assert_eq!(
                is_accepted(accept, Path::new(file)),
                wanted,
                "{accept} {file}"
            );
        }
    }
}
