//! Whether a field holds what was typed. Formatting a text is fine; changing what it says is not.

/// Whether what a field holds means the same as what was typed.
///
/// The same after folding white space and case, or the same number (`$4500`, `4,500.00`), or the
/// same digits in the same order (`5551234567`, `(555) 123-4567`).
pub(super) fn means_the_same(typed: &str, held: &str, input_type: &str) -> bool {
    if typed == held {
        return true;
    }
    // A secret is compared to the letter; a time may be held without its seconds.
    match input_type {
        "password" => return false,
        "time" | "datetime-local" => {
            return typed.trim_end_matches(":00") == held.trim_end_matches(":00");
        }
        _ => {}
    }
    if fold(typed) == fold(held) {
        return true;
    }
    let decimals = decimal_sign(held);
    match (number(typed, decimals), number(held, decimals)) {
        (Some(one), Some(other)) => one == other,
        _ => is_reformatted_digits(typed, held),
    }
}

/// What sets decimals apart in an amount that has both signs: the last one. Only there is it sure.
fn decimal_sign(held: &str) -> Option<char> {
    let has_both = held.contains('.') && held.contains(',');
    let at = held.rfind(['.', ',']).filter(|_| has_both)?;
    held[at..].chars().next()
}

/// As texts on the page are compared: case and white space don't count.
pub(super) fn fold(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Digits with nothing but punctuation between them, both times the same.
fn is_reformatted_digits(typed: &str, held: &str) -> bool {
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let has_letters = |text: &str| text.chars().any(char::is_alphabetic);
    let typed_digits = digits(typed);
    typed_digits.len() >= 4
        && !has_letters(typed)
        && !has_letters(held)
        && typed_digits == digits(held)
        && typed.matches('.').count() <= held.matches('.').count()
}

/// An amount in its smallest written form: sign, whole part, two or more decimals without trailing zeros. Read with the
/// sign that sets decimals apart, where that is known and the text can be read so.
fn number(text: &str, decimals: Option<char>) -> Option<String> {
    let trimmed: String = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    let is_negative = trimmed.contains('-') || trimmed.starts_with('(');
    let core: String = trimmed
        .trim_matches(|character: char| {
            !character.is_ascii_digit() && !matches!(character, '.' | ',')
        })
        .to_owned();
    let is_number = !core.is_empty()
        && core.chars().any(|character| character.is_ascii_digit())
        && core
            .chars()
            .all(|character| character.is_ascii_digit() || matches!(character, '.' | ',' | '\''));
    if !is_number {
        return None;
    }
    let known = decimals.and_then(|sign| split_at_sign(&core, sign));
    let (whole, decimals) = known.unwrap_or_else(|| split_decimals(&core));
    let keep = |part: &str| {
        part.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let whole = keep(whole).trim_start_matches('0').to_owned();
    let decimals = keep(decimals).trim_end_matches('0').to_owned();
    Some(format!(
        "{}{whole}.{decimals}",
        if is_negative { "-" } else { "" }
    ))
}

/// Decimals stand behind that sign, and the other one groups by three; `None` for what isn't written so.
fn split_at_sign(core: &str, sign: char) -> Option<(&str, &str)> {
    let (whole, decimals) = core.split_once(sign).unwrap_or((core, ""));
    let grouping = if sign == '.' { ',' } else { '.' };
    let mut groups = whole.split(grouping).skip(1);
    let is_written_so = groups.all(|group| group.len() == 3) && !decimals.contains(['.', ',']);
    is_written_so.then_some((whole, decimals))
}

/// The last separator begins decimals, unless three digits follow it and it may be a grouping one.
fn split_decimals(core: &str) -> (&str, &str) {
    let Some(at) = core.rfind(['.', ',']) else {
        return (core, "");
    };
    let (whole, rest) = core.split_at(at);
    let decimals = &rest[1..];
    let separator = rest.chars().next().unwrap_or('.');
    let is_grouping = decimals.len() == 3 && (separator == ',' || whole.contains(separator));
    if is_grouping {
        (core, "")
    } else {
        (whole, decimals)
    }
}

#[cfg(test)]
mod tests {
    use super::means_the_same;

    #[test]
    fn formatting_is_the_same() {
        for (typed, held) in [
            ("$4500", "$4,500.00"),
            ("4500", "4500"),
            ("4500", "$4,500"),
            ("4500.5", "4,500.50"),
            ("4.500,00", "4500"),
            ("4.500", "4.500,00 €"),
            ("1.234.567", "1.234.567,00"),
            ("4,500", "$4,500.00"),
            ("4500,5", "4.500,50 €"),
            ("1 200", "1200"),
            ("5551234567", "(555) 123-4567"),
            ("ada@example.com", "ADA@example.com"),
            ("Ada  Lovelace", "Ada Lovelace"),
            ("-12", "-12.00"),
        ] {
            assert!(means_the_same(typed, held, "text"), "{typed} and {held}");
        }
    }

    #[test]
    fn another_amount_or_text_is_not() {
        for (typed, held) in [
            ("$4500", "$4.00"),
            ("$4500", "$45.00"),
            ("4500", "$45,000"),
            ("12", "-12"),
            ("Ada Lovelace", "Ada Lovelac"),
            ("Ada", ""),
            ("1.10", "110"),
            ("45.00", "4.500,00 €"),
            ("4.500", "4,500.00"),
            ("12.500", "1.250,00 €"),
            ("line\nbreak", "linebreak"),
        ] {
            assert!(!means_the_same(typed, held, "text"), "{typed} and {held}");
        }
    }

    #[test]
    fn passwords_to_the_letter_and_what_is_picked_in_its_own_form() {
        assert!(!means_the_same("Secret", "secret", "password"));
        assert!(means_the_same("2026-11-20", "2026-11-20", "date"));
        assert!(!means_the_same("2026-11-20", "2026-11-19", "date"));
        assert!(!means_the_same("2026-11-20", "", "date"));
        assert!(means_the_same("09:30:00", "09:30", "time"));
        assert!(!means_the_same("09:30", "10:30", "time"));
        assert!(means_the_same("#1A2B3C", "#1a2b3c", "color"));
        assert!(means_the_same("35", "35.0", "range"));
    }
}
