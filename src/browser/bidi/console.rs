//! What is written to the console. BiDi says `error` of an error object and no more; DevTools, whose events the driver
//! hands on right after, say what it says.

use serde::Deserialize;
use serde_json::Value;

use super::{
    exchange::timestamp, kept_back::HandedOn, messages::LogEntry, observer::Shared,
    watcher::Watcher,
};
use crate::evidence::{ConsoleKind, ConsoleLine, RunEvent, StepIndex};

/// DevTools' event.
pub(super) const EVENT: &str = "goog:cdp.Runtime.consoleAPICalled";

/// A line that an error stands in, and where it belongs.
#[derive(Debug)]
pub(super) struct HalfTold {
    at: Option<StepIndex>,
    entry: LogEntry,
}

/// `Runtime.consoleAPICalled`.
#[derive(Debug, Deserialize)]
pub(super) struct Called {
    #[serde(default)]
    args: Vec<RemoteObject>,
}

/// `Runtime.RemoteObject`.
#[derive(Debug, Deserialize)]
struct RemoteObject {
    subtype: Option<String>,
    value: Option<Value>,
    description: Option<String>,
}

impl RemoteObject {
    fn is_error(&self) -> bool {
        self.subtype.as_deref() == Some("error")
    }

    /// As a console shows it, on one line.
    fn words(&self) -> String {
        match (&self.value, &self.description) {
            (Some(Value::String(text)), _) => text.clone(),
            (Some(value), None) => value.to_string(),
            (_, Some(text)) => text.lines().next().unwrap_or_default().to_owned(),
            (None, None) => "undefined".to_owned(),
        }
    }
}

impl Called {
    /// The line, when an error stands in it.
    fn line(&self) -> Option<String> {
        let has_error = self.args.iter().any(RemoteObject::is_error);
        let words = || self.args.iter().map(RemoteObject::words);
        has_error.then(|| words().collect::<Vec<_>>().join(" "))
    }
}

impl Watcher {
    pub(super) fn log(&mut self, entry: LogEntry) {
        let at = self.shared.stage().at;
        if entry.has_error() && self.shared.told.is_listening() {
            self.half_told.push_back(HalfTold { at, entry });
        } else {
            write(&self.shared, at, entry);
        }
    }

    /// The same line again, with the words of its errors.
    pub(super) fn hear_console(&mut self, event: &HandedOn<Called>) {
        if let Some(line) = event.params.line()
            && let Some(HalfTold { at, mut entry }) = self.half_told.pop_front()
        {
            entry.text = Some(line);
            write(&self.shared, at, entry);
        }
    }

    /// What nobody told the rest of.
    pub(super) fn write_half_told(&mut self) {
        for HalfTold { at, entry } in self.half_told.drain(..) {
            write(&self.shared, at, entry);
        }
    }
}

fn write(shared: &Shared, at: Option<StepIndex>, entry: LogEntry) {
    let Some(at) = at else { return };
    let redactor = shared.redactor();
    let frames = entry
        .stack_trace
        .map(|trace| trace.call_frames)
        .unwrap_or_default();
    let stack = frames.iter().take(12).map(|frame| {
        let name = if frame.function_name.is_empty() {
            "anonymous"
        } else {
            &frame.function_name
        };
        let (line, column) = (frame.line_number + 1, frame.column_number + 1);
        format!("{name} ({}:{line}:{column})", redactor.url(&frame.url))
    });
    let line = ConsoleLine {
        id: shared.witness.recorder.next_line(),
        level: entry.level,
        kind: match entry.kind.as_str() {
            "javascript" => ConsoleKind::UncaughtError,
            "console" => ConsoleKind::Console,
            _ => ConsoleKind::Browser,
        },
        text: redactor.text(&entry.text.unwrap_or_default()),
        source: frames
            .first()
            .map(|frame| redactor.url(&frame.url))
            .unwrap_or_default(),
        line: frames.first().map_or(0, |frame| frame.line_number + 1),
        stack: stack.collect(),
        at: timestamp(entry.timestamp),
    };
    let event = RunEvent::ConsoleWritten { at, line };
    shared.witness.recorder.record(event);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(args: &Value) -> Option<String> {
        let called: Called = serde_json::from_value(json!({"args": args})).expect("an event");
        called.line()
    }

    #[test]
    fn an_error_is_told_by_its_first_line_among_the_rest() {
        let error = json!({"type": "object", "subtype": "error", "description": "TypeError: no total\n    at save (app.js:3)"});
        let text = json!({"type": "string", "value": "could not save"});
        let object = json!({"type": "object", "description": "Object"});
        let number = json!({"type": "number", "value": 7, "description": "7"});
        assert_eq!(
            line(&json!([text, error, object, number, {"type": "undefined"}])).as_deref(),
            Some("could not save TypeError: no total Object 7 undefined")
        );
        assert_eq!(line(&json!([text, number])), None);
    }
}
