//! A request and its answer as text, the body cut around what matters.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    error::HandoffError,
    quoted::{capped, fenced},
    view::BundleView,
};
use crate::evidence::{
    Body, Content, Exchange, Header, KeptBack, Outcome, Resource, hops_to, visible,
};

/// A body up to this many characters is shown whole.
const WHOLE: usize = 1_200;
/// How much of a longer one is shown from its start, and around what matters.
const HEAD: usize = 300;
const AROUND: usize = 400;

/// Headers that explain an answer; others stay in the archive.
const TELLING: [&str; 16] = [
    "accept",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-request-headers",
    "access-control-request-method",
    "cache-control",
    "content-disposition",
    "content-security-policy",
    "content-type",
    "location",
    "origin",
    "retry-after",
    "vary",
    "www-authenticate",
];

/// How many exchanges of a step are told.
const MOST: usize = 200;
/// How long a line of one may be, and one that is told whole, in characters.
const LONGEST_LINE: usize = 400;
const LONGEST: usize = 6_000;

/// A request and its answer, in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExchangeRow {
    /// `e17`.
    pub id: String,
    /// `POST https://… → 200 OK text/html, an HTML page`; captured.
    pub line: String,
}

/// What a step asked for and got, the first so many of it.
///
/// # Errors
///
/// There is no such step.
pub fn exchanges(view: &BundleView<'_>, step: &str) -> Result<Vec<ExchangeRow>, HandoffError> {
    let walked = view.step_named(step)?;
    let seen = view.seen(&walked).into_iter();
    let rows = seen
        .flat_map(|step| &step.exchanges)
        .map(|exchange| ExchangeRow {
            id: exchange.id.clone(),
            line: capped(&visible::line(&line(exchange)), LONGEST_LINE),
        });
    Ok(rows.take(MOST).collect())
}

/// One exchange whole: the hops that led to it, headers that explain it, bodies cut; between fences. `None` where the
/// bundle has none of that id.
pub fn exchange_told(view: &BundleView<'_>, id: &str) -> Option<String> {
    let about = view.document.findings.iter().filter(|finding| {
        let mut named = finding.requests.iter();
        named.any(|request| request == id)
    });
    let needles: Vec<_> = about
        .flat_map(|finding| quoted_in(&finding.detail))
        .collect();
    let exchange = view.exchange(id)?;
    Some(fenced(&told(view, exchange, &needles), LONGEST))
}

/// An exchange with the hops that led to it, the first one first. `needles` are texts that the finding speaks of.
pub(super) fn told(view: &BundleView<'_>, exchange: &Exchange, needles: &[String]) -> String {
    let mut text = String::new();
    let chain = hops_to(exchange, |id| view.exchange(id));
    for hop in &chain {
        let _ = writeln!(text, "{}", line(hop));
    }
    let _ = writeln!(text, "{}", line(exchange));
    // What the page asked for stands in the first request; what it got, in the last answer.
    let asked = chain.first().copied().unwrap_or(exchange);
    headers(&mut text, "> ", &asked.request_headers);
    body(&mut text, view, ("sent", &asked.request_body), needles);
    if let Some(kept) = &exchange.kept_back {
        kept_back(&mut text, kept);
    }
    if let Some(answer) = exchange.answer() {
        headers(&mut text, "< ", &answer.headers);
        body(&mut text, view, ("answered", &answer.body), needles);
    }
    text
}

/// `POST https://… → 200 OK text/html, an HTML page`.
pub(super) fn line(exchange: &Exchange) -> String {
    let end = match &exchange.outcome {
        Outcome::Pending => "no answer had come when the run ended".to_owned(),
        Outcome::Failed { error } => format!("no answer: {error}"),
        Outcome::Answered(answer) => {
            let mut end = answer.status.to_string();
            let words = [answer.status_text.as_str(), answer.mime.as_str()];
            for word in words.into_iter().filter(|word| !word.is_empty()) {
                let _ = write!(end, " {word}");
            }
            if let Some(place) = answer.header("location") {
                let _ = write!(end, ", redirects to {place}");
            } else if let Some(content) = answer.body.content() {
                let _ = write!(end, ", {}", content.in_words());
            }
            end
        }
    };
    format!("{} {} → {end}", exchange.method, exchange.url)
}

/// Whether it may explain a step that went wrong: it failed, or its answer says so.
pub(super) fn is_telling(exchange: &Exchange) -> bool {
    match &exchange.outcome {
        Outcome::Answered(answer) => answer.status >= 400,
        Outcome::Failed { .. } => true,
        // A stream of events is open for as long as the page is.
        Outcome::Pending => !matches!(
            exchange.resource,
            Resource::EventSource | Resource::WebSocket
        ),
    }
}

fn kept_back(text: &mut String, kept: &KeptBack) {
    let status = kept.status.map(|status| format!(", answered {status}"));
    let words = format!("{} {}", kept.rule, kept.parameter);
    let _ = writeln!(
        text,
        "[kept back by the browser{}: {}]",
        status.unwrap_or_default(),
        words.trim_end()
    );
    headers(text, "< ", &kept.headers);
}

fn headers(text: &mut String, mark: &str, headers: &[Header]) {
    let telling = headers.iter().filter(|header| {
        let name = header.name.to_ascii_lowercase();
        TELLING.contains(&name.as_str())
    });
    for Header { name, value } in telling {
        let _ = writeln!(text, "{mark}{name}: {value}");
    }
}

fn body(text: &mut String, view: &BundleView<'_>, (how, body): (&str, &Body), needles: &[String]) {
    let kept = match body {
        Body::None => return,
        Body::Missing { why } => {
            let _ = writeln!(text, "[body {how}: it couldn't be had: {why}]");
            return;
        }
        Body::Described { size, why, .. } => {
            let _ = writeln!(text, "[body {how}: {size} bytes, not kept: {why}]");
            return;
        }
        Body::Kept(kept) => kept,
    };
    if matches!(kept.content, Content::Binary | Content::Empty) {
        let _ = writeln!(
            text,
            "[body {how}: {}, {} bytes]",
            kept.content.in_words(),
            kept.size
        );
        return;
    }
    let file = view
        .read(&kept.file)
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let whole = file.as_deref().unwrap_or(&kept.start);
    let _ = writeln!(
        text,
        "[body {how}: {}, {} bytes, {}]",
        kept.content.in_words(),
        kept.size,
        kept.file
    );
    let _ = writeln!(text, "{}", cut(whole, needles).trim_end());
}

/// The start of a text and what stands around the first needle; all of it when it is short.
fn cut(text: &str, needles: &[String]) -> String {
    let length = text.chars().count();
    if length <= WHOLE {
        return text.to_owned();
    }
    let places = needles
        .iter()
        .filter_map(|needle| text.find(needle.as_str()));
    let found = places.min().map_or(0, |byte| text[..byte].chars().count());
    let part =
        |from: usize, to: usize| -> String { text.chars().skip(from).take(to - from).collect() };
    let from = found.saturating_sub(AROUND);
    if from <= HEAD {
        let shown = part(0, WHOLE);
        return format!("{shown}\n[… {} more characters]", length - WHOLE);
    }
    let to = (found + AROUND).min(length);
    let mut shown = format!(
        "{}\n[… {} characters left out]\n{}",
        part(0, HEAD),
        from - HEAD,
        part(from, to)
    );
    if to < length {
        let _ = write!(shown, "\n[… {} more characters]", length - to);
    }
    shown
}

/// What a finding quotes, to be found again in a body: `“Fieldquote”`.
pub(super) fn quoted_in(text: &str) -> Vec<String> {
    let parts = text.split('“').skip(1);
    let quoted = parts
        .filter_map(|part| part.split_once('”'))
        .map(|(quoted, _)| quoted);
    quoted
        .filter(|quoted| quoted.chars().count() >= 4)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(resource: Resource) -> Exchange {
        Exchange {
            id: "e1".to_owned(),
            redirected_from: None,
            method: "PUT".to_owned(),
            url: "https://uploads.example/a.png".to_owned(),
            resource,
            initiator: None,
            request_headers: Vec::new(),
            request_body: Body::None,
            started: jiff::Timestamp::UNIX_EPOCH,
            timings: crate::evidence::Timings::default(),
            outcome: Outcome::Pending,
            read_as: Vec::new(),
            kept_back: None,
        }
    }

    #[test]
    fn a_stream_that_is_still_open_explains_nothing_and_a_call_does() {
        assert!(is_telling(&pending(Resource::Fetch)));
        assert!(!is_telling(&pending(Resource::EventSource)));
        assert!(!is_telling(&pending(Resource::WebSocket)));
    }

    #[test]
    fn what_the_browser_kept_back_is_told_with_what_the_answer_allowed() {
        let mut text = String::new();
        kept_back(
            &mut text,
            &KeptBack {
                rule: "AllowOriginMismatch".to_owned(),
                parameter: "https://app.example".to_owned(),
                status: Some(204),
                headers: vec![Header::new(
                    "Access-Control-Allow-Origin",
                    "https://app.example",
                )],
                ..KeptBack::default()
            },
        );
        assert_eq!(
            text,
            "[kept back by the browser, answered 204: AllowOriginMismatch https://app.example]\n\
             < Access-Control-Allow-Origin: https://app.example\n"
        );
    }

    #[test]
    fn a_long_body_is_cut_around_what_the_finding_speaks_of() {
        let text = format!("{}NEEDLE{}", "a".repeat(5_000), "b".repeat(5_000));
        let shown = cut(&text, &["NEEDLE".to_owned()]);
        assert!(shown.contains("aNEEDLEb"), "{shown}");
        assert!(shown.chars().count() < 1_300, "{}", shown.chars().count());
        assert!(shown.contains("[… 4300 characters left out]"), "{shown}");
        assert!(shown.ends_with("[… 4606 more characters]"), "{shown}");
    }

    #[test]
    fn without_a_needle_its_start_is_shown_and_a_short_one_whole() {
        let long = "ü".repeat(2_000);
        let shown = cut(&long, &["gone".to_owned()]);
        assert!(shown.ends_with("ü\n[… 800 more characters]"), "{shown}");
        assert_eq!(cut("short", &[]), "short");
    }

    #[test]
    fn what_stands_in_quotes_is_looked_for() {
        let text = "Its title is “Fieldquote”. It said “ok” and “Signed. Thank you.";
        assert_eq!(quoted_in(text), ["Fieldquote"]);
    }
}
