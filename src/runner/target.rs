//! Before the first step: does the target answer, where does it lead, which commit does it serve, and is this the device asked for?

use std::time::Duration;

use serde_json::Value;

use super::error::RunnerError;
use crate::browser::{Session, page::Limits};
use crate::config::{CommitSource, Device, Target};
use crate::evidence::{DeviceFacts, TargetFacts};

/// How long a commit document may take.
const COMMIT_LIMIT: Duration = Duration::from_secs(10);

/// What was learned before the first step.
#[derive(Debug)]
pub struct Learned {
    /// The target with what it told.
    pub target: TargetFacts,
    /// The device as the page sees it.
    pub device: DeviceFacts,
    /// Why no step may be walked; `None` when all is well.
    pub refusal: Option<String>,
}

/// Opens the target once, before anything is recorded.
pub async fn learn_target(
    session: &Session,
    target: &Target,
    device: &Device,
    limits: Limits,
    mut facts: TargetFacts,
) -> Result<Learned, RunnerError> {
    let url = target.url.as_str();
    if let Err(obstacle) = session.visit_with_certificate(url).await? {
        return Err(RunnerError::Unreachable {
            url: url.to_owned(),
            reason: reason_of(url, &obstacle.why),
        });
    }
    let settled = session.settle(limits.settle).await?;
    // A refusal by HTTP itself leaves the browser's error page behind.
    if let Some(protection) = session.protection_at_the_door(&settled.page) {
        return Err(RunnerError::protected(&facts, protection));
    }
    if settled.page.is_browser_error {
        return Err(RunnerError::Unreachable {
            url: url.to_owned(),
            reason: reason_on_page(&settled.page.text),
        });
    }
    if let Some(error) = settled.measure.device_problem(device) {
        return Err(error.into());
    }
    let refusal = outside_of(&settled.page.url, target)
        .map(|origin| format!("the target's URL led to {origin}, which is none of its origins"));
    facts.final_url = Some(settled.page.url.clone());
    facts.certificate = session.certificate().await;
    let (commit, source) = learn_commit(session, target).await?;
    facts.commit = commit;
    facts.commit_source = source;
    Ok(Learned {
        target: facts,
        device: settled.measure.facts(device),
        refusal,
    })
}

/// `could not open …: unknown error: net::ERR_CONNECTION_REFUSED` says it at its end.
fn reason_of(url: &str, why: &str) -> String {
    let of_network = why.find("net::").map(|at| &why[at..]);
    let reason = match of_network {
        Some(words) => words.split_whitespace().next().unwrap_or(why),
        None => why
            .strip_prefix(&format!("could not open {url}: "))
            .unwrap_or(why),
    };
    reason.to_owned()
}

/// `Your connection is not private (net::ERR_CERT_AUTHORITY_INVALID)`, as the browser's error page has it.
fn reason_on_page(text: &str) -> String {
    let Some(first) = text.lines().next().filter(|line| !line.is_empty()) else {
        return "the browser showed its error page".to_owned();
    };
    let mut words = text.split_whitespace();
    match words.find(|word| word.contains("ERR_")) {
        Some(code) if !first.contains(code) => format!("{first} ({code})"),
        _ => first.to_owned(),
    }
}

/// The origin of a URL that belongs to none of the target's; `None` when it does, or is no web page.
pub(super) fn outside_of(url: &str, target: &Target) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let origin = url.origin().ascii_serialization();
    (!target.all_origins().contains(&origin)).then_some(origin)
}

async fn learn_commit(
    session: &Session,
    target: &Target,
) -> Result<(Option<String>, Option<String>), RunnerError> {
    let (found, source) = match &target.commit {
        None => return Ok((None, None)),
        Some(CommitSource::Header(name)) => (session.read_header(name), format!("header {name}")),
        Some(CommitSource::Meta(name)) => (session.read_meta(name).await?, format!("meta {name}")),
        Some(CommitSource::Json { path, pointer }) => {
            let source = format!("{path} at {pointer}");
            let Ok(url) = target.url.join(path) else {
                return Ok((None, Some(format!("{path} is no path of the target"))));
            };
            match session.read_json(url.as_str(), COMMIT_LIMIT).await? {
                Ok(document) => {
                    let text = document.pointer(pointer).and_then(Value::as_str);
                    (text.map(str::to_owned), source)
                }
                Err(why) => return Ok((None, Some(why))),
            }
        }
    };
    let commit = found
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    let source = if commit.is_some() {
        source
    } else {
        format!("not there: {source}")
    };
    Ok((commit, Some(source)))
}
