//! What holds of every mistake, whatever the file.

use crate::checklist::Mistake;

/// Each mistake stands in the file, says what to do, and draws its caret under its line.
pub(crate) fn check(mistakes: &[Mistake], file: &str, text: &str) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    for mistake in mistakes.iter().filter(|mistake| mistake.file == file) {
        let line = lines.get(mistake.place.line - 1).expect("a line of the file");
        let length = line.chars().count();
        assert!((1..=length + 1).contains(&mistake.place.column), "{mistake}");
        assert!(mistake.indent + mistake.width <= mistake.line.chars().count() + 1, "{mistake}");
        assert!(mistake.help.is_some(), "{mistake}");
        assert!(!mistake.to_string().contains('\u{1b}'), "{mistake}");
    }
}
