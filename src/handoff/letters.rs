//! Names in the letters of the contact sheet's font, which are those of Western Europe (ISO 8859-1).

/// U+0100 to U+017F, the letters of Central Europe, without their marks.
const WITHOUT_MARKS: &[u8; 128] =
    b"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

/// A text in the font's letters; `None` when it holds others, such as Cyrillic or Japanese ones.
pub(super) fn drawable(text: &str) -> Option<String> {
    let mut drawn = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            ' '..='~' | '\u{a0}'..='\u{ff}' => drawn.push(letter),
            '\u{100}'..='\u{17f}' => {
                let at = u32::from(letter) - 0x100;
                drawn.push(char::from(WITHOUT_MARKS[usize::try_from(at).ok()?]));
            }
            'Ș' => drawn.push('S'),
            'ș' => drawn.push('s'),
            'Ț' => drawn.push('T'),
            'ț' => drawn.push('t'),
            '…' => drawn.push_str("..."),
            '→' => drawn.push_str("->"),
            '€' => drawn.push_str("EUR"),
            '‐' | '‑' | '‒' | '–' | '—' | '−' => drawn.push('-'),
            '“' | '”' | '„' | '″' => drawn.push('"'),
            '‘' | '’' | '‚' | '′' => drawn.push('\''),
            '›' => drawn.push('>'),
            '‹' => drawn.push('<'),
            '•' => drawn.push('\u{b7}'),
            letter if letter.is_whitespace() => drawn.push(' '),
            _ => return None,
        }
    }
    Some(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_simple_is_written_out_and_what_is_not_is_left_to_the_id() {
        let drawn = |text| drawable(text);
        let same = |text: &str| Some(text.to_owned());
        assert_eq!(drawn("Größe: 5 £"), same("Größe: 5 £"));
        assert_eq!(
            drawn("“Zażółć gęślą jaźń” – šťastný…"),
            same("\"Zazólc gesla jazn\" - stastný...")
        );
        assert_eq!(drawn("Wyślij → 5 €"), same("Wyslij -> 5 EUR"));
        for other in ["Подписать", "Υπογραφή", "見積書", "Sign 👍"] {
            assert_eq!(drawn(other), None, "{other}");
        }
    }
}
