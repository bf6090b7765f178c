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
    redact::{Redactor, server_keys_taken_from},
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
    let content = sniff(&mime, &bytes);
    let size = bytes.len() as u64;
    let is_text = content != Content::Binary;
    if let Some(why) = why_not_kept(bytes.len(), is_text, resource, is_first_party) {
        return unkept(Body::Described {
            size,
            content: Some(content),
            why,
        });
    }
    let mut server_keys = Vec::new();
    let (extension, bytes, start) = if is_text {
        let text = redactor.body(&mime, &String::from_utf8_lossy(&bytes));
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
