//! `auth-lost`: the signed-in persona was thrown out in the middle of the walk.

use std::collections::BTreeSet;

use super::{
    expects_json::is_success,
    html::{is_sign_in_path, is_sign_out_path, speaks_of_signing_in},
    http_error::is_refusal_wanted,
    origin::{Owner, owner_of},
    rule::{Finding, Inspect, Rule, Severity},
    seen_step::{SeenStep, seen_steps},
    write_fate::leads_to_sign_in,
};
use crate::evidence::{Answer, Exchange, ExpectationOutcome, PageFacts, Resource, Run, StepRun};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "auth-lost",
    severity: Severity::Error,
    what: "the persona was signed in, a request was refused for want of a session, and the page ended at the sign-in",
    why: "A cookie for another domain or without `Secure`, a session that one of two servers doesn't know, a token that runs out and isn't \
          renewed: the first page works, and a tap later the person stands at the sign-in with what they had typed gone. Step by step it \
          looks like ten different failures.",
    looks_at: "Steps of a persona that began behind the sign-in and end at it, by the page's path or title, and in which the target \
               answered a page or a call with 401, 403, 419 or 440, with GraphQL's `UNAUTHENTICATED`, or with a redirect to the sign-in. \
               The refusals and what follows from them in that step are told here, and so are later steps until the persona is signed in \
               again.",
    silent: "In the sign-in itself, a `fresh` step, and for nobody; when the page stays where it was (that is `http-error`); in a step that \
             signs out, types a password or closes the account; when it goes to the sign-in itself; when the checklist expects the sign-in \
             page or that status.",
    mend: "Compare the cookie of the last request that worked with the one that was refused: its domain, its path, how long it lives. \
           Renew tokens before they run out, and bring people back to where they were.",
    inspect: Inspect::Run(inspect),
};

fn inspect(run: &Run) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for seen in seen_steps(run) {
        // Whoever was thrown out is still out, and it is the same fault.
        let was_lost = found
            .last()
            .is_some_and(|lost| lost.at.checklist == seen.at().checklist);
        found.extend(finding(run, &seen, was_lost));
    }
    found
}

fn finding(run: &Run, seen: &SeenStep<'_>, was_lost: bool) -> Option<Finding> {
    let persona = seen.list.persona.as_ref()?;
    let page = seen.step.page.as_ref().filter(|page| is_sign_in(page))?;
    let began_inside = seen.page_before().is_some_and(|before| !is_sign_in(before));
    let is_still_out = was_lost && !has_signed_in(seen);
    if !(began_inside || is_still_out) || is_meant(seen) {
        return None;
    }
    let refused: Vec<&Exchange> = seen
        .asked_by_page()
        .filter(|exchange| is_refused(run, seen, exchange))
        .collect();
    let first = refused.first()?;
    Some(Finding {
        detail: format!(
            "{} {}. The page ended at {}. {}",
            first.call(),
            first.answer().map(how).unwrap_or_default(),
            page.url,
            last_that_worked(run, seen, first)
        ),
        requests: ids_of(seen, &refused),
        ..RULE.finding(
            seen.at(),
            format!("{persona} was signed in and ended at the sign-in page"),
            format!("{} {persona}", seen.list.file),
        )
    })
}

/// The refused requests, with the hops before them and what a redirect led to.
fn ids_of(seen: &SeenStep<'_>, refused: &[&Exchange]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for exchange in refused {
        ids.push(exchange.id.clone());
        ids.extend(seen.chain_to(exchange).iter().map(|hop| hop.id.clone()));
    }
    for exchange in seen.asked_by_page() {
        let from = exchange.redirected_from.as_ref();
        if from.is_some_and(|from| ids.contains(from)) {
            ids.push(exchange.id.clone());
        }
    }
    let mut known = BTreeSet::new();
    ids.retain(|id| known.insert(id.clone()));
    ids
}

fn how(answer: &Answer) -> String {
    match answer.header("location").filter(|_| answer.is_redirect()) {
        Some(place) => format!("was redirected ({}) to {place}", answer.status),
        None if is_success(answer.status) => {
            format!("was answered {} with UNAUTHENTICATED", answer.status)
        }
        None => format!("was answered {}", answer.status),
    }
}

/// What to compare the refused request with.
fn last_that_worked(run: &Run, seen: &SeenStep<'_>, refused: &Exchange) -> String {
    let earlier = seen.so_far().iter().flat_map(|step| &step.exchanges);
    let worked = earlier
        .take_while(|exchange| exchange.id != refused.id)
        .filter(|exchange| {
            let is_call = matches!(
                exchange.resource,
                Resource::Fetch | Resource::Xhr | Resource::Document
            );
            is_call
                && owner_of(run, &exchange.url) == Owner::Target
                && exchange
                    .answer()
                    .is_some_and(|answer| is_success(answer.status))
        })
        .last();
    worked
        .map(|worked| {
            format!(
                "The last request before it that worked was {}.",
                worked.call()
            )
        })
        .unwrap_or_default()
}

/// Where one signs in, by path or, in a page that does it in place, by title.
fn is_sign_in(page: &PageFacts) -> bool {
    is_sign_in_path(&page.url) || speaks_of_signing_in(&page.title)
}

/// Refused for want of a session, and not as the checklist wants it.
fn is_refused(run: &Run, seen: &SeenStep<'_>, exchange: &Exchange) -> bool {
    let is_asked = matches!(
        exchange.resource,
        Resource::Fetch | Resource::Xhr | Resource::Document | Resource::EventSource
    );
    let is_own = matches!(owner_of(run, &exchange.url), Owner::Target | Owner::Site);
    is_asked
        && is_own
        && !is_sign_in_path(&exchange.url)
        && exchange.answer().is_some_and(|answer| {
            matches!(answer.status, 401 | 403 | 419 | 440)
                || (answer.is_redirect() && leads_to_sign_in(exchange, answer))
                || says_unauthenticated(answer)
        })
        && !is_refusal_wanted(seen, exchange)
}

fn says_unauthenticated(answer: &Answer) -> bool {
    let start = answer.body.start().unwrap_or_default();
    is_success(answer.status)
        && start.contains("\"errors\"")
        && start.contains("\"UNAUTHENTICATED\"")
}

/// Something was sent to the sign-in and taken.
fn has_signed_in(seen: &SeenStep<'_>) -> bool {
    seen.asked_by_page().any(|exchange| {
        exchange.method == "POST"
            && is_sign_in_path(&exchange.url)
            && exchange
                .answer()
                .is_some_and(|answer| is_success(answer.status) || answer.is_redirect())
    })
}

/// The step, or the checklist, wants to be where one signs in.
fn is_meant(seen: &SeenStep<'_>) -> bool {
    seen.is_sign_in()
        || seen.step.fresh
        || seen.ends_denied()
        || ends_session(seen)
        || goes_there(seen.step)
        || expects_sign_in(seen.step)
        || seen
            .asked_by_page()
            .any(|exchange| is_refusal_wanted(seen, exchange))
}

/// Signing out, another password, an account that is closed.
fn ends_session(seen: &SeenStep<'_>) -> bool {
    const WORDS: &[&str] = &[
        "sign out",
        "signout",
        "log out",
        "logout",
        "log off",
        "abmelden",
        "ausloggen",
        "déconnect",
        "deconnect",
        "cerrar sesión",
        "sair",
        "esci",
        "uitloggen",
        "logga ut",
        "wyloguj",
        "выйти",
        "ログアウト",
        "退出",
        "delete account",
        "delete my account",
        "close account",
        "close my account",
        "switch account",
        "revoke",
    ];
    let by_request = |exchange: &Exchange| {
        let path = exchange.path().to_lowercase();
        let last = path.trim_end_matches('/').rsplit('/').next();
        let is_session = last.is_some_and(|last| matches!(last, "session" | "sessions" | "token"));
        is_sign_out_path(&exchange.url) || (exchange.method == "DELETE" && is_session)
    };
    let mut actions = seen.step.actions.iter();
    let mut navigations = seen.step.navigations.iter();
    actions.any(|action| {
        let what = action.what.to_lowercase();
        let mut typed = action.typed.iter();
        WORDS.iter().any(|word| what.contains(word))
            || typed.any(|typed| typed.input_type == "password")
    }) || seen.asked_by_page().any(by_request)
        || navigations.any(|navigation| is_sign_out_path(&navigation.url))
}

fn goes_there(step: &StepRun) -> bool {
    let visits = step.actions.iter().filter(|action| action.verb == "visit");
    let mut places = visits.filter_map(|action| action.what.strip_prefix("visit "));
    places.any(|place| is_sign_in_path(&as_url(place)))
}

fn expects_sign_in(step: &StepRun) -> bool {
    let mut held = step
        .expectations
        .iter()
        .filter(|line| line.outcome == ExpectationOutcome::Held);
    held.any(|line| {
        let place = line.what.strip_prefix("url ");
        let text = line
            .what
            .strip_prefix("see ")
            .or_else(|| line.what.strip_prefix("title "));
        place.is_some_and(|place| is_sign_in_path(&as_url(place.trim_matches('*'))))
            || text.is_some_and(speaks_of_signing_in)
    })
}

/// A path of the checklist as `is_sign_in_path` takes it.
fn as_url(place: &str) -> String {
    if place.contains("://") {
        place.to_owned()
    } else {
        format!("https://page.invalid/{}", place.trim_start_matches('/'))
    }
}
