//! What each fault changes in the app, beside what it is when healthy.

use serde_json::json;
use shippass::demo::Fault;

use super::visitor::{SIGN, Visitor, broken, exchange, healthy, upload};

#[tokio::test]
async fn a_company_sees_its_own_quotes_only() {
    let demo = healthy().await;
    let member = Visitor::signed_in(&demo, "MEMBER").await;
    assert_eq!(member.get(&demo, "/api/quotes/1042").await.status, 200);
    assert_eq!(member.get(&demo, "/api/quotes/2001").await.status, 404);
    let body = json!({ "notes": "mine now" });
    let stolen = member
        .send(&demo, "PUT", "/api/quotes/2001/notes", &body)
        .await;
    assert_eq!(stolen.status, 404);
    let list = member.get(&demo, "/api/quotes").await.json();
    let numbers = list["quotes"].as_array().expect("a list");
    assert!(numbers.iter().all(|quote| quote["number"] != 2001));
    demo.stop().await;

    let demo = broken(Fault::CrossTenant).await;
    let member = Visitor::signed_in(&demo, "MEMBER").await;
    let quote = member.get(&demo, "/api/quotes/2001").await;
    assert_eq!(
        (quote.status, quote.json()["customer"].as_str()),
        (200, Some("Osric Vane"))
    );
    demo.stop().await;
}

#[tokio::test]
async fn a_bounced_signature_ends_on_a_page_that_says_200_and_is_stored_nowhere() {
    let demo = broken(Fault::SignBounced).await;
    let customer = Visitor::default();
    let quote = customer
        .get(&demo, "/api/public/quotes/blue-kettle-1042")
        .await;
    assert_eq!(quote.status, 200);
    let body = json!({ "name": "Ada Lovelace" });
    let answer = customer.send(&demo, "POST", SIGN, &body).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("/sign-in"))
    );
    let page = customer.get(&demo, "/sign-in").await;
    assert_eq!(page.status, 200);
    assert!(
        page.header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
    );
    let quote = customer
        .get(&demo, "/api/public/quotes/blue-kettle-1042")
        .await;
    assert_eq!(quote.json()["signer"], "");
    demo.stop().await;
}

#[tokio::test]
async fn notes_are_kept_unless_the_save_is_lost() {
    for (demo, kept) in [
        (healthy().await, "Gate code"),
        (broken(Fault::SaveLost).await, "Ring before you come"),
    ] {
        let owner = Visitor::signed_in(&demo, "OWNER").await;
        let body = json!({ "notes": "Gate code" });
        let saved = owner
            .send(&demo, "PUT", "/api/quotes/1041/notes", &body)
            .await;
        assert_eq!((saved.status, saved.json()), (200, json!({ "ok": true })));
        let quote = owner.get(&demo, "/api/quotes/1041").await.json();
        assert_eq!(quote["notes"], kept);
        demo.stop().await;
    }
}

#[tokio::test]
async fn a_name_that_is_not_ascii_is_saved_unless_it_is_cut_within_a_letter() {
    let messy = json!({ "customer": "Zoë’s Café ☕ شكرا", "job": "Oven", "amount_cents": 100 });
    let plain = json!({ "customer": "Mueller Bakery", "job": "Oven", "amount_cents": 100 });
    let demo = healthy().await;
    let owner = Visitor::signed_in(&demo, "OWNER").await;
    let saved = owner.send(&demo, "PUT", "/api/quotes/1039", &messy).await;
    assert_eq!(saved.status, 200);
    let quote = owner.get(&demo, "/api/quotes/1039").await.json();
    assert_eq!(quote["customer"], messy["customer"]);
    demo.stop().await;

    let demo = broken(Fault::EmojiCrash).await;
    let owner = Visitor::signed_in(&demo, "OWNER").await;
    let saved = owner.send(&demo, "PUT", "/api/quotes/1039", &plain).await;
    assert_eq!(saved.status, 200);
    let crashed = owner.send(&demo, "PUT", "/api/quotes/1039", &messy).await;
    assert_eq!(crashed.status, 500);
    assert!(crashed.json()["error"].is_string());
    demo.stop().await;
}

#[tokio::test]
async fn transcription_needs_its_key() {
    for (demo, status) in [
        (healthy().await, 200),
        (broken(Fault::KeyMissing).await, 500),
    ] {
        let owner = Visitor::signed_in(&demo, "OWNER").await;
        let path = "/api/quotes/1041/transcription";
        let answer = owner.send(&demo, "POST", path, &json!({})).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.json()["text"].is_string(), status == 200);
        demo.stop().await;
    }
}

#[tokio::test]
async fn the_upload_faults_show_where_they_should() {
    let demo = broken(Fault::NewlineInEnv).await;
    let (path, preflight, stored) = upload(&demo).await;
    assert!(path.starts_with("/quote-photos%0A/"), "{path}");
    assert_eq!((preflight.status, stored.status), (204, 400));
    assert_eq!(preflight.header("access-control-allow-origin"), None);
    demo.stop().await;

    let demo = broken(Fault::CorsProductionOnly).await;
    let (path, preflight, _) = upload(&demo).await;
    assert!(!path.contains('%'), "{path}");
    assert_eq!(
        preflight.header("access-control-allow-origin"),
        Some("https://app.example")
    );
    demo.stop().await;
}

#[tokio::test]
async fn the_commit_is_told_in_two_places_and_may_be_an_old_one() {
    for (demo, is_current) in [
        (healthy().await, true),
        (broken(Fault::OldCommit).await, false),
    ] {
        let answer = Visitor::default().get(&demo, "/version").await;
        assert_eq!(answer.json()["commit"], demo.commit());
        assert_eq!(answer.header("x-app-commit"), Some(demo.commit()));
        assert_eq!(demo.commit() == demo.expected_commit(), is_current);
        demo.stop().await;
    }
}

#[tokio::test]
async fn links_for_customers_lead_home_or_to_the_wrong_host() {
    for (demo, is_home) in [
        (healthy().await, true),
        (broken(Fault::WrongHost).await, false),
    ] {
        let owner = Visitor::signed_in(&demo, "OWNER").await;
        let quote = owner.get(&demo, "/api/quotes/1042").await.json();
        let link = quote["link"].as_str().expect("a link");
        assert_eq!(link.starts_with(demo.url()), is_home, "{link}");
        let (origin, path) = link.split_at(link.find("/sign/").expect("a signing page"));
        let page = exchange(origin, "GET", path, "", "").await;
        assert_eq!(page.status, 200);
        assert_ne!(origin, demo.upload_origin());
        demo.stop().await;
    }
}
