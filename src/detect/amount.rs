//! What is read at a glance and means something else when a part of it is missing: amounts, dates, numbers.

/// Longer texts are sentences.
const LONGEST: usize = 24;
const CURRENCIES: [char; 9] = ['$', '€', '£', '¥', '₹', '₩', '₽', '₺', '¢'];
const CODES: [&str; 12] = [
    "USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "INR",
];
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Whether a text is nothing but a number: an amount, a date, a time, a count.
pub(super) fn is_figure(text: &str) -> bool {
    text.chars().count() <= LONGEST
        && text.chars().any(|next| next.is_ascii_digit())
        && words(text).all(|word| word.chars().count() < 4 || is_month(word))
}

/// Whether an amount of money, a share or a date stands in a text.
pub(super) fn has_amount(text: &str) -> bool {
    let parts: Vec<_> = text.split_whitespace().collect();
    let is_number = |part: &&str| part.starts_with(|next: char| next.is_ascii_digit());
    let has_digit = |part: &&str| part.chars().any(|next| next.is_ascii_digit());
    let beside = |at: usize, is: &dyn Fn(&&str) -> bool| {
        let before = at.checked_sub(1).and_then(|at| parts.get(at));
        before.is_some_and(is) || parts.get(at + 1).is_some_and(is)
    };
    parts.iter().enumerate().any(|(at, part)| {
        let is_unit = part.contains(CURRENCIES)
            || CODES.contains(part)
            || matches!(*part, "kr" | "%")
            || words(part).any(is_month);
        is_amount(part) || (is_unit && (has_digit(part) || beside(at, &is_number)))
    })
}

/// Without a space: `4,500.00`, `12%`, `2026-11-21`, `21.11.2026`.
fn is_amount(part: &str) -> bool {
    let core = part.trim_matches(|next: char| !next.is_ascii_digit() && next != '%');
    let groups: Vec<_> = core
        .trim_end_matches('%')
        .split(['.', ',', '-', '/', '’', '\''])
        .collect();
    let is_digits =
        |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let is_written = groups.len() > 1 || core.ends_with('%');
    is_written && groups.iter().all(is_digits)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|next: char| !next.is_alphabetic())
        .filter(|word| !word.is_empty())
}

fn is_month(word: &str) -> bool {
    let word = word.to_lowercase();
    MONTHS.iter().any(|month| word.starts_with(month)) && word.chars().count() <= 9
}

#[cfg(test)]
mod tests {
    use super::{has_amount, is_figure};

    #[test]
    fn amounts_and_dates_are_told_from_words_and_names() {
        for text in [
            "$4,500.00",
            "4.500,00 €",
            "1 200 kr",
            "EUR 12",
            "12%",
            "21 Nov 2026",
            "November 21",
            "2026-11-21",
            "21.11.2026",
            "−$12.50",
        ] {
            assert!(is_figure(text) && has_amount(text), "{text}");
        }
        for text in [
            "Marlow and Sons",
            "IMG_2041.jpg",
            "Room",
            "",
            "3f2a9c1b",
            "#1042",
        ] {
            assert!(!has_amount(text), "{text}");
        }
        for text in ["Quote 1042", "Rewire the kitchen for $4,500.00", "Step 3"] {
            assert!(!is_figure(text), "{text}");
        }
    }
}
