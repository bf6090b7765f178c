//! A database server of one's own: a folder, a port, a process, gone with the value.

use std::{
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command},
};

use tempfile::TempDir;

/// Where packages put programs that are in nobody's path.
const PLACES: [&str; 4] = [
    "/usr/sbin",
    "/usr/local/sbin",
    "/opt/homebrew/bin",
    "/usr/local/bin",
];

/// A running server.
pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) folder: TempDir,
    /// Keeps the port from others until the server takes it: much is made ready before that.
    reserved: Option<TcpListener>,
    process: Option<Child>,
    /// Ends it, where killing its process isn't the way.
    stop: Option<Command>,
}

impl Server {
    /// A folder that whoever runs the server owns, and a port that is free.
    pub(crate) fn prepare() -> Self {
        let folder = TempDir::with_prefix("shippass-db-").expect("a temporary folder");
        if let Some(user) = unprivileged() {
            chown(folder.path(), Some(user), Some(user)).expect("the folder is handed over");
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self {
            port: listener.local_addr().expect("bound").port(),
            folder,
            reserved: Some(listener),
            process: None,
            stop: None,
        }
    }

    /// Leaves the port to the server, which is started at once.
    pub(crate) fn leave_port(&mut self) {
        self.reserved = None;
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs a program to its end, as whoever owns the folder.
    pub(crate) fn run(&self, program: &Path, arguments: &[&str]) {
        let output = command(program, arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}; run make test", program.display()));
        assert!(
            output.status.success(),
            "{}: {}{}",
            program.display(),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Starts a program that stays until the value is dropped.
    pub(crate) fn start(&mut self, program: &Path, arguments: &[&str]) {
        let log = std::fs::File::create(self.folder.path().join("log")).expect("a log");
        let mut command = command(program, arguments);
        command
            .current_dir(self.folder.path())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log);
        self.leave_port();
        self.process = Some(command.spawn().expect("the server starts"));
    }

    /// What ends it when the value is dropped.
    pub(crate) fn stop_with(&mut self, program: &Path, arguments: &[&str]) {
        self.stop = Some(command(program, arguments));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = &mut self.stop {
            let _ = stop.output();
        }
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn command(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env("LC_ALL", "C");
    if let Some(user) = unprivileged() {
        command.uid(user).gid(user);
    }
    command
}

/// Servers refuse to run as root: then whoever owns nothing runs them.
fn unprivileged() -> Option<u32> {
    const NOBODY: u32 = 65534;
    rustix::process::geteuid().is_root().then_some(NOBODY)
}

/// A program in the path, where packages put it, or below a folder of versions.
pub(crate) fn find(name: &str, versions: &str) -> PathBuf {
    let environment = shippass::config::Environment::capture();
    let path = environment.get("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::fs::read_dir(versions)
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    folders.sort();
    folders.reverse();
    let others = std::env::split_paths(path).chain(PLACES.iter().map(PathBuf::from));
    let mut programs = folders
        .into_iter()
        .chain(others)
        .map(|folder| folder.join(name));
    programs
        .find(|program| program.is_file())
        .unwrap_or_else(|| panic!("no {name} here; `make test` installs it"))
}
