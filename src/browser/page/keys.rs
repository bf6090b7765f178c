//! Key names and their code points (WebDriver, section 17.4.2, "keyboard actions").

/// The keys of a chord such as `Control+A`, in the order they go down; `None` for an unknown name.
pub(super) fn chord(name: &str) -> Option<Vec<char>> {
    if name == "+" {
        return Some(vec!['+']);
    }
    name.split('+').map(key).collect()
}

fn key(name: &str) -> Option<char> {
    let code = match name {
        "Enter" => '\u{E007}',
        "Tab" => '\u{E004}',
        "Escape" => '\u{E00C}',
        "Backspace" => '\u{E003}',
        "Delete" => '\u{E017}',
        "Space" => ' ',
        "ArrowLeft" => '\u{E012}',
        "ArrowUp" => '\u{E013}',
        "ArrowRight" => '\u{E014}',
        "ArrowDown" => '\u{E015}',
        "Home" => '\u{E011}',
        "End" => '\u{E010}',
        "PageUp" => '\u{E00E}',
        "PageDown" => '\u{E00F}',
        "Insert" => '\u{E016}',
        "Control" => '\u{E009}',
        "Shift" => '\u{E008}',
        "Alt" => '\u{E00A}',
        "Meta" => '\u{E03D}',
        _ => return function_key(name).or_else(|| single(name)),
    };
    Some(code)
}

fn function_key(name: &str) -> Option<char> {
    let number: u32 = name.strip_prefix('F')?.parse().ok()?;
    (1..=12)
        .contains(&number)
        .then(|| char::from_u32(0xE030 + number))?
}

fn single(name: &str) -> Option<char> {
    let mut characters = name.chars();
    let first = characters.next()?;
    characters.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_chords_and_characters() {
        assert_eq!(chord("Enter"), Some(vec!['\u{E007}']));
        assert_eq!(
            chord("Control+Shift+a"),
            Some(vec!['\u{E009}', '\u{E008}', 'a'])
        );
        assert_eq!(chord("F12"), Some(vec!['\u{E03C}']));
        assert_eq!(chord("+"), Some(vec!['+']));
        assert_eq!(chord("F13"), None);
        assert_eq!(chord("Entr"), None);
    }
}
