//! `report.html`: the whole story in one file, without JavaScript and without a request to anywhere.
//!
//! The page is written step by step, so that no more than one step's pictures are in memory. Captured texts are
//! escaped twice over: markup by `maud`, control and direction characters by [`super::visible`]. The content security
//! policy is the second wall, not the first. No captured URL ever becomes a link.

mod closing;
mod evidence;
mod exchange;
mod finding;
mod head;
mod network;
mod picture;
mod shown;
mod step;
mod summary;

use std::io::{self, Write};

use base64::{Engine, prelude::BASE64_STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::{evidence::Evidence, shown::shown};
use crate::bundle::{BundleDocument, ChecklistEntry, sha256};
use crate::evidence::Run;

const STYLE: &str = include_str!("style.css");

/// What a report is made from.
pub struct ReportView<'a> {
    /// What was seen.
    pub run: &'a Run,
    /// What the machine says of it.
    pub document: &'a BundleDocument,
    /// The bytes of a picture, named by its path in the bundle.
    pub picture: &'a dyn Fn(&str) -> Option<Vec<u8>>,
}

/// Writes the report.
pub fn write_html(view: &ReportView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let evidence = Evidence::new(view.run, view.document);
    let mut write = |markup: Markup| out.write_all(markup.0.as_bytes());
    write(opening(view.document))?;
    write(head::head(view.document))?;
    write(summary::summary(view.document))?;
    for (index, checklist) in view.document.checklists.iter().enumerate() {
        write(checklist_head(checklist))?;
        for step in 0..checklist.steps.len() {
            write(step::step(view, &evidence, (index, step)))?;
        }
        write(PreEscaped("</section>".to_owned()))?;
    }
    write(closing::closing(view.document, view.run))?;
    write(PreEscaped("</main></body></html>\n".to_owned()))
}

/// Everything up to the content; the elements left open are closed at the end of [`write_html`].
fn opening(document: &BundleDocument) -> Markup {
    let policy = format!(
        "default-src 'none'; img-src data:; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        BASE64_STANDARD.encode(sha256(STYLE.as_bytes()))
    );
    html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="referrer" content="no-referrer";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="robots" content="noindex";
            title { (super::words::status(document.worst())) " · " (shown::line_of(&document.target.url)) " · shippass" }
            style { (PreEscaped(STYLE)) }
        }
        (PreEscaped("<body><main>"))
    }
}

/// The head of a checklist; its section is closed after its steps.
fn checklist_head(checklist: &ChecklistEntry) -> Markup {
    html! {
        (PreEscaped("<section class=\"checklist\">"))
        header {
            h2 { (shown(&checklist.name)) }
            p.quiet {
                @match &checklist.persona {
                    Some(persona) => { "as " b { (shown(persona)) } }
                    None => "signed out",
                }
                @if let Some(tier) = &checklist.tier { ", on " (shown(tier)) }
                @if !checklist.file.is_empty() { " · " code { (shown(&checklist.file)) } }
            }
        }
    }
}
