//! The review server: one address of this machine, one page, one token.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract::Request, middleware::Next, response::IntoResponse};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinSet,
};

use super::{
    api,
    desk::Review,
    error::ReviewError,
    few::Few,
    gate::{Gate, guard, shown_token},
    once::{self, Once},
    page,
    phone::PhoneDoor,
    token::Token,
};

/// A review that nobody uses doesn't stay open over night.
const IDLE: Duration = Duration::from_mins(30);
/// How long open connections may take to end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A review page that is ready to be served.
pub struct ReviewServer {
    review: Arc<Review>,
    /// One on the desk, and one more for a phone when it was asked for.
    doors: Vec<(TcpListener, Router)>,
    url: String,
    once_url: String,
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
        // The token stands behind the `#`, which no browser sends anywhere.
        let url = format!("http://{address}/#{}", token.expose());
        let once = Arc::new(Once::new(token.clone())?);
        let once_url = format!("http://{address}/#once-{}", once.code());
        let gate = Gate::new(address.to_string(), &["application/json"]);
        let knocked = Arc::new(Notify::new());
        let api = behind(token, knocked.clone(), api::router(Arc::clone(&review)));
        let open = page::router(palette)
            .merge(api::seats(Arc::clone(&review)))
            .merge(once::router(once));
        let router = gated(gate, open.nest("/api", api));
        Ok(Self {
            review,
            doors: vec![(listener, router)],
            url,
            once_url,
            knocked,
        })
    }

    /// The page's address, with its token.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same with a code in the token's place that is good once: for a browser that is told it where others can read it.
    pub fn once_url(&self) -> &str {
        &self.once_url
    }

    /// Opens a second door for one phone, on an address that it can reach; what it is to open, with its code.
    ///
    /// # Errors
    ///
    /// The address isn't this machine's.
    pub async fn open_to_phone(
        &mut self,
        address: IpAddr,
        palette: &str,
    ) -> Result<String, ReviewError> {
        let (review, knocked) = (Arc::clone(&self.review), Arc::clone(&self.knocked));
        let door = PhoneDoor::open(review, address, palette, knocked).await?;
        self.doors.push((door.listener, door.router));
        Ok(door.url)
    }

    /// Serves until `stop`, or until nobody has asked for anything for half an hour; pictures are compared meanwhile.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send) {
        let seat = Arc::clone(self.review.seat());
        self.review.before().compare_behind(move || seat.tell());
        drop(self.review);
        let (end, ended) = watch::channel(());
        let mut servers = JoinSet::new();
        for (listener, router) in self.doors {
            let mut ended = ended.clone();
            let server = axum::serve(Few::new(listener), router)
                .with_graceful_shutdown(async move { drop(ended.changed().await) });
            // It takes up again after every failed connection and so never fails itself.
            servers.spawn(async move { drop(server.await) });
        }
        tokio::select! {
            () = stop => {}
            () = idle(&self.knocked) => {}
        }
        drop(end);
        let ended = async { while servers.join_next().await.is_some() {} };
        // Whatever takes longer ends with the set.
        let _ = tokio::time::timeout(LAST_WORDS, ended).await;
        servers.shutdown().await;
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
