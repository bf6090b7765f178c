//! What lies beside a statement: photos that it names, and the statements that it replaced.

use std::collections::BTreeSet;

use memchr::memmem;

use super::{
    coherence::read_statement, refusal::Refusal, sshsig::verify_signature, statement::Signoff,
};
use crate::bundle::{SignoffFiles, hex_sha256, photo_digest};

/// Every photo is named by its own digest and by the statement, and none is missing. One that only the walk names was
/// given since, which the walk itself tells.
pub(super) fn photo_faults(files: &SignoffFiles, signoff: &Signoff) -> Vec<Refusal> {
    let evidence = signoff.steps.iter().flat_map(|step| &step.evidence);
    let named: BTreeSet<&String> = evidence.collect();
    let walk = files.walk.as_deref().unwrap_or_default();
    let is_said = |path: &str| memmem::find(walk, path.as_bytes()).is_some();
    let is_strange = |(path, sha256): &(&String, &String)| {
        photo_digest(path) != Some(sha256) || !(named.contains(sha256) || is_said(path))
    };
    let strange = files.photos.iter().filter(is_strange);
    let mut faults: Vec<Refusal> = strange
        .map(|(path, _)| Refusal::StrangePhoto { path: path.clone() })
        .collect();
    let wanted = signoff
        .real_devices
        .iter()
        .flat_map(|device| &device.photos);
    let missing = wanted.filter(|wanted| !files.photos.values().any(|found| found == *wanted));
    faults.extend(missing.map(|sha256| Refusal::PhotoMissing {
        sha256: sha256.clone(),
    }));
    faults
}

/// What was replaced is a chain: each statement names the one before it, and each is still signed.
pub(super) fn earlier_faults(files: &SignoffFiles, supersedes: Option<&String>) -> Vec<Refusal> {
    let fault = |sha256: &str, why: &str| Refusal::Earlier {
        sha256: sha256.to_owned(),
        why: why.to_owned(),
    };
    let mut faults = Vec::new();
    let mut left: BTreeSet<&String> = files.earlier.keys().collect();
    let mut next = supersedes.cloned();
    while let Some(name) = next.take() {
        let Some(signed) = files.earlier.get(&name).filter(|_| left.remove(&name)) else {
            faults.push(fault(&name, "it is missing"));
            break;
        };
        let statement = signed.statement.as_deref().unwrap_or_default();
        let signatures = signed.signatures.values();
        let holds = |signature: &Vec<u8>| verify_signature(signature, statement).is_ok();
        if hex_sha256(statement) != name {
            faults.push(fault(&name, "it isn't the statement that was replaced"));
        } else if signed.signatures.is_empty() || !signatures.into_iter().all(holds) {
            faults.push(fault(&name, "its signatures don't hold"));
        } else if let Ok(read) = read_statement(statement) {
            next = read.predicate.shippass_signoff.supersedes;
        }
    }
    faults.extend(
        left.into_iter()
            .map(|name| fault(name, "no statement names it")),
    );
    faults
}
