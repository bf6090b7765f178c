//! `review` killed while it accepts pictures: all of the old is accepted or all of the new, and the next acceptance goes through.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use shippass::bundle::AcceptedFolder;

use super::{
    door::{Reply, post_on, sit_at},
    walk::STEPS,
};
use crate::{
    moments::Life,
    recorded::{quotes, seal},
    signoff::{folder::Folder, prepared::walk_all},
    support::{kills, reviewing::Reviewing},
};

const FEW: u32 = 20;
const OLD: &str = "01JD5M3Q8ZK4V7T2N9XW6R1YHB";
const NEW: &str = "01JD5M3Q8ZK4V7T2N9XW6R1YHC";

/// Two bundles that are confirmed, and the folder of what is accepted.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        for (run, rows) in [(OLD, 4), (NEW, 3)] {
            let bundle = project.0.path().join(run);
            seal(&bundle, run, &quotes(), |_| rows);
            walk_all(&bundle);
        }
        fs::create_dir(project.accepted()).unwrap();
        project
    }

    fn accepted(&self) -> PathBuf {
        self.0.path().join("accepted")
    }

    fn review(&self, run: &str) -> Reviewing {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shippass"));
        command
            .args(["review", run, "--no-open", "--accepted", "accepted"])
            .current_dir(self.0.path())
            .env("CI", "1");
        Reviewing::start(command).unwrap_or_else(|ended| panic!("{}", ended.stderr))
    }

    /// Accepts all pictures of a run while somebody watches, and kills it then.
    fn accept(&self, run: &str, watch: impl FnOnce(&Path, &dyn Fn() -> bool)) -> Reply {
        let served = self.review(run);
        let (host, token) = (served.host.clone(), served.token.clone());
        let (seat, _held) = sit_at(&host, &token, false);
        // Connected before: it may be killed before it is asked.
        let stream = TcpStream::connect(&host).unwrap();
        let accept = move || post_on(stream, (&host, &token), "/api/accept", &seat, "{}");
        let accepting = thread::spawn(accept);
        watch(&self.accepted(), &|| accepting.is_finished());
        drop(served);
        accepting.join().unwrap()
    }

    fn accept_whole(&self, run: &str) -> Life {
        let mut life = None;
        let reply = self.accept(run, |folder, is_over| {
            life = Some(Life::watch(folder, is_over));
        });
        assert_eq!(reply.body, r#"{"pictures":3}"#, "{}", reply.status);
        life.unwrap()
    }

    /// The run whose pictures are accepted: of all steps or of none.
    fn standing(&self, at: &str) -> Option<String> {
        let surroundings = ("375x812@3", "chromium");
        let list = "Customer signs a quote";
        let folder = AcceptedFolder::open(&self.accepted(), list, surroundings).unwrap();
        let runs = STEPS.map(|id| folder.step(id).map(|(step, _)| step.run.clone()));
        let said = STEPS.map(|id| folder.said_of(id).map(|step| step.run.clone()));
        assert_eq!(runs, said, "{at}: each has its own picture");
        let [first, rest @ ..] = runs;
        assert!(
            rest.iter().all(|run| *run == first),
            "{at}: {first:?} {rest:?}"
        );
        first
    }
}

#[test]
fn an_acceptance_that_is_killed_at_any_moment_is_all_of_the_old_or_all_of_the_new() {
    let project = Project::new();
    let nothing = Folder::new(&project.accepted());
    project.accept_whole(OLD);
    let old = Folder::new(&project.accepted());
    let life = project.accept_whole(NEW);
    let whole = Folder::new(&project.accepted());
    let mut names: Vec<_> = whole.files.keys().cloned().collect();
    names.sort();
    assert_eq!(names.len(), 4, "{names:?}");

    let kills = kills().unwrap_or(FEW);
    let mut seen: BTreeMap<_, u32> = BTreeMap::new();
    for kill in 0..kills {
        let before = if kill % 3 == 2 { &nothing } else { &old };
        before.restore();
        let stood = project.standing("before");
        let moment = life.moment(kill, kills);
        let at = format!("kill {kill}, {stood:?}, {moment:?}");
        let reply = project.accept(NEW, |folder, is_over| moment.wait(folder, is_over));
        let stands = project.standing(&at);
        let is_new = stands.as_deref() == Some(NEW);
        assert!(is_new || stands == stood, "{at}: {stands:?}");
        assert!(is_new || reply.status != 200, "{at}: {}", reply.body);
        *seen.entry((stood, stands)).or_default() += 1;

        // The next one takes what is there for what it is, and leaves nothing else behind.
        project.accept_whole(NEW);
        assert_eq!(project.standing(&at).as_deref(), Some(NEW), "{at}");
        let left: Vec<_> = Folder::new(&project.accepted()).files.into_keys().collect();
        assert_eq!(left, names, "{at}");
    }
    let _ = writeln!(std::io::stderr(), "{kills} acceptances killed: {seen:?}");
    assert!(seen.len() > 1, "{seen:?}");
}
