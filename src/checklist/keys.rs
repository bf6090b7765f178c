//! Names of keys and chords: `Enter`, `Control+A`.

use super::{
    mistake::quote,
    nearest::{list_words, nearest},
};

/// Keys with a name; single characters and `F1` to `F12` are keys too.
const NAMED: &[&str] = &[
    "Enter",
    "Tab",
    "Escape",
    "Backspace",
    "Delete",
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "Space",
];

/// Keys that are held while another is pressed.
const HELD: &[&str] = &["Control", "Shift", "Alt", "Meta"];

/// A regular expression for what `check_key` takes.
pub(super) fn key_pattern() -> String {
    let (held, named) = (HELD.join("|"), NAMED.join("|"));
    format!("^(({held})\\+)*({named}|{held}|F[1-9]|F1[0-2]|.)$")
}

/// Why a text names no key; its help says what to write.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KeyError {
    message: String,
    help: String,
}

impl KeyError {
    /// What to write instead.
    pub(super) fn help(&self) -> &str {
        &self.help
    }
}

impl std::fmt::Display for KeyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// Checks a key or a chord.
pub(super) fn check_key(text: &str) -> Result<(), KeyError> {
    // In `+` and `Control++` the last plus is the key itself.
    let (held, key) = match text.strip_suffix('+') {
        Some("") => (None, "+"),
        Some(before) if before.ends_with('+') => (before.strip_suffix('+'), "+"),
        _ => match text.rsplit_once('+') {
            Some((held, key)) => (Some(held), key),
            None => (None, text),
        },
    };
    if key.is_empty() {
        return Err(KeyError {
            message: format!("{} ends without a key", quote(text)),
            help: "write the key behind the last `+`: `Control+A`".to_owned(),
        });
    }
    for word in held.into_iter().flat_map(|held| held.split('+')) {
        if !HELD.contains(&word) {
            return Err(not_held(word));
        }
    }
    if is_key(key) || HELD.contains(&key) {
        Ok(())
    } else {
        Err(unknown(key))
    }
}

fn is_key(word: &str) -> bool {
    let is_function_key = || {
        let number = word
            .strip_prefix('F')
            .filter(|digits| !digits.starts_with('0'));
        number
            .and_then(|digits| digits.parse::<u8>().ok())
            .is_some_and(|number| (1..=12).contains(&number))
    };
    NAMED.contains(&word) || word.chars().count() == 1 || is_function_key()
}

fn not_held(word: &str) -> KeyError {
    let message = format!("{} can't be held with another key", quote(word));
    let near = other_name(word)
        .filter(|name| HELD.contains(name))
        .or_else(|| nearest(word, HELD.iter().copied()));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "what is held is {}: `Control+A`",
            list_words(HELD.iter().copied(), "or")
        ),
    };
    KeyError { message, help }
}

fn unknown(word: &str) -> KeyError {
    let near = other_name(word).or_else(|| nearest(word, NAMED.iter().chain(HELD).copied()));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "keys are {}, `F1` to `F12` and single characters; a text is typed with `fill`",
            list_words(NAMED.iter().copied(), "and")
        ),
    };
    KeyError {
        message: format!("unknown key {}", quote(word)),
        help,
    }
}

/// The name of a key that other tools and key caps name otherwise.
fn other_name(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "ctrl" | "strg" => "Control",
        "cmd" | "command" | "win" | "super" => "Meta",
        "option" | "opt" => "Alt",
        "esc" => "Escape",
        "return" => "Enter",
        "del" => "Delete",
        "up" => "ArrowUp",
        "down" => "ArrowDown",
        "left" => "ArrowLeft",
        "right" => "ArrowRight",
        "pgup" => "PageUp",
        "pgdn" | "pgdown" => "PageDown",
        "spacebar" => "Space",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_chords_are_known() {
        for key in [
            "Enter",
            "a",
            "é",
            "+",
            "F1",
            "F12",
            "Control+A",
            "Control+Shift+Tab",
            "Control++",
            "Shift",
        ] {
            assert_eq!(check_key(key), Ok(()), "{key}");
        }
    }

    #[test]
    fn others_get_the_nearest_name() {
        let help = |key: &str| check_key(key).expect_err("no key").help;
        assert_eq!(help("enter"), "did you mean `Enter`?");
        assert_eq!(help("Ctrl+A"), "did you mean `Control`?");
        assert_eq!(help("Return"), "did you mean `Enter`?");
        assert_eq!(help("ArowDown"), "did you mean `ArrowDown`?");
        assert_eq!(
            help("Control+"),
            "write the key behind the last `+`: `Control+A`"
        );
        assert!(help("F13").contains("`F1` to `F12`"));
        assert!(help("F01").contains("`F1` to `F12`"));
        assert!(help("Hello").contains("typed with `fill`"));
    }
}
