//! `console-error`: the page's own code caught an error and told nobody but the console.

use serde_json::Value;

use super::{
    cause::names_request,
    http_error::is_refusal_wanted,
    json_start,
    noise::{bare_error, file_of, is_lost_request, rule_of_line},
    origin::{Owner, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{ConsoleKind, ConsoleLine, Exchange, Outcome, Resource, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "console-error",
    severity: Severity::Warning,
    what: "the page's own code wrote an error to the console, and nothing else tells of its cause",
    why: "A `catch` that only logs turns a crash into silence: the list stays empty, the total stays old, and the build is green. Whoever \
          looks at the page on a phone has no console, so nobody reads it.",
    looks_at: "Calls of `console.error`, and failed `console.assert`, from the target's own scripts that speak of an error: an error's name, \
               “failed”, “could not”, “exception” and the like. An error object alone is a notice, since browsers don't tell its words. An \
               error that nobody caught is `page-crash`.",
    silent: "When another finding of the step explains the line: then it is that finding's evidence. For browser extensions, other \
             origins' scripts and trackers; the browser's own lines about requests, which `http-error` and `request-failed` judge; warnings \
             of a framework's development build and of deprecated functions; `ResizeObserver loop`; what is tried again; requests that \
             were given up or filed as noise; a line that may be about a refusal that the checklist expects; and while the step is offline.",
    mend: "Follow the line in the report. Show the person that something is missing, or don't call it an error.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let in_step = |seen: SeenStep<'_>| {
        let lines = seen.step.console.iter();
        let found: Vec<_> = lines
            .filter(|line| is_told(run, &seen, line))
            .map(|line| finding(&seen, line))
            .collect();
        found
    };
    seen_steps(run).flat_map(in_step).collect()
}

fn finding(seen: &SeenStep<'_>, line: &ConsoleLine) -> Finding {
    let first = bare_error(&line.text).lines().next().unwrap_or_default();
    let words: String = first.chars().take(200).collect();
    let place =
        line.stack.first().cloned().or_else(|| {
            (!line.source.is_empty()).then(|| format!("{}:{}", line.source, line.line))
        });
    let written = place.as_ref().map(|place| format!("Written at {place}. "));
    let written = written.unwrap_or_default();
    let console = vec![line.id.clone()];
    if is_wordless(&line.text) {
        let title = "the page's code logged an error object".to_owned();
        return Finding {
            severity: Severity::Notice,
            detail: format!("{written}The browser doesn't tell what it says."),
            console,
            ..RULE.finding(seen.at(), title, place.unwrap_or_default())
        };
    }
    Finding {
        detail: format!("{written}The page went on; look in the picture for what is missing."),
        console,
        ..RULE.finding(
            seen.at(),
            format!("the page's code logged an error: {words}"),
            words,
        )
    }
}

/// Browsers write `error` in the place of an error object, and keep its words to themselves.
fn ends_in_object(text: &str) -> bool {
    text.trim_end()
        .strip_suffix("error")
        .is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace))
}

/// Nothing else was logged.
fn is_wordless(text: &str) -> bool {
    text.split_whitespace().all(|word| word == "error")
}

/// Whether a line is an error of the page's own code that counts.
fn is_told(run: &Run, seen: &SeenStep<'_>, line: &ConsoleLine) -> bool {
    let text = line.text.to_lowercase();
    line.kind == ConsoleKind::Console
        && line.level == "error"
        && rule_of_line(run, seen, line).is_none()
        && matches!(owner_of(run, &line.source), Owner::Target | Owner::Site)
        && speaks_of_error(&text)
        && !is_of_development(&text)
        && !is_given_up_or_tried_again(&text)
        && !seen.step.was_offline()
        && !is_of_quiet_request(run, seen, line)
}

/// Some people write everything with `console.error`.
fn speaks_of_error(text: &str) -> bool {
    const WORDS: [&str; 22] = [
        "error",
        "exception",
        "fail",
        "could not",
        "couldn't",
        "couldn’t",
        "cannot",
        "can't",
        "can’t",
        "unable",
        "went wrong",
        "undefined",
        "is not a function",
        "is null",
        "invalid",
        "not found",
        "missing",
        "denied",
        "refused",
        "rejected",
        "timed out",
        "crash",
    ];
    WORDS.iter().any(|word| text.contains(word))
}

/// Advice for developers, which a build for production doesn't give.
fn is_of_development(text: &str) -> bool {
    const MARKS: [&str; 16] = [
        "react.dev/link/",
        "reactjs.org/link/",
        "fb.me/react",
        "react does not recognize the",
        "unique \"key\" prop",
        "validatedomnesting",
        "not wrapped in act(",
        "cannot update a component",
        "[vue warn]",
        "expressionchangedafterithasbeenchecked",
        "ng0100",
        "[hmr]",
        "[vite]",
        "[webpack-dev-server]",
        "deprecat",
        "resizeobserver loop",
    ];
    text.starts_with("warning: ") || MARKS.iter().any(|mark| text.contains(mark))
}

fn is_given_up_or_tried_again(text: &str) -> bool {
    const MARKS: [&str; 13] = [
        "aborterror",
        "was aborted",
        "is aborted",
        "user aborted",
        "cancelederror",
        "cancellederror",
        "canceled",
        "cancelled",
        "trying again",
        "will try again",
        "retry",
        "reconnect",
        "attempt ",
    ];
    MARKS.iter().any(|mark| text.contains(mark))
}

/// It speaks of a request that was judged already, and found to be as it should.
fn is_of_quiet_request(run: &Run, seen: &SeenStep<'_>, line: &ConsoleLine) -> bool {
    let is_lost = says_lost_request(&line.text);
    let may_be_any = ends_in_object(&line.text);
    seen.asked_by_page().any(|exchange| {
        let has_failed = matches!(exchange.outcome, Outcome::Failed { .. });
        let is_call = matches!(exchange.resource, Resource::Fetch | Resource::Xhr);
        let may_be_it =
            (is_lost && has_failed) || (may_be_any && is_call) || names_request(line, exchange);
        let is_noise = || may_be_it && file_of(run, seen, exchange).is_some();
        (is_refusal_wanted(seen, exchange) && (may_be_it || repeats_answer(line, exchange)))
            || is_noise()
    })
}

/// It says what the answer said, or was written as soon as the answer was there.
fn repeats_answer(line: &ConsoleLine, exchange: &Exchange) -> bool {
    /// Between an answer and the line that is written over it, in milliseconds.
    const AT_ONCE: i64 = 1_000;
    let said = exchange.answer().and_then(|answer| answer.body.start());
    let quotes = said
        .and_then(json_start::read)
        .is_some_and(|said| holds_words_of(&said, &line.text));
    let is_thrown = CODE_ERRORS.iter().any(|name| line.text.contains(name));
    let after = line.at.as_millisecond() - exchange.started.as_millisecond();
    #[expect(clippy::cast_possible_truncation, reason = "a time within a run")]
    let took = exchange.timings.total.map(|took| took as i64);
    let is_at_once = took.is_some_and(|took| (0..=AT_ONCE).contains(&(after - took)));
    quotes || (is_at_once && !is_thrown)
}

/// Errors of the code itself, which no server's refusal excuses.
const CODE_ERRORS: [&str; 3] = ["TypeError", "ReferenceError", "RangeError"];

/// Whether a text repeats one of an answer's own.
fn holds_words_of(said: &Value, text: &str) -> bool {
    match said {
        Value::String(words) => words.trim().len() >= 4 && text.contains(words.trim()),
        Value::Array(items) => items.iter().any(|item| holds_words_of(item, text)),
        Value::Object(members) => members.values().any(|item| holds_words_of(item, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// `fetch`'s own words, also behind what the page's code put before them.
fn says_lost_request(text: &str) -> bool {
    text.match_indices("TypeError: ")
        .any(|(at, _)| is_lost_request(&text[at..]))
}
