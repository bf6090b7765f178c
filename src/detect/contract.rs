//! `contract`: an API answers something else than it has promised.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    expects_json::is_success,
    origin::{Owner, call_of, owner_of},
    rule::{Finding, Inspect, Rule, Severity, Undecided},
    seen_step::{SeenStep, seen_steps},
};
use crate::config::{Clause, Contract, Held, Misfit};
use crate::evidence::{Answer, Body, Exchange, Resource, Run};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "contract",
    severity: Severity::Error,
    what: "an API answered something else than its contract says",
    why: "Mocks say what their writer believed. Two tests agreed on a field that the API had never sent; both were green, and the page \
          was empty. A contract that real answers are held against can't lie like that.",
    looks_at: "Answers on the target's own origins to calls of the page, and to `fetch` checks, that a `contract` of the configuration speaks \
               of: the body of successful answers against a JSON Schema; status, media type and body against an OpenAPI 3 document.",
    silent: "For calls that no contract speaks of, for what redaction has taken out of a body, and for answers without a body. An HTML page in \
             place of JSON, or an error status, is told by its own detector.",
    mend: "Mend the API, or the contract if it is the one that is wrong; then tell everybody who relies on it.",
    inspect: Inspect::Run(inspect),
};

/// How many misfits of one answer are told.
const MOST: usize = 8;

fn inspect(run: &Run) -> Vec<Finding> {
    let mut schemas = Schemas::default();
    let mut findings = Vec::new();
    for seen in seen_steps(run) {
        for (exchange, answer) in answers(run, seen.step.exchanges.iter()) {
            for (number, contract) in run.contracts.iter().enumerate() {
                let misfits = |pointer: &str, body: &Value| {
                    let held = schemas.get(number, contract, pointer).ok()?;
                    Some(held.misfits(body))
                };
                let breach = breach(exchange, answer, contract, misfits);
                findings.extend(breach.map(|it| finding(run, &seen, exchange, contract, it)));
            }
        }
    }
    findings
}

/// Each schema is made ready once, however many answers are held against it.
#[derive(Default)]
struct Schemas(BTreeMap<(usize, String), Result<Held, String>>);

impl Schemas {
    fn get(&mut self, number: usize, contract: &Contract, pointer: &str) -> Result<&Held, &str> {
        let entry = self.0.entry((number, pointer.to_owned()));
        let held = entry.or_insert_with(|| contract.held(pointer));
        held.as_ref().map_err(String::as_str)
    }
}

/// Calls of the target that were answered.
fn answers<'r>(
    run: &'r Run,
    exchanges: impl Iterator<Item = &'r Exchange>,
) -> impl Iterator<Item = (&'r Exchange, &'r Answer)> {
    let is_call = |exchange: &&Exchange| {
        matches!(exchange.resource, Resource::Fetch | Resource::Xhr)
            && owner_of(run, &exchange.url) == Owner::Target
    };
    exchanges
        .filter(is_call)
        .filter_map(|exchange| Some((exchange, exchange.answer()?)))
        .filter(|(_, answer)| !answer.is_redirect() && answer.status != 304)
}

fn finding(
    run: &Run,
    seen: &SeenStep<'_>,
    exchange: &Exchange,
    contract: &Contract,
    breach: Breach,
) -> Finding {
    let call = call_of(run, exchange);
    let file = &contract.file;
    let fault = format!(
        "{file} {} {} {}",
        exchange.method,
        exchange.route(),
        breach.fault
    );
    Finding {
        detail: format!("{file} says what {call} answers. {}", breach.detail),
        signals: breach.signals,
        requests: vec![exchange.id.clone()],
        ..RULE.finding(
            seen.at(),
            format!("{call} doesn't keep to {file}: {}", breach.title),
            fault,
        )
    }
}

/// How an answer breaks a contract.
struct Breach {
    title: String,
    detail: String,
    signals: Vec<String>,
    fault: String,
}

fn breach(
    exchange: &Exchange,
    answer: &Answer,
    contract: &Contract,
    misfits: impl FnOnce(&str, &Value) -> Option<Vec<Misfit>>,
) -> Option<Breach> {
    let plain = |title: String, detail: String| Breach {
        fault: title.clone(),
        title,
        detail,
        signals: Vec::new(),
    };
    let Answer { status, mime, .. } = answer;
    match clause(exchange, answer, contract)? {
        Clause::OtherStatus(known) => Some(plain(
            format!("status {status}"),
            format!("It knows {}.", known.join(", ")),
        )),
        Clause::OtherType(known) => {
            let mime = if mime.is_empty() {
                "no media type"
            } else {
                mime
            };
            Some(plain(
                format!("{mime} for {status}"),
                format!("It knows {}.", known.join(", ")),
            ))
        }
        Clause::Body(pointer) => {
            let Ok(body) = serde_json::from_str::<Value>(text_of(answer)?) else {
                let title = "the body isn't JSON".to_owned();
                return Some(plain(title, String::new()));
            };
            let misfits = misfits(&pointer, &body)?;
            let misfits: Vec<_> = misfits
                .iter()
                .filter(|misfit| !is_redacted(&misfit.value))
                .collect();
            let first = misfits.first()?;
            Some(Breach {
                title: in_words(first),
                detail: match misfits.len() {
                    1 => "The body doesn't fit.".to_owned(),
                    count => format!("The body doesn't fit in {count} places."),
                },
                signals: misfits
                    .iter()
                    .take(MOST)
                    .map(|misfit| in_words(misfit))
                    .collect(),
                fault: folded(&first.at),
            })
        }
    }
}

fn clause(exchange: &Exchange, answer: &Answer, contract: &Contract) -> Option<Clause> {
    contract.clause(
        &exchange.method,
        &exchange.path(),
        answer.status,
        &answer.mime,
    )
}

/// The body's text; an empty one is a text too.
fn text_of(answer: &Answer) -> Option<&str> {
    match &answer.body {
        Body::None => Some(""),
        Body::Kept(kept) => kept.whole(),
        Body::Described { .. } | Body::Missing { .. } => None,
    }
}

/// What was taken out can't be held against anything.
fn is_redacted(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("[redacted:"),
        Value::Array(items) => items.iter().any(is_redacted),
        Value::Object(members) => members.values().any(is_redacted),
        _ => false,
    }
}

fn in_words(misfit: &Misfit) -> String {
    const LONGEST: usize = 200;
    let place = if misfit.at.is_empty() {
        "the body"
    } else {
        misfit.at.as_str()
    };
    let mut what: String = misfit.what.chars().take(LONGEST).collect();
    if what.len() < misfit.what.len() {
        what.push('…');
    }
    format!("{place}: {what}")
}

/// Items of a list break it in the same way: `/items/3/total` is `/items/*/total`.
fn folded(pointer: &str) -> String {
    let is_index = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = pointer.split('/');
    let parts: Vec<_> = parts
        .map(|part| if is_index(&part) { "*" } else { part })
        .collect();
    parts.join("/")
}

/// Answers that a contract speaks of and that can't be held against it.
pub(super) fn undecided(run: &Run) -> Vec<Undecided> {
    let mut schemas = Schemas::default();
    let mut gaps = Vec::new();
    for seen in seen_steps(run) {
        // An error status has its own detector, and nothing is promised of it by a schema.
        let calls = answers(run, seen.step.exchanges.iter());
        for (exchange, answer) in calls.filter(|(_, answer)| is_success(answer.status)) {
            for (number, contract) in run.contracts.iter().enumerate() {
                let Some(Clause::Body(pointer)) = clause(exchange, answer, contract) else {
                    continue;
                };
                let why = match schemas.get(number, contract, &pointer) {
                    Err(why) => why,
                    Ok(_) if text_of(answer).is_none() => "the answer's body couldn't be had whole",
                    Ok(_) => continue,
                };
                let (call, file) = (exchange.call(), &contract.file);
                gaps.push(Undecided {
                    at: seen.at(),
                    why: format!("{call} can't be held against {file}: {why}"),
                });
            }
        }
    }
    gaps
}
