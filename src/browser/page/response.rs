//! Whether a step brought about a response.

use std::time::{Duration, Instant};

use url::Url;

use crate::browser::{Session, bidi::SeenExchange};
use crate::checklist::{ExpectedBody, ResponsePattern};
use crate::evidence::Content;

/// What a `response` line came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseAnswer {
    /// The exchange that fits best, when one was seen at that method and path.
    pub exchange: Option<String>,
    /// Whether it fits whole.
    pub verdict: ResponseVerdict,
}

/// Whether the step brought about such a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseVerdict {
    /// It did.
    Held,
    /// It didn't; what came instead.
    Broken(String),
    /// The body that would decide couldn't be had.
    Undecided(String),
}

impl Session {
    /// Waits until the step has brought about a response; requests of this step only.
    pub async fn expect_response(
        &self,
        pattern: &ResponsePattern,
        limit: Duration,
    ) -> ResponseAnswer {
        let started = Instant::now();
        loop {
            let before = self.observer.marks();
            let seen = self.observer.seen();
            let answer = judge_responses(pattern, &seen);
            let left = limit.saturating_sub(started.elapsed());
            if answer.verdict == ResponseVerdict::Held || left.is_zero() {
                return answer;
            }
            self.observer
                .wait(left, |marks| marks.recorded != before.recorded)
                .await;
        }
    }

    /// Whether the step has brought about no such response; looked for until `limit` is over.
    pub async fn expect_no_response(
        &self,
        pattern: &ResponsePattern,
        limit: Duration,
    ) -> ResponseAnswer {
        let started = Instant::now();
        self.drain().await;
        loop {
            let before = self.observer.marks();
            let answer = turned(judge_responses(pattern, &self.observer.seen()));
            let left = limit.saturating_sub(started.elapsed());
            if answer.verdict != ResponseVerdict::Held || left.is_zero() {
                return answer;
            }
            self.observer
                .wait(left, |marks| marks.recorded != before.recorded)
                .await;
        }
    }
}

/// The answer to a line that wants no such response: held while nothing fits.
fn turned(answer: ResponseAnswer) -> ResponseAnswer {
    let verdict = match answer.verdict {
        ResponseVerdict::Held => ResponseVerdict::Broken("such a response came".to_owned()),
        ResponseVerdict::Broken(_) => ResponseVerdict::Held,
        undecided @ ResponseVerdict::Undecided(_) => undecided,
    };
    let is_named = verdict != ResponseVerdict::Held;
    ResponseAnswer {
        exchange: answer.exchange.filter(|_| is_named),
        verdict,
    }
}

/// The last exchange that fits whole, else the last at that method and path.
fn judge_responses(pattern: &ResponsePattern, seen: &[SeenExchange]) -> ResponseAnswer {
    let at_path: Vec<_> = seen
        .iter()
        .filter(|exchange| !exchange.is_of_check)
        .filter(|exchange| exchange.method == pattern.method && is_at(pattern, &exchange.url))
        .collect();
    let judged = at_path
        .iter()
        .rev()
        .map(|exchange| (*exchange, judge_one(pattern, exchange)));
    let best = judged.min_by_key(|(_, verdict)| match verdict {
        ResponseVerdict::Held => 0,
        ResponseVerdict::Undecided(_) => 1,
        ResponseVerdict::Broken(_) => 2,
    });
    match best {
        Some((exchange, verdict)) => ResponseAnswer {
            exchange: Some(exchange.id.clone()),
            verdict,
        },
        None => ResponseAnswer {
            exchange: None,
            verdict: ResponseVerdict::Broken(nothing_at(pattern, seen)),
        },
    }
}

fn judge_one(pattern: &ResponsePattern, exchange: &SeenExchange) -> ResponseVerdict {
    let Some(status) = exchange.status else {
        return ResponseVerdict::Broken("the request failed".to_owned());
    };
    if pattern.status.is_some_and(|wanted| !wanted.matches(status)) {
        return ResponseVerdict::Broken(format!("it was answered {status}"));
    }
    let (Some(wanted), content) = (pattern.body, exchange.content) else {
        return ResponseVerdict::Held;
    };
    if let Some(why) = &exchange.body_missing {
        return ResponseVerdict::Undecided(format!("its body couldn't be had: {why}"));
    }
    let is_wanted = match wanted {
        ExpectedBody::Json => content == Some(Content::Json),
        ExpectedBody::Html => {
            matches!(content, Some(Content::HtmlDocument | Content::HtmlFragment))
        }
    };
    if is_wanted {
        return ResponseVerdict::Held;
    }
    let came = match content {
        None | Some(Content::Empty) => "no body",
        Some(Content::HtmlDocument) => "an HTML page",
        Some(Content::HtmlFragment) => "a piece of HTML",
        Some(Content::Json) => "JSON",
        Some(Content::BrokenJson) => "JSON that isn't valid",
        Some(Content::Xml) => "XML",
        Some(Content::Text) => "plain text",
        Some(Content::Binary) => "bytes that are no text",
    };
    ResponseVerdict::Broken(format!("it was answered {status} with {came}"))
}

fn is_at(pattern: &ResponsePattern, url: &str) -> bool {
    if pattern.path.as_str().contains("://") {
        return pattern.path.matches(url);
    }
    Url::parse(url).is_ok_and(|url| {
        let path = url.path();
        let whole = url.query().map(|query| format!("{path}?{query}"));
        pattern.path.matches(path) || whole.is_some_and(|whole| pattern.path.matches(&whole))
    })
}

/// What the step did send, so that the reader sees what is missing.
fn nothing_at(pattern: &ResponsePattern, seen: &[SeenExchange]) -> String {
    let mut sent: Vec<_> = seen
        .iter()
        .filter(|exchange| !exchange.is_of_check && exchange.method == pattern.method)
        .filter_map(|exchange| Some((Url::parse(&exchange.url).ok()?, exchange.status)))
        .map(|(url, status)| {
            let status = status.map_or("failed".to_owned(), |status| status.to_string());
            format!("{} {} ({status})", pattern.method, url.path())
        })
        .collect();
    sent.dedup();
    if sent.is_empty() {
        return format!("the step sent no {} request", pattern.method);
    }
    sent.truncate(6);
    format!("no request went there; the step sent {}", sent.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(method: &str, url: &str, status: u16, content: Content) -> SeenExchange {
        SeenExchange {
            id: "e1".to_owned(),
            method: method.to_owned(),
            url: url.to_owned(),
            status: Some(status),
            content: Some(content),
            body_missing: None,
            is_of_check: false,
            is_document: false,
        }
    }

    fn verdict(line: &str, seen: &[SeenExchange]) -> ResponseVerdict {
        judge_responses(&line.parse().expect("a good line"), seen).verdict
    }

    #[test]
    fn the_body_decides_not_the_status_alone() {
        let html = [seen(
            "POST",
            "http://a/api/sign",
            200,
            Content::HtmlDocument,
        )];
        assert_eq!(verdict("POST /api/sign 200", &html), ResponseVerdict::Held);
        assert_eq!(
            verdict("POST /api/sign 200 json", &html),
            ResponseVerdict::Broken("it was answered 200 with an HTML page".to_owned())
        );
    }

    #[test]
    fn the_one_that_fits_wins_over_a_later_one_that_does_not() {
        let both = [
            seen("GET", "http://a/api/x", 200, Content::Json),
            seen("GET", "http://a/api/x", 500, Content::Json),
        ];
        assert_eq!(verdict("GET /api/x 2xx json", &both), ResponseVerdict::Held);
    }

    #[test]
    fn a_body_that_never_came_decides_nothing() {
        let mut one = seen("GET", "http://a/api/x?page=2", 200, Content::Json);
        one.content = None;
        one.body_missing = Some("no such network data".to_owned());
        let one = [one];
        assert!(matches!(
            verdict("GET /api/x json", &one),
            ResponseVerdict::Undecided(_)
        ));
    }

    #[test]
    fn what_must_not_come_is_held_until_it_comes() {
        let sent = [seen("POST", "http://a/api/charges", 500, Content::Json)];
        let verdict = |line: &str| {
            let answer = judge_responses(&line.parse().expect("a good line"), &sent);
            turned(answer).verdict
        };
        assert_eq!(verdict("POST /api/charges 2xx"), ResponseVerdict::Held);
        assert_eq!(verdict("POST /api/other"), ResponseVerdict::Held);
        assert_eq!(
            verdict("POST /api/charges"),
            ResponseVerdict::Broken("such a response came".to_owned())
        );
    }

    #[test]
    fn nothing_there_says_what_was_sent() {
        let other = [seen("GET", "http://a/api/y", 404, Content::Json)];
        assert_eq!(
            verdict("GET /api/x", &other),
            ResponseVerdict::Broken(
                "no request went there; the step sent GET /api/y (404)".to_owned()
            )
        );
        assert_eq!(
            verdict("POST /api/x", &other),
            ResponseVerdict::Broken("the step sent no POST request".to_owned())
        );
    }
}
