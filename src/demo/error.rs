//! Why the demo app couldn't be started.

/// Why the demo app couldn't be started.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A port of this machine couldn't be had.
    #[error("can't listen on 127.0.0.1:{port}")]
    Listen {
        /// The port asked for; 0 means any.
        port: u16,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// There is no folder for the database.
    #[error("can't make a temporary folder for the demo's database")]
    Folder(#[source] std::io::Error),
    /// The database couldn't be opened or filled.
    #[error("can't set up the demo's database")]
    Database(#[from] sqlx::Error),
}

impl DemoError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Listen { port: 0, .. } => {
                "allow this program to listen on the loopback interface".to_owned()
            }
            Self::Listen { .. } => {
                "end what listens there, or leave the port out to get a free one".to_owned()
            }
            Self::Folder(_) => {
                "see that the folder for temporary files exists and has room (TMPDIR names it)"
                    .to_owned()
            }
            Self::Database(_) => {
                "see that the folder for temporary files has room; a fault of shippass otherwise"
                    .to_owned()
            }
        }
    }
}
