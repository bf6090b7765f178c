//! `run_checklists`: `shippass run` as a child of its own, one at a time, ended in order when it is called off.

use std::{
    collections::VecDeque,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use rmcp::{
    RoleServer,
    model::{CallToolResult, ProgressNotificationParam},
    service::RequestContext,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdin, Command},
    sync::{Mutex, watch},
    task::spawn_blocking,
    time::timeout,
};

use super::{asked::RunAsked, bundles::holding, place::Place, refusal::Refusal};
use crate::cli::{
    Exit,
    arguments::{ColourChoice, Global},
    inspect::configuration,
    past::BUNDLES,
};
use crate::evidence::Redactor;
use crate::handoff::Wanted;

/// How long a run may take where nobody says, and at least and at most, in minutes.
const MINUTES: f64 = 10.0;
const LEAST_MINUTES: f64 = 0.1;
const MOST_MINUTES: f64 = 60.0;
/// How long a run that is called off may take to end in order; then it is killed, and its guard ends the browser.
const LAST_WORDS: Duration = Duration::from_mins(1);
/// How its lines begin that tell how far it is; others warn or complain.
const STEP_WORDS: [&str; 6] = [
    "target ",
    "done ",
    "failed ",
    "unknown ",
    "not run ",
    "cut short: ",
];
/// How many of its lines are kept for who asks why it failed.
const KEPT_LINES: usize = 60;

/// Runs, one at a time.
#[derive(Clone)]
pub(super) struct Runs {
    place: Place,
    config: Option<PathBuf>,
    turn: Arc<Mutex<()>>,
    /// Turns true when the server ends.
    halted: watch::Receiver<bool>,
}

/// Why nobody waits for a run any longer.
enum Over {
    ByItself,
    OutOfTime,
    CalledOff,
}

impl Runs {
    pub(super) fn new(
        place: Place,
        config: Option<PathBuf>,
        halted: watch::Receiver<bool>,
    ) -> Self {
        Self {
            place,
            config,
            turn: Arc::default(),
            halted,
        }
    }

    /// Waits until none is going on.
    pub(super) async fn finished(&self) {
        drop(self.turn.lock().await);
    }

    /// Runs checklists, tells how far they are, and what came of it.
    pub(super) async fn run(
        &self,
        asked: RunAsked,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResult, Refusal> {
        let Ok(_turn) = self.turn.try_lock() else {
            return Err(Refusal::new(
                "error: a run is going on already\nhelp: wait for it, or cancel it; two at a time would disturb each other",
            ));
        };
        let minutes = asked
            .minutes
            .unwrap_or(MINUTES)
            .clamp(LEAST_MINUTES, MOST_MINUTES);
        let folder = Path::new(BUNDLES).join(ulid::Ulid::generate().to_string().to_lowercase());
        let mut going = self.start(&asked, &folder)?;
        let over = going
            .watch(
                context,
                self.halted.clone(),
                Duration::from_secs_f64(minutes * 60.0),
            )
            .await;
        let exit = going.end(&over).await;
        let lead = match over {
            Over::CalledOff => return Err(Refusal::new("the run was called off")),
            Over::OutOfTime => format!(
                "After {minutes} min the run was ended in order; what it had not come to is not run. `minutes` allows more.\n"
            ),
            Over::ByItself => String::new(),
        };
        let has_bundle = folder.join("bundle.json").is_file();
        match exit {
            Some(code) if code <= Exit::Flagged as i32 || code == Exit::Interrupted as i32 => {
                let holding = spawn_blocking(move || holding(&folder, &Wanted::default(), &lead));
                holding
                    .await
                    .map_err(|error| Refusal::new(format!("error: {error}")))?
            }
            _ => {
                let mut text = format!("{lead}{}", going.said());
                if has_bundle {
                    let _ = write!(
                        text,
                        "\nWhat was seen until then is in {}.",
                        folder.display()
                    );
                }
                Err(Refusal::new(text))
            }
        }
    }

    /// Starts it. What a model said goes where nothing of it can be taken for another option.
    fn start(&self, asked: &RunAsked, folder: &Path) -> Result<Going, Refusal> {
        let failed = |what: &str, error: &std::io::Error| {
            Refusal::new(format!(
                "error: the run couldn't be started: {what}: {error}"
            ))
        };
        let checklists: Vec<PathBuf> = asked
            .checklists
            .iter()
            .map(|named| self.place.inside(named))
            .collect::<Result<_, _>>()?;
        let program = std::env::current_exe().map_err(|error| failed("this program", &error))?;
        let mut command = Command::new(program);
        command.args(["--color", "never"]);
        if let Some(config) = &self.config {
            command.arg("--config").arg(config);
        }
        command
            .arg("run")
            .arg("--ends-with-input")
            .arg("--out")
            .arg(folder);
        for (name, value) in [
            ("target", &asked.target),
            ("as", &asked.persona),
            ("device", &asked.device),
        ] {
            command.args(value.iter().map(|value| format!("--{name}={value}")));
        }
        command.arg("--").args(checklists);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed("the system refused", &error))?;
        let lines = child
            .stderr
            .take()
            .map(|stderr| BufReader::new(stderr).lines());
        Ok(Going {
            input: child.stdin.take(),
            child,
            lines,
            kept: VecDeque::new(),
            told: 0,
            redactor: self.redactor(),
        })
    }

    /// Takes out what the configuration knows to be secret; one that can't be read knows nothing, and the run says why.
    fn redactor(&self) -> Redactor {
        let global = Global {
            config: self.config.clone(),
            verbose: 0,
            quiet: true,
            color: ColourChoice::Never,
        };
        let config = configuration(&global);
        config.map_or_else(
            |_| Redactor::default(),
            |config| Redactor::new(config.secret_values()),
        )
    }
}

/// A run that is going on.
struct Going {
    child: Child,
    /// It goes on for as long as this is open; waiting for a child closes what is left in it.
    input: Option<ChildStdin>,
    lines: Option<Lines<BufReader<ChildStderr>>>,
    /// Its last lines.
    kept: VecDeque<String>,
    /// How many lines it has said.
    told: u32,
    redactor: Redactor,
}

impl Going {
    /// Tells of its lines until it is over or nobody waits for it any longer.
    async fn watch(
        &mut self,
        context: &RequestContext<RoleServer>,
        mut halted: watch::Receiver<bool>,
        limit: Duration,
    ) -> Over {
        let over = async {
            tokio::select! {
                () = self.follow(Some(context)) => Over::ByItself,
                () = context.ct.cancelled() => Over::CalledOff,
                // A sender that is gone has ended with the server.
                _ = halted.wait_for(|is_halted| *is_halted) => Over::CalledOff,
            }
        };
        timeout(limit, over).await.unwrap_or(Over::OutOfTime)
    }

    /// Hears its lines, and tells them to whoever asked for that, until it has ended.
    async fn follow(&mut self, context: Option<&RequestContext<RoleServer>>) {
        while let Some(lines) = &mut self.lines {
            let line = tokio::select! {
                biased;
                line = lines.next_line() => line,
                // Its browser may live on for a moment and hold the pipe open.
                _ = self.child.wait() => return,
            };
            match line {
                Ok(Some(line)) => self.hear(line, context).await,
                Ok(None) | Err(_) => self.lines = None,
            }
        }
        let _ = self.child.wait().await;
    }

    async fn hear(&mut self, line: String, context: Option<&RequestContext<RoleServer>>) {
        let line = self.redactor.known_secrets_out(&line).unwrap_or(line);
        self.told += 1;
        let is_step = STEP_WORDS.iter().any(|word| line.starts_with(word));
        let asked = context
            .filter(|_| is_step)
            .and_then(|context| Some((context, context.meta.get_progress_token()?)));
        if let Some((context, token)) = asked {
            let progress = ProgressNotificationParam::new(token, f64::from(self.told))
                .with_message(line.clone());
            // A client that has gone has cancelled too.
            let _ = context.peer.notify_progress(progress).await;
        }
        if self.kept.len() == KEPT_LINES {
            self.kept.pop_front();
        }
        self.kept.push_back(line);
    }

    /// Its exit status, once it has ended; it is let go in order, then killed. `None` when it was.
    async fn end(&mut self, over: &Over) -> Option<i32> {
        if !matches!(over, Over::ByItself) {
            // It takes the end of its input for a signal.
            self.input = None;
            if timeout(LAST_WORDS, self.follow(None)).await.is_err() {
                let _ = self.child.kill().await;
            }
        }
        self.child.wait().await.ok()?.code()
    }

    /// What it said at last: from its error on, where there is one.
    fn said(&self) -> String {
        let lines: Vec<_> = self.kept.iter().map(String::as_str).collect();
        let error = lines.iter().position(|line| line.starts_with("error:"));
        lines[error.unwrap_or(0)..].join("\n")
    }
}
