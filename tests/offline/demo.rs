//! The demo app, asked over HTTP: what it does when healthy. What each fault changes is in `faults`.

mod faults;
mod visitor;

use std::path::PathBuf;

use serde_json::json;
use shippass::demo::{CHECKLISTS, CONFIG, Demo, FILES, FaultSet};
use tokio::net::TcpStream;

use visitor::{SIGN, Visitor, credentials, exchange, healthy, upload};

#[tokio::test]
async fn signed_out_pages_lead_to_the_sign_in_and_calls_are_refused_in_json() {
    let demo = healthy().await;
    let nobody = Visitor::default();
    let page = nobody.get(&demo, "/quotes/1042").await;
    assert_eq!(
        (page.status, page.header("location")),
        (303, Some("/sign-in"))
    );
    let call = nobody.get(&demo, "/api/quotes").await;
    assert_eq!(call.status, 401);
    assert_eq!(call.json(), json!({ "error": "sign in first" }));
    let page = nobody.get(&demo, "/sign-in").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("width=device-width"));
    assert_eq!(page.header("x-app-commit"), Some(demo.expected_commit()));
    demo.stop().await;
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_signing_out_ends_the_session() {
    let demo = healthy().await;
    let (email, _) = credentials(&demo, "OWNER");
    let refused = Visitor::with(&demo, &email, "a guess").await;
    assert!(refused.is_err_and(|answer| answer.status == 401));
    let owner = Visitor::signed_in(&demo, "OWNER").await;
    let me = owner.get(&demo, "/api/me").await.json();
    assert_eq!(
        (me["email"].as_str(), me["tier"].as_str()),
        (Some(email.as_str()), Some("pro"))
    );
    let home = owner.get(&demo, "/sign-in").await;
    assert_eq!((home.status, home.header("location")), (303, Some("/")));
    owner
        .send(&demo, "DELETE", "/api/session", &json!({}))
        .await;
    assert_eq!(owner.get(&demo, "/api/me").await.status, 401);
    demo.stop().await;
}

#[tokio::test]
async fn deep_links_are_answered_with_the_shell_and_unknown_calls_with_404_json() {
    let demo = healthy().await;
    let owner = Visitor::signed_in(&demo, "OWNER").await;
    for path in ["/", "/quotes/1042/photos", "/automations", "/nowhere"] {
        let page = owner.get(&demo, path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.starts_with("<!doctype html>"), "{path}");
    }
    let call = owner.get(&demo, "/api/nothing").await;
    assert_eq!(
        (call.status, call.json()["error"].as_str()),
        (404, Some("not found"))
    );
    demo.stop().await;
}

#[tokio::test]
async fn every_file_that_the_shell_names_is_there_and_may_be_kept() {
    let demo = healthy().await;
    let nobody = Visitor::default();
    let shell = nobody.get(&demo, "/sign-in").await.body;
    let files: Vec<_> = shell
        .split('"')
        .filter(|word| word.starts_with("/assets/"))
        .collect();
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        let answer = nobody.get(&demo, file).await;
        assert_eq!(answer.status, 200, "{file}");
        let wanted = if file.contains(".css") {
            "text/css; charset=utf-8"
        } else {
            "text/javascript; charset=utf-8"
        };
        assert_eq!(answer.header("content-type"), Some(wanted), "{file}");
        assert!(
            answer
                .header("cache-control")
                .is_some_and(|value| value.contains("immutable")),
            "{file}"
        );
    }
    demo.stop().await;
}

#[tokio::test]
async fn a_customer_signs_once_and_the_company_sees_it() {
    let demo = healthy().await;
    let body = json!({ "name": " Ada Lovelace " });
    let customer = Visitor::default();
    let answer = customer.send(&demo, "POST", SIGN, &body).await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({ "signer": "Ada Lovelace" }))
    );
    assert_eq!(customer.send(&demo, "POST", SIGN, &body).await.status, 422);
    let owner = Visitor::signed_in(&demo, "OWNER").await;
    let quote = owner.get(&demo, "/api/quotes/1042").await.json();
    assert_eq!(
        (quote["signer"].as_str(), quote["status"].as_str()),
        (Some("Ada Lovelace"), Some("signed"))
    );
    demo.stop().await;
}

#[tokio::test]
async fn new_quotes_are_numbered_on_and_what_is_wrong_is_refused() {
    let demo = healthy().await;
    let owner = Visitor::signed_in(&demo, "OWNER").await;
    let good = json!({ "customer": "Grace Hopper", "job": "Sockets", "amount_cents": 450_000 });
    let created = owner.send(&demo, "POST", "/api/quotes", &good).await;
    assert_eq!(
        (created.status, created.json()),
        (200, json!({ "number": 1043 }))
    );
    let quote = owner.get(&demo, "/api/quotes/1043").await.json();
    assert_eq!(quote["total_cents"], 450_000);
    for bad in [
        json!({ "customer": " ", "job": "Sockets", "amount_cents": 1 }),
        json!({ "customer": "Grace", "job": "Sockets", "amount_cents": 0 }),
        json!({ "customer": "Grace", "job": "Sockets" }),
        json!({ "customer": "x".repeat(201), "job": "Sockets", "amount_cents": 1 }),
        json!({ "customer": 7 }),
        json!([]),
    ] {
        let refused = owner.send(&demo, "POST", "/api/quotes", &bad).await;
        assert_eq!(refused.status, 422, "{bad}");
        assert!(refused.json()["error"].is_string(), "{bad}");
    }
    demo.stop().await;
}

#[tokio::test]
async fn automations_are_for_pro_seats() {
    let demo = healthy().await;
    let steps = json!({ "steps": ["email", "add_tag"] });
    let owner = Visitor::signed_in(&demo, "OWNER").await;
    assert_eq!(
        owner
            .send(&demo, "PUT", "/api/automation", &steps)
            .await
            .status,
        200
    );
    let member = Visitor::signed_in(&demo, "MEMBER").await;
    let seen = member.get(&demo, "/api/automation").await.json();
    assert_eq!(
        seen,
        json!({ "steps": ["email", "add_tag"], "is_locked": true })
    );
    assert_eq!(
        member
            .send(&demo, "PUT", "/api/automation", &steps)
            .await
            .status,
        403
    );
    let unknown = json!({ "steps": ["dance"] });
    assert_eq!(
        owner
            .send(&demo, "PUT", "/api/automation", &unknown)
            .await
            .status,
        422
    );
    demo.stop().await;
}

#[tokio::test]
async fn photos_go_to_another_origin_that_lets_the_app_in() {
    let demo = healthy().await;
    assert_ne!(demo.url(), demo.upload_origin());
    let (path, preflight, stored) = upload(&demo).await;
    assert_eq!((preflight.status, stored.status), (204, 200));
    let allowed = "access-control-allow-origin";
    assert_eq!(preflight.header(allowed), Some(demo.url()));
    assert_eq!(stored.header(allowed), Some(demo.url()));
    let picture = exchange(demo.upload_origin(), "GET", &path, "", "").await;
    assert_eq!(picture.body, "a picture");
    demo.stop().await;
}

#[tokio::test]
async fn the_database_can_be_asked_for_the_truth_and_goes_with_the_app() {
    let demo = healthy().await;
    let file: PathBuf = demo.database_path().to_owned();
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}?mode=ro", file.display()))
        .await
        .expect("it opens");
    let count = || async {
        let (count,): (i64,) =
            sqlx::query_as("select count(*) from signatures where quote_number = 1042")
                .fetch_one(&pool)
                .await
                .expect("it answers");
        count
    };
    assert_eq!(count().await, 0);
    let body = json!({ "name": "Ada Lovelace" });
    Visitor::default().send(&demo, "POST", SIGN, &body).await;
    assert_eq!(count().await, 1);
    pool.close().await;
    demo.stop().await;
    assert!(!file.exists());
}

#[tokio::test]
async fn a_stopped_or_dropped_app_no_longer_answers() {
    let stopped = healthy().await;
    let stopped_at = stopped.url().to_owned();
    stopped.stop().await;
    let dropped = healthy().await;
    let dropped_at = dropped.url().to_owned();
    drop(dropped);
    for origin in [stopped_at, dropped_at] {
        let address = origin.strip_prefix("http://").expect("a plain origin");
        let mut answers = true;
        for _ in 0..1000 {
            answers = TcpStream::connect(address).await.is_ok();
            if !answers {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert!(!answers, "{origin} still answers");
    }
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_says_what_to_do() {
    let first = healthy().await;
    let port = first.url().rsplit(':').next().expect("a port");
    let port = port.parse().expect("a number");
    let error = Demo::start_on(port, FaultSet::none())
        .await
        .expect_err("it is taken");
    assert_eq!(
        error.to_string(),
        format!("can't listen on 127.0.0.1:{port}")
    );
    assert!(error.help().contains("port"));
    first.stop().await;
}

#[tokio::test]
async fn the_configuration_asks_for_nothing_that_the_demo_does_not_give() {
    let demo = healthy().await;
    let given: Vec<_> = demo
        .environment()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    for reference in CONFIG.split("${").skip(1) {
        let name = reference.split('}').next().expect("a name");
        assert!(given.iter().any(|known| known == name), "{name}");
    }
    demo.stop().await;
}

#[test]
fn the_checklists_are_the_files_of_the_folder_in_their_order() {
    assert_eq!(names_of(CHECKLISTS), names_in("checklists/demo"));
    let contracts = names_in("checklists/demo/contracts");
    let files: Vec<_> = names_of(FILES)
        .iter()
        .map(|name| format!("checklists/demo/{name}"))
        .collect();
    assert_eq!(files, contracts);
}

fn names_of(files: &[(&str, &str)]) -> Vec<String> {
    files.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// The files of a folder of this project, but for the configuration.
fn names_in(folder: &str) -> Vec<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(root.join(folder)).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_file() && entry.file_name() != "shippass.yaml")
        .map(|entry| format!("{folder}/{}", entry.file_name().display()))
        .collect();
    names.sort();
    names
}
