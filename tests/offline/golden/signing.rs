//! The checklist of the incident: a signature that never was.

use shippass::evidence::{
    ActionOutcome, ActionRecord, Answer, Body, ChecklistRun, ConsoleKind, ConsoleLine, Content,
    Effects, Exchange, ExpectationOutcome, ExpectationRecord, Happening, Initiator, Outcome,
    ReadAs, Resource, StepRun, Timings,
};

use super::{
    Golden, TARGET,
    parts::{acted, answer, effects, exchange, headers, held, moment, not_run},
};

pub(crate) const SIGN_IN_PAGE: &str = "<!doctype html>\n<html lang=\"en\">\n<head><title>Sign in</title></head>\n<body>\n  \
     <h1>Sign in to Quotely</h1>\n  <script>alert('report')</script></pre>\n</body>\n</html>\n";
const PIXEL: [u8; 8] = [0x89, b'P', b'N', b'G', 0, 1, 2, 255];

impl Golden<'_> {
    pub(super) fn signing(&self) -> ChecklistRun {
        ChecklistRun {
            name: "Customer signs a quote".to_owned(),
            file: "checklists/quotes.yaml".to_owned(),
            sha256: "5f2b".repeat(16),
            persona: Some("owner".to_owned()),
            tier: Some("pro".to_owned()),
            engine: None,
            device: None,
            steps: vec![
                self.sign_in(),
                self.open_quote(),
                self.sign_it(),
                self.signature(),
                not_run("04-send-a-copy", "Send a copy"),
                self.download(),
            ],
        }
    }

    fn sign_in(&self) -> StepRun {
        StepRun {
            actions: vec![
                acted("visit", "visit /sign-in", 412, effects(4, 61, true)),
                acted(
                    "fill",
                    "fill “Email” with “owner@quotely.example”, “Password” with “[redacted]”",
                    530,
                    effects(0, 2, false),
                ),
                acted("tap", "tap “Sign in”", 301, effects(2, 84, true)),
            ],
            exchanges: vec![self.plain("e1", "GET", "/sign-in", 1_000)],
            ..self.step("00-sign-in", "Sign in as owner", 0, 1_243)
        }
    }

    fn open_quote(&self) -> StepRun {
        StepRun {
            console: vec![ConsoleLine {
                id: "c0".to_owned(),
                level: "error".to_owned(),
                kind: ConsoleKind::UncaughtError,
                text: "Unchecked runtime.lastError: message port closed".to_owned(),
                source: "chrome-extension://abcdefgh/content.js".to_owned(),
                at: moment(1_900),
                ..ConsoleLine::default()
            }],
            confirm: vec![
                "The total reads $4,500.00 and nothing is cut off at the right edge".to_owned(),
                "The customer’s name is the one on the order".to_owned(),
            ],
            actions: vec![acted(
                "visit",
                "visit /quotes/1042",
                640,
                effects(6, 140, true),
            )],
            expectations: vec![held("see “Quote 1042”", 120)],
            exchanges: vec![
                self.plain("e2", "GET", "/quotes/1042?from=list&tab=a%20b", 2_000),
                Exchange {
                    outcome: Outcome::Answered(Answer {
                        mime: "image/png".to_owned(),
                        headers: headers(&[("Content-Type", "image/png")]),
                        body: self.body(&PIXEL, Content::Binary, ""),
                        ..answer(200, "OK")
                    }),
                    resource: Resource::Image,
                    ..exchange("e2b", "GET", &format!("{TARGET}/logo.png"), 2_100)
                },
            ],
            ..self.step("01-open-the-quote", "Open the quote", 1_500, 812)
        }
    }

    /// The incident: an API call is redirected to the sign-in page, and the page says that all is well.
    fn sign_it(&self) -> StepRun {
        let location = format!("{TARGET}/sign-in?next=%2Fapi%2Fquotes%2F1042%2Fsign");
        let asked = headers(&[
            ("Accept", "application/json"),
            ("Content-Type", "application/json"),
            ("Cookie", "session=[redacted]; theme=[redacted]"),
        ]);
        let first = Exchange {
            request_headers: asked.clone(),
            request_body: self.body(
                br#"{"signer":"Ada Lovelace"}"#,
                Content::Json,
                r#"{"signer":"Ada Lovelace"}"#,
            ),
            initiator: Some(Initiator {
                kind: "script".to_owned(),
                url: format!("{TARGET}/assets/quote.js"),
                line: 88,
            }),
            outcome: Outcome::Answered(Answer {
                headers: headers(&[
                    ("Location", &location),
                    ("Set-Cookie", "session=[redacted]; Path=/; HttpOnly; Secure"),
                ]),
                ..answer(307, "Temporary Redirect")
            }),
            ..exchange(
                "e3",
                "POST",
                &format!("{TARGET}/api/quotes/1042/sign"),
                3_000,
            )
        };
        let last = Exchange {
            redirected_from: Some("e3".to_owned()),
            request_headers: asked,
            request_body: Body::Missing {
                why: "the browser gave the first hop’s body only".to_owned(),
            },
            read_as: vec![ReadAs::JsonMethod],
            outcome: Outcome::Answered(Answer {
                mime: "text/html".to_owned(),
                headers: headers(&[
                    ("Content-Type", "text/html; charset=utf-8"),
                    (
                        "X-Vercel-Id",
                        "fra1::iad1::x7k2p-1763650991000-9a8b7c6d5e4f",
                    ),
                ]),
                body: self.body(SIGN_IN_PAGE.as_bytes(), Content::HtmlDocument, SIGN_IN_PAGE),
                ..answer(200, "OK")
            }),
            ..exchange("e4", "POST", &location, 3_080)
        };
        StepRun {
            actions: vec![
                acted(
                    "fill",
                    "fill “Your name” with “Ada Lovelace”",
                    410,
                    effects(0, 3, false),
                ),
                acted("tap", "tap “Sign quote”", 180, effects(2, 9, false)),
            ],
            expectations: vec![
                held("see “Signed. Thank you.”", 96),
                held("response POST /api/quotes/1042/sign 2xx", 10),
            ],
            confirm: vec!["The page thanks the customer".to_owned()],
            exchanges: vec![first, last],
            console: vec![ConsoleLine {
                id: "c1".to_owned(),
                level: "warn".to_owned(),
                text: "SyntaxError: Unexpected token '<', \"<!doctype \"... is not valid JSON"
                    .to_owned(),
                source: format!("{TARGET}/assets/quote.js"),
                line: 91,
                stack: vec![
                    format!("sign ({TARGET}/assets/quote.js:91:14)"),
                    format!("onTap ({TARGET}/assets/quote.js:40:3)"),
                ],
                at: moment(3_200),
                ..ConsoleLine::default()
            }],
            ..self.step("02-sign-it", "Sign it", 2_900, 744)
        }
    }

    fn signature(&self) -> StepRun {
        StepRun {
            actions: vec![
                acted("visit", "visit /quotes/1042", 590, effects(5, 133, true)),
                ActionRecord {
                    outcome: ActionOutcome::Failed {
                        why: "nothing named “History” is visible within 5 s; near it stand “Edit”, “Send” and “Delete”".to_owned(),
                    },
                    ..acted("tap", "tap “History”", 5_000, Effects::default())
                },
                ActionRecord {
                    outcome: ActionOutcome::NotRun,
                    effects: None,
                    ..acted("press", "press Enter", 0, Effects::default())
                },
            ],
            expectations: vec![
                ExpectationRecord {
                    outcome: ExpectationOutcome::Broken {
                        seen: "“Not signed yet”".to_owned(),
                    },
                    ..held("see “Signed by Ada Lovelace”", 5_000)
                },
                ExpectationRecord {
                    outcome: ExpectationOutcome::NotRun,
                    ..held("url /quotes/1042/history", 0)
                },
            ],
            exchanges: vec![Exchange {
                outcome: Outcome::Failed {
                    error: "net::ERR_FAILED".to_owned(),
                },
                timings: Timings::default(),
                ..exchange("e5", "PUT", "https://uploads.example/quotes/1042.pdf%0A", 9_000)
            }],
            happenings: vec![Happening::Dialog {
                kind: "confirm".to_owned(),
                text: "Leave without saving?".to_owned(),
                is_accepted: true,
                is_expected: true,
            }],
            ..self.step("03-the-signature-is-really-there", "The signature is really there", 8_000, 10_412)
        }
    }

    fn download(&self) -> StepRun {
        let why = "the browser discarded it when the page was left";
        StepRun {
            actions: vec![acted("tap", "tap “Download”", 210, effects(1, 1, false))],
            expectations: vec![ExpectationRecord {
                outcome: ExpectationOutcome::Undecided {
                    why: format!("the body couldn’t be had: {why}"),
                },
                ..held("response GET /api/quotes/*/pdf 200 json", 5_000)
            }],
            exchanges: vec![
                Exchange {
                    outcome: Outcome::Answered(Answer {
                        mime: "application/json".to_owned(),
                        body: Body::Missing {
                            why: why.to_owned(),
                        },
                        from_cache: true,
                        ..answer(200, "")
                    }),
                    ..exchange(
                        "e6",
                        "GET",
                        &format!("{TARGET}/api/quotes/1042/pdf"),
                        21_000,
                    )
                },
                Exchange {
                    outcome: Outcome::Pending,
                    resource: Resource::EventSource,
                    ..exchange("e6b", "GET", &format!("{TARGET}/api/events"), 21_500)
                },
            ],
            unsettled: Some("GET /api/events was still open after 3 s".to_owned()),
            undecided: vec![format!("the body of GET /api/quotes/1042/pdf: {why}")],
            ..self.step("05-download", "Download the quote", 20_000, 5_804)
        }
    }
}
