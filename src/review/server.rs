//! The review server: one address of this machine, one page, one token.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract::Request, middleware::Next, response::IntoResponse};
use tokio::{net::TcpListener, sync::Notify};

use super::{
    api,
    desk::Review,
    error::ReviewError,
    gate::{Gate, guard, shown_token},
    page,
    token::Token,
};

/// A review that nobody uses doesn't stay open over night.
const IDLE: Duration = Duration::from_mins(30);
/// How long open connections may take to end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A review page that is ready to be served.
pub struct ReviewServer {
    listener: TcpListener,
    address: SocketAddr,
    token: Token,
    router: Router,
    knocked: Arc<Notify>,
}

impl ReviewServer {
    /// Takes a port of 127.0.0.1; 0 takes any. `palette` is the style sheet with the colours of all of shippass' pages.
    ///
    /// # Errors
    ///
    /// The port is taken.
    pub async fn bind(review: Arc<Review>, port: u16, palette: &str) -> Result<Self, ReviewError> {
        let (listener, address) = listen((Ipv4Addr::LOCALHOST, port).into()).await?;
        let token = Token::new()?;
        let gate = Gate::new(address.to_string(), &["application/json"]);
        let knocked = Arc::new(Notify::new());
        let api = behind(
            token.clone(),
            knocked.clone(),
            api::router(Arc::clone(&review)),
        );
        let open = page::router(palette).merge(api::seats(review));
        let router = gated(gate, open.nest("/api", api));
        Ok(Self {
            listener,
            address,
            token,
            router,
            knocked,
        })
    }

    /// The page's address. The token stands behind the `#`, which no browser sends anywhere.
    pub fn url(&self) -> String {
        format!("http://{}/#{}", self.address, self.token.expose())
    }

    /// Serves until `stop`, or until nobody has asked for anything for half an hour.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send) {
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let server = axum::serve(self.listener, self.router)
            .with_graceful_shutdown(async move { drop(ended.await) });
        // It takes up again after every failed connection and so never fails itself.
        let mut server = tokio::spawn(async move { drop(server.await) });
        tokio::select! {
            () = stop => {}
            () = idle(&self.knocked) => {}
        }
        drop(end);
        if tokio::time::timeout(LAST_WORDS, &mut server).await.is_err() {
            server.abort();
        }
    }
}

pub(super) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ReviewError> {
    let failed = |source| ReviewError::Listen {
        address: address.to_string(),
        source,
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Nothing gets past the gate, not even to be told that there is nothing.
pub(super) fn gated(gate: Gate, router: Router) -> Router {
    let gate = Arc::new(gate);
    router.layer(axum::middleware::from_fn(
        move |request: Request, next: Next| {
            let gate = gate.clone();
            async move { guard(&gate, request, next).await }
        },
    ))
}

/// What only whoever shows the token gets to; being there keeps the server awake.
fn behind(token: Token, knocked: Arc<Notify>, router: Router) -> Router {
    router.layer(axum::middleware::from_fn(
        move |request: Request, next: Next| {
            let is_let_in = shown_token(request.headers()).map(|shown| token.is(shown));
            let knocked = knocked.clone();
            async move {
                match is_let_in {
                    Ok(true) => {
                        knocked.notify_one();
                        next.run(request).await
                    }
                    Ok(false) | Err(_) => super::gate::Refusal::Token.into_response(),
                }
            }
        },
    ))
}

async fn idle(knocked: &Notify) {
    while tokio::time::timeout(IDLE, knocked.notified()).await.is_ok() {}
}
