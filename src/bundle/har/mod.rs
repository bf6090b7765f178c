//! `network.har`: HAR 1.2 with bodies, written to disk entry by entry so that memory doesn't grow with the run.
//!
//! Field names and rules: <http://www.softwareishard.com/blog/har-12-spec/>. Fields that begin with `_` are custom, as the
//! format allows; browser developer tools know `_resourceType`, `_initiator`, `_transferSize` and `_error`.

mod entry;
mod message;

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use self::entry::Entry;
use super::paths::BundlePaths;
use crate::evidence::{ChecklistRun, Recorded, Run, StepRun};

/// Who made the archive, or which browser spoke.
#[derive(Serialize)]
struct Product<'a> {
    name: &'a str,
    version: &'a str,
}

/// A step, which the format calls a page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    started_date_time: Timestamp,
    id: String,
    title: String,
    #[serde(rename = "pageTimings")]
    timings: PageTimings,
    #[serde(rename = "_checklist")]
    checklist: &'a str,
    #[serde(rename = "_persona", skip_serializing_if = "Option::is_none")]
    persona: Option<&'a str>,
    #[serde(rename = "_step")]
    step: &'a str,
}

/// When the page's events fired; a step is no page load, so neither is known.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageTimings {
    on_content_load: i8,
    on_load: i8,
}

/// Writes the whole archive of a run; bodies are read from the bundle one at a time.
pub(super) fn write_har(
    recorded: &dyn Recorded,
    paths: &BundlePaths,
    out: &mut dyn Write,
) -> io::Result<()> {
    let run = recorded.outline();
    out.write_all(b"{\"log\":{\"version\":\"1.2\",\"creator\":")?;
    let creator = Product {
        name: "shippass",
        version: &run.info.tool_version,
    };
    serde_json::to_writer(&mut *out, &creator)?;
    out.write_all(b",\n\"browser\":")?;
    let browser = Product {
        name: &run.engine.name,
        version: &run.engine.version,
    };
    serde_json::to_writer(&mut *out, &browser)?;
    out.write_all(b",\n\"pages\":[")?;
    let mut pages = List::new(out);
    for part in recorded.parts() {
        let run = recorded.read(&part).map_err(io::Error::other)?;
        steps(&run)
            .filter_map(|(index, checklist, step)| page(index, checklist, step))
            .try_for_each(|page| pages.push(&page))?;
    }
    out.write_all(b"],\n\"entries\":[")?;
    let mut entries = List::new(out);
    for part in recorded.parts() {
        let run = recorded.read(&part).map_err(io::Error::other)?;
        for (index, _, step) in steps(&run) {
            for exchange in &step.exchanges {
                entries.push(&Entry::new(exchange, page_id(index, step), paths))?;
            }
        }
    }
    out.write_all(b"]}}\n")
}

fn steps(run: &Run) -> impl Iterator<Item = (usize, &ChecklistRun, &StepRun)> {
    run.checklists
        .iter()
        .enumerate()
        .flat_map(|(index, checklist)| checklist.steps.iter().map(move |it| (index, checklist, it)))
}

/// A step that never began has no page, unless requests were still filed under it.
fn page<'a>(index: usize, checklist: &'a ChecklistRun, step: &'a StepRun) -> Option<Page<'a>> {
    let first = step.exchanges.iter().map(|exchange| exchange.started).min();
    Some(Page {
        started_date_time: step.started.or(first)?,
        id: page_id(index, step),
        title: format!("{} › {}", checklist.name, step.name),
        timings: PageTimings {
            on_content_load: -1,
            on_load: -1,
        },
        checklist: &checklist.name,
        persona: checklist.persona.as_deref(),
        step: &step.id,
    })
}

/// Step ids are unique in their checklist only.
fn page_id(index: usize, step: &StepRun) -> String {
    format!("{}/{}", index + 1, step.id)
}

/// The members of a JSON array, one by one.
struct List<'o> {
    out: &'o mut dyn Write,
    is_empty: bool,
}

impl<'o> List<'o> {
    fn new(out: &'o mut dyn Write) -> Self {
        Self {
            out,
            is_empty: true,
        }
    }

    fn push(&mut self, item: &impl Serialize) -> io::Result<()> {
        let before: &[u8] = if self.is_empty { b"\n" } else { b",\n" };
        self.out.write_all(before)?;
        self.is_empty = false;
        Ok(serde_json::to_writer(&mut *self.out, item)?)
    }
}
