//! `cors-blocked`: a request to another origin whose answer the browser kept from the page.

use std::fmt::Write;

use super::{
    noise::file_of,
    origin::{Owner, is_sent_by_own_code, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{Answer, Exchange, KeptBack, Outcome, Resource, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "cors-blocked",
    severity: Severity::Error,
    what: "the browser kept a request to another origin, or its answer, from the page, because that origin doesn't let the page's origin in",
    why: "A bucket's CORS rules allowed only the production domain. On every preview the photos of customers went nowhere, while the server was \
          up and answered. The browser's words are the same as for a dead server, so a team looks at the wrong machine.",
    looks_at: "Failed requests for which the browser told which of its CORS rules stood in the way, with the headers of the answer that it kept \
               back, and the preflight before it. The finding names the header and what it should have said.",
    silent: "For requests that were given up, for trackers and extensions, and for what a third party's script asks of a third party. Of a \
             stranger that the page's own code asks it is an error too: the page wanted that answer.",
    mend: "Add the origin that the finding names to the CORS rules of that server (a bucket's, a function's, a gateway's), for preflights too, and \
           let previews be part of them, not only production.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let in_step = |seen: SeenStep<'_>| {
        let calls = seen.asked_by_page();
        let found: Vec<_> = calls
            .filter(|exchange| matches!(exchange.outcome, Outcome::Failed { .. }))
            .filter(|exchange| {
                exchange.resource != Resource::Preflight && file_of(run, &seen, exchange).is_none()
            })
            .filter_map(|exchange| {
                let kept = exchange.kept_back.as_ref().filter(|kept| kept.is_cors)?;
                Some(finding(run, &seen, exchange, kept))
            })
            .collect();
        found
    };
    seen_steps(run).flat_map(in_step).collect()
}

fn finding(run: &Run, seen: &SeenStep<'_>, exchange: &Exchange, kept: &KeptBack) -> Finding {
    let preflight = preflight_of(seen, exchange);
    let page = page_origin(seen, exchange);
    let case = Case {
        exchange,
        kept,
        preflight,
        page: &page,
    };
    let call = format!(
        "{} {}{}",
        exchange.method,
        exchange.origin(),
        exchange.path()
    );
    let title = format!("{call} was blocked by the browser: {}", case.wrong());
    let mut detail = format!("{} The answer should say {}.", case.told(), case.wanted());
    if let Some(preflight) = preflight {
        let status = preflight.answer().map_or(0, |answer| answer.status);
        let _ = write!(detail, " The preflight (OPTIONS) was answered {status}.");
    } else if let Some(status) = kept.status {
        let _ = write!(
            detail,
            " The server is alive: it answered {status}, and the browser kept that from the page."
        );
    }
    let signal = format!("the browser's rule is {}", kept.rule);
    let fault = format!("{} {}", exchange.origin(), kept.rule);
    let is_own =
        owner_of(run, &exchange.url) != Owner::Stranger || is_sent_by_own_code(run, exchange);
    let requests = std::iter::once(exchange).chain(preflight);
    Finding {
        severity: if is_own {
            Severity::Error
        } else {
            Severity::Notice
        },
        detail,
        signals: vec![signal],
        requests: requests.map(|hop| hop.id.clone()).collect(),
        ..RULE.finding(seen.at(), title, fault)
    }
}

/// The question that the browser asked before it would send the request.
fn preflight_of<'r>(seen: &SeenStep<'r>, exchange: &Exchange) -> Option<&'r Exchange> {
    let before = seen
        .asked_by_page()
        .filter(|other| other.resource == Resource::Preflight);
    before.filter(|other| other.url == exchange.url).last()
}

/// The origin that asked: by the request itself, else by the page.
fn page_origin(seen: &SeenStep<'_>, exchange: &Exchange) -> String {
    let origin_of = |url: &str| {
        url::Url::parse(url)
            .ok()
            .map(|url| url.origin().ascii_serialization())
    };
    let said = exchange
        .request_header("origin")
        .filter(|origin| *origin != "null")
        .map(str::to_owned);
    said.or_else(|| origin_of(exchange.request_header("referer")?))
        .or_else(|| origin_of(&seen.step.page.as_ref()?.url))
        .unwrap_or_else(|| "the page's origin".to_owned())
}

/// A blocked request and all that is known about why.
struct Case<'r> {
    exchange: &'r Exchange,
    kept: &'r KeptBack,
    preflight: Option<&'r Exchange>,
    page: &'r str,
}

impl Case<'_> {
    /// The header of the answer that decided: the preflight's where there was one.
    fn header(&self, name: &str) -> Option<&str> {
        let asked_before = self.preflight.and_then(Exchange::answer);
        asked_before.map_or_else(
            || self.kept.header(name),
            |answer: &Answer| answer.header(name),
        )
    }

    /// What was wrong, in a few words.
    fn wrong(&self) -> String {
        let parameter = &self.kept.parameter;
        match self.kept.rule.trim_start_matches("Preflight") {
            "MissingAllowOriginHeader" => {
                "the answer has no Access-Control-Allow-Origin".to_owned()
            }
            "AllowOriginMismatch" => format!(
                "Access-Control-Allow-Origin lets only {} in",
                self.allowed()
            ),
            "MultipleAllowOriginValues" => format!(
                "Access-Control-Allow-Origin has several values ({})",
                self.allowed()
            ),
            "InvalidAllowOriginValue" => format!(
                "Access-Control-Allow-Origin ({}) is no origin",
                self.allowed()
            ),
            "WildcardOriginNotAllowed" => {
                "Access-Control-Allow-Origin is *, which doesn't hold for requests with cookies"
                    .to_owned()
            }
            "InvalidAllowCredentials" => "Access-Control-Allow-Credentials isn't true".to_owned(),
            "MethodDisallowedByPreflightResponse" | "InvalidAllowMethodsPreflightResponse" => {
                format!(
                    "Access-Control-Allow-Methods doesn't name {}",
                    self.exchange.method
                )
            }
            "HeaderDisallowedByPreflightResponse" | "InvalidAllowHeadersPreflightResponse" => {
                format!("Access-Control-Allow-Headers doesn't name {parameter}")
            }
            "InvalidStatus" => "its preflight was answered with an error status".to_owned(),
            "DisallowedRedirect" => "its preflight was redirected".to_owned(),
            "RedirectContainsCredentials" => {
                "it was redirected to an address with a password in it".to_owned()
            }
            other => other.to_owned(),
        }
    }

    /// The header line that would have let the page in.
    fn wanted(&self) -> String {
        let page = self.page;
        match self.kept.rule.trim_start_matches("Preflight") {
            "InvalidAllowCredentials" => "`Access-Control-Allow-Credentials: true`".to_owned(),
            "MethodDisallowedByPreflightResponse" | "InvalidAllowMethodsPreflightResponse" => {
                format!(
                    "`Access-Control-Allow-Methods: {}`",
                    with(
                        self.header("access-control-allow-methods"),
                        &self.exchange.method
                    )
                )
            }
            "HeaderDisallowedByPreflightResponse" | "InvalidAllowHeadersPreflightResponse" => {
                format!(
                    "`Access-Control-Allow-Headers: {}`",
                    with(
                        self.header("access-control-allow-headers"),
                        &self.kept.parameter
                    )
                )
            }
            "InvalidStatus" | "DisallowedRedirect" => {
                format!(
                    "204 to the OPTIONS request itself, without a redirect or a sign-in, with `Access-Control-Allow-Origin: {page}`"
                )
            }
            _ => format!("`Access-Control-Allow-Origin: {page}`"),
        }
    }

    fn told(&self) -> String {
        let origin = self.exchange.origin();
        let said = self.header("access-control-allow-origin");
        let said = said.map_or_else(
            || "said nothing of who may read it".to_owned(),
            |said| format!("said `Access-Control-Allow-Origin: {said}`"),
        );
        format!("The page is on {}, and {origin} {said}.", self.page)
    }

    fn allowed(&self) -> &str {
        self.header("access-control-allow-origin")
            .unwrap_or(&self.kept.parameter)
    }
}

/// What a list already names, and one more.
fn with(list: Option<&str>, name: &str) -> String {
    match list.map(str::trim) {
        None | Some("" | "*") => name.to_owned(),
        Some(list) => format!("{list}, {name}"),
    }
}
