//! Standard input that tells at once when it has ended: a run must be over before whoever closed it loses patience.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, ReadBuf, Stdin},
    sync::watch,
};

/// Standard input.
pub(super) struct Input {
    inner: Stdin,
    /// Turns true at its end.
    ended: watch::Sender<bool>,
}

impl Input {
    pub(super) fn new(inner: Stdin, ended: watch::Sender<bool>) -> Self {
        Self { inner, ended }
    }
}

impl AsyncRead for Input {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.inner).poll_read(context, buffer));
        if read.is_err() || buffer.filled().len() == before {
            let _ = self.ended.send(true);
        }
        Poll::Ready(read)
    }
}
