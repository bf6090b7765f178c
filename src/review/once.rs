//! What the browser is opened with: a code that is good for one exchange.
//!
//! A program's arguments are shown to every user of a machine. Whoever reads this one there comes too late, or takes it first,
//! and then the reviewer's own page says so.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Json, Router,
    extract::{Request, State as Of},
    response::{IntoResponse, Response},
    routing::post,
};
use serde::{Deserialize, Serialize};

use super::{api::heard, error::ReviewError, gate::Refusal, token::Token};

/// A code, and the token that it is exchanged for.
pub(super) struct Once {
    code: Token,
    token: Token,
    is_used: AtomicBool,
}

impl Once {
    pub(super) fn new(token: Token) -> Result<Self, ReviewError> {
        Ok(Self {
            code: Token::new()?,
            token,
            is_used: AtomicBool::new(false),
        })
    }

    /// For the one place where it is handed over.
    pub(super) fn code(&self) -> &str {
        self.code.expose()
    }

    /// Exchanges the code, the first time that it is shown.
    fn take(&self, shown: &[u8]) -> Option<&Token> {
        let is_first = self.code.is(shown) && !self.is_used.swap(true, Ordering::SeqCst);
        is_first.then_some(&self.token)
    }
}

#[derive(Deserialize)]
struct Shown {
    code: String,
}

#[derive(Serialize)]
struct Given<'a> {
    token: &'a str,
}

/// The exchange, which needs no token.
pub(super) fn router(once: Arc<Once>) -> Router {
    let exchange = async |Of(once): Of<Arc<Once>>, request: Request| -> Response {
        let shown: Shown = match heard(request.into_body()).await {
            Ok(shown) => shown,
            Err(refused) => return refused.into_response(),
        };
        match once.take(shown.code.as_bytes()) {
            Some(token) => Json(Given {
                token: token.expose(),
            })
            .into_response(),
            None => Refusal::Token.into_response(),
        }
    };
    Router::new()
        .route("/once", post(exchange))
        .with_state(once)
}
