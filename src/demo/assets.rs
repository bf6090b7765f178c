//! The client's files as they are served, and the shell that loads them.

use sha2::{Digest, Sha256};

use super::{fault::FaultSet, patches::PATCHES};

const SHELL: &str = "index.html";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// A file of the client: its name, its type and its text.
type Source = (&'static str, &'static str, &'static str);

const SOURCES: &[Source] = &[
    (SHELL, HTML, include_str!("web/index.html")),
    ("app.css", CSS, include_str!("web/app.css")),
    ("api.js", JAVASCRIPT, include_str!("web/api.js")),
    ("app.js", JAVASCRIPT, include_str!("web/app.js")),
    ("core.js", JAVASCRIPT, include_str!("web/core.js")),
    ("icons.js", JAVASCRIPT, include_str!("web/icons.js")),
    ("layout.js", JAVASCRIPT, include_str!("web/layout.js")),
    ("money.js", JAVASCRIPT, include_str!("web/money.js")),
    ("router.js", JAVASCRIPT, include_str!("web/router.js")),
    (
        "pages/automations.js",
        JAVASCRIPT,
        include_str!("web/pages/automations.js"),
    ),
    (
        "pages/dashboard.js",
        JAVASCRIPT,
        include_str!("web/pages/dashboard.js"),
    ),
    (
        "pages/photos.js",
        JAVASCRIPT,
        include_str!("web/pages/photos.js"),
    ),
    (
        "pages/quote-form.js",
        JAVASCRIPT,
        include_str!("web/pages/quote-form.js"),
    ),
    (
        "pages/quote.js",
        JAVASCRIPT,
        include_str!("web/pages/quote.js"),
    ),
    (
        "pages/quotes.js",
        JAVASCRIPT,
        include_str!("web/pages/quotes.js"),
    ),
    (
        "pages/sign-in.js",
        JAVASCRIPT,
        include_str!("web/pages/sign-in.js"),
    ),
    (
        "pages/signing.js",
        JAVASCRIPT,
        include_str!("web/pages/signing.js"),
    ),
    (
        "pages/team.js",
        JAVASCRIPT,
        include_str!("web/pages/team.js"),
    ),
    (
        "pages/voice-note.js",
        JAVASCRIPT,
        include_str!("web/pages/voice-note.js"),
    ),
];

/// The client as one deployment serves it.
#[derive(Debug)]
pub(super) struct Assets {
    /// Names this content in addresses: other content, other addresses.
    edition: String,
    shell: String,
    files: Vec<(&'static str, &'static str, String)>,
}

impl Assets {
    /// The client with the faults that lie in it.
    pub(super) fn new(faults: &FaultSet) -> Self {
        let files: Vec<_> = SOURCES
            .iter()
            .map(|(name, content_type, text)| (*name, *content_type, patched(name, text, faults)))
            .collect();
        let edition = edition_of(&files);
        let preloads: Vec<_> = files
            .iter()
            .filter(|(_, content_type, _)| *content_type == JAVASCRIPT)
            .map(|(name, _, _)| {
                format!("<link rel=\"modulepreload\" href=\"/assets/EDITION/{name}\">")
            })
            .collect();
        let shell = files
            .iter()
            .find(|(name, _, _)| *name == SHELL)
            .map(|(_, _, text)| text.replace("PRELOADS", &preloads.join("\n")))
            .unwrap_or_default()
            .replace("EDITION", &edition);
        Self {
            edition,
            shell,
            files,
        }
    }

    /// The document that every page begins with.
    pub(super) fn shell(&self) -> &str {
        &self.shell
    }

    /// Type and text of a file of this edition.
    pub(super) fn file(&self, edition: &str, name: &str) -> Option<(&'static str, &str)> {
        if edition != self.edition || name == SHELL {
            return None;
        }
        self.files
            .iter()
            .find(|(known, _, _)| *known == name)
            .map(|(_, content_type, text)| (*content_type, text.as_str()))
    }
}

fn patched(name: &str, text: &str, faults: &FaultSet) -> String {
    PATCHES
        .iter()
        .filter(|patch| patch.file == name && faults.contains(patch.fault))
        .fold(text.to_owned(), |text, patch| {
            text.replacen(patch.healthy, patch.broken, 1)
        })
}

fn edition_of(files: &[(&str, &str, String)]) -> String {
    let mut hash = Sha256::new();
    for (name, _, text) in files {
        hash.update(name);
        hash.update(text);
    }
    let digest = hash.finalize();
    digest
        .first_chunk()
        .map(|bytes| format!("{:08x}", u32::from_be_bytes(*bytes)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::Fault;

    #[test]
    fn every_patch_fits_its_file_in_one_place() {
        for patch in PATCHES {
            let (_, _, text) = SOURCES
                .iter()
                .find(|(name, _, _)| *name == patch.file)
                .unwrap_or_else(|| panic!("{:?} patches no file", patch.fault));
            assert_eq!(
                text.matches(patch.healthy).count(),
                1,
                "{:?} in {}",
                patch.fault,
                patch.file
            );
        }
    }

    #[test]
    fn a_fault_changes_the_client_and_so_its_addresses() {
        let healthy = Assets::new(&FaultSet::none());
        let broken = Assets::new(&FaultSet::of([Fault::MoneyReformat]));
        assert_ne!(healthy.edition, broken.edition);
        assert!(broken.file(&healthy.edition, "money.js").is_none());
        let (content_type, text) = broken.file(&broken.edition, "money.js").expect("there");
        assert_eq!(content_type, JAVASCRIPT);
        assert!(text.contains("addEventListener(\"input\""));
    }

    #[test]
    fn the_shell_is_filled_in_and_is_no_asset() {
        let assets = Assets::new(&FaultSet::none());
        assert!(!assets.shell().contains("EDITION"));
        assert!(!assets.shell().contains("PRELOADS"));
        assert!(assets.shell().contains("width=device-width"));
        assert!(assets.file(&assets.edition, SHELL).is_none());
    }
}
