//! The last look: no byte of a finished bundle may hold a known secret, in any form.

use std::{
    fs::File,
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use base64::{
    Engine,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use flate2::read::{DeflateDecoder, GzDecoder};
use memchr::memmem;
use regex::bytes::Regex;

use super::{known::Finder, windows::Windows};
use crate::evidence::error::REFUSED_HELP;

/// How many decodings are undone, one inside the other.
const DEPTH: usize = 4;
/// A gzip that unpacks to more is looked at up to here.
const UNPACKED: u64 = 64 << 20;

/// The first bytes of a gzip (RFC 1952).
const GZIP: [u8; 2] = [0x1F, 0x8B];
/// The first bytes of a file in a zip, and so of the zip (APPNOTE 4.3.7).
const ZIP: [u8; 4] = *b"PK\x03\x04";

static BASE64: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/_-]{16,}={0,2}").ok());
static HEX: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:[0-9a-fA-F]{2}){8,}").ok());

/// Looks for known secrets in finished files.
#[derive(Debug, Clone)]
pub struct Scanner {
    pub(super) finder: Option<Arc<Finder>>,
}

/// A secret that was found; its value is never told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The secret's name.
    pub secret: String,
    /// Where it stands, in bytes from the start, or from the start of what was decoded.
    pub offset: usize,
    /// What had to be decoded to see it: `base64`, `gzip`; empty when nothing.
    pub encoding: String,
}

/// Why a folder can't be sealed.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// A known secret stands in it.
    #[error("a known secret stands in the bundle, so it isn't sealed: {}", in_words(.0))]
    Leaks(Vec<(PathBuf, Leak)>),
    /// A file couldn't be read.
    #[error("couldn't read {} to look for secrets: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl ScanError {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Leaks(_) => REFUSED_HELP,
            Self::Unreadable { .. } => "see that the folder can be read",
        }
    }
}

fn in_words(leaks: &[(PathBuf, Leak)]) -> String {
    let lines: Vec<_> = leaks
        .iter()
        .take(5)
        .map(|(path, leak)| {
            let encoded = if leak.encoding.is_empty() {
                String::new()
            } else {
                format!(" ({})", leak.encoding)
            };
            format!(
                "{} in {} at byte {}{encoded}",
                leak.secret,
                path.display(),
                leak.offset
            )
        })
        .collect();
    lines.join("; ")
}

impl Scanner {
    /// The first known secret in some bytes.
    pub fn scan(&self, bytes: &[u8]) -> Option<Leak> {
        let finder = self.finder.as_deref()?;
        scan_deep(finder, bytes, DEPTH, "")
    }

    /// Every file and every name below a folder.
    ///
    /// # Errors
    ///
    /// The files in which a secret stands.
    pub fn scan_folder(&self, root: &Path) -> Result<(), ScanError> {
        let mut leaks = Vec::new();
        self.scan_below(root, &mut leaks)?;
        for (path, _) in &mut leaks {
            if let Ok(inside) = path.strip_prefix(root) {
                *path = inside.to_path_buf();
            }
        }
        if leaks.is_empty() {
            Ok(())
        } else {
            Err(ScanError::Leaks(leaks))
        }
    }

    fn scan_below(&self, folder: &Path, leaks: &mut Vec<(PathBuf, Leak)>) -> Result<(), ScanError> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| ScanError::Unreadable { path, source }
        };
        for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
            let path = entry.map_err(failed(folder))?.path();
            if let Some(leak) = path
                .file_name()
                .and_then(|name| self.scan(name.as_encoded_bytes()))
            {
                leaks.push((path.clone(), leak));
            }
            if path.is_dir() {
                self.scan_below(&path, leaks)?;
            } else if let Some(leak) = self.scan_file(&path).map_err(failed(&path))? {
                leaks.push((path, leak));
            }
        }
        Ok(())
    }

    fn scan_file(&self, path: &Path) -> io::Result<Option<Leak>> {
        let mut file = File::open(path)?;
        let mut first = Vec::new();
        file.by_ref().take(4).read_to_end(&mut first)?;
        file.rewind()?;
        if is_archive(&first) {
            // An archive is unpacked from its first byte on.
            return Ok(self.scan(&std::fs::read(path)?));
        }
        let mut windows = Windows::new(file);
        while let Some((start, window)) = windows.next()? {
            if let Some(mut leak) = self.scan(window) {
                if leak.encoding.is_empty() {
                    leak.offset += start;
                }
                return Ok(Some(leak));
            }
        }
        Ok(None)
    }
}

fn scan_deep(finder: &Finder, bytes: &[u8], depth: usize, encoding: &str) -> Option<Leak> {
    if let Some((offset, _, secret)) = finder.find(bytes) {
        return Some(Leak {
            secret: secret.to_owned(),
            offset,
            encoding: encoding.to_owned(),
        });
    }
    // A picture's bytes hold no encoded text; an archive is known by its first bytes.
    let is_opaque = std::str::from_utf8(bytes).is_err() && !is_archive(bytes);
    if depth == 0 || is_opaque {
        return None;
    }
    let named = |step: &str| {
        if encoding.is_empty() {
            step.to_owned()
        } else {
            format!("{encoding}, {step}")
        }
    };
    let deeper = |decoded: &[u8], step: &str| scan_deep(finder, decoded, depth - 1, &named(step));
    unpack(bytes)
        .and_then(|decoded| deeper(&decoded, "gzip"))
        .or_else(|| unzip(bytes).find_map(|file| deeper(&file, "zip")))
        .or_else(|| unpercent(bytes).and_then(|decoded| deeper(&decoded, "percent")))
        .or_else(|| unescape(bytes).and_then(|decoded| deeper(&decoded, "escapes")))
        .or_else(|| {
            let runs = BASE64.as_ref()?.find_iter(bytes);
            runs.filter(|run| is_encoded(run.as_bytes()))
                .find_map(|run| deeper(&unbase64(run.as_bytes())?, "base64"))
        })
        .or_else(|| {
            let mut runs = HEX.as_ref()?.find_iter(bytes);
            runs.find_map(|run| deeper(&unhex(run.as_bytes())?, "hex"))
        })
}

/// Words of one case are no base64; skipping them keeps the scan quick.
fn is_encoded(run: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| run.iter().any(test);
    has(u8::is_ascii_uppercase) && (has(u8::is_ascii_lowercase) || has(u8::is_ascii_digit))
}

/// Whether it begins as what is packed does.
pub(in crate::evidence) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(&GZIP) || bytes.starts_with(&ZIP)
}

/// The names and the files of a zip, as far as all of them together stay within what is unpacked. Each is found by the
/// header before it: a directory at the end that is torn, or made to hide one, changes nothing.
fn unzip(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let zip = if bytes.starts_with(&ZIP) { bytes } else { &[] };
    let mut left = UNPACKED;
    let entries = memmem::find_iter(zip, &ZIP).filter_map(|at| zip_entry(&zip[at..]));
    entries.flat_map(move |(name, data, is_deflated)| {
        let mut file = Vec::new();
        // A truncated file still has a beginning.
        let _ = if is_deflated {
            DeflateDecoder::new(data).take(left).read_to_end(&mut file)
        } else {
            data.take(left).read_to_end(&mut file)
        };
        left = left.saturating_sub(file.len() as u64);
        [name.to_vec(), file]
    })
}

/// A file's name, what stands behind its header, and whether that is deflated; else it is stored.
fn zip_entry(header: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let number = |at: usize| {
        let bytes = header.get(at..at + 2)?;
        Some(usize::from(u16::from_le_bytes(bytes.try_into().ok()?)))
    };
    let name = header.get(30..)?.get(..number(26)?)?;
    let data = header.get(30 + name.len() + number(28)?..)?;
    if number(8)? == 8 {
        return Some((name, data, true));
    }
    // Its size may stand behind it only; the next header ends it too.
    let mut next = memmem::find_iter(data, b"PK");
    let is_header = |at: &usize| {
        matches!(
            data.get(at + 2..at + 4),
            Some([1, 2] | [3, 4] | [5, 6] | [7, 8])
        )
    };
    let end = next.find(is_header).unwrap_or(data.len());
    Some((name, &data[..end], false))
}

fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    bytes.starts_with(&GZIP).then_some(())?;
    let mut decoded = Vec::new();
    // A truncated archive still has a beginning.
    let _ = GzDecoder::new(bytes)
        .take(UNPACKED)
        .read_to_end(&mut decoded);
    (!decoded.is_empty()).then_some(decoded)
}

fn unbase64(run: &[u8]) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let standard: Vec<u8> = run
        .iter()
        .filter(|byte| **byte != b'=')
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    let whole = if standard.len() % 4 == 1 {
        &standard[..standard.len() - 1]
    } else {
        &standard[..]
    };
    GeneralPurpose::new(&base64::alphabet::STANDARD, config)
        .decode(whole)
        .ok()
}

fn unhex(run: &[u8]) -> Option<Vec<u8>> {
    let pairs = run.chunks_exact(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// Percent sequences and `+`; `None` when there is none.
pub(super) fn unpercent(bytes: &[u8]) -> Option<Vec<u8>> {
    let first = bytes.iter().position(|byte| *byte == b'%')?;
    let mut decoded = bytes[..first].to_vec();
    let mut at = first;
    while at < bytes.len() {
        let pair = bytes
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match (
            bytes[at],
            pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()),
        ) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            (b'+', _) => {
                decoded.push(b' ');
                at += 1;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    (decoded.len() < bytes.len()).then_some(decoded)
}

/// JSON's escapes; `None` when there is none.
fn unescape(bytes: &[u8]) -> Option<Vec<u8>> {
    bytes.contains(&b'\\').then_some(())?;
    let text = String::from_utf8_lossy(bytes);
    let mut decoded = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('\\') {
        let before = &rest[..at];
        if !before.is_empty() {
            flush(&mut units, &mut decoded);
            decoded.push_str(before);
        }
        let escape = rest[at + 1..].chars().next();
        let unit = rest
            .get(at + 2..at + 6)
            .and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let width = match (escape, unit) {
            (Some('u'), Some(unit)) => {
                units.push(unit);
                6
            }
            (Some(character), _) => {
                flush(&mut units, &mut decoded);
                decoded.push(match character {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    other => other,
                });
                1 + character.len_utf8()
            }
            (None, _) => 1,
        };
        rest = &rest[at + width..];
    }
    flush(&mut units, &mut decoded);
    decoded.push_str(rest);
    Some(decoded.into_bytes())
}

fn flush(units: &mut Vec<u16>, decoded: &mut String) {
    decoded.push_str(&String::from_utf16_lossy(units));
    units.clear();
}
