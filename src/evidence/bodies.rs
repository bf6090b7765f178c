//! What becomes of a body: kept as a file named by its hash, described, or missing with the reason.

use super::{
    content::sniff,
    digest::hex_sha256,
    exchange::{Body, Content, KeptBody, Resource},
    redact::Redactor,
};

/// The largest body that is kept, in bytes.
const TEXT_LIMIT: usize = 2 << 20;
const BINARY_LIMIT: usize = 512 << 10;
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
        CapturedBody::NotFetched { size } => {
            let why = "scripts, styles, fonts and pictures are not kept".to_owned();
            return unkept(Body::Described {
                size,
                content: None,
                why,
            });
        }
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
    let (extension, bytes, start) = if is_text {
        let text = redactor.body(&mime, &String::from_utf8_lossy(&bytes));
        let extension = if content == Content::Json {
            "json"
        } else {
            "txt"
        };
        let start = text.chars().take(START).collect();
        (extension, text.into_bytes(), start)
    } else {
        ("bin", bytes, String::new())
    };
    // Named so that no browser ever runs it: HTML and SVG are `.txt`.
    let file = format!("bodies/{}.{extension}", hex_sha256(&bytes));
    PreparedBody {
        body: Body::Kept(KeptBody {
            file: file.clone(),
            size,
            content,
            start,
            text: None,
        }),
        file: Some((file, bytes)),
    }
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
