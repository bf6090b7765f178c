//! The upload origin: a bucket that browsers write to from another origin, when it lets them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::put,
};
use serde_json::json;

/// The one bucket that exists.
pub(super) const BUCKET: &str = "quote-photos";

/// The production site's origin.
pub(super) const PRODUCTION: &str = "https://app.example";

/// More pictures than this aren't kept.
const MOST_OBJECTS: usize = 64;

/// The bucket's content, and the one origin that may write to it.
#[derive(Debug)]
struct Bucket {
    allowed: String,
    objects: Mutex<BTreeMap<String, Bytes>>,
}

/// The upload server, open to pages of one origin.
pub(super) fn router(allowed: String) -> Router {
    let bucket = Arc::new(Bucket {
        allowed,
        objects: Mutex::default(),
    });
    Router::new()
        .route("/{bucket}/{key}", put(store).get(fetch).options(preflight))
        .with_state(bucket)
}

/// What a browser asks before it sends anything. A bucket that doesn't exist lets nobody in, and
/// so the page never learns why its photo didn't go.
async fn preflight(
    State(bucket): State<Arc<Bucket>>,
    Path((name, _)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if name != BUCKET {
        return StatusCode::NO_CONTENT.into_response();
    }
    let allowance = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "PUT"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
    ];
    let answer = (StatusCode::NO_CONTENT, allowance).into_response();
    bucket.let_in(&headers, answer)
}

async fn store(
    State(bucket): State<Arc<Bucket>>,
    Path((name, key)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if name != BUCKET {
        let why = Json(json!({ "error": "there is no such bucket" }));
        return (StatusCode::BAD_REQUEST, why).into_response();
    }
    let mut objects = bucket
        .objects
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if objects.len() >= MOST_OBJECTS {
        objects.pop_first();
    }
    objects.insert(key.clone(), body);
    drop(objects);
    bucket.let_in(&headers, Json(json!({ "key": key })).into_response())
}

async fn fetch(
    State(bucket): State<Arc<Bucket>>,
    Path((name, key)): Path<(String, String)>,
) -> Response {
    let objects = bucket
        .objects
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    match objects.get(&key).filter(|_| name == BUCKET) {
        Some(picture) => {
            let headers = [
                (header::CONTENT_TYPE, "image/png"),
                (header::CACHE_CONTROL, "private, max-age=600"),
            ];
            (headers, picture.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Bucket {
    /// Names the allowed origin in the answer; the browser compares it with the page's own.
    fn let_in(&self, request: &HeaderMap, mut answer: Response) -> Response {
        if request.contains_key(header::ORIGIN)
            && let Ok(allowed) = HeaderValue::from_str(&self.allowed)
        {
            let headers = answer.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        }
        answer
    }
}
