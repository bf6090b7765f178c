//! `sign` killed at any moment: the bundle is signed well or not at all, and the next signing goes through.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    collections::BTreeMap,
    io::Write,
    process::{Command, Stdio},
};

use jiff::Timestamp;
use shippass::{
    bundle::Said,
    signoff::{Expectations, verify},
};

use super::{
    commands::Desk,
    folder::Folder,
    prepared::{ADA, BOB, KEYS, Walker, expectations},
};
use crate::{moments::Life, support::kills};

const FEW: u32 = 20;

/// Who signs what stands there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Signing {
    First,
    /// More was said since it was signed.
    Anew,
    /// Somebody else has signed the same.
    Further,
}

impl Signing {
    fn signer(self) -> (&'static str, &'static str) {
        match self {
            Self::First | Self::Anew => ("ada", ADA),
            Self::Further => ("bob", BOB),
        }
    }

    pub(crate) fn command(self, desk: &Desk) -> Command {
        let (key, signer) = self.signer();
        let key = KEYS.path(key);
        let key = key.to_str().unwrap();
        desk.shippass(&["sign", "bundle", "--yes", "--key", key, "--signer", signer])
    }

    pub(crate) fn desk(self) -> Desk {
        let desk = Desk::walked();
        if self != Self::First {
            assert_eq!(desk.sign("ada", ADA).0, 0);
        }
        if self == Self::Anew {
            let facts = shippass::bundle::open(&desk.bundle()).unwrap().document;
            let mut walk = Walker::new(&desk.bundle());
            let step = shippass::detect::StepRef {
                checklist: 0,
                step: facts.checklists[0].steps[0].id.clone(),
            };
            let text = "looked at once more".to_owned();
            walk.say(Said::Commented { step, text });
        }
        desk
    }
}

/// A desk, what is on it before each signing, and how one goes that nobody kills.
struct Prepared {
    signing: Signing,
    desk: Desk,
    before: Folder,
    life: Life,
}

impl Prepared {
    fn new(signing: Signing) -> Self {
        let desk = signing.desk();
        let before = Folder::new(&desk.bundle());
        let mut child = quiet(signing.command(&desk)).spawn().unwrap();
        let signoff = desk.bundle().join("signoff");
        let life = Life::watch(&signoff, || child.try_wait().unwrap().is_some());
        assert!(child.wait().unwrap().success());
        Self {
            signing,
            desk,
            before,
            life,
        }
    }

    /// Kills it, and answers whether the bundle is signed then.
    fn kill(&self, kill: u32, kills: u32) -> bool {
        let Self { signing, desk, .. } = self;
        self.before.restore();
        let moment = self.life.moment(kill / 3, kills.div_ceil(3));
        let at = format!("kill {kill}, {signing:?}, {moment:?}");
        let mut child = quiet(signing.command(desk)).spawn().unwrap();
        let signoff = desk.bundle().join("signoff");
        moment.wait(&signoff, || child.try_wait().unwrap().is_some());
        let _ = child.kill();
        let is_done = child.wait().unwrap().success();

        let (status, told) = desk.verify(&[]);
        let is_signed = status == 0;
        let mut refused = told.lines().filter(|line| line.starts_with("  - "));
        let is_unsigned = |line: &str| line.ends_with("[unsigned]") || line.ends_with("[cut-off]");
        assert!(matches!(status, 0 | 1), "{at}: {told}");
        assert!(is_signed || refused.all(is_unsigned), "{at}: {told}");
        assert!(is_signed || !is_done, "{at}: {told}");
        let (key, signer) = signing.signer();
        let (status, out, err) = desk.sign(key, signer);
        // Killed between its signature and the envelope it has signed, too; what was left is cleared away then.
        let is_there = status == 1 && err.contains("already");
        let may_be_there = is_signed || *signing == Signing::Further;
        assert!(status == 0 || is_there && may_be_there, "{at}: {out}{err}");
        let expected = Expectations {
            now: Timestamp::now(),
            signers: if *signing == Signing::Further { 2 } else { 1 },
            ..expectations()
        };
        let verified = verify(&desk.bundle(), &expected).unwrap();
        assert!(verified.refusals.is_empty(), "{at}: {verified:?}");
        is_signed
    }
}

fn quiet(mut command: Command) -> Command {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn a_signing_that_is_killed_at_any_moment_leaves_a_bundle_signed_well_or_not_at_all() {
    let all = [Signing::First, Signing::Anew, Signing::Further].map(Prepared::new);
    let kills = kills().unwrap_or(FEW);
    let mut seen: BTreeMap<_, u32> = BTreeMap::new();
    for (prepared, kill) in all.iter().cycle().zip(0..kills) {
        let is_signed = prepared.kill(kill, kills);
        *seen.entry((prepared.signing, is_signed)).or_default() += 1;
    }
    let _ = writeln!(std::io::stderr(), "{kills} signings killed: {seen:?}");
    assert!(seen.contains_key(&(Signing::First, false)), "{seen:?}");
}
