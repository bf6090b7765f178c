//! Allowed signers files are read as OpenSSH reads them: the same answer for every generated file.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use jiff::{Timestamp, tz::TimeZone};
use shippass::signoff::{AllowedSigners, NAMESPACE};
use ssh_key::PublicKey;

use super::{
    folder::write,
    prepared::{ADA, BOB, KEYS},
};

/// Numbers that look random and are the same every time (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const PRINCIPALS: &[&str] = &[
    ADA,
    ADA,
    ADA,
    BOB,
    "*@example.com",
    "*",
    "a?a@example.com",
    "bob@example.com,ada@example.com",
    "!bob@example.com,*",
    "!ada@example.com,*",
    "ADA@example.com",
    "\"ada@example.com\"",
    "\"Ada Lovelace,ada@example.com\"",
    "ada@example.com,",
    ",ada@example.com",
    "ada@*,!*@example.org",
    "a*d*a*@*e*.com",
    "#ada@example.com",
    "",
];

const OPTIONS: &[&str] = &[
    "",
    "",
    "",
    "namespaces=\"shippass\"",
    "namespaces=\"git,shippass\"",
    "namespaces=\"git\"",
    "namespaces=\"ship*\"",
    "namespaces=\"!shippass,*\"",
    "namespaces=\"\"",
    "namespaces=shippass",
    "NameSpaces=\"shippass\"",
    "namespaces=\"shippass\",namespaces=\"git\"",
    "namespaces=\"ship\\\"pass\"",
    "cert-authority",
    "cert-authority,namespaces=\"shippass\"",
    "valid-after=\"20250101Z\"",
    "valid-after=\"20270101Z\"",
    "valid-before=\"20250101Z\"",
    "valid-before=\"20270101Z\"",
    "valid-after=\"20250101\",valid-before=\"20270101\"",
    "valid-after=\"20270101\",valid-before=\"20250101\"",
    "valid-after=\"20251120170000Z\"",
    "valid-before=\"20251120170000Z\"",
    "valid-after=\"202511201700Z\"",
    "valid-after=\"20251120170001\"",
    "valid-before=\"20251120165959Z\"",
    "valid-before=\"20251131\"",
    "valid-before=\"2026\"",
    "valid-before=\"tomorrow\"",
    "valid-before=\"20261301Z\"",
    "VALID-BEFORE=\"20270101Z\",Namespaces=\"shippass\"",
    "namespaces=\"shippass\",",
    ",namespaces=\"shippass\"",
    "no-touch-required",
    "verify-required,namespaces=\"shippass\"",
    "namespaces=\"shippass\" ",
];

const SPACES: &[&str] = &[" ", " ", " ", "\t", "  ", " \t "];
const ENDS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    " ada's key\n",
    "\r\n",
    " \n",
    "\n\n",
    "\n# a comment\n",
];

/// A file of a few lines, most of which speak of the key that signs.
fn file(dice: &mut Dice) -> String {
    let own = KEYS.public("ada");
    let others = [KEYS.public("bob"), KEYS.public("ecdsa")];
    let encoded = own.split(' ').nth(1).unwrap().to_owned();
    let mut text = String::new();
    for _ in 0..=dice.below(4) {
        if dice.below(12) == 0 {
            text.push_str(dice.pick(&["# nobody\n", "\n", "   \n", "ada@example.com\n", " # x\n"]));
            continue;
        }
        let key = match dice.below(14) {
            0 => others[0].clone(),
            1 => others[1].clone(),
            2 => format!("ssh-rsa {encoded}"),
            3 => format!("ssh-ed25519 {}", &encoded[..40]),
            4 => format!("ssh-ed25519  {encoded}"),
            5 => encoded.clone(),
            _ => own.clone(),
        };
        let lead = dice.pick(&["", "", "", "", " ", "\t"]);
        let (principals, options) = (dice.pick(PRINCIPALS), dice.pick(OPTIONS));
        let (first, second) = (dice.pick(SPACES), dice.pick(SPACES));
        let gap = if options.is_empty() { "" } else { second };
        let end = dice.pick(ENDS);
        let _ = write!(text, "{lead}{principals}{first}{options}{gap}{key}{end}");
    }
    text
}

/// What both say of one file.
struct Case<'a> {
    text: String,
    principal: &'a str,
    time: &'a str,
    zone: &'a str,
}

const TIMES: [&str; 4] = [
    "2025-11-20T17:00:00Z",
    "2025-11-20T16:59:59Z",
    "2026-11-21T12:00:00Z",
    "2024-12-31T23:30:00Z",
];
const ZONES: [&str; 3] = ["UTC0", "EST5", "CET-1CEST,M3.5.0,M10.5.0/3"];

impl Case<'_> {
    fn now(&self) -> Timestamp {
        self.time.parse().unwrap()
    }

    fn ours(&self) -> AllowedSigners {
        AllowedSigners::new(&self.text, TimeZone::posix(self.zone).unwrap())
    }

    /// Runs `ssh-keygen -Y …` over a file; the bytes that were signed are its input.
    fn openssh(&self, folder: &Path, arguments: &[&str]) -> Option<String> {
        let file = folder.join("allowed");
        write(&file, self.text.as_bytes());
        let digits = self.time.replace(['-', ':', 'T'], "");
        let output = Command::new("ssh-keygen")
            .args(arguments)
            .arg("-f")
            .arg(&file)
            .arg("-s")
            .arg(folder.join("bytes.sig"))
            .arg(format!("-Overify-time={digits}"))
            .env("TZ", self.zone)
            .stdin(std::fs::File::open(folder.join("bytes")).unwrap())
            .stderr(Stdio::null())
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(printed)
    }

    /// Whether both say the same.
    fn check(&self, folder: &Path, key: &PublicKey) -> bool {
        let theirs = self
            .openssh(
                folder,
                &["-Y", "verify", "-n", "shippass", "-I", self.principal],
            )
            .is_some();
        let ours = self.ours();
        let ours = ours
            .allows(key, self.principal, NAMESPACE, self.now())
            .is_ok();
        assert_eq!(
            ours, theirs,
            "{} at {} in {}: {:?}",
            self.principal, self.time, self.zone, self.text
        );
        // Who it may be is asked without a namespace.
        if !self.text.to_ascii_lowercase().contains("namespaces") {
            let theirs = self.openssh(folder, &["-Y", "find-principals"]);
            let ours = self.ours().principals(key, NAMESPACE, self.now());
            // It prints one a line, and an empty one ends its list.
            let listed = |found: String| -> String {
                let names = found.split(',').take_while(|name| !name.is_empty());
                names.flat_map(|name| [name, "\n"]).collect()
            };
            assert_eq!(
                ours.map(listed),
                theirs,
                "at {} in {}: {:?}",
                self.time,
                self.zone,
                self.text
            );
        }
        ours
    }
}

/// So many files from a seed on; answers how many of them let the key sign.
fn compare(first: u64, files: u64) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let bytes = b"{\"a\":\"statement\"}\n";
    write(&folder.path().join("bytes"), bytes);
    let signature = KEYS.sign_by_openssh("ada", "shippass", bytes);
    write(&folder.path().join("bytes.sig"), &signature);
    let key = PublicKey::from_openssh(&KEYS.public("ada")).unwrap();
    let check = |seed: u64| {
        let mut dice = Dice(seed);
        let case = Case {
            text: file(&mut dice),
            principal: dice.pick(&[ADA, ADA, ADA, BOB, "eve@example.com", "Ada Lovelace"]),
            time: dice.pick(&TIMES),
            zone: dice.pick(&ZONES),
        };
        case.check(folder.path(), &key)
    };
    (first..first + files).filter(|seed| check(*seed)).count()
}

fn compare_in_two(files: u64) {
    let _ = &*KEYS;
    let halves = [0, files / 2].map(|first| thread::spawn(move || compare(first, files / 2)));
    let allowed: usize = halves.into_iter().map(|half| half.join().unwrap()).sum();
    let files = usize::try_from(files).unwrap();
    // Both answers are put to the test.
    assert!(
        allowed > files / 6 && allowed < files * 5 / 6,
        "{allowed} of {files}"
    );
}

#[test]
fn a_thousand_files_are_read_as_openssh_reads_them() {
    compare_in_two(1_000);
}
