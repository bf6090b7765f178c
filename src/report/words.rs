//! How statuses, counts, times and sizes read, the same in the report and on the terminal.

use jiff::Timestamp;

use crate::bundle::{BundleDocument, Counts};
use crate::detect::{Severity, Status};
use crate::evidence::{CertificateFacts, TargetFacts};

/// All statuses, the worst first.
pub(super) const STATUSES: [Status; 5] = [
    Status::Failed,
    Status::Flagged,
    Status::Unknown,
    Status::NotRun,
    Status::Clean,
];

/// A status as a person reads it.
pub(super) fn status(status: Status) -> &'static str {
    status.in_words()
}

/// The status that a person reads like that.
pub(super) fn status_called(word: &str) -> Option<Status> {
    STATUSES.into_iter().find(|one| status(*one) == word)
}

/// A severity as a person reads it.
pub(super) fn severity(severity: Severity) -> &'static str {
    severity.in_words()
}

/// What a bundle of a shard must say of itself: it is no whole run.
pub(super) fn shard(document: &BundleDocument) -> Option<String> {
    let shard = document.run.shard?;
    Some(format!(
        "shard {shard}: the checklists of the other shards are not in it"
    ))
}

/// `5 steps: 1 failed, 4 clean`; statuses that no step has are left out.
pub(super) fn counts(counts: &Counts) -> String {
    let parts: Vec<_> = STATUSES
        .into_iter()
        .filter(|one| counts.get(*one) > 0)
        .map(|one| format!("{} {}", counts.get(one), status(one)))
        .collect();
    let steps = plural(counts.steps, "step");
    if parts.is_empty() {
        steps
    } else {
        format!("{steps}: {}", parts.join(", "))
    }
}

/// `1 step`, `2 steps`.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

/// `340 ms`, `1.2 s`, `2 min 05 s`.
pub(super) fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => {
            let tenths = (milliseconds + 50) / 100;
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
        _ => {
            let seconds = (milliseconds + 500) / 1_000;
            format!("{} min {:02} s", seconds / 60, seconds % 60)
        }
    }
}

/// `812 B`, `4.2 kB`, `1.3 MB`.
pub(super) fn size(bytes: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = bytes.saturating_mul(10) / unit;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        _ => format!("{} MB", tenths(1_000_000)),
    }
}

/// `2026-11-20 14:03:11 UTC`.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The time between two moments, in milliseconds; 0 when the clock went back.
pub(super) fn between(started: Timestamp, finished: Timestamp) -> u64 {
    u64::try_from(finished.as_millisecond() - started.as_millisecond()).unwrap_or_default()
}

/// Which deployment one is on: `https://preview.example/ (preview), commit 4f2a91c by header x-app-commit`.
pub(super) fn target(target: &TargetFacts) -> String {
    let only = if target.is_read_only {
        ", only looked at"
    } else {
        ""
    };
    let mut line = format!("{} ({}{only})", target.url, target.kind);
    if let Some(end) = target.final_url.as_ref().filter(|end| **end != target.url) {
        line.push_str(", led to ");
        line.push_str(end);
    }
    line.push_str(", commit ");
    line.push_str(target.commit.as_deref().unwrap_or("not known"));
    match (&target.commit, &target.commit_source) {
        (Some(_), Some(source)) => {
            line.push_str(" by ");
            line.push_str(source);
        }
        (None, Some(source)) => {
            line.push_str(": ");
            line.push_str(source);
        }
        (_, None) => {}
    }
    if let Some(held) = &target.certificate {
        line.push_str(", ");
        line.push_str(&certificate(held));
    }
    line
}

/// Whom a certificate names: `certificate preview.example by R11 until 2026-12-24`.
pub(super) fn certificate(certificate: &CertificateFacts) -> String {
    let CertificateFacts {
        subject,
        issuer,
        valid_until,
    } = certificate;
    format!(
        "certificate {subject} by {issuer} until {}",
        valid_until.strftime("%Y-%m-%d")
    )
}

/// The number that a step's id begins with: `02` of `02-sign-it`.
pub(super) fn step_number(id: &str) -> &str {
    let end = id
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(id.len());
    &id[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_read_well() {
        let read: Vec<_> = [0, 999, 1_000, 1_249, 59_940, 60_000, 125_400]
            .map(duration)
            .into();
        assert_eq!(
            read,
            [
                "0 ms",
                "999 ms",
                "1.0 s",
                "1.2 s",
                "59.9 s",
                "1 min 00 s",
                "2 min 05 s"
            ]
        );
        let read: Vec<_> = [0, 999, 4_249, 1_300_000].map(size).into();
        assert_eq!(read, ["0 B", "999 B", "4.2 kB", "1.3 MB"]);
    }

    #[test]
    fn counts_leave_out_what_is_not_there() {
        let some = Counts {
            steps: 3,
            clean: 2,
            failed: 1,
            ..Counts::default()
        };
        assert_eq!(counts(&some), "3 steps: 1 failed, 2 clean");
        assert_eq!(counts(&Counts::default()), "0 steps");
    }
}
