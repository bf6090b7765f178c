//! Multipart bodies (RFC 2046, RFC 7578), part by part: a form's fields are cleaned by their names, and a file that is no
//! text is told by its size and hash.

use std::sync::LazyLock;

use memchr::memmem;
use regex::Regex;

use super::{Redactor, body, lists::is_secret_key};
use crate::evidence::{content::sniff, digest::hex_sha256, exchange::Content};

/// A field's name; `filename` is another word.
static NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)[;\s]name="?([^"\r\n;]+)"#).ok());
static TYPE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?im)^content-type:\s*([^\r\n]+)").ok());

/// Takes secrets out of every part; `None` when no line begins one.
pub(super) fn clean(redactor: &Redactor, body: &[u8]) -> Option<String> {
    let (start, boundary) = first_boundary(body)?;
    let mut out = String::from_utf8_lossy(&body[..start]).into_owned();
    let mut rest = &body[start + boundary.len()..];
    let line = String::from_utf8_lossy(boundary);
    loop {
        out.push_str(&line);
        let end = next_boundary(rest, boundary);
        out.push_str(&clean_part(redactor, &rest[..end.unwrap_or(rest.len())]));
        match end {
            Some(end) => rest = &rest[end + boundary.len()..],
            None => return Some(out),
        }
    }
}

/// The first line that begins with two dashes, and where it stands.
fn first_boundary(body: &[u8]) -> Option<(usize, &[u8])> {
    let mut start = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let bare = line.trim_ascii_end();
        if bare.len() > 2 && bare.starts_with(b"--") {
            return Some((start, bare));
        }
        start += line.len();
    }
    None
}

/// A boundary counts at the beginning of a line.
fn next_boundary(rest: &[u8], boundary: &[u8]) -> Option<usize> {
    let mut found = memmem::find_iter(rest, boundary);
    found.find(|at| {
        at.checked_sub(1)
            .is_some_and(|before| rest[before] == b'\n')
    })
}

/// What stands between two boundaries: the rest of the line, headers, an empty line, what is sent.
fn clean_part(redactor: &Redactor, part: &[u8]) -> String {
    let gap = ["\r\n\r\n", "\n\n"]
        .into_iter()
        .filter_map(|gap| Some(memmem::find(part, gap.as_bytes())? + gap.len()))
        .min();
    let (head, sent) = part.split_at(gap.unwrap_or_default());
    let bare = sent.strip_suffix(b"\n").unwrap_or(sent);
    let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
    let head = String::from_utf8_lossy(head);
    let mut mime = captured(&TYPE, &head).unwrap_or_default();
    // One inside the other would never end.
    if mime.contains("multipart") {
        mime = "";
    }
    let end = String::from_utf8_lossy(&sent[bare.len()..]);
    if sniff(mime, bare) == Content::Binary {
        let (size, hash) = (bare.len(), hex_sha256(bare));
        return format!("{head}[a file of {size} bytes, sha256 {hash}]{end}");
    }
    let text = String::from_utf8_lossy(bare);
    let clean = if captured(&NAME, &head).is_some_and(is_secret_key) {
        redactor.taken_out("multipart", &text)
    } else {
        body::clean(redactor, mime, &text)
    };
    format!("{head}{clean}{end}")
}

fn captured<'t>(pattern: &LazyLock<Option<Regex>>, text: &'t str) -> Option<&'t str> {
    let found = LazyLock::force(pattern).as_ref()?.captures(text)?;
    Some(found.get(1)?.as_str().trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\xff\n--b no boundary\n";

    /// What `fetch(…, {body: form})` sends: two fields, a JSON part and a picture.
    fn upload() -> Vec<u8> {
        let field = |name: &str, text: &str| {
            format!("--b-1\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let mut body = field("csrf_token", "Zk3jf92Kdl10Qx") + &field("password", "hunter2\r\n222");
        body += &field("title", "My roof");
        body += "--b-1\r\nContent-Disposition: form-data; name=\"facts\"; filename=\"a.json\"\r\n\
                 Content-Type: application/json\r\n\r\n{\"pin\":4711,\"n\":1}\r\n\
                 --b-1\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"token.png\"\r\n\
                 Content-Type: image/png\r\n\r\n";
        let mut bytes = body.into_bytes();
        bytes.extend_from_slice(PNG);
        bytes.extend_from_slice(b"\r\n--b-1--\r\n");
        bytes
    }

    #[test]
    fn fields_are_cleaned_and_a_file_is_told_by_its_hash() {
        let clean = clean(&Redactor::default(), &upload()).expect("parts");
        for secret in ["Zk3jf92Kdl10Qx", "hunter2", "222", "4711", "PNG\r"] {
            assert!(!clean.contains(secret), "{secret} in {clean}");
        }
        let told = format!(
            "[a file of {} bytes, sha256 {}]",
            PNG.len(),
            hex_sha256(PNG)
        );
        for kept in [
            "name=\"title\"\r\n\r\nMy roof\r\n--b-1",
            "\"n\":1}",
            "filename=\"token.png\"",
            &told,
        ] {
            assert!(clean.contains(kept), "{kept} in {clean}");
        }
        assert!(clean.ends_with("\r\n--b-1--\r\n"), "{clean}");
    }

    #[test]
    fn what_holds_no_parts_is_not_taken_apart() {
        let redactor = Redactor::default();
        for body in [&b""[..], b"--", b"no boundary\n- -", b"\0\0--b"] {
            assert_eq!(clean(&redactor, body), None);
        }
        for at in 0..upload().len() {
            let cut = clean(&redactor, &upload()[..at]).unwrap_or_default();
            assert!(!cut.contains("hunter2"), "{cut}");
        }
    }
}
