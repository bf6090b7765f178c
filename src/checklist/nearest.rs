//! The known word that a misspelt one was probably meant to be.

/// Longer words are no slips of the finger.
const LONGEST: usize = 40;

/// The candidate nearest to a word, when it is near enough to be what was meant.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = fold(word);
    let length = word.chars().count();
    if length == 0 || length > LONGEST {
        return None;
    }
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let mut longer = candidates
        .iter()
        .filter(|candidate| length >= 3 && fold(candidate).starts_with(&word));
    if let (Some(only), None) = (longer.next(), longer.next()) {
        return Some(only);
    }
    let (distance, candidate) = candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, &fold(candidate)), candidate))
        .min_by_key(|(distance, _)| *distance)?;
    let allowed = (length.max(candidate.chars().count()) / 3).max(1);
    // `tap` for `to` would be a guess: at least half the letters must be right.
    (distance <= allowed && distance * 2 <= length).then_some(candidate)
}

/// Case, hyphens and underscores don't count.
fn fold(word: &str) -> String {
    word.chars()
        .take(LONGEST + 1)
        .filter(|character| !matches!(character, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Words in back-ticks, as a list a person reads: `` `a`, `b` or `c` ``.
pub(crate) fn list_words<'a>(words: impl IntoIterator<Item = &'a str>, last: &str) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_seen_and_other_words_are_not() {
        let verbs = ["visit", "tap", "fill", "press", "not_see"];
        assert_eq!(nearest("tpa", verbs), Some("tap"));
        assert_eq!(nearest("Visit", verbs), Some("visit"));
        assert_eq!(nearest("not-see", verbs), Some("not_see"));
        assert_eq!(nearest("vist", verbs), Some("visit"));
        assert_eq!(
            nearest("prod", ["preview", "production"]),
            Some("production")
        );
        assert_eq!(nearest("banana", verbs), None);
        assert_eq!(nearest("", verbs), None);
    }

    #[test]
    fn lists_read_well() {
        assert_eq!(list_words(["a"], "or"), "`a`");
        assert_eq!(list_words(["a", "b", "c"], "or"), "`a`, `b` or `c`");
    }
}
