//! A run written by hand, with everything that a report must show well, and its files.
//!
//! A quote that isn't signed though the page says so, a step that fails, one that never began, one that couldn't be
//! decided, and texts that try to break out of the page or the terminal that shows them.

mod findings;
mod hostile;
mod parts;
mod recorded;
mod signing;

use std::path::Path;

use shippass::evidence::{
    AccessFacts, CertificateFacts, DeviceFacts, EngineFacts, Run, RunInfo, TargetFacts,
};

pub(crate) use self::{findings::findings, parts::moment, recorded::seal, signing::SIGN_IN_PAGE};

const TARGET: &str = "https://quotely-git-sign-flow.preview.example";

/// How large the pictures are.
#[derive(Clone, Copy)]
pub(crate) enum Pictures {
    /// Device pixels of a phone.
    Real,
    /// A few pixels, for fixtures.
    Tiny,
}

/// Markup, a terminal's escape sequence, a direction override, a script's URL.
pub(crate) const HOSTILE: &str = "</pre></details><script>document.title='owned'</script>\
     <img src=https://evil.example/x onerror=alert(1)>\u{1b}[2J\u{1b}[31m\u{202e}gpj.exe javascript:alert(1)";

struct Golden<'a> {
    dir: &'a Path,
    pictures: Pictures,
}

/// Writes the bodies and pictures of the golden run into a folder, and gives the run.
pub(crate) fn run(dir: &Path, pictures: Pictures) -> Run {
    let golden = Golden { dir, pictures };
    Run {
        info: RunInfo {
            id: "01JD5M3Q8ZK4V7T2N9XW6R1YHB".to_owned(),
            tool_version: "0.1.0".to_owned(),
            started: moment(0),
            resumed: Vec::new(),
            finished: Some(moment(31_240)),
            cut_short: None,
            shard: None,
            merged: Vec::new(),
        },
        target: TargetFacts {
            name: "preview".to_owned(),
            url: format!("{TARGET}/"),
            final_url: Some(format!("{TARGET}/dashboard")),
            kind: "preview".to_owned(),
            origins: vec![TARGET.to_owned(), "https://uploads.example".to_owned()],
            commit: Some("9c1f0e2d4b6a8c0e2f4a6b8c0d2e4f6a8b0c2d4e".to_owned()),
            commit_source: Some("header x-app-commit".to_owned()),
            expected_commit: Some("9c1f0e2d4b6a8c0e2f4a6b8c0d2e4f6a8b0c2d4e".to_owned()),
            expected_from: Some("HEAD of this checkout".to_owned()),
            is_read_only: false,
            certificate: Some(CertificateFacts {
                subject: "preview.example".to_owned(),
                issuer: "R11".to_owned(),
                valid_until: "2027-01-24T09:00:00Z".parse().expect("a time"),
            }),
            access: Some(AccessFacts {
                shown: vec!["header x-vercel-protection-bypass".to_owned()],
                requests: [
                    (TARGET.to_owned(), 41),
                    ("https://uploads.example".to_owned(), 1),
                ]
                .into(),
            }),
        },
        device: DeviceFacts {
            name: "375x812@3".to_owned(),
            width: 375,
            height: 812,
            scale: 3.0,
            touch: true,
            user_agent: "Mozilla/5.0 (Linux; Android 16)".to_owned(),
        },
        engine: EngineFacts {
            name: "chromium".to_owned(),
            version: "156.0.7204.92".to_owned(),
            driver: "chromedriver 156.0.7204.92".to_owned(),
        },
        contracts: Vec::new(),
        past: Vec::new(),
        api: vec!["/api/**".to_owned()],
        checklists: vec![golden.signing(), golden.hostile()],
        redactions: [("cookie value", 14), ("header", 9), ("password", 2)]
            .map(|(rule, count)| (rule.to_owned(), count))
            .into(),
    }
}
