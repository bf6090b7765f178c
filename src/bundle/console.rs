//! `console.ndjson`: one console line or uncaught error a line, with its step.

use std::io::{self, Write};

use serde_json::json;

use crate::evidence::Run;

/// Writes every line in the order of steps.
pub(super) fn write_console(out: &mut impl Write, run: &Run) -> io::Result<()> {
    for (checklist, step) in run.steps() {
        for line in &step.console {
            let record = json!({
                "id": line.id,
                "checklist": checklist.name,
                "step": step.id,
                "at": line.at,
                "level": line.level,
                "kind": line.kind,
                "text": line.text,
                "source": line.source,
                "line": line.line,
                "stack": line.stack,
            });
            serde_json::to_writer(&mut *out, &record)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}
