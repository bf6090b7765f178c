//! `shippass review` as a process that serves, until it is told to stop.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

/// A review that is being served, and killed when it is dropped.
pub(crate) struct Reviewing {
    /// `None` once it was stopped.
    child: Option<Child>,
    pub(crate) host: String,
    pub(crate) token: String,
}

/// How a review ended.
#[derive(Debug)]
pub(crate) struct Reviewed {
    pub(crate) status: i32,
    pub(crate) stderr: String,
}

impl Reviewing {
    /// Starts `shippass review …`, which mustn't open a browser; one that doesn't come to serve has ended.
    pub(crate) fn start(mut command: Command) -> Result<Self, Reviewed> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        // The address is the first line; the end of the output says that there is none.
        let Some(Ok(url)) = lines.next() else {
            return Err(ended(child));
        };
        let (host, token) = url
            .strip_prefix("http://")
            .and_then(|rest| rest.split_once("/#"))
            .unwrap_or_else(|| panic!("an address: {url}"));
        Ok(Self {
            host: host.to_owned(),
            token: token.to_owned(),
            child: Some(child),
        })
    }

    /// What the page is told of the bundle, or of the walk so far: `facts`, `state`.
    pub(crate) fn ask(&self, what: &str) -> Value {
        let (host, token) = (&self.host, &self.token);
        let mut stream = TcpStream::connect(host).expect("it listens");
        let patience = Some(Duration::from_secs(10));
        stream.set_read_timeout(patience).expect("a limit");
        let request = format!(
            "GET /api/{what} HTTP/1.1\r\nHost: {host}\r\nX-Shippass-Token: {token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
        serde_json::from_str(body).expect("JSON")
    }

    /// Ends it as Ctrl-C does.
    pub(crate) fn stop(mut self) -> Reviewed {
        let child = self.child.take().expect("it is stopped once");
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("kill runs").success());
        ended(child)
    }
}

impl Drop for Reviewing {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn ended(child: Child) -> Reviewed {
    let output = child.wait_with_output().expect("it ends");
    Reviewed {
        status: output.status.code().unwrap_or(-1),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
