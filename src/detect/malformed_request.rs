//! `malformed-request`: a value that should never have left the program.

use serde_json::Value;
use url::Url;

use super::rule::{Finding, Rule, Severity, StepRef};
use crate::evidence::{Exchange, Resource, Run, StepRun};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "malformed-request",
    severity: Severity::Error,
    what: "a request carries a control character, `undefined`, `NaN`, `[object Object]` or a template's braces",
    why: "An environment value pasted with a trailing newline became %0A in an upload URL and failed on the phone, on the first real \
          walk-through; the code was right and the build green.",
    looks_at: "Each segment of the path, each value of the query, header values, and the strings of a JSON body.",
    silent: "When somebody typed that very text in this step, for words that only contain one (`/nullable`), for null as JSON has it, and \
             for line breaks inside longer texts of a body.",
    mend: "Trim values where they enter the program, and fail at start when one is missing or has white space at its ends.",
    inspect,
};

/// Words that mean that a value was never filled in.
const UNFILLED: [&str; 4] = ["undefined", "null", "NaN", "[object Object]"];

fn inspect(run: &Run) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (checklist, list) in run.checklists.iter().enumerate() {
        for step in &list.steps {
            for exchange in &step.exchanges {
                if exchange.resource == Resource::Preflight || !is_own(run, exchange) {
                    continue;
                }
                let faults = faults_of(exchange, step);
                if let Some(first) = faults.first() {
                    findings.push(Finding {
                        detector: RULE.name.to_owned(),
                        severity: RULE.severity,
                        at: StepRef {
                            checklist,
                            step: step.id.clone(),
                        },
                        title: format!("{} was sent with {first}", exchange.call()),
                        detail: format!("The request's URL is {}", exchange.url),
                        signals: faults.clone(),
                        requests: vec![exchange.id.clone()],
                        fault: format!("{} {} {first}", exchange.method, exchange.route()),
                        ..Finding::default()
                    });
                }
            }
        }
    }
    findings
}

fn is_own(run: &Run, exchange: &Exchange) -> bool {
    run.target.origins.is_empty() || run.target.origins.contains(&exchange.origin())
}

fn faults_of(exchange: &Exchange, step: &StepRun) -> Vec<String> {
    let mut faults = Vec::new();
    // Documents come from links and what a person typed; only a redirect's target is looked at by others.
    if let Ok(url) = Url::parse(&exchange.url) {
        for segment in url.path().split('/') {
            add(&mut faults, &decode(segment), "its path", step);
        }
        for (name, value) in url.query_pairs() {
            add(&mut faults, &value, &format!("the query's `{name}`"), step);
        }
    }
    for header in &exchange.request_headers {
        if !is_browser_header(&header.name) {
            add(
                &mut faults,
                &header.value,
                &format!("the header {}", header.name),
                step,
            );
        }
    }
    if let Some(Ok(body)) = exchange
        .request_body
        .start()
        .map(serde_json::from_str::<Value>)
    {
        look_into(&body, "the body", step, &mut faults);
    }
    faults
}

/// Percent-decoding without surprises: what doesn't decode stays as it is.
fn decode(segment: &str) -> String {
    let pair = format!("x={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

fn is_browser_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("sec-")
        || matches!(
            name.as_str(),
            "user-agent"
                | "accept"
                | "accept-language"
                | "accept-encoding"
                | "cookie"
                | "referer"
                | "origin"
                | "host"
        )
}

fn look_into(value: &Value, place: &str, step: &StepRun, faults: &mut Vec<String>) {
    match value {
        Value::String(text) => add_body(faults, text, place, step),
        Value::Array(items) => items
            .iter()
            .for_each(|item| look_into(item, place, step, faults)),
        Value::Object(map) => {
            for (key, item) in map {
                look_into(item, &format!("the body's `{key}`"), step, faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn add(faults: &mut Vec<String>, value: &str, place: &str, step: &StepRun) {
    let fault = if UNFILLED.contains(&value) || value.contains("[object Object]") {
        format!("`{value}` in {place}")
    } else if let Some(control) = value
        .chars()
        .find(|character| character.is_control() && *character != '\t')
    {
        format!("{} in {place}", control_in_words(control))
    } else if is_template(value) {
        format!("an unfilled template (`{value}`) in {place}")
    } else {
        return;
    };
    if !was_typed(step, value) {
        faults.push(fault);
    }
}

/// A text in a body may hold line breaks; a value that ends in one, and is no text of several lines, was pasted.
fn add_body(faults: &mut Vec<String>, value: &str, place: &str, step: &StepRun) {
    if was_typed(step, value) {
        return;
    }
    let trimmed = value.trim_end_matches(['\r', '\n']);
    let is_pasted =
        trimmed.len() != value.len() && !trimmed.contains([' ', '\n']) && !trimmed.is_empty();
    if is_pasted {
        faults.push(format!("a trailing line break in {place}"));
    } else if value == "[object Object]" || value == "undefined" || value == "NaN" {
        faults.push(format!("`{value}` in {place}"));
    } else if value
        .chars()
        .any(|character| character.is_control() && !character.is_whitespace())
    {
        faults.push(format!("a control character in {place}"));
    } else if value.starts_with("{{") && value.ends_with("}}") {
        faults.push(format!("an unfilled template (`{value}`) in {place}"));
    }
}

fn control_in_words(control: char) -> String {
    match control {
        '\n' => "a line break (%0A)".to_owned(),
        '\r' => "a carriage return (%0D)".to_owned(),
        '\0' => "a zero byte (%00)".to_owned(),
        other => format!("a control character (U+{:04X})", u32::from(other)),
    }
}

/// `{{id}}`, `${id}`, `{id}` as the whole value or segment.
fn is_template(value: &str) -> bool {
    let inner = value
        .strip_prefix("{{")
        .and_then(|rest| rest.strip_suffix("}}"))
        .or_else(|| {
            value
                .strip_prefix("${")
                .and_then(|rest| rest.strip_suffix('}'))
        })
        .or_else(|| {
            value
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'))
        });
    inner.is_some_and(|name| {
        !name.is_empty()
            && name
                .chars()
                .all(|next| next.is_alphanumeric() || matches!(next, '_' | '.' | ' ' | '-'))
    })
}

/// Somebody typed it: a search for the word "null" is no fault.
fn was_typed(step: &StepRun, value: &str) -> bool {
    let mut typed = step.actions.iter().flat_map(|action| &action.typed);
    typed.any(|typed| typed.typed.trim() == value.trim())
}
