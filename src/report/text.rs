//! Captured text for people's eyes: what would move, hide or reorder other text is shown as an escape.

/// Control, bidirectional and invisible characters become visible escapes; line breaks stay.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            _ if is_deceptive(character) => {
                shown.extend(character.escape_unicode());
            }
            _ => shown.push(character),
        }
    }
    shown
}

fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200B}'..='\u{200C}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn nothing_moves_the_cursor_or_turns_the_text_around() {
        assert_eq!(visible("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(visible("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(visible("line\nnext"), "line\nnext");
        // An emoji family is joined by a zero-width joiner, which reorders nothing.
        assert_eq!(visible("👩‍👧 é 漢"), "👩‍👧 é 漢");
    }
}
