//! A client that speaks with `shippass mcp` line by line, so that a test can say what no client would, and end as none should.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

/// The client, and the server that it has started.
pub(crate) struct Assistant {
    pub(crate) server: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    asked: u64,
}

impl Assistant {
    /// Starts a server in a folder and shakes hands.
    pub(crate) fn start(folder: &Path) -> Self {
        let mut assistant = Self::start_unheard(folder);
        let answer = assistant.ask(
            "initialize",
            &json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } }),
        );
        assert_eq!(
            answer["result"]["serverInfo"]["name"], "shippass",
            "{answer}"
        );
        assistant.say(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        assistant
    }

    /// Starts a server in a folder and says nothing yet. What a run leaves behind lies below the folder too.
    pub(crate) fn start_unheard(folder: &Path) -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_shippass"))
            .arg("mcp")
            .current_dir(folder)
            .env("TMPDIR", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let output = server.stdout.take().expect("a pipe");
        Self {
            input: server.stdin.take(),
            output: BufReader::new(output).lines(),
            server,
            asked: 0,
        }
    }

    /// Sends a line as it is.
    pub(crate) fn say(&mut self, line: &str) {
        let input = self.input.as_mut().expect("not closed yet");
        writeln!(input, "{line}")
            .and_then(|()| input.flush())
            .expect("the server listens");
    }

    /// Sends a request and doesn't wait; gives its id.
    pub(crate) fn begin(&mut self, method: &str, params: &Value) -> u64 {
        self.asked += 1;
        let id = self.asked;
        self.say(
            &json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string(),
        );
        id
    }

    /// The next message; each line must be one.
    pub(crate) fn hear(&mut self) -> Value {
        let line = self
            .output
            .next()
            .expect("the server speaks")
            .expect("text");
        let message: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("no message: {line}"));
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        message
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.begin(method, params);
        self.answer(id)
    }

    /// Waits for the answer to a request.
    pub(crate) fn answer(&mut self, id: u64) -> Value {
        loop {
            let message = self.hear();
            if message["id"] == id {
                return message;
            }
        }
    }

    /// Calls a tool; whether it went wrong, and its first text.
    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> (bool, String) {
        let answer = self.ask(
            "tools/call",
            &json!({ "name": tool, "arguments": arguments }),
        );
        let result = &answer["result"];
        let text = result["content"][0]["text"].as_str();
        let text = text.unwrap_or_else(|| panic!("no text: {answer}"));
        (result["isError"] == true, text.to_owned())
    }

    /// Ends its input.
    pub(crate) fn close(&mut self) {
        self.input = None;
    }

    /// Ends its input and waits for its end; whatever it still says must be messages.
    pub(crate) fn status(mut self) -> i32 {
        self.close();
        for line in self.output.by_ref().map_while(Result::ok) {
            serde_json::from_str::<Value>(&line).unwrap_or_else(|_| panic!("no message: {line}"));
        }
        let status = self.server.wait().expect("it ends");
        status.code().unwrap_or(-1)
    }
}
