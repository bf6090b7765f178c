//! One task owns the socket; handles send commands with a reply slot, events come as a stream.

use std::{collections::HashMap, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use crate::browser::error::BrowserError;

/// The longest that any single command may take.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;
type Reply = oneshot::Sender<Result<Value, BrowserError>>;

/// A cheap handle to the session's BiDi connection.
#[derive(Debug, Clone)]
pub(crate) struct Bidi {
    commands: mpsc::UnboundedSender<Command>,
}

#[derive(Debug)]
struct Command {
    /// The DevTools session that it goes to; BiDi's socket has but one.
    session: Option<String>,
    method: &'static str,
    params: Value,
    reply: Reply,
}

/// An event as it came: its name and parameters, not yet read.
#[derive(Debug)]
pub(crate) struct RawEvent {
    /// The DevTools session that it comes from.
    pub(crate) session: Option<String>,
    pub(crate) method: String,
    pub(crate) params: Value,
}

/// What stands in a message, whether answer or event.
#[derive(Deserialize)]
struct Incoming {
    id: Option<u64>,
    #[serde(rename = "sessionId")]
    session: Option<String>,
    method: Option<String>,
    #[serde(default)]
    params: Value,
    #[serde(default)]
    result: Value,
    /// BiDi's word for it; DevTools, whose messages are otherwise the same, have an object here.
    error: Option<Value>,
    #[serde(default)]
    message: String,
}

impl Bidi {
    /// Connects to a session's `webSocketUrl`; the receiver ends when the connection does.
    pub(crate) async fn connect(
        url: &str,
    ) -> Result<(Self, mpsc::UnboundedReceiver<RawEvent>), BrowserError> {
        // Bodies come as one message each; the collector's own limit bounds them.
        let mut config = WebSocketConfig::default();
        config.max_message_size = None;
        config.max_frame_size = None;
        let connecting = tokio_tungstenite::connect_async_with_config(url, Some(config), true);
        let (socket, _) = tokio::time::timeout(COMMAND_LIMIT, connecting)
            .await
            .map_err(|_| BrowserError::timed_out("connecting to the BiDi socket", COMMAND_LIMIT))?
            .map_err(|error| BrowserError::BidiRefused {
                url: url.to_owned(),
                reason: error.to_string(),
            })?;
        let (commands, command_queue) = mpsc::unbounded_channel();
        let (events, event_queue) = mpsc::unbounded_channel();
        tokio::spawn(run_socket(socket, command_queue, events));
        Ok((Self { commands }, event_queue))
    }

    /// Sends a command and waits for its answer, for a bounded time.
    pub(crate) async fn send(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<Value, BrowserError> {
        self.send_on(None, method, params).await
    }

    /// The same to one of the DevTools sessions that go over this socket.
    pub(crate) async fn send_on(
        &self,
        session: Option<&str>,
        method: &'static str,
        params: Value,
    ) -> Result<Value, BrowserError> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .send(Command {
                session: session.map(str::to_owned),
                method,
                params,
                reply,
            })
            .map_err(|_| BrowserError::Gone)?;
        tokio::time::timeout(COMMAND_LIMIT, answer)
            .await
            .map_err(|_| BrowserError::timed_out(method, COMMAND_LIMIT))?
            .map_err(|_| BrowserError::Gone)?
    }
}

async fn run_socket(
    mut socket: Socket,
    mut commands: mpsc::UnboundedReceiver<Command>,
    events: mpsc::UnboundedSender<RawEvent>,
) {
    let mut open: HashMap<u64, (&'static str, Reply)> = HashMap::new();
    let mut next_id = 0;
    loop {
        tokio::select! {
            command = commands.recv() => {
                let Some(command) = command else { break };
                next_id += 1;
                open.insert(next_id, (command.method, command.reply));
                let mut text = json!({"id": next_id, "method": command.method, "params": command.params});
                if let Some(session) = command.session {
                    text["sessionId"] = Value::String(session);
                }
                if socket.send(Message::text(text.to_string())).await.is_err() {
                    break;
                }
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => take_message(&text, &mut open, &events),
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            }
        }
    }
    // Open replies are dropped with `open`; their waiters see that the browser is gone.
}

fn take_message(
    text: &str,
    open: &mut HashMap<u64, (&'static str, Reply)>,
    events: &mpsc::UnboundedSender<RawEvent>,
) {
    let Ok(incoming) = serde_json::from_str::<Incoming>(text) else {
        return;
    };
    if let Some(method) = incoming.method {
        // Nobody listening any more is no fault: the session is being closed.
        let _ = events.send(RawEvent {
            session: incoming.session,
            method,
            params: incoming.params,
        });
    } else if let Some((method, reply)) = incoming.id.and_then(|id| open.remove(&id)) {
        let answer = match incoming.error {
            Some(Value::String(error)) => Err(BrowserError::BidiCommand {
                method,
                error,
                message: incoming.message,
            }),
            Some(error) => Err(BrowserError::BidiCommand {
                method,
                error: "unknown error".to_owned(),
                message: error["message"].as_str().unwrap_or_default().to_owned(),
            }),
            None => Ok(incoming.result),
        };
        let _ = reply.send(answer);
    }
}
