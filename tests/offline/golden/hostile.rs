//! A checklist whose every text was chosen by an enemy.

use shippass::evidence::{
    ActionRecord, Answer, Body, ChecklistRun, ConsoleKind, ConsoleLine, Content, Effects, Exchange,
    Outcome, Picture, Resource, StepRun, Typed,
};

use super::{
    Golden, HOSTILE, TARGET,
    parts::{acted, answer, exchange, headers, held, moment},
};

impl Golden<'_> {
    /// Every text that a page could choose, chosen by an enemy.
    pub(super) fn hostile(&self) -> ChecklistRun {
        let url = format!(
            "{TARGET}/a/{}?x=<script>alert(1)</script>",
            "long".repeat(80)
        );
        let mut shown = StepRun {
            actions: vec![ActionRecord {
                typed: vec![Typed {
                    field: "“Amount”".to_owned(),
                    typed: "4500".to_owned(),
                    held: "4.00\u{200b}".to_owned(),
                    is_same: false,
                    input_type: "text".to_owned(),
                }],
                ..acted("fill", "fill “Amount” with “4500”", 300, Effects::default())
            }],
            expectations: vec![held(&format!("see “{HOSTILE}”"), 1)],
            confirm: vec![HOSTILE.to_owned()],
            exchanges: vec![
                Exchange {
                    request_headers: headers(&[("X-Note", HOSTILE)]),
                    outcome: Outcome::Answered(Answer {
                        mime: "text/html".to_owned(),
                        headers: headers(&[("Refresh", "0; url=javascript:alert(1)")]),
                        body: self.body(HOSTILE.as_bytes(), Content::HtmlFragment, HOSTILE),
                        ..answer(500, HOSTILE)
                    }),
                    ..exchange("e7", "GET", &url, 26_000)
                },
                Exchange {
                    outcome: Outcome::Answered(Answer {
                        body: Body::Described {
                            size: 12,
                            content: Some(Content::Text),
                            why: "an asset that no step asked about".to_owned(),
                        },
                        ..answer(404, "Not Found")
                    }),
                    resource: Resource::Other,
                    ..exchange("e8", "GET", &format!("{TARGET}/favicon.ico"), 26_100)
                },
            ],
            console: vec![ConsoleLine {
                id: "c2".to_owned(),
                level: "error".to_owned(),
                kind: ConsoleKind::UncaughtError,
                text: format!("{HOSTILE}\nat second line"),
                at: moment(26_200),
                ..ConsoleLine::default()
            }],
            ..self.step("01-hostile-page", HOSTILE, 26_000, 1_980)
        };
        if let Some(page) = &mut shown.page {
            HOSTILE.clone_into(&mut page.title);
            "javascript:alert(document.domain)".clone_into(&mut page.url);
            page.alerts = vec![HOSTILE.to_owned()];
        }
        shown.pictures.push(Picture {
            file: "../../etc/passwd".to_owned(),
            width: 10,
            height: 10,
            caption: Some(HOSTILE.to_owned()),
            ..Picture::default()
        });
        ChecklistRun {
            name: "Texts that try to break out".to_owned(),
            file: "checklists/hostile.yaml".to_owned(),
            sha256: "0a1b".repeat(16),
            steps: vec![shown],
            ..ChecklistRun::default()
        }
    }
}
