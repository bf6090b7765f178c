//! The review page, walked by shippass's own checklists and by a driver's client: by keys alone, on a phone of 375 px.

mod hostile;
mod races;
mod seat;
mod waiting;
mod walk;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
    sync::Arc,
};

use shippass::{
    report::PALETTE,
    review::{Review, ReviewServer},
};

use crate::support::{
    Ended, Workshop,
    recorded::{quotes, seal},
};

pub(crate) const RUN: &str = "01JD5M3Q8ZK4V7T2N9XW6R1YHB";

/// `shippass review`, until the value is dropped; then it is killed.
struct Reviewed {
    child: Child,
    host: String,
    token: String,
}

impl Reviewed {
    fn new(workshop: &Workshop) -> Self {
        let mut command = workshop.command(&["review", "bundle", "--no-open"]);
        let child = command.stdout(Stdio::piped()).spawn();
        let mut child = child.expect("the binary runs");
        let mut line = String::new();
        let out = child.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let url = line.trim().strip_prefix("http://").expect("an address");
        let (host, token) = url.split_once("/#").expect("a token");
        Self {
            child,
            host: host.to_owned(),
            token: token.to_owned(),
        }
    }

    /// Walks the page with these steps.
    fn walk(&self, workshop: &Workshop, steps: &str) -> Ended {
        let target = format!(
            "targets: {{ page: {{ url: 'http://{}', kind: local }} }}\n",
            self.host
        );
        workshop.write("shippass.yaml", &target);
        workshop.write(
            "walk.yaml",
            &format!("name: A person walks a bundle\nsteps:\n{steps}"),
        );
        let _ = std::fs::remove_dir_all(workshop.path().join("out"));
        let mut command = workshop.command(&["run", "--out", "out", "walk.yaml"]);
        let output = command.env("TOKEN", &self.token).output();
        workshop.ended(&output.expect("the binary runs"))
    }

    /// Sits before the bundle as another page would.
    fn sit(&self) -> TcpStream {
        let (host, token) = (&self.host, &self.token);
        let asked = self.send(&format!(
            "POST /api/seat HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nX-Shippass-Token: {token}\r\n\
             Content-Type: application/json\r\nConnection: close\r\nContent-Length: 20\r\n\r\n{{\"takes_over\":false}}"
        ));
        let answer = std::io::read_to_string(asked).expect("an answer");
        let ticket = answer.split('"').nth(3).expect("a ticket");
        let mut stream = self.send(&format!(
            "GET /seats/{ticket} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ));
        let mut first = [0; 12];
        stream.read_exact(&mut first).expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 200");
        stream
    }

    fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.host).expect("served");
        let patience = std::time::Duration::from_mins(1);
        stream.set_read_timeout(Some(patience)).expect("set");
        stream.write_all(request.as_bytes()).expect("sent");
        stream
    }
}

impl Drop for Reviewed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn of_quotes() -> Workshop {
    let workshop = Workshop::new();
    seal(&workshop.path().join("bundle"), RUN, &quotes(), |_| 4);
    workshop
}

fn is_clean(ended: &Ended) {
    assert_eq!(
        ended.status,
        0,
        "{:#?}\n{}\n{}",
        ended.steps(),
        ended.stdout,
        ended.stderr
    );
}

/// Where a second page begins, and the first one once more after a restart.
const OPEN: &str = r"
  - name: Open the review
    do: [{ visit: '/#${TOKEN}' }]
";

/// A server of this process on the workshop's bundle.
async fn served(workshop: &Workshop) -> ReviewServer {
    let (sign, by) = ("shippass sign x".to_owned(), "Ada".to_owned());
    let folder = workshop.path();
    let review = Review::open(&folder.join("bundle"), &folder.join("none"), sign, by);
    let review = Arc::new(review.expect("a whole bundle"));
    let server = ReviewServer::bind(review, 0, PALETTE).await;
    server.expect("a free port")
}
