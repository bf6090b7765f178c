//! The running demo: its servers, its database file, and how it ends.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    serve::{Listener, ListenerExt},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::{
    accounts::{MEMBER, OWNER},
    assets::Assets,
    database::open_database,
    error::DemoError,
    fault::{Fault, FaultSet},
    look_alike, site,
    state::{AppState, COMMIT, Shared},
    uploads,
};

/// How long open connections may take to end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The running app; dropping or stopping it ends it and takes its database away.
#[derive(Debug)]
pub struct Demo {
    url: String,
    upload_origin: String,
    database_file: std::path::PathBuf,
    state: Shared,
    servers: Vec<JoinHandle<()>>,
    /// The servers end when this says so, or when it is gone.
    stop: watch::Sender<bool>,
    /// Declared last: the folder goes when everything else is gone.
    _folder: TempDir,
}

impl Demo {
    /// Starts the app and its upload origin on free ports of 127.0.0.1.
    pub async fn start(faults: FaultSet) -> Result<Self, DemoError> {
        Self::start_on(0, faults).await
    }

    /// Starts the app on this port of 127.0.0.1, its upload origin on a free one; 0 takes any.
    pub async fn start_on(port: u16, faults: FaultSet) -> Result<Self, DemoError> {
        let app = listen(port).await?;
        let upload = listen(0).await?;
        let url = origin_of(&app, port)?;
        let upload_origin = origin_of(&upload, 0)?;
        let (stop, stopped) = watch::channel(false);
        let mut servers = Vec::new();

        let public_url = if faults.contains(Fault::WrongHost) {
            let production = listen(0).await?;
            let origin = origin_of(&production, 0)?;
            servers.push(serve(production, look_alike::router(), &stopped));
            origin
        } else {
            url.clone()
        };
        let folder = TempDir::with_prefix("fieldquote-").map_err(DemoError::Folder)?;
        let database_file = folder.path().join("fieldquote.sqlite");
        let state = Arc::new(AppState {
            database: open_database(&database_file).await?,
            assets: Assets::new(&faults),
            public_url,
            upload_origin: upload_origin.clone(),
            bucket: if faults.contains(Fault::NewlineInEnv) {
                concat!("quote-photos", "\n")
            } else {
                uploads::BUCKET
            },
            transcription_key: (!faults.contains(Fault::KeyMissing)).then_some("demo"),
            faults,
        });
        let allowed = if state.has(Fault::CorsProductionOnly) {
            uploads::PRODUCTION.to_owned()
        } else {
            url.clone()
        };
        servers.push(serve(app, site::router(state.clone()), &stopped));
        servers.push(serve(upload, uploads::router(allowed), &stopped));
        Ok(Self {
            url,
            upload_origin,
            database_file,
            state,
            servers,
            stop,
            _folder: folder,
        })
    }

    /// Where the app is: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where its photos go, an origin of its own.
    pub fn upload_origin(&self) -> &str {
        &self.upload_origin
    }

    /// The `SQLite` file, of which the truth can be asked.
    pub fn database_path(&self) -> &Path {
        &self.database_file
    }

    /// The commit that the app says it serves.
    pub fn commit(&self) -> &str {
        self.state.commit()
    }

    /// The commit that it should serve.
    pub fn expected_commit(&self) -> &str {
        COMMIT
    }

    /// The variables that the demo's configuration asks for, with their values.
    pub fn environment(&self) -> Vec<(String, String)> {
        let database = format!("sqlite:{}", self.database_file.display());
        [
            ("DEMO_URL", self.url.as_str()),
            ("DEMO_UPLOADS", self.upload_origin.as_str()),
            ("DEMO_DATABASE", database.as_str()),
            ("OWNER_EMAIL", OWNER.email),
            ("OWNER_PASSWORD", OWNER.password),
            ("MEMBER_EMAIL", MEMBER.email),
            ("MEMBER_PASSWORD", MEMBER.password),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// Ends the app; nothing of it is left when this is done.
    pub async fn stop(self) {
        // Nobody listens any more when every server has ended by itself.
        let _ = self.stop.send(true);
        for mut server in self.servers {
            if tokio::time::timeout(LAST_WORDS, &mut server).await.is_err() {
                server.abort();
            }
        }
        self.state.database.close().await;
    }
}

async fn listen(port: u16) -> Result<TcpListener, DemoError> {
    TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port)))
        .await
        .map_err(|source| DemoError::Listen { port, source })
}

fn origin_of(listener: &TcpListener, port: u16) -> Result<String, DemoError> {
    let address = listener
        .local_addr()
        .map_err(|source| DemoError::Listen { port, source })?;
    Ok(format!("http://{address}"))
}

fn serve(listener: TcpListener, router: Router, stopped: &watch::Receiver<bool>) -> JoinHandle<()> {
    let mut stopped = stopped.clone();
    let listener = listener.tap_io(|stream| {
        // Small answers shouldn't wait for company; a stream that can't do it still works.
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(run(listener, router, async move {
        // An error means that the demo was dropped: that ends it as well.
        let _ = stopped.wait_for(|is_stopped| *is_stopped).await;
    }))
}

async fn run<L>(listener: L, router: Router, stopped: impl Future<Output = ()> + Send + 'static)
where
    L: Listener,
    L::Addr: std::fmt::Debug,
{
    // It takes up again after every failed connection and so never fails itself.
    let _ = axum::serve(listener, router)
        .with_graceful_shutdown(stopped)
        .await;
}
