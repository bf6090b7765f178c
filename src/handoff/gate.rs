//! `gate`: a finding as an expectation, so that the step fails from now on while the fault is there (I-27).
//!
//! Only what would have failed on the evidence itself is proposed; the rest is refused with the reason.

use url::Url;

use crate::bundle::FindingEntry;
use crate::checklist::{ExpectedBody, PathPattern, ResponsePattern, StatusPattern};
use crate::detect::{StepRef, error_page_line, is_id, said_by_page};
use crate::evidence::{Content, Exchange, Resource, Run, StepRun, hops_to};

/// A line for a checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The step that it belongs to.
    pub at: StepRef,
    /// As an item of `expect`: `response: POST /api/quotes/*/sign 2xx json`.
    pub line: String,
}

/// Why no expectation is made of a finding, in a sentence.
type Refusal = String;

/// The expectation that fails while the finding's fault is there.
pub fn gate(run: &Run, finding: &FindingEntry) -> Result<Gate, Refusal> {
    let made = match finding.detector.as_str() {
        "html-for-json" | "not-json" => answer(run, finding, Some(ExpectedBody::Json)),
        "http-error"
        | "auth-lost"
        | "request-failed"
        | "cors-blocked"
        | "broken-image"
        | "success-without-write" => answer(run, finding, None),
        "malformed-request" => malformed(run, finding),
        "failure-shown" => unseen(run, finding, said_by_page(&finding.title)),
        "page-crash" => {
            let page = step(run, &finding.at).and_then(|step| step.page.as_ref());
            unseen(run, finding, page.and_then(error_page_line))
        }
        "typed-differs" => typed(run, finding),
        other => Err(why_not(other).to_owned()),
    };
    let gate = made?;
    // Both would mean something else in a checklist than they did on the page.
    if gate.line.contains("${") || gate.line.contains("[redacted:") {
        return Err("what it would have to name was taken out of the evidence, or would be a variable in a checklist".to_owned());
    }
    Ok(gate)
}

/// Why a detector's findings are no matter of `expect`.
fn why_not(detector: &str) -> &'static str {
    match detector {
        "not-persisted" | "permission" => {
            "the checklist expects it already: that is how it was found, and its step fails until it is mended"
        }
        "recurring" => "it says that another finding comes back: gate that one",
        "contract" => {
            "what an API answers is held against `contract` of `shippass.yaml` in each run already"
        }
        "stale-deployment" => {
            "which commit is served is no matter of a step: `run --expect-commit` asks for it"
        }
        "wrong-target" => {
            "which origins belong to the target is no matter of a step; nothing is touched outside of them"
        }
        "no-effect" | "double-submit" | "unexpected-dialog" => {
            "no expectation counts what a touch brings about; only you know what it should bring"
        }
        "slow-response" => "no expectation measures time: `within` says how long is waited",
        "console-error" => "no expectation reads the console",
        "secret-exposed" => "no expectation may name a secret",
        "mixed-content" => {
            "what the browser blocks or mends by itself is answered like anything else"
        }
        "clipped-text" | "overflow-x" | "covered-control" | "small-target" | "zoom-on-focus"
        | "viewport-meta" | "blank-screen" => {
            "no expectation measures how a page is laid out; the detector does, in each run"
        }
        _ => "no expectation is known that says it",
    }
}

/// The call was to be answered well, or at least not as it was.
fn answer(run: &Run, finding: &FindingEntry, body: Option<ExpectedBody>) -> Result<Gate, Refusal> {
    let (at, step, last) = decisive(run, finding)?;
    // A call that was sent elsewhere is to be answered where it was made; what merely failed at its end failed there.
    let is_bounce = finding.detector != "http-error" && last.answer().is_some();
    let exchange = if is_bounce {
        first_hop(step, last)
    } else {
        last
    };
    let status = exchange.answer().map(|answer| answer.status);
    let is_api = matches!(
        exchange.resource,
        Resource::Fetch | Resource::Xhr | Resource::Beacon | Resource::Other
    );
    let pattern = |status, body| ResponsePattern {
        method: exchange.method.clone(),
        path: PathPattern::new(path_pattern(exchange)),
        status,
        body,
    };
    let wanted = pattern(Some(StatusPattern::Class(2)), body);
    // A form that is sent may well be answered with a redirect, and a picture may go.
    if is_api && !is_brought_about(step, &wanted) {
        return Ok(line(at, "response", &wanted));
    }
    let wrong = match status {
        None => None,
        Some(status @ 400..) => Some(pattern(Some(StatusPattern::Class(status / 100)), None)),
        Some(status @ 300..) => Some(pattern(Some(StatusPattern::Exactly(status)), None)),
        Some(status) => is_html(exchange).then(|| {
            pattern(
                Some(StatusPattern::Exactly(status)),
                Some(ExpectedBody::Html),
            )
        }),
    };
    match wrong.filter(|wrong| is_brought_about(step, wrong)) {
        Some(wrong) => Ok(line(at, "no_response", &wrong)),
        None => Err("other calls of the step fit whatever could be asked of this one".to_owned()),
    }
}

/// The call was not to be made like that; only what stands in the URL can be named.
fn malformed(run: &Run, finding: &FindingEntry) -> Result<Gate, Refusal> {
    let (at, step, exchange) = decisive(run, finding)?;
    let query = finding.signals.iter().find_map(|signal| {
        let name = signal.split_once("in the query's `")?.1;
        part_of_query(&exchange.url, name.trim_end_matches('`'))
    });
    let is_in_path = finding
        .signals
        .iter()
        .any(|signal| signal.ends_with("in its path"));
    let path = path_pattern(exchange);
    let path = match query {
        _ if is_in_path => path,
        Some(part) => format!("{path}?**{part}**"),
        None => return Err("no expectation looks into a request's headers or body".to_owned()),
    };
    let wrong = ResponsePattern {
        method: exchange.method.clone(),
        path: PathPattern::new(path),
        status: None,
        body: None,
    };
    if is_brought_about(step, &wrong) {
        Ok(line(at, "no_response", &wrong))
    } else {
        Err("the call was never answered, and a `no_response` line speaks of answers".to_owned())
    }
}

/// `name=value` as it stands in a URL.
fn part_of_query(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let mut parts = url.query()?.split('&');
    let part = parts.find(|part| part.split('=').next() == Some(name))?;
    Some(part.to_owned())
}

/// A text that was not to be seen.
fn unseen(run: &Run, finding: &FindingEntry, words: Option<&str>) -> Result<Gate, Refusal> {
    let page = step(run, &finding.at).and_then(|step| step.page.as_ref());
    let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_there = |words: &str| {
        let mut said = page
            .into_iter()
            .flat_map(|page| page.alerts.iter().chain([&page.text]));
        said.any(|text| folded(text).contains(words))
    };
    match words
        .map(folded)
        .filter(|words| !words.is_empty() && is_there(words))
    {
        Some(words) => Ok(Gate {
            at: finding.at.clone(),
            line: format!("not_see: {}", scalar(&words)),
        }),
        None => Err(
            "the page showed no words of its own for it that could be asked not to be seen"
                .to_owned(),
        ),
    }
}

/// A field was to hold what was typed.
fn typed(run: &Run, finding: &FindingEntry) -> Result<Gate, Refusal> {
    let step = step(run, &finding.at).ok_or("its step isn't in the evidence")?;
    let mut texts = step
        .actions
        .iter()
        .rev()
        .flat_map(|action| action.typed.iter().rev());
    let text = texts.find(|text| !text.is_same && finding.title.starts_with(&text.field));
    let text = text.ok_or("what was typed isn't in the evidence")?;
    let name = text
        .field
        .strip_prefix('“')
        .and_then(|field| field.strip_suffix('”'));
    let is_plain = |text: &str| !text.contains(|next: char| next.is_ascii_digit());
    match name.filter(|name| !name.contains(['“', '”'])) {
        _ if text.held == text.typed => Err("it is a secret, and no expectation may name one".to_owned()),
        _ if !is_plain(&text.typed) => Err(
            "an app may write a number another way than it is typed; only you know what the field should then hold".to_owned(),
        ),
        Some(name) => Ok(Gate {
            at: finding.at.clone(),
            line: format!("value: {{ {}: {} }}", scalar(name), scalar(&text.typed)),
        }),
        None => Err("the field has no name that a line could be written with".to_owned()),
    }
}

fn step<'r>(run: &'r Run, at: &StepRef) -> Option<&'r StepRun> {
    let list = run.checklists.get(at.checklist)?;
    list.steps.iter().find(|step| step.id == at.step)
}

/// The exchange that the finding is about, and the step in which it began.
fn decisive<'r>(
    run: &'r Run,
    finding: &FindingEntry,
) -> Result<(StepRef, &'r StepRun, &'r Exchange), Refusal> {
    let id = finding.requests.first();
    let id = id.ok_or("it points at no request that could be asked for")?;
    let list = run.checklists.get(finding.at.checklist);
    let steps = list.into_iter().flat_map(|list| &list.steps);
    let mut found = steps.rev().filter_map(|step| {
        let exchange = step.exchanges.iter().find(|exchange| exchange.id == *id)?;
        Some((step, exchange))
    });
    let (step, exchange) = found
        .next()
        .ok_or("its request belongs to another checklist")?;
    if exchange.is_of_check() {
        return Err("a check of the checklist made that request itself".to_owned());
    }
    let at = StepRef {
        checklist: finding.at.checklist,
        step: step.id.clone(),
    };
    Ok((at, step, exchange))
}

/// Where a chain of redirects began.
fn first_hop<'r>(step: &'r StepRun, last: &'r Exchange) -> &'r Exchange {
    let find = |id: &str| step.exchanges.iter().find(|exchange| exchange.id == id);
    hops_to(last, find).first().copied().unwrap_or(last)
}

/// The path, with what is another one in each run left open.
fn path_pattern(exchange: &Exchange) -> String {
    let path = exchange.path();
    let parts = path
        .split('/')
        .map(|part| if is_id(part) { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether some answer of the step fits, as `response` would have it.
fn is_brought_about(step: &StepRun, pattern: &ResponsePattern) -> bool {
    step.exchanges.iter().any(|exchange| {
        let Some(answer) = exchange.answer() else {
            return false;
        };
        let is_body = match pattern.body {
            None => true,
            Some(ExpectedBody::Json) => answer.body.content() == Some(Content::Json),
            Some(ExpectedBody::Html) => is_html(exchange),
        };
        exchange.method == pattern.method
            && !exchange.is_of_check()
            && is_at(&pattern.path, &exchange.url)
            && pattern
                .status
                .is_none_or(|status| status.matches(answer.status))
            && is_body
    })
}

fn is_at(pattern: &PathPattern, url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        let whole = url.query().map(|query| format!("{}?{query}", url.path()));
        pattern.matches(url.path()) || whole.is_some_and(|whole| pattern.matches(&whole))
    })
}

fn is_html(exchange: &Exchange) -> bool {
    let content = exchange.answer().and_then(|answer| answer.body.content());
    matches!(content, Some(Content::HtmlDocument | Content::HtmlFragment))
}

fn line(at: StepRef, check: &str, pattern: &ResponsePattern) -> Gate {
    Gate {
        at,
        line: format!("{check}: {}", scalar(&pattern.to_string())),
    }
}

/// A text as YAML: bare where nothing in it could be taken for something else, in block and in brackets.
fn scalar(text: &str) -> String {
    let is_harmless = |next: char| next.is_alphanumeric() || " /_.*%-+=?&@()!'’".contains(next);
    let is_bare = text.starts_with(char::is_alphabetic)
        && !text.ends_with(' ')
        && text.chars().all(is_harmless);
    if is_bare {
        return text.to_owned();
    }
    // A JSON string is a YAML string.
    serde_json::Value::from(text).to_string()
}
