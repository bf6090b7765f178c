//! `console.ndjson`: console lines and uncaught errors, one JSON object a line, with their step.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::evidence::{ConsoleKind, ConsoleLine, Recorded, Run};

/// A console line and the step in which it was written.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    checklist: &'a str,
    persona: Option<&'a str>,
    step: &'a str,
    at: Timestamp,
    level: &'a str,
    kind: ConsoleKind,
    text: &'a str,
    source: &'a str,
    #[serde(rename = "line")]
    number: u32,
    stack: &'a [String],
}

/// Writes every console line of a run, in order.
pub(super) fn write_console(recorded: &dyn Recorded, out: &mut dyn Write) -> io::Result<()> {
    for part in recorded.parts() {
        write_part(&*recorded.read(&part).map_err(io::Error::other)?, out)?;
    }
    Ok(())
}

fn write_part(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    for (checklist, step) in run.steps() {
        for line in &step.console {
            let ConsoleLine {
                id,
                level,
                kind,
                text,
                source,
                line,
                stack,
                at,
            } = line;
            let entry = Line {
                id,
                checklist: &checklist.name,
                persona: checklist.persona.as_deref(),
                step: &step.id,
                at: *at,
                level,
                kind: *kind,
                text,
                source,
                number: *line,
                stack,
            };
            serde_json::to_writer(&mut *out, &entry)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}
