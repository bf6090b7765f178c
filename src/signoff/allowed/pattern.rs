//! Lists of patterns as OpenSSH matches them (`ssh_config(5)`, PATTERNS): `*`, `?`, and `!` before one that must not match.

/// OpenSSH gives up on longer ones.
const LONGEST: usize = 1022;

/// Whether a text is matched by some pattern of a list, and by none with `!`.
pub(super) fn matches_list(text: &str, list: &str) -> bool {
    let mut is_matched = false;
    // A comma at the end begins no further pattern.
    let list = list.strip_suffix(',').unwrap_or(list);
    if list.is_empty() {
        return false;
    }
    for pattern in list.split(',') {
        let (is_negated, pattern) = match pattern.strip_prefix('!') {
            Some(pattern) => (true, pattern),
            None => (false, pattern),
        };
        if pattern.len() > LONGEST {
            return false;
        }
        if matches(text.as_bytes(), pattern.as_bytes()) {
            if is_negated {
                return false;
            }
            is_matched = true;
        }
    }
    is_matched
}

/// `*` is any text, `?` any one byte. Goes back to the last `*` only, so it takes no more than text times pattern.
fn matches(text: &[u8], pattern: &[u8]) -> bool {
    let (mut at, mut next) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(next) {
            Some(b'*') => {
                last_star = Some((at, next));
                next += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[at] => {
                at += 1;
                next += 1;
            }
            _ => match last_star {
                Some((from, star)) => {
                    last_star = Some((from + 1, star));
                    (at, next) = (from + 1, star + 1);
                }
                None => return false,
            },
        }
    }
    pattern[next..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_openssh_says() {
        for (text, list, expected) in [
            ("ada@example.com", "ada@example.com", true),
            ("ada@example.com", "Ada@example.com", false),
            ("ada@example.com", "*@example.com", true),
            ("ada@example.com", "a?a@*", true),
            ("ada@example.com", "*@example.com,!ada@*", false),
            ("ada@example.com", "!bob@*,*", true),
            ("ada@example.com", "!bob@*", false),
            ("ada@example.com", "*a*a*a*a*a*a*a*a*b", false),
            ("ada@example.com", "", false),
            ("ada@example.com", ",*", true),
            ("", "*", true),
            ("", "?", false),
            ("aab", "*ab", true),
        ] {
            assert_eq!(matches_list(text, list), expected, "{text} {list}");
        }
        assert!(!matches_list(
            "a",
            &format!("{},a", "*".repeat(LONGEST + 1))
        ));
    }
}
