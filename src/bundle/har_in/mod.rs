//! An HTTP archive (HAR 1.2) that any tool wrote, as a run: one pass, a step for each of its pages, exchanges only.

mod cut;
mod entry;
mod exchange;
mod log;
mod loose;
mod resource;

use std::{
    collections::{HashMap, VecDeque},
    fs::File,
    io::BufReader,
    path::Path,
};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{error::BundleError, paths::slug};
use crate::config::Contract;
use crate::evidence::{
    Body, ChecklistRun, EngineFacts, Exchange, Redactor, Resource, Run, RunInfo, StepRun,
    TargetFacts,
};
use entry::{Page, Product};
use log::Log;

/// How much is read at once.
const BUFFER: usize = 256 << 10;

/// What is known of an archive from elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// Origins of the target; when there are none it is the first page's.
    pub origins: Vec<String>,
    /// Path patterns that answer JSON by declaration.
    pub api: Vec<String>,
    /// What APIs have promised to answer.
    pub contracts: Vec<Contract>,
}

/// An archive as a run.
#[derive(Debug)]
pub struct Archive {
    /// Its exchanges, their secrets taken out.
    pub run: Run,
    /// How many answers came without the body that they had.
    pub without_body: usize,
}

/// Reads an archive, one entry in memory at a time.
pub fn read_har(
    path: &Path,
    expected: Expected,
    redactor: &Redactor,
) -> Result<Archive, BundleError> {
    let file = File::open(path).map_err(|source| BundleError::Read {
        path: path.to_owned(),
        source,
    })?;
    let from = BufReader::with_capacity(BUFFER, file);
    let log = log::read(from, redactor, &expected.contracts);
    let mut log = log.map_err(|source| BundleError::Invalid {
        path: path.to_owned(),
        source,
    })?;
    log.exchanges.sort_by_key(|(_, exchange)| exchange.started);
    for (at, (_, exchange)) in log.exchanges.iter_mut().enumerate() {
        exchange.id = format!("e{}", at + 1);
    }
    link_redirects(&mut log.exchanges);
    let without_body = log
        .exchanges
        .iter()
        .filter(|(_, it)| lacks_body(it))
        .count();
    Ok(Archive {
        run: run(path, log, expected, redactor),
        without_body,
    })
}

fn lacks_body(exchange: &Exchange) -> bool {
    let answer = exchange.answer();
    answer.is_some_and(|answer| matches!(answer.body, Body::Missing { .. }))
}

/// Browsers go on to where a redirect leads at once.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(5);

/// A redirect whose next request is still to come.
struct Hop {
    id: String,
    resource: Resource,
    ended: Timestamp,
}

/// A redirect leads to the next request for the place that it names. Several may lead there at the same time: the first
/// one is followed first, by a request of its own kind if there is one.
fn link_redirects(exchanges: &mut [(String, Exchange)]) {
    let mut awaited: HashMap<String, VecDeque<Hop>> = HashMap::new();
    for (_, exchange) in exchanges {
        let bare = exchange.url.split('#').next().unwrap_or_default();
        if let Some(hops) = awaited.get_mut(bare) {
            hops.retain(|hop| exchange.started.duration_since(hop.ended) <= AT_ONCE);
            let own = hops
                .iter()
                .position(|hop| hop.resource == exchange.resource);
            exchange.redirected_from = hops.remove(own.unwrap_or(0)).map(|hop| hop.id);
        }
        let location = exchange
            .answer()
            .filter(|answer| answer.is_redirect())
            .and_then(|answer| answer.header("location"));
        let to = location.and_then(|to| Url::parse(&exchange.url).ok()?.join(to).ok());
        if let Some(mut to) = to {
            to.set_fragment(None);
            awaited.entry(to.into()).or_default().push_back(Hop {
                id: exchange.id.clone(),
                resource: exchange.resource,
                ended: end_of(exchange),
            });
        }
    }
}

fn run(path: &Path, log: Log, expected: Expected, redactor: &Redactor) -> Run {
    let times = || log.exchanges.iter().map(|(_, exchange)| exchange);
    let started = times().map(|it| it.started).next().unwrap_or_default();
    let finished = times().map(end_of).max().unwrap_or_default();
    let first = first_page(&log.exchanges).map(origin_of);
    let origins = match (expected.origins, first.flatten()) {
        (origins, Some(first)) if origins.is_empty() => vec![first],
        (origins, _) => origins,
    };
    let name = path.file_name().unwrap_or(path.as_os_str());
    let engine = if log.browser.name.is_empty() {
        &log.creator
    } else {
        &log.browser
    };
    let engine = engine_of(engine);
    Run {
        info: RunInfo {
            id: String::new(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            started,
            finished: Some(finished),
            resumed: Vec::new(),
            cut_short: None,
            shard: None,
            merged: Vec::new(),
        },
        target: TargetFacts {
            name: name.to_string_lossy().into_owned(),
            url: origins.first().cloned().unwrap_or_default(),
            origins,
            ..TargetFacts::default()
        },
        engine,
        api: expected.api,
        contracts: expected.contracts,
        checklists: vec![ChecklistRun {
            name: name.to_string_lossy().into_owned(),
            file: path.to_string_lossy().into_owned(),
            steps: steps(&log.pages, log.exchanges, redactor),
            ..ChecklistRun::default()
        }],
        ..Run::default()
    }
}

fn engine_of(product: &Product) -> EngineFacts {
    EngineFacts {
        name: product.name.clone(),
        version: product.version.clone(),
        driver: String::new(),
    }
}

fn end_of(exchange: &Exchange) -> Timestamp {
    let total = exchange.timings.total.filter(|it| it.is_finite());
    let took = SignedDuration::try_from_secs_f64(total.unwrap_or_default() / 1000.0);
    let end = exchange.started.checked_add(took.unwrap_or_default());
    end.unwrap_or(exchange.started)
}

/// The first page that was opened; in traffic without pages the first request.
fn first_page(exchanges: &[(String, Exchange)]) -> Option<&Exchange> {
    let mut all = exchanges.iter().map(|(_, exchange)| exchange);
    let page = all.clone().find(|it| it.resource == Resource::Document);
    page.or_else(|| all.next())
}

fn origin_of(exchange: &Exchange) -> Option<String> {
    let url = Url::parse(&exchange.url).ok()?;
    url.has_host().then(|| url.origin().ascii_serialization())
}

/// A step for each page, in the order of their first requests; what belongs to no page is one of its own.
fn steps(pages: &[Page], exchanges: Vec<(String, Exchange)>, redactor: &Redactor) -> Vec<StepRun> {
    let titles: HashMap<&str, &str> = pages
        .iter()
        .map(|page| (page.id.as_str(), page.title.as_str()))
        .collect();
    let mut steps: Vec<StepRun> = Vec::new();
    let mut by_page: HashMap<String, usize> = HashMap::new();
    for (page, exchange) in exchanges {
        let page = if titles.contains_key(page.as_str()) {
            page
        } else {
            String::new()
        };
        let at = *by_page.entry(page.clone()).or_insert_with(|| {
            let name = match titles.get(page.as_str()) {
                None => "Requests".to_owned(),
                Some(&"") => redactor.url(&exchange.url),
                Some(title) => redactor.url(title),
            };
            steps.push(StepRun {
                id: format!("{:02}-{}", steps.len() + 1, slug(&name)),
                name,
                started: Some(exchange.started),
                finished: true,
                is_traffic_only: true,
                ..StepRun::default()
            });
            steps.len() - 1
        });
        let step = &mut steps[at];
        let took = end_of(&exchange).duration_since(step.started.unwrap_or_default());
        let took = u64::try_from(took.as_millis()).unwrap_or_default();
        step.duration_ms = step.duration_ms.max(took);
        step.exchanges.push(exchange);
    }
    steps
}
