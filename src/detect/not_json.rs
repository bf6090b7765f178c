//! `not-json`: an answer that calls itself JSON and isn't.

use serde_json::{Deserializer, Value, error::Category};

use super::{
    expects_json::is_success,
    html_on_purpose::is_json_type,
    origin::{Owner, call_of, is_sent_by_own_code, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{Answer, Body, Content, Exchange, ReadAs, Resource, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "not-json",
    severity: Severity::Error,
    what: "an answer was sent under a JSON content type, and its body is empty, cut off or no valid JSON",
    why: "A mock answers whole JSON every time; the real route answered 200 with nothing in it, or stopped in the middle of a list. The page \
          that reads it throws, or shows nothing and says nothing. Nobody read the response: three diagnoses were wrong before somebody did.",
    looks_at: "Answers with a 2xx status to calls of the page's own code whose content type is JSON (`application/json`, `…+json`), and every \
               byte of their bodies. An empty answer that the page's code never took for JSON is a warning for a read and a notice for a write.",
    silent: "For 204, 205, 304 and HEAD, for newline-delimited JSON, JSON sequences and several values one after the other that the page \
             reads as they come, for JSONP (`name({…});`) that the page never parsed, for guards against script inclusion (`)]}',`, `while(1);`, `for(;;);`), for HTML in JSON's place \
             (that is `html-for-json`), for error statuses (those are `http-error`), and for what a third party's script asks.",
    mend: "Answer 204 when there is nothing to say. Let the serializer write the whole body before the status is sent, and never build JSON from strings.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let in_step = |seen: SeenStep<'_>| {
        let calls = seen.asked_by_page();
        let found: Vec<_> = calls
            .filter(|exchange| is_of_interest(run, exchange))
            .filter_map(|exchange| finding(run, &seen, exchange))
            .collect();
        found
    };
    seen_steps(run).flat_map(in_step).collect()
}

fn is_of_interest(run: &Run, exchange: &Exchange) -> bool {
    let is_call = matches!(exchange.resource, Resource::Fetch | Resource::Xhr);
    let is_own = match owner_of(run, &exchange.url) {
        Owner::Target | Owner::Site => true,
        Owner::Tracker => false,
        Owner::Stranger => is_sent_by_own_code(run, exchange),
    };
    is_call && is_own && exchange.method != "HEAD"
}

/// What is wrong with a body.
enum Flaw {
    Empty,
    CutOff,
    Invalid,
}

fn finding(run: &Run, seen: &SeenStep<'_>, exchange: &Exchange) -> Option<Finding> {
    let answer = exchange.answer().filter(|answer| promises_json(answer))?;
    let flaw = flaw_of(exchange, answer)?;
    let severity = severity(seen, exchange, &flaw)?;
    let (thing, detail) = match flaw {
        Flaw::Empty => ("an empty body", "The body is empty.".to_owned()),
        Flaw::CutOff => (
            "JSON that is cut off",
            told("It stops in the middle of a value", &answer.body),
        ),
        Flaw::Invalid => (
            "a body that is no JSON",
            told("It can't be read as JSON", &answer.body),
        ),
    };
    let call = call_of(run, exchange);
    let title = format!(
        "{call} answered {} with {thing} under {}",
        answer.status, answer.mime
    );
    let fault = format!("{} {}", exchange.method, exchange.route());
    let signals = exchange.read_as.iter().filter_map(|how| reading(*how));
    Some(Finding {
        severity,
        detail,
        signals: signals.map(str::to_owned).collect(),
        requests: vec![exchange.id.clone()],
        ..RULE.finding(seen.at(), title, fault)
    })
}

fn promises_json(answer: &Answer) -> bool {
    is_success(answer.status) && !matches!(answer.status, 204 | 205) && is_json_type(&answer.mime)
}

fn flaw_of(exchange: &Exchange, answer: &Answer) -> Option<Flaw> {
    match answer.body.content()? {
        Content::Empty => Some(Flaw::Empty),
        Content::BrokenJson => {
            let start = answer.body.start().unwrap_or_default();
            let is_other_format = is_guarded(start)
                || (!is_parsed(exchange) && (is_jsonp(&answer.body) || has_several(start)));
            (!is_other_format).then(|| {
                if is_cut_off(&answer.body) {
                    Flaw::CutOff
                } else {
                    Flaw::Invalid
                }
            })
        }
        _ => None,
    }
}

/// How heavy it weighs: whether anybody takes the answer for JSON decides.
fn severity(seen: &SeenStep<'_>, exchange: &Exchange, flaw: &Flaw) -> Option<Severity> {
    let is_demanded = seen
        .step
        .expectations
        .iter()
        .any(|line| line.wants_json && line.exchange.as_ref() == Some(&exchange.id));
    if is_parsed(exchange) || is_demanded {
        return Some(Severity::Error);
    }
    let reads_null = exchange.read_as.contains(&ReadAs::XhrJson);
    match flaw {
        Flaw::Empty if reads_null || exchange.method == "GET" => Some(Severity::Warning),
        Flaw::Empty => Some(Severity::Notice),
        // Saved as a file, or shown as the text it is.
        _ if exchange.read_as.contains(&ReadAs::Bytes) => None,
        _ => Some(Severity::Warning),
    }
}

/// The page's code gave the text to a JSON parser.
fn is_parsed(exchange: &Exchange) -> bool {
    exchange
        .read_as
        .iter()
        .any(|how| matches!(how, ReadAs::JsonMethod | ReadAs::JsonParse))
}

fn reading(how: ReadAs) -> Option<&'static str> {
    match how {
        ReadAs::JsonMethod => Some("the page's code called .json() on the answer"),
        ReadAs::JsonParse => Some("the page's code gave the answer to JSON.parse"),
        ReadAs::XhrJson => Some("the request's response type is json"),
        _ => None,
    }
}

/// A guard against inclusion as a script; the client takes it off before it parses.
fn is_guarded(start: &str) -> bool {
    [
        ")]}'",
        "while(1)",
        "while (1)",
        "for(;;)",
        "for (;;)",
        "throw 1",
        "{}&&",
        "{} &&",
        "&&&START&&&",
        "//OK",
        "//EX",
    ]
    .iter()
    .any(|guard| start.trim_start().starts_with(guard))
}

/// `callback({…});`, also behind the comment that keeps old plug-ins off, and behind `callback && `.
fn is_jsonp(body: &Body) -> bool {
    let text = body.start().unwrap_or_default().trim();
    let text = text.strip_prefix("/**/").unwrap_or(text).trim_start();
    let guarded = text
        .split_once("&&")
        .filter(|(guard, _)| is_name(guard.trim_end()));
    let call = guarded.map_or(text, |(_, call)| call.trim_start());
    let Some((name, argument)) = call.split_once('(') else {
        return false;
    };
    let is_whole = matches!(body, Body::Kept(kept) if kept.whole().is_some());
    let argument = match argument.trim_end_matches(';').trim_end().strip_suffix(')') {
        Some(argument) if is_whole => argument,
        None if is_whole => return false,
        _ => argument,
    };
    // What programs print of their own values looks alike: `int(5)`, `array(1) {…}`.
    let argument = argument.trim();
    is_name(name) && (argument.starts_with(['{', '[', '"']) || argument == "null")
}

fn is_name(text: &str) -> bool {
    let is_part =
        |next: char| next.is_ascii_alphanumeric() || matches!(next, '_' | '$' | '.' | '[' | ']');
    text.starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '_' | '$'))
        && text.chars().all(is_part)
}

/// Several whole values one after the other: a stream that is read as it comes.
fn has_several(start: &str) -> bool {
    let text = start.replace('\u{1e}', " ");
    let values = Deserializer::from_str(&text).into_iter::<Value>();
    values
        .take_while(Result::is_ok)
        .filter(|value| matches!(value, Ok(Value::Object(_) | Value::Array(_))))
        .nth(1)
        .is_some()
}

/// The parser came to the end while something was open.
fn is_cut_off(body: &Body) -> bool {
    let Body::Kept(kept) = body else { return false };
    let whole = kept
        .whole()
        .and_then(|text| serde_json::from_str::<Value>(text).err());
    whole.is_some_and(|error| error.classify() == Category::Eof)
}

fn told(what: &str, body: &Body) -> String {
    let start: String = body
        .start()
        .unwrap_or_default()
        .trim()
        .chars()
        .take(200)
        .collect();
    format!("{what}. It begins: {start}")
}
