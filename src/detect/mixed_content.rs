//! `mixed-content`: a page that came over https asks for something over plain http.

use std::fmt::Write;

use url::{Host, Url};

use super::{
    noise::file_of,
    origin::{Owner, is_extension, is_sent_by_own_code, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
};
use crate::evidence::{Answer, ConsoleLine, Exchange, Outcome, Resource, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "mixed-content",
    severity: Severity::Error,
    what: "a page that came over https asked for a part of itself, or called an API, over plain http",
    why: "On the developer's machine everything is http and all is well. On the deployment the browser blocks the call without asking the \
          server, and the page shows an empty list; a server behind a proxy that builds its redirects with `http://` does the same to one \
          call in ten. What isn't blocked can be read and changed by everybody on the way.",
    looks_at: "Requests to `http://` and `ws://` addresses from a page that is https, and what the browser did with them: blocked, sent, or \
               upgraded to https. API calls, scripts, styles, fonts and frames are errors; pictures and media are warnings. What was upgraded \
               and then answered is a notice, and so is what a third party's script asks for.",
    silent: "For pages that are http themselves, for this machine's own addresses (localhost, 127.0.0.1, *.localhost), which browsers trust, \
             for links that are followed, for what the browser sent over https by itself before it left (HSTS), for trackers and extensions.",
    mend: "Write `https://`, or leave the scheme away. Let a server behind a proxy believe its `X-Forwarded-Proto` header, so that its redirects \
           and links begin with https. Look for an `http://` in the environment of the build.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let in_step = |seen: SeenStep<'_>| {
        let calls = seen.asked_by_page();
        let asked = calls.filter_map(|exchange| asked_plainly(run, &seen, exchange));
        let lines = seen.step.console.iter();
        let told = lines.filter_map(|line| told_by_browser(run, &seen, line));
        asked.chain(told).collect::<Vec<_>>()
    };
    seen_steps(run).flat_map(in_step).collect()
}

const BEHIND_A_PROXY: &str = "Its Location begins with http://: the server behind the proxy doesn't know that it is reached by https.";

/// What the browser did with a request over plain http.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Blocked,
    Sent,
}

fn asked_plainly(run: &Run, seen: &SeenStep<'_>, exchange: &Exchange) -> Option<Finding> {
    let is_navigation = matches!(exchange.resource, Resource::Document | Resource::Preflight);
    if is_navigation || file_of(run, seen, exchange).is_some() {
        return None;
    }
    let fate = fate_of(run, seen, exchange)?;
    let chain = seen.chain_to(exchange);
    let led = chain.last().filter(|hop| is_secure(&hop.url));
    let what = format!("{} {}", exchange.method, without_query(&exchange.url));
    let title = match fate {
        Fate::Blocked if is_plain(&exchange.url) => {
            format!("{what} was blocked: the page is https, and this is plain http")
        }
        Fate::Blocked => format!("{what} was blocked: it was redirected to plain http"),
        Fate::Sent => format!("{what} was sent over plain http from a page that is https"),
    };
    let mut detail = match fate {
        Fate::Blocked if led.is_none() && !is_plain(&exchange.url) => BEHIND_A_PROXY.to_owned(),
        Fate::Blocked => "The browser never asked the server.".to_owned(),
        Fate::Sent => "Everybody on the way can read it and change the answer.".to_owned(),
    };
    if let Some(hop) = led {
        let _ = write!(
            detail,
            " A redirect of {} led there. {BEHIND_A_PROXY}",
            hop.call()
        );
    }
    let severity = severity(run, exchange);
    // Many files of one host have one cause; what is called by code has another.
    let fault = format!("{} {}", exchange.origin(), severity >= Severity::Error);
    let requests = std::iter::once(exchange).chain(chain.iter().copied());
    Some(Finding {
        severity,
        detail,
        requests: requests.map(|hop| hop.id.clone()).collect(),
        ..RULE.finding(seen.at(), title, fault)
    })
}

/// `None` when it wasn't plain, its page wasn't secure, or something else kept it from an answer.
fn fate_of(run: &Run, seen: &SeenStep<'_>, exchange: &Exchange) -> Option<Fate> {
    let kept = exchange.kept_back.as_ref();
    match &exchange.outcome {
        Outcome::Failed { .. } => kept
            .is_some_and(|kept| kept.rule == "mixed-content")
            .then_some(Fate::Blocked),
        Outcome::Answered(answer) => (is_plain(&exchange.url)
            && !is_changed_by_browser(answer)
            && is_on_secure_page(run, seen, exchange))
        .then_some(Fate::Sent),
        Outcome::Pending => None,
    }
}

/// HSTS: the redirect is the browser's own, nothing went over the wire.
fn is_changed_by_browser(answer: &Answer) -> bool {
    answer.header("non-authoritative-reason").is_some() || answer.status_text == "Internal Redirect"
}

fn severity(run: &Run, exchange: &Exchange) -> Severity {
    let is_shown_only = matches!(
        exchange.resource,
        Resource::Image
            | Resource::Media
            | Resource::Manifest
            | Resource::Prefetch
            | Resource::Beacon
            | Resource::Other
    );
    let is_foreign = !matches!(owner_of(run, &exchange.url), Owner::Target | Owner::Site)
        && !is_sent_by_own_code(run, exchange);
    match (is_foreign, is_shown_only) {
        (true, _) => Severity::Notice,
        (false, true) => Severity::Warning,
        (false, false) => Severity::Error,
    }
}

/// Of what it upgrades, and of sockets that it refuses, the browser tells on the console only.
fn told_by_browser(run: &Run, seen: &SeenStep<'_>, line: &ConsoleLine) -> Option<Finding> {
    if is_extension(&line.source) || owner_of(run, &line.source) == Owner::Tracker {
        return None;
    }
    let text = &line.text;
    if text.contains("An insecure WebSocket connection may not be initiated") {
        let title =
            "a web socket was refused: the page is https, and its address begins with ws://"
                .to_owned();
        return Some(Finding {
            detail: "Its address has to begin with wss://.".to_owned(),
            console: vec![line.id.clone()],
            ..RULE.finding(seen.at(), title, format!("socket {}", line.source))
        });
    }
    let is_upgrade = text.starts_with("Mixed Content") && text.contains("automatically upgraded");
    let url = is_upgrade.then(|| insecure_address(text)).flatten()?;
    upgraded(run, seen, line, url)
}

fn upgraded(run: &Run, seen: &SeenStep<'_>, line: &ConsoleLine, url: &str) -> Option<Finding> {
    if owner_of(run, url) == Owner::Tracker {
        return None;
    }
    let safe = url.replacen("http://", "https://", 1);
    let sent = seen.asked_by_page().find(|exchange| exchange.url == safe);
    let is_lost = sent.is_some_and(|exchange| match &exchange.outcome {
        Outcome::Failed { .. } => file_of(run, seen, exchange).is_none(),
        Outcome::Answered(answer) => answer.status >= 400,
        Outcome::Pending => false,
    });
    let (severity, end) = if is_lost {
        (Severity::Warning, ", where nobody has it")
    } else {
        (Severity::Notice, "")
    };
    let title = format!(
        "{} was asked for over plain http; the browser made it https{end}",
        without_query(url)
    );
    let origin = Url::parse(url).map(|url| url.origin().ascii_serialization());
    let fault = format!("{} upgraded {is_lost}", origin.unwrap_or_default());
    Some(Finding {
        severity,
        detail: "Not every browser does that, and none does it for calls and scripts.".to_owned(),
        requests: sent.map(|sent| sent.id.clone()).into_iter().collect(),
        console: vec![line.id.clone()],
        ..RULE.finding(seen.at(), title, fault)
    })
}

/// The address in `… requested an insecure element 'http://…'`.
fn insecure_address(text: &str) -> Option<&str> {
    let mut quoted = text.split('\'').skip(1).step_by(2);
    quoted.find(|part| part.starts_with("http://"))
}

/// The page, or the frame, that asked came over https: by the request itself, else by where the window was.
fn is_on_secure_page(run: &Run, seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    let asker = exchange
        .request_header("referer")
        .or_else(|| exchange.request_header("origin"))
        .filter(|asker| *asker != "null");
    if let Some(asker) = asker {
        return is_secure(asker);
    }
    let gone_to = seen.so_far().iter().flat_map(|step| &step.navigations);
    let mut before = gone_to.filter(|navigation| navigation.at <= exchange.started);
    let page = before.next_back().map(|navigation| navigation.url.as_str());
    let at_end = seen.step.page.as_ref().map(|page| page.url.as_str());
    is_secure(page.or(at_end).unwrap_or(&run.target.url))
}

fn is_secure(url: &str) -> bool {
    url.starts_with("https://")
}

/// Plain http to a machine that isn't this one.
fn is_plain(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let is_own_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => true,
    };
    matches!(url.scheme(), "http" | "ws") && !is_own_machine
}

fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}
