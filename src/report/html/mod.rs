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

use std::{
    io::{self, Write},
    ops::Range,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::{
    evidence::{Evidence, Exhibits, Pointed},
    shown::shown,
};
use crate::bundle::{BundleDocument, ChecklistEntry, sha256};
use crate::detect::Status;
use crate::evidence::Recorded;
use crate::report::beside;

/// The colours, by day and by night, of every page that shippass makes.
pub const PALETTE: &str = include_str!("palette.css");
/// What else the report's style sheet says.
const STYLE: &str = include_str!("style.css");

/// What a report is made from.
pub struct ReportView<'a> {
    /// What was seen.
    pub recorded: &'a dyn Recorded,
    /// What the machine says of it.
    pub document: &'a BundleDocument,
    /// The bytes of a picture, named by its path in the bundle.
    pub picture: &'a dyn Fn(&str) -> Option<Vec<u8>>,
}

/// Writes the report.
pub fn write_html(view: &ReportView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let exhibits = Exhibits::of(view.recorded, view.document)?;
    let pointed = Pointed::new(view.document, exhibits);
    write(out, &page_opening(&title(view.document), ""))?;
    write(out, &head::head(view.document))?;
    write(out, &summary::summary(view.document))?;
    let groups = beside::groups(&view.document.checklists);
    for part in view.recorded.parts() {
        let run = view.recorded.read(&part).map_err(io::Error::other)?;
        let evidence = Evidence::new(&run, &pointed);
        for group in groups.iter().filter(|it| part.contains(&it.start)) {
            write_group(view, &evidence, group, out)?;
        }
    }
    let outline = view.recorded.outline();
    write(out, &closing::closing(view.document, outline))?;
    write(out, &PreEscaped("</main></body></html>\n".to_owned()))
}

fn write(out: &mut dyn Write, markup: &Markup) -> io::Result<()> {
    out.write_all(markup.0.as_bytes())
}

/// A checklist, walked once or as several personas.
fn write_group(
    view: &ReportView<'_>,
    evidence: &Evidence<'_>,
    group: &Range<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let passes = &view.document.checklists[group.clone()];
    write(out, &checklist_head(passes))?;
    let is_one = passes.len() == 1;
    for step in 0..passes.first().map_or(0, |pass| pass.steps.len()) {
        if !is_one {
            write(out, &PreEscaped("<div class=\"beside\">".to_owned()))?;
        }
        // What isn't clean is open, and what stands beside it, to be compared.
        let is_clean = |pass: &ChecklistEntry| pass.steps[step].status == Status::Clean;
        let is_open = !passes.iter().all(is_clean);
        for (pass, index) in passes.iter().zip(group.clone()) {
            let step = step::step(view, evidence, (index, step), is_open);
            let step = if is_one {
                step
            } else {
                as_persona(pass, &step)
            };
            write(out, &step)?;
        }
        if !is_one {
            write(out, &PreEscaped("</div>".to_owned()))?;
        }
    }
    write(out, &PreEscaped("</section>".to_owned()))
}

/// Everything up to the content of a page that looks like the report, opens offline and lets nothing in but its own
/// style sheet and the pictures in it; `style` is what it adds. The elements left open are `main`, `body` and `html`.
pub fn page_opening(title: &str, style: &str) -> Markup {
    let style = [PALETTE, STYLE, style].concat();
    let policy = format!(
        "default-src 'none'; img-src data:; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        BASE64_STANDARD.encode(sha256(style.as_bytes()))
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
            title { (title) " · shippass" }
            style { (PreEscaped(style)) }
        }
        (PreEscaped("<body><main>"))
    }
}

fn title(document: &BundleDocument) -> String {
    let status = super::words::status(document.worst());
    format!("{status} · {}", shown::line_of(&document.target.url))
}

/// A step in the column of its persona.
fn as_persona(pass: &ChecklistEntry, step: &Markup) -> Markup {
    html! {
        div.pass {
            p.who { "as " b { (shown(pass.persona.as_deref().unwrap_or_default())) } }
            (step)
        }
    }
}

/// The head of a checklist, walked once or as several personas; its section is closed after its steps.
fn checklist_head(passes: &[ChecklistEntry]) -> Markup {
    let Some(checklist) = passes.first() else {
        return Markup::default();
    };
    html! {
        (PreEscaped("<section class=\"checklist\">"))
        header {
            h2 { (shown(&checklist.name)) }
            p.quiet {
                @for (index, pass) in passes.iter().enumerate() {
                    @if index > 0 { ", " }
                    @match &pass.persona {
                        Some(persona) => { "as " b { (shown(persona)) } }
                        None => "signed out",
                    }
                    @if let Some(tier) = &pass.tier { ", on " (shown(tier)) }
                }
                (shown(&checklist.walked_in()))
                @if !checklist.file.is_empty() { " · " code { (shown(&checklist.file)) } }
            }
        }
    }
}
