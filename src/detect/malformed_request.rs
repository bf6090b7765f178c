//! `malformed-request`: a value that should never have left the program.

use serde_json::Value;
use url::Url;

use super::{
    json_start,
    origin::{Owner, call_of, is_sent_by_own_code, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
    unfilled::{Spot, control_flaw, flaw_of},
};
use crate::evidence::{Exchange, Resource, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "malformed-request",
    severity: Severity::Error,
    what: "a request carries a control character, `undefined`, `null`, `NaN`, `[object Object]` or a template's braces as a value",
    why: "An environment value pasted with a trailing newline became %0A in an upload URL and failed on the phone, on the first real \
          walk-through; the code was right and the build green.",
    looks_at: "Each segment of the path, each name and value of the query, the values of headers that the page's code set, and the strings \
               of a JSON body. In requests to other origins, which is where uploads go: all of that in the path, and line breaks in the query.",
    silent: "When somebody typed that very text or the checklist visits it, for words that only contain one (`/nullable`, \
             `?q=undefined+behaviour`, `is.null`), for null as JSON has it, for line breaks inside longer texts and at the end of what is a text by its name (`text`, `source`, `output`), for templates inside texts \
             of a body, for OData's `$filter` and GUIDs in braces, for what superjson notes beside its values, and for trackers and third \
             parties' own scripts.",
    mend: "Trim values where they enter the program, and fail at start when one is missing or has white space at its ends.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let mut findings = Vec::new();
    for seen in seen_steps(run) {
        let given = texts_given(&seen);
        for exchange in seen.asked_by_page() {
            let Some(reach) = reach_of(run, exchange) else {
                continue;
            };
            let mut flaws = Flaws {
                given: &given,
                found: Vec::new(),
            };
            flaws.look_at(exchange, reach);
            let call = call_of(run, exchange);
            findings.extend(finding(&seen, &call, exchange, &flaws.found));
        }
    }
    findings
}

fn finding(
    seen: &SeenStep<'_>,
    call: &str,
    exchange: &Exchange,
    flaws: &[Flaw],
) -> Option<Finding> {
    let first = flaws.first()?;
    let title = format!("{call} was sent with {}", first.in_words);
    Some(Finding {
        detail: format!("The request's URL is {}", exchange.url),
        signals: flaws.iter().map(|flaw| flaw.in_words.clone()).collect(),
        requests: vec![exchange.id.clone()],
        ..RULE.finding(seen.at(), title, first.fault(exchange))
    })
}

/// How much of a request is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Whole,
    /// To another origin: what a third party's URL means is its own affair.
    UrlOnly,
}

fn reach_of(run: &Run, exchange: &Exchange) -> Option<Reach> {
    if matches!(exchange.resource, Resource::Preflight) {
        return None;
    }
    match owner_of(run, &exchange.url) {
        Owner::Tracker => None,
        _ if !is_sent_by_own_code(run, exchange) => None,
        Owner::Target | Owner::Site => Some(Reach::Whole),
        Owner::Stranger => Some(Reach::UrlOnly),
    }
}

/// One thing that is wrong.
struct Flaw {
    in_words: String,
    /// A line break comes from one value wherever it is used; a word from one call.
    is_of_value: bool,
}

impl Flaw {
    fn fault(&self, exchange: &Exchange) -> String {
        if self.is_of_value {
            format!("{} {}", exchange.origin(), self.in_words)
        } else {
            format!("{} {} {}", exchange.method, exchange.route(), self.in_words)
        }
    }
}

/// Collects what is wrong with one request.
struct Flaws<'g> {
    given: &'g [String],
    found: Vec<Flaw>,
}

impl Flaws<'_> {
    fn look_at(&mut self, exchange: &Exchange, reach: Reach) {
        if let Ok(url) = Url::parse(&exchange.url) {
            for segment in url.path().split('/') {
                self.add(&decode(segment), Spot::Path, "its path");
            }
            for (name, value) in url.query_pairs() {
                self.look_at_pair(&name, &value, reach);
            }
        }
        if reach == Reach::UrlOnly {
            return;
        }
        for header in &exchange.request_headers {
            if !is_browser_header(&header.name) {
                let place = format!("the header {}", header.name);
                self.add(&header.value, Spot::Header, &place);
            }
        }
        if let Some(body) = exchange.request_body.start().and_then(json_start::read) {
            self.look_into(&body, Spot::Body, "the body");
        }
    }

    fn look_at_pair(&mut self, name: &str, value: &str, reach: Reach) {
        let place = format!("the query's `{name}`");
        if reach == Reach::UrlOnly {
            self.push(control_flaw(value, Spot::Query), value, &place);
        } else if let Some(json) = json_in(value) {
            // tRPC and many others put JSON there.
            self.look_into(&json, Spot::Body, &place);
        } else {
            self.add(name, Spot::Query, "a name in the query");
            self.add(value, Spot::Query, &place);
        }
    }

    fn look_into(&mut self, value: &Value, spot: Spot, place: &str) {
        match value {
            Value::String(text) => self.add(text, spot, place),
            Value::Array(items) => {
                for item in items {
                    self.look_into(item, spot, place);
                }
            }
            Value::Object(map) => {
                let is_superjson = map.contains_key("json");
                for (key, item) in map {
                    let is_note = is_superjson && key == "meta";
                    if !is_note && !holds_words(key) {
                        let spot = if is_text(key) { Spot::Text } else { Spot::Body };
                        self.look_into(item, spot, &format!("the body's `{key}`"));
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn add(&mut self, value: &str, spot: Spot, place: &str) {
        self.push(flaw_of(value, spot), value, place);
    }

    fn push(&mut self, flaw: Option<String>, value: &str, place: &str) {
        let is_given = || self.given.iter().any(|text| text == value.trim());
        if let Some(flaw) = flaw.filter(|_| !is_given()) {
            self.found.push(Flaw {
                is_of_value: flaw.contains("line break") || flaw.contains("carriage return"),
                in_words: format!("{flaw} in {place}"),
            });
        }
    }
}

/// Keys whose strings are names of types or texts with templates in them, where the words are at home.
fn holds_words(key: &str) -> bool {
    const KEYS: &[&str] = &[
        "type",
        "types",
        "typeof",
        "kind",
        "datatype",
        "template",
        "templates",
        "pattern",
        "format",
    ];
    KEYS.contains(&key.to_lowercase().as_str())
}

/// Keys whose strings are texts that may end as a line does, however short they are.
fn is_text(key: &str) -> bool {
    const KEYS: &[&str] = &[
        "text",
        "texts",
        "content",
        "contents",
        "source",
        "body",
        "message",
        "output",
        "outputs",
        "stdout",
        "stderr",
        "log",
        "logs",
        "line",
        "lines",
        "note",
        "notes",
        "comment",
        "description",
        "code",
        "script",
        "html",
        "markdown",
        "diff",
        "patch",
    ];
    KEYS.contains(&key.to_lowercase().as_str())
}

fn json_in(value: &str) -> Option<Value> {
    let is_open = value.starts_with(['{', '[']);
    is_open.then(|| json_start::read(value)).flatten()
}

/// Percent-decoding without surprises: what doesn't decode stays as it is.
fn decode(segment: &str) -> String {
    let pair = format!("x={}", segment.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Headers that the browser writes by itself, or that repeat a URL.
fn is_browser_header(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "user-agent",
        "accept",
        "accept-language",
        "accept-encoding",
        "cookie",
        "referer",
        "origin",
        "host",
        "hx-current-url",
        "x-up-location",
        "next-url",
        "next-router-state-tree",
    ];
    let name = name.to_ascii_lowercase();
    name.starts_with("sec-") || name.starts_with(':') || NAMES.contains(&name.as_str())
}

/// What a person gave: texts typed so far in this checklist, and the parts of what it visits.
fn texts_given(seen: &SeenStep<'_>) -> Vec<String> {
    let mut given = Vec::new();
    for action in seen.so_far().iter().flat_map(|step| &step.actions) {
        given.extend(
            action
                .typed
                .iter()
                .map(|typed| typed.typed.trim().to_owned()),
        );
        let visited = action.what.strip_prefix("visit ").and_then(|path| {
            let base = Url::parse("http://target.invalid/").ok()?;
            base.join(path).ok()
        });
        if let Some(url) = visited {
            given.extend(url.path().split('/').map(decode));
            given.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
        }
    }
    given.retain(|text| !text.is_empty());
    given
}
