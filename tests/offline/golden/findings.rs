//! What detectors would say of the golden run.

use shippass::detect::{Finding, Findings, Noise, Severity};

use super::{HOSTILE, parts::at};

/// What detectors would say of the golden run.
pub(crate) fn findings() -> Findings {
    Findings {
        findings: vec![
            Finding {
                id: "f1".to_owned(),
                detector: "html-for-json".to_owned(),
                severity: Severity::Error,
                at: at(0, "02-sign-it"),
                also_at: vec![at(0, "03-the-signature-is-really-there")],
                title: "POST /api/quotes/1042/sign answered 200 with an HTML page".to_owned(),
                detail: "The page expected JSON and got the sign-in page after a redirect.\nThe page then said “Signed. Thank you.”".to_owned(),
                signals: vec![
                    "the request’s Accept header asks for application/json".to_owned(),
                    "the page’s own code called .json() on the answer".to_owned(),
                    "a redirect chain ends on a sign-in page".to_owned(),
                ],
                requests: vec!["e4".to_owned(), "e3".to_owned()],
                console: vec!["c1".to_owned()],
                fault: "html-for-json POST /api/quotes/*/sign".to_owned(),
                ..Finding::default()
            },
            Finding {
                id: "f2".to_owned(),
                detector: "page-crash".to_owned(),
                severity: Severity::Warning,
                at: at(1, "01-hostile-page"),
                title: format!("uncaught {HOSTILE}"),
                detail: format!("{HOSTILE}\n{}", "W".repeat(400)),
                signals: vec![HOSTILE.to_owned()],
                requests: vec!["e7".to_owned(), "no such exchange".to_owned()],
                console: vec!["c2".to_owned()],
                ..Finding::default()
            },
            Finding {
                id: "f3".to_owned(),
                detector: "http-error".to_owned(),
                severity: Severity::Notice,
                at: at(1, "01-hostile-page"),
                title: "GET /favicon.ico answered 404".to_owned(),
                requests: vec!["e8".to_owned()],
                ..Finding::default()
            },
        ],
        noise: vec![Noise {
            rule: "extension".to_owned(),
            at: at(0, "01-open-the-quote"),
            what: "Unchecked runtime.lastError: message port closed".to_owned(),
            evidence: "c0".to_owned(),
        }],
        ..Findings::default()
    }
}
