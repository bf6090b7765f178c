//! `shippass sign`: what was reviewed, signed with the reviewer's own key.

use std::{env, fs, path::Path};

use jiff::Timestamp;

use super::{
    Exit,
    arguments::{Global, SignArguments},
    checkout,
    failure::Failure,
    signing_key::signer,
    signoff_words::{count, facts, lines, verdict},
    terminal::Terminal,
    verify::{check_is_bundle, signers_of_git},
};
use crate::bundle::{
    hex_sha256,
    paths::{ENVELOPE, SIGNOFF, STATEMENT},
};
use crate::config::{SignoffPolicy, signoff_policy};
use crate::evidence::refuse_refused;
use crate::report::visible;
use crate::signoff::{Demand, Draft, Request, Reviewed, SignedOff, Signer, carry, prepare};

/// What every signature leaves open, in the words of the statement's `does_not_prove`.
const DOES_NOT_PROVE: &str = "It doesn't prove the time, that somebody really looked, that whoever signs walked it, that nobody else had the key,\n\
    that the deployment told the truth about its commit, or that anything works beyond these steps.";

pub(super) fn main(
    arguments: &SignArguments,
    global: &Global,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let dir = arguments.bundle.as_path();
    check_is_bundle(dir)?;
    refuse_refused(dir)?;
    let policy = signoff_policy(global.config.as_deref())?;
    let email = checkout::setting("user.email");
    let principal = arguments.signer.clone().or_else(|| email.clone());
    let principal = principal.ok_or(Failure::NoSigner)?;
    let signer = signer(arguments.key.as_deref())?;
    let mut reviewed = Reviewed::read(dir)?;
    if let Some(old) = &arguments.carry {
        check_is_bundle(old)?;
        take_over(old, &reviewed, &signer, terminal)?;
        reviewed = Reviewed::read(dir)?;
    }
    let request = Request {
        demand: demand(policy, &reviewed, email),
        principal: principal.clone(),
        now: Timestamp::now(),
        rejection: arguments.reject.clone(),
        program_sha256: program_sha256(),
        dirty_tree: checkout::has_changes(),
    };
    let draft = prepare(&reviewed, &signer, request)?;
    terminal.say(&outlook(&draft, &signer, dir));
    if let Some(walkers) = walked_by_others(&reviewed, &principal) {
        terminal.say(&format!(
            "{} walked it, and {} hasn't: what is signed are the walkers' looks and words. `shippass review {}` is a walk of your own",
            visible::line(&walkers),
            visible::line(&principal),
            dir.display()
        ));
    }
    if !arguments.yes {
        let answer = terminal.ask_for_yes("Sign this? [y/N] ");
        if !answer.ok_or(Failure::NobodyToAsk)? {
            terminal.say("nothing was signed");
            return Ok(Exit::Flagged);
        }
    }
    let shown = draft.sha256();
    let written = draft.sign(&reviewed, &signer)?;
    if written.statement_sha256 != shown {
        terminal.say(&format!(
            "ssh-agent has the key and wouldn't use it: there is no envelope, and the statement says so; its sha256 is {}",
            written.statement_sha256
        ));
    }
    terminal.print(&told(dir, &written, &principal));
    let allowed = signers_of_git().ok().flatten();
    if !allowed.is_some_and(|allowed| signer.is_allowed_by(&allowed, &principal, Timestamp::now()))
    {
        let line = signer.allowed_line(&principal)?;
        terminal.say(&format!(
            "It counts for whoever has this line in their allowed signers file:\n  {line}"
        ));
    }
    Ok(Exit::Clean)
}

/// Who walked, when whoever signs did nothing of it; `None` too when nobody is known to have walked.
fn walked_by_others(reviewed: &Reviewed, principal: &str) -> Option<String> {
    let walkers = &reviewed.walk.walkers;
    let (here, address) = (checkout::person(), format!("<{principal}>"));
    let is_signer =
        |walker: &String| *walker == here || walker == principal || walker.ends_with(&address);
    let has_walked = walkers.is_empty() || walkers.iter().any(is_signer);
    (!has_walked).then(|| walkers.join(", "))
}

/// Which program made the statement, so that another one that calls itself the same is told apart.
fn program_sha256() -> Option<String> {
    let bytes = fs::read(env::current_exe().ok()?).ok()?;
    Some(hex_sha256(&bytes))
}

/// The policy, with what this checkout knows to decide it.
fn demand(policy: SignoffPolicy, reviewed: &Reviewed, email: Option<String>) -> Option<Demand> {
    if policy == SignoffPolicy::default() {
        return None;
    }
    let commit = reviewed.bundle.document.target.commit.as_deref();
    let authors = policy.not_author.then(|| {
        let commit = commit.ok_or("the deployment didn't tell its commit")?;
        let authors = checkout::authors_of(commit);
        if authors.is_empty() {
            return Err(format!("this checkout doesn't hold {commit}"));
        }
        Ok(authors)
    });
    Some(Demand {
        signers: policy.signers,
        authors,
        also_known_as: email.into_iter().collect(),
    })
}

/// Says in the walk what the earlier word still holds for, and tells which steps have to be looked at.
fn take_over(
    old: &Path,
    reviewed: &Reviewed,
    signer: &Signer,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let carried = carry(old, reviewed, signer)?;
    let mut lines = vec![format!(
        "{} taken over from {}:",
        count(carried.steps.len(), "step"),
        old.display()
    )];
    let names = carried.steps.iter().map(|step| visible::line(&step.name));
    lines.extend(names.map(|name| format!("  {name}")));
    if !carried.left.is_empty() {
        let left = count(carried.left.len(), "step");
        lines.push(format!("{left} to look at:"));
    }
    let left = carried.left.iter();
    lines.extend(left.map(|(name, why)| format!("  {}: {why}", visible::line(name))));
    let text = lines.join("\n");
    terminal.say(&text);
    carried.write(reviewed, Timestamp::now())?;
    Ok(())
}

/// What is about to be signed.
fn outlook(draft: &Draft, signer: &Signer, dir: &Path) -> String {
    let signoff = &draft.statement.predicate.shippass_signoff;
    let mut facts = facts(signoff);
    let mut by = signoff.reviewer.principal.clone();
    if draft.is_further {
        by.push_str("; you sign the same statement");
    }
    facts.extend([
        ("signer", by),
        ("key", signer.fingerprint()),
        (
            "sha256",
            format!("{} of {SIGNOFF}/{STATEMENT}", draft.sha256()),
        ),
    ]);
    format!(
        "{} in {}\n{}",
        verdict(signoff.verdict),
        dir.display(),
        lines(&facts).trim_end()
    )
}

/// What was written, what it doesn't prove, and how anybody checks it.
fn told(dir: &Path, written: &SignedOff, principal: &str) -> String {
    let place = dir.join(SIGNOFF);
    let place = place.display();
    let mut files = format!("{STATEMENT}, {}", written.file);
    if written.has_envelope {
        files.push_str(", ");
        files.push_str(ENVELOPE);
    }
    let lines = [
        format!(
            "signed by {} with {}: {files} in {place}",
            visible::line(principal),
            written.by
        ),
        DOES_NOT_PROVE.to_owned(),
        format!(
            "Anybody can check it: `shippass verify {}`, or",
            dir.display()
        ),
        format!(
            "  ssh-keygen -Y verify -f ALLOWED_SIGNERS -I {} -n shippass -s {place}/{} < {place}/{STATEMENT}",
            visible::line(principal),
            written.file
        ),
    ];
    lines.join("\n")
}
