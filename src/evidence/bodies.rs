//! What becomes of a body: kept as a file named by its hash, described, or missing with the reason.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use super::{
    content::sniff,
    digest::hex_sha256,
    exchange::{Body, Content, KeptBody, Resource},
    redact::{Redactor, is_archive, server_keys_taken_from},
};

/// The largest text that is kept, in bytes.
pub const TEXT_LIMIT: usize = 2 << 20;
/// The largest other body that is kept.
const BINARY_LIMIT: usize = 512 << 10;
/// The largest text that is read back: what was put in a secret's place may be longer than it.
const READ_LIMIT: u64 = 8 << 20;
/// Where bodies lie in a bundle.
const FOLDER: &str = "bodies";
/// Of a longer text that another tool recorded only the beginning is cleaned and kept.
const CLEANED_WHOLE: usize = 8 << 10;
/// How many characters of a text the journal has.
const START: usize = 2000;

/// A body as the browser gave it; holds secrets, lives in memory only.
#[derive(Debug)]
pub enum CapturedBody {
    /// There is none.
    None,
    /// Its bytes.
    Bytes {
        /// The media type it was sent under.
        mime: String,
        /// The bytes, decoded.
        bytes: Vec<u8>,
    },
    /// It wasn't asked for: a script, a style, a font.
    NotFetched {
        /// Bytes received.
        size: u64,
    },
    /// It couldn't be had.
    Missing {
        /// The reason.
        why: String,
    },
}

/// A body's place in the journal, and the bytes to write when it is kept.
pub(super) struct PreparedBody {
    pub(super) body: Body,
    pub(super) file: Option<(String, Vec<u8>)>,
}

impl Body {
    /// A body that another tool recorded: within the bounds of one's own, without its secrets, and written nowhere. Its
    /// whole text is kept where somebody asks for it.
    pub fn recorded(captured: CapturedBody, is_asked_for: bool, redactor: &Redactor) -> Self {
        let (mime, bytes) = match captured {
            CapturedBody::None => return Self::None,
            CapturedBody::Missing { why } => return Self::Missing { why },
            CapturedBody::NotFetched { size } => return not_fetched(size),
            CapturedBody::Bytes { mime, bytes } => (mime, bytes),
        };
        let content = sniff(&mime, &bytes);
        let size = bytes.len() as u64;
        if content == Content::Binary {
            let why = "only texts are looked at".to_owned();
            return Self::Described {
                size,
                content: Some(content),
                why,
            };
        }
        let text = String::from_utf8_lossy(&bytes);
        let is_whole = is_asked_for || text.len() <= CLEANED_WHOLE;
        let (clean, server_keys) = if is_whole {
            let clean = redactor.body(&mime, &text);
            let keys = server_keys_taken_from(&clean);
            (clean, keys)
        } else {
            redactor.beginning(&mime, &text)
        };
        Self::Kept(KeptBody {
            file: String::new(),
            size,
            content,
            start: clean.chars().take(START).collect(),
            server_keys,
            text: is_asked_for.then_some(clean),
        })
    }
}

fn not_fetched(size: u64) -> Body {
    Body::Described {
        size,
        content: None,
        why: "scripts, styles, fonts and pictures are not kept".to_owned(),
    }
}

/// Describes, redacts and names a body.
pub(super) fn prepare(
    captured: CapturedBody,
    resource: Resource,
    is_first_party: bool,
    redactor: &Redactor,
) -> PreparedBody {
    let (mime, bytes) = match captured {
        CapturedBody::None => return unkept(Body::None),
        CapturedBody::Missing { why } => return unkept(Body::Missing { why }),
        CapturedBody::NotFetched { size } => return unkept(not_fetched(size)),
        CapturedBody::Bytes { mime, bytes } => (mime, bytes),
    };
    let mut content = sniff(&mime, &bytes);
    let size = bytes.len() as u64;
    let mut form = None;
    if is_multipart(&mime) && !bytes.is_empty() {
        // A form with a file in it: without the file's bytes it is a text like any other.
        form = redactor.multipart(&bytes);
        if form.is_none() {
            return unkept(Body::Described {
                size,
                content: Some(content),
                why: "it is no form that could be taken apart".to_owned(),
            });
        }
        content = Content::Text;
    }
    let is_text = content != Content::Binary;
    let length = form.as_ref().map_or(bytes.len(), String::len);
    let why = why_not_kept(length, is_text, resource, is_first_party)
        .or_else(|| why_not_clean(&bytes, redactor).filter(|_| !is_text));
    if let Some(why) = why {
        return unkept(Body::Described {
            size,
            content: Some(content),
            why,
        });
    }
    let mut server_keys = Vec::new();
    let (extension, bytes, start) = if is_text {
        let text = form.unwrap_or_else(|| redactor.body(&mime, &String::from_utf8_lossy(&bytes)));
        let extension = if content == Content::Json {
            "json"
        } else {
            "txt"
        };
        let start = text.chars().take(START).collect();
        server_keys = server_keys_taken_from(&text);
        (extension, text.into_bytes(), start)
    } else {
        ("bin", bytes, String::new())
    };
    // Named so that no browser ever runs it: HTML and SVG are `.txt`.
    let file = format!("{FOLDER}/{}.{extension}", hex_sha256(&bytes));
    PreparedBody {
        body: Body::Kept(KeptBody {
            file: file.clone(),
            size,
            content,
            start,
            server_keys,
            text: None,
        }),
        file: Some((file, bytes)),
    }
}

/// The text of a kept body. A stranger's journal may name anything: what isn't a plain file of `bodies/`, named by the
/// hash of what is in it, is as good as gone.
pub(super) fn read_text(folder: &Path, name: &str) -> Option<String> {
    let file = name.strip_prefix(FOLDER)?.strip_prefix('/')?;
    let (hash, extension) = file.split_once('.')?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hash || !matches!(extension, "json" | "txt" | "bin") {
        return None;
    }
    let bodies = folder.join(FOLDER);
    let path = bodies.join(file);
    // The facts of the names themselves: neither may be a link, and opening a pipe would wait for good.
    let found = fs::symlink_metadata(&path).ok()?;
    let is_plain = fs::symlink_metadata(&bodies).ok()?.is_dir() && found.is_file();
    if !is_plain || found.len() > READ_LIMIT {
        return None;
    }
    let mut text = String::new();
    let file = File::open(path).ok()?;
    file.take(READ_LIMIT).read_to_string(&mut text).ok()?;
    (hex_sha256(text.as_bytes()) == hash).then_some(text)
}

fn unkept(body: Body) -> PreparedBody {
    PreparedBody { body, file: None }
}

fn why_not_kept(
    size: usize,
    is_text: bool,
    resource: Resource,
    is_first_party: bool,
) -> Option<String> {
    if is_text {
        return (size > TEXT_LIMIT).then(|| format!("it is larger than 2 MiB: {size} bytes"));
    }
    let is_wanted = matches!(
        resource,
        Resource::Fetch | Resource::Xhr | Resource::Image | Resource::Beacon | Resource::Other
    );
    if !is_first_party {
        Some("bytes of third parties are not kept".to_owned())
    } else if !is_wanted || size > BINARY_LIMIT {
        Some("bytes are kept only of API calls, up to 512 KiB".to_owned())
    } else {
        None
    }
}

fn is_multipart(mime: &str) -> bool {
    mime.to_ascii_lowercase().starts_with("multipart/")
}

/// Bytes are kept as they came or not at all: nothing can be taken out of them.
///
/// Size and hash alone would be safer, but an archive is to hold binary bodies in base64, and `bodies/` has `.bin` for
/// them: whoever asks why an upload or a picture broke needs its bytes. So what the deployment's own calls bring is kept,
/// up to 512 KiB, unless a known secret stands in it or its inside is packed and can't be looked into at all.
fn why_not_clean(bytes: &[u8], redactor: &Redactor) -> Option<String> {
    if is_archive(bytes) {
        Some("archives are not kept: nothing can be taken out of what is packed".to_owned())
    } else if bytes.starts_with(b"%PDF-") {
        Some("PDFs are not kept: nothing can be taken out of what is packed in them".to_owned())
    } else if redactor.holds_known_secret(bytes) {
        Some("a known secret stands in its bytes".to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(mime: &str, bytes: &[u8], redactor: &Redactor) -> PreparedBody {
        let captured = CapturedBody::Bytes {
            mime: mime.to_owned(),
            bytes: bytes.to_vec(),
        };
        prepare(captured, Resource::Fetch, true, redactor)
    }

    #[test]
    fn a_form_with_a_picture_is_kept_without_its_secrets_and_its_bytes() {
        let mut sent =
            b"--x\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\nZk3jf92Kdl10Qx\r\n\
            --x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\n\
            Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n"
                .to_vec();
        // Too much to be kept as bytes, and a short text without them.
        sent.resize(3 << 20, 0);
        sent.extend_from_slice(b"\r\n--x--\r\n");
        let prepared = kept(
            "multipart/form-data; boundary=x",
            &sent,
            &Redactor::default(),
        );
        let Some((name, bytes)) = prepared.file else {
            panic!("{:?}", prepared.body);
        };
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            name.split('.').nth(1) == Some("txt") && bytes.len() < 500,
            "{name}: {text}"
        );
        assert!(
            !text.contains("Zk3jf92Kdl10Qx") && text.contains("[a file of "),
            "{text}"
        );
        for unlike in [&b"\0\0no form"[..], b"LS14DQpDb250ZW50LURpc3Bvc2l0aW9u"] {
            let prepared = kept("multipart/form-data", unlike, &Redactor::default());
            assert!(prepared.file.is_none(), "{:?}", prepared.body);
        }
    }

    #[test]
    fn bytes_that_cannot_be_clean_are_told_and_not_kept() {
        let redactor = Redactor::new([("TOKEN", "tok_4f9a8b7c6d5e")]);
        for (bytes, why) in [
            (&b"\x89PNG\0tok_4f9a8b7c6d5e"[..], "a known secret"),
            (b"PK\x03\x04\x14\0\0\0", "archives are not kept"),
            (b"\x1f\x8b\x08\0", "archives are not kept"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0", "PDFs are not kept"),
        ] {
            let prepared = kept("application/octet-stream", bytes, &redactor);
            let told = format!("{:?}", prepared.body);
            assert!(prepared.file.is_none() && told.contains(why), "{told}");
        }
        let picture = kept("image/png", b"\x89PNG\0\0", &redactor);
        assert!(picture.file.is_some());
    }
}
