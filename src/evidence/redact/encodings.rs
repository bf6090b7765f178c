//! The forms in which a known secret may stand somewhere.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use std::{collections::BTreeSet, fmt::Write};

use crate::evidence::digest::hex;

/// Every form of a value that a program is likely to write, as bytes.
pub(super) fn forms(value: &str) -> BTreeSet<Vec<u8>> {
    let mut texts: BTreeSet<String> = BTreeSet::from([value.to_owned()]);
    for level in 0..3 {
        let known: Vec<_> = texts.iter().cloned().collect();
        for text in known {
            texts.extend(escapes(&text, level));
        }
    }
    texts.extend(percents(value));
    for text in percents(value) {
        texts.extend(percents(&text));
    }
    texts.extend(html(value));
    let digits = hex(value.as_bytes());
    texts.insert(digits.to_uppercase());
    texts.insert(digits);
    let mut forms: BTreeSet<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    forms.extend(base64_cores(value.as_bytes()));
    forms.insert(value.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms.insert(value.encode_utf16().flat_map(u16::to_be_bytes).collect());
    // A form of a few bytes would be found everywhere.
    forms.retain(|form| form.len() >= value.len().min(8));
    forms
}

/// JSON strings as different writers make them; once more escaped at each deeper level.
fn escapes(text: &str, level: usize) -> Vec<String> {
    let plain = json(text, false, false, false);
    if level > 0 {
        return vec![plain];
    }
    let mut forms = vec![plain];
    for (slash, ascii, markup) in [
        (true, false, false),
        (false, true, false),
        (true, true, false),
        (false, false, true),
        (false, true, true),
        (true, true, true),
    ] {
        let form = json(text, slash, ascii, markup);
        forms.push(upper_escapes(&form));
        forms.push(form);
    }
    forms
}

fn json(text: &str, slash: bool, ascii: bool, markup: bool) -> String {
    let mut form = String::new();
    for character in text.chars() {
        match character {
            '"' => form.push_str("\\\""),
            '\\' => form.push_str("\\\\"),
            '\n' => form.push_str("\\n"),
            '\r' => form.push_str("\\r"),
            '\t' => form.push_str("\\t"),
            '/' if slash => form.push_str("\\/"),
            '<' | '>' | '&' | '\'' | '=' | '+' if markup => unit_escapes(&mut form, character),
            _ if ascii && !character.is_ascii() => unit_escapes(&mut form, character),
            _ => form.push(character),
        }
    }
    form
}

fn unit_escapes(form: &mut String, character: char) {
    let mut units = [0; 2];
    for unit in character.encode_utf16(&mut units) {
        let _ = write!(form, "\\u{unit:04x}");
    }
}

fn upper_escapes(form: &str) -> String {
    let mut upper = String::new();
    let mut rest = form;
    while let Some(at) = rest.find("\\u") {
        let end = (at + 6).min(rest.len());
        upper.push_str(&rest[..at + 2]);
        upper.push_str(&rest.get(at + 2..end).unwrap_or_default().to_uppercase());
        rest = rest.get(end..).unwrap_or_default();
    }
    upper + rest
}

/// Percent-encodings: component, form and path rules, hex digits of either case.
fn percents(text: &str) -> Vec<String> {
    let encode = |keep: &str, plus: bool, upper: bool| {
        text.bytes().fold(String::new(), |mut form, byte| {
            let character = char::from(byte);
            if byte.is_ascii_alphanumeric() || keep.contains(character) {
                form.push(character);
            } else if plus && byte == b' ' {
                form.push('+');
            } else {
                let _ = if upper {
                    write!(form, "%{byte:02X}")
                } else {
                    write!(form, "%{byte:02x}")
                };
            }
            form
        })
    };
    let mut forms = Vec::new();
    for upper in [true, false] {
        for keep in [
            "-_.~",
            "-_.!~*'()",
            "-_.*",
            "",
            "-_.!~*'();/?:@&=+$,#",
            "-_.~:@!$&'()*+,;=",
            "!$&'()*+,-./:;=?@_~[]|^",
        ] {
            forms.push(encode(keep, false, upper));
        }
        forms.push(encode("-_.*", true, upper));
        forms.push(encode("-_.~", true, upper));
    }
    forms
}

fn html(text: &str) -> Vec<String> {
    let amp = text.replace('&', "&amp;");
    let angles = amp.replace('<', "&lt;").replace('>', "&gt;");
    let mut forms = vec![amp.clone(), angles.clone()];
    for quote in ["&quot;", "&#34;", "&#x22;"] {
        for single in ["'", "&#39;", "&#x27;", "&apos;"] {
            forms.push(angles.replace('"', quote).replace('\'', single));
        }
    }
    forms
}

/// What stays the same of a base64 text whatever stands around the value, at each of three offsets.
fn base64_cores(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut cores = Vec::new();
    for offset in 0..3_usize {
        let mut padded = vec![0; offset];
        padded.extend_from_slice(bytes);
        let skip = (offset * 8).div_ceil(6);
        for encoded in [
            STANDARD_NO_PAD.encode(&padded),
            URL_SAFE_NO_PAD.encode(&padded),
        ] {
            let whole = padded.len() * 8 / 6;
            if let Some(core) = encoded.get(skip..whole).filter(|core| core.len() >= 8) {
                cores.push(core.as_bytes().to_vec());
            }
        }
    }
    cores
}
