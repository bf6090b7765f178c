//! The ways in which a signed bundle is tampered with, or isn't what was asked for.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::{collections::BTreeMap, fs};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shippass::{
    bundle::{further_signature, hex_sha256, write_manifest},
    signoff::{Expectations, NAMESPACE},
};

use super::{
    folder::Folder,
    prepared::{ADA, BOB, KEYS, expecting},
};

const STATEMENT: &str = "signoff/statement.json";
const SIGNATURE: &str = "signoff/statement.json.sig";
const ENVELOPE: &str = "signoff/statement.dsse.json";
const WALK: &str = "signoff/walk.ndjson";

/// A bundle to be tampered with, another one, and what the verifier expects.
pub(super) struct Case<'a> {
    pub(super) bundle: &'a Folder,
    pub(super) other: &'a BTreeMap<String, Vec<u8>>,
    pub(super) expected: Expectations,
    pub(super) seed: usize,
}

/// What has to come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Status 5.
    Altered,
    /// Status 1: whole, and not what was asked for.
    Refused,
}

use Outcome::{Altered, Refused};

pub(super) type Way = (&'static str, Outcome, fn(&mut Case<'_>));

impl Case<'_> {
    /// Some file of a folder, another one with each seed.
    fn some(&self, folder: &str) -> String {
        let names = self.bundle.below(folder);
        names[self.seed % names.len()].to_owned()
    }

    fn take_from_other(&self, names: &[&str]) {
        for name in names {
            self.bundle.put(name, &self.other[*name]);
        }
    }

    /// A changed statement with a good signature of a key over it, as a signer would who lies.
    fn sign_again(&self, key: &str, namespace: &str, change: impl FnOnce(&mut Value)) {
        let mut statement: Value = serde_json::from_slice(&self.bundle.files[STATEMENT]).unwrap();
        change(&mut statement);
        // Without an envelope, so that nothing but the lie itself is wrong.
        statement["predicate"]["shippass_signoff"]["envelope"] = json!(false);
        let bytes = serde_json::to_vec_pretty(&statement).unwrap();
        self.bundle.put(STATEMENT, &bytes);
        self.bundle
            .put(SIGNATURE, &KEYS.sign_by_openssh(key, namespace, &bytes));
        self.bundle.remove(ENVELOPE);
    }

    fn edit_envelope(&self, change: impl FnOnce(&mut Value)) {
        let mut envelope: Value = serde_json::from_slice(&self.bundle.files[ENVELOPE]).unwrap();
        change(&mut envelope);
        let mut bytes = serde_json::to_vec(&envelope).unwrap();
        bytes.push(b'\n');
        self.bundle.put(ENVELOPE, &bytes);
    }

    fn edit_manifest(&self, change: impl FnOnce(&mut Vec<Value>)) {
        let mut manifest: Value =
            serde_json::from_slice(&self.bundle.files["manifest.json"]).unwrap();
        change(manifest["files"].as_array_mut().unwrap());
        let bytes = serde_json::to_vec_pretty(&manifest).unwrap();
        self.bundle.put("manifest.json", &bytes);
    }

    fn allow(&mut self, line: &str) {
        let now = self.expected.now;
        self.expected = expecting(line);
        self.expected.now = now;
    }

    fn allow_ada(&mut self, options: &str) {
        self.allow(&format!("{ADA} {options} {}\n", KEYS.public("ada")));
    }

    fn later(&mut self, by: SignedDuration) {
        self.expected.now = self.expected.now.checked_add(by).unwrap();
    }

    fn require(&mut self, text: &str) {
        self.expected.required.push(text.parse().unwrap());
    }

    fn say_in_walk(&self, line: &str) {
        self.bundle
            .edit(WALK, |bytes| bytes.extend(format!("{line}\n").bytes()));
    }
}

fn further(key: &str) -> String {
    let text = fs::read_to_string(KEYS.path(&format!("{key}.pub"))).unwrap();
    let blob = ssh_key::PublicKey::from_openssh(&text)
        .unwrap()
        .to_bytes()
        .unwrap();
    format!("signoff/{}", further_signature(&hex_sha256(&blob)))
}

fn crlf(bytes: &mut Vec<u8>) {
    let text = String::from_utf8(bytes.clone()).unwrap();
    *bytes = text.replace('\n', "\r\n").into_bytes();
}

/// Files and names.
pub(super) const FILES: &[Way] = &[
    ("the facts are removed", Altered, |it| {
        it.bundle.remove("bundle.json");
    }),
    ("the manifest is removed", Altered, |it| {
        it.bundle.remove("manifest.json");
    }),
    ("a picture is removed", Altered, |it| {
        it.bundle.remove(&it.some("screens/"));
    }),
    ("a body is removed", Altered, |it| {
        it.bundle.remove(&it.some("bodies/"));
    }),
    ("the journal is removed", Altered, |it| {
        it.bundle.remove("journal.ndjson");
    }),
    ("a file is added", Altered, |it| {
        it.bundle.put("notes.txt", b"all well");
    }),
    ("an empty file is added", Altered, |it| {
        it.bundle.put("bodies/empty.bin", b"");
    }),
    ("a hidden file is added", Altered, |it| {
        it.bundle.put(".hidden", b"x");
    }),
    ("a file is added in a new folder", Altered, |it| {
        it.bundle.put("a/b/c.txt", b"x");
    }),
    ("a second manifest is added", Altered, |it| {
        it.bundle
            .put("bodies/manifest.json", &it.bundle.files["manifest.json"]);
    }),
    (
        "a file is added whose name differs in case",
        Altered,
        |it| {
            it.bundle
                .put("BUNDLE.JSON", &it.bundle.files["bundle.json"]);
        },
    ),
    ("a picture is renamed", Altered, |it| {
        let name = it.some("screens/");
        fs::rename(
            it.bundle.path(&name),
            it.bundle.path(&format!("{name}.jpg")),
        )
        .unwrap();
    }),
    ("two pictures change places", Altered, |it| {
        swap(it, "screens/");
    }),
    ("two bodies change places", Altered, |it| {
        swap(it, "bodies/");
    }),
    ("a link is added", Altered, |it| {
        link("bundle.json", it, "link.json");
    }),
    (
        "a link takes the place of a file with the same bytes",
        Altered,
        |it| {
            let name = it.some("screens/");
            let copy = tempfile::NamedTempFile::new()
                .unwrap()
                .into_temp_path()
                .keep()
                .unwrap();
            super::folder::write(&copy, &it.bundle.files[&name]);
            it.bundle.remove(&name);
            link(copy.to_str().unwrap(), it, &name);
        },
    ),
    ("a byte is appended", Altered, |it| {
        it.bundle.edit("network.har", |bytes| bytes.push(b'\n'));
    }),
    ("a byte is cut off", Altered, |it| {
        it.bundle.edit(&it.some("screens/"), |bytes| {
            bytes.truncate(bytes.len() - 1);
        });
    }),
    ("a file is emptied", Altered, |it| {
        it.bundle.edit("console.ndjson", Vec::clear);
    }),
    ("the facts are another bundle's", Altered, |it| {
        it.take_from_other(&["bundle.json"]);
    }),
    ("the manifest is another bundle's", Altered, |it| {
        it.take_from_other(&["manifest.json"]);
    }),
    ("the facts are changed and sealed anew", Altered, |it| {
        it.bundle
            .replace("bundle.json", "\"complete\": true", "\"complete\":  true");
        write_manifest(&it.bundle.root).unwrap();
    }),
    ("a file is added and sealed anew", Altered, |it| {
        it.bundle.put("screens/more.jpg", b"x");
        write_manifest(&it.bundle.root).unwrap();
    }),
    ("the manifest's order is changed", Altered, |it| {
        it.edit_manifest(|files| files.reverse());
    }),
    ("the manifest is written otherwise", Altered, |it| {
        it.bundle.edit("manifest.json", |bytes| bytes.push(b'\n'));
    }),
    ("the manifest forgets a file that is gone", Altered, |it| {
        let name = it.some("screens/");
        it.edit_manifest(|files| files.retain(|file| file["path"] != name.as_str()));
        it.bundle.remove(&name);
    }),
    ("the manifest names a file twice", Altered, |it| {
        it.edit_manifest(|files| files.push(files[0].clone()));
    }),
    ("a file is stretched with a hole", Altered, |it| {
        stretch(it, "report.html");
    }),
    ("the manifest names a file that is a hole", Altered, |it| {
        stretch(it, "report.html");
        it.edit_manifest(|files| {
            let mut files = files.iter_mut();
            let report = files.find(|file| file["path"] == "report.html");
            report.unwrap()["size"] = json!(HOLE);
        });
    }),
    ("a hole is added", Altered, |it| {
        stretch(it, "screens/a/99-more.png");
    }),
    ("the manifest names a file outside", Altered, |it| {
        it.edit_manifest(|files| {
            files.push(json!({"path": "../x", "sha256": "0".repeat(64), "size": 0}));
        });
    }),
];

/// Nobody reads so many bytes while a test waits.
const HOLE: u64 = 1 << 42;

fn stretch(it: &Case<'_>, name: &str) {
    let path = it.bundle.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut options = fs::File::options();
    let file = options.create(true).append(true).open(path).unwrap();
    file.set_len(HOLE).unwrap();
}

fn swap(it: &Case<'_>, folder: &str) {
    let names = it.bundle.below(folder);
    let first = names[it.seed % names.len()];
    let bytes = &it.bundle.files[first];
    let unlike = names
        .iter()
        .find(|name| it.bundle.files[**name] != *bytes)
        .unwrap();
    it.bundle.put(first, &it.bundle.files[*unlike]);
    it.bundle.put(unlike, bytes);
}

fn link(target: &str, it: &Case<'_>, name: &str) {
    std::os::unix::fs::symlink(target, it.bundle.path(name)).unwrap();
}

/// Statement, signature, envelope and walk.
pub(super) const SIGNOFF: &[Way] = &[
    ("the statement is removed", Altered, |it| {
        it.bundle.remove(STATEMENT);
    }),
    ("the signature is removed", Refused, |it| {
        it.bundle.remove(SIGNATURE);
    }),
    ("the envelope is removed", Altered, |it| {
        it.bundle.remove(ENVELOPE);
    }),
    ("the walk is removed", Altered, |it| it.bundle.remove(WALK)),
    ("the sign-off is removed", Refused, |it| {
        fs::remove_dir_all(it.bundle.path("signoff")).unwrap();
    }),
    ("a file is added beside the statement", Altered, |it| {
        it.bundle.put("signoff/readme.txt", b"x");
    }),
    ("a photo is added", Altered, |it| {
        let name = format!("signoff/phone/{}.jpg", hex_sha256(b"x"));
        it.bundle.put(&name, b"x");
    }),
    ("a photo is added that is a hole", Altered, |it| {
        stretch(it, &format!("signoff/phone/{}.jpg", hex_sha256(b"x")));
    }),
    ("an earlier statement is added", Altered, |it| {
        let name = format!("signoff/earlier/{}/statement.json", hex_sha256(b"{}"));
        it.bundle.put(&name, b"{}");
    }),
    ("the sign-off's folder is a link", Altered, |it| {
        let copy = tempfile::tempdir().unwrap().keep();
        for name in it.bundle.below("signoff/") {
            super::folder::write(&copy.join(name), &it.bundle.files[name]);
        }
        fs::remove_dir_all(it.bundle.path("signoff")).unwrap();
        link(copy.join("signoff").to_str().unwrap(), it, "signoff");
    }),
    ("the signature has another key's name", Altered, |it| {
        fs::rename(it.bundle.path(SIGNATURE), it.bundle.path(&further("bob"))).unwrap();
    }),
    ("the signature has its own key's name", Altered, |it| {
        fs::rename(it.bundle.path(SIGNATURE), it.bundle.path(&further("ada"))).unwrap();
    }),
    ("the signature lies there twice", Altered, |it| {
        it.bundle.put(&further("ada"), &it.bundle.files[SIGNATURE]);
    }),
    ("the whole sign-off is another run's", Altered, |it| {
        it.take_from_other(&[STATEMENT, SIGNATURE, ENVELOPE, WALK]);
    }),
    ("statement and signature are another run's", Altered, |it| {
        it.take_from_other(&[STATEMENT, SIGNATURE]);
    }),
    ("the statement is another run's", Altered, |it| {
        it.take_from_other(&[STATEMENT]);
    }),
    ("the signature is another run's", Altered, |it| {
        it.take_from_other(&[SIGNATURE]);
    }),
    ("the envelope is another run's", Altered, |it| {
        it.take_from_other(&[ENVELOPE]);
    }),
    ("the walk is another run's", Altered, |it| {
        it.take_from_other(&[WALK]);
    }),
    ("the statement says another verdict", Altered, |it| {
        it.bundle.replace(
            STATEMENT,
            "\"verdict\": \"confirmed\"",
            "\"verdict\": \"rejected\"",
        );
    }),
    ("the statement says another commit", Altered, |it| {
        it.bundle
            .replace(STATEMENT, "\"gitCommit\": \"", "\"gitCommit\": \"0");
    }),
    ("the statement says another time", Altered, |it| {
        it.bundle
            .replace(STATEMENT, "\"signedAt\": \"2025", "\"signedAt\": \"2026");
    }),
    ("the statement's lines end otherwise", Altered, |it| {
        it.bundle.edit(STATEMENT, crlf);
    }),
    ("the statement has no last line's end", Altered, |it| {
        it.bundle
            .edit(STATEMENT, |bytes| bytes.truncate(bytes.len() - 1));
    }),
    ("the signature's lines end otherwise", Altered, |it| {
        it.bundle.edit(SIGNATURE, crlf);
    }),
    ("the signature has an empty line more", Altered, |it| {
        it.bundle.edit(SIGNATURE, |bytes| bytes.push(b'\n'));
    }),
    ("the signature is cut in half", Altered, |it| {
        it.bundle
            .edit(SIGNATURE, |bytes| bytes.truncate(bytes.len() / 2));
    }),
    ("the signature is empty", Altered, |it| {
        it.bundle.edit(SIGNATURE, Vec::clear);
    }),
    (
        "the envelope calls its payload something else",
        Altered,
        |it| {
            it.edit_envelope(|envelope| envelope["payloadType"] = json!("application/json"));
        },
    ),
    ("the envelope has no signature", Altered, |it| {
        it.edit_envelope(|envelope| envelope["signatures"] = json!([]));
    }),
    ("the envelope's signature is another key's", Altered, |it| {
        it.edit_envelope(|envelope| {
            let mut more = envelope["signatures"][0].clone();
            more["keyid"] = json!("SHA256:AAAA");
            envelope["signatures"].as_array_mut().unwrap().push(more);
        });
    }),
    ("the envelope is written otherwise", Altered, |it| {
        it.bundle.edit(ENVELOPE, |bytes| bytes.insert(0, b' '));
    }),
    ("the walk's end is torn", Altered, |it| {
        it.bundle
            .edit(WALK, |bytes| bytes.extend(b"{\"at\":\"2025"));
    }),
    ("the walk holds what is no word", Altered, |it| {
        it.say_in_walk("{}");
    }),
    ("a word of the walk is another one", Altered, |it| {
        it.bundle.replace(
            WALK,
            "\"verdict\":\"confirmed\"",
            "\"verdict\":\"unchecked\",\"why\":\"\"",
        );
    }),
    ("the walk's last word is gone", Altered, |it| {
        it.bundle.edit(WALK, |bytes| {
            bytes.pop();
            let end = bytes.iter().rposition(|byte| *byte == b'\n').unwrap();
            bytes.truncate(end + 1);
        });
    }),
    ("something was said after the signature", Refused, |it| {
        it.say_in_walk(
            r#"{"at":"2025-11-20T18:00:00Z","said":"judged","step":{"checklist":0,"step":"00-sign-in"},"verdict":{"verdict":"rejected","why":"no"}}"#,
        );
    }),
];

const PHOTOS: &str = "signoff/phone/";

/// What a real phone gave.
pub(super) const PHONE: &[Way] = &[
    ("a photo is removed", Altered, |it| {
        it.bundle.remove(&it.some(PHOTOS));
    }),
    ("the photos are removed", Altered, |it| {
        fs::remove_dir_all(it.bundle.path(PHOTOS)).unwrap();
    }),
    ("a photo is renamed", Altered, |it| {
        let name = it.some(PHOTOS);
        let other = format!("{PHOTOS}{}.jpg", "0".repeat(64));
        fs::rename(it.bundle.path(&name), it.bundle.path(&other)).unwrap();
    }),
    ("a photo has another ending", Altered, |it| {
        let name = it.some(PHOTOS);
        let other = name.replace(".jpg", ".html");
        fs::rename(it.bundle.path(&name), it.bundle.path(&other)).unwrap();
    }),
    ("a photo is cut short", Altered, |it| {
        it.bundle.edit(&it.some(PHOTOS), |bytes| {
            bytes.pop();
        });
    }),
    ("two photos change places", Altered, |it| swap(it, PHOTOS)),
    ("a photo is another run's", Altered, |it| {
        let name = it.other.keys().find(|name| name.starts_with(PHOTOS));
        let name = name.unwrap();
        it.bundle.put(name, &it.other[name]);
    }),
    ("a link takes the place of a photo", Altered, |it| {
        let name = it.some(PHOTOS);
        it.bundle.remove(&name);
        link("/etc/hostname", it, &name);
    }),
    ("what is no photo lies among them", Altered, |it| {
        it.bundle.put("signoff/phone/photo.html", b"x");
    }),
    ("a photo was cut off while it was written", Refused, |it| {
        let name = format!("{PHOTOS}.{}.jpg.part", hex_sha256(b"x"));
        it.bundle.put(&name, b"x");
    }),
    ("a photo was given after the signature", Refused, |it| {
        let name = format!("{PHOTOS}{}.jpg", hex_sha256(b"x"));
        it.bundle.put(&name, b"x");
        it.say_in_walk(&format!(
            r#"{{"at":"2025-11-20T18:00:00Z","said":"photographed","step":{{"checklist":0,"step":"00-sign-in"}},"file":"{name}"}}"#
        ));
    }),
    ("the walk speaks of another phone", Altered, |it| {
        it.bundle.replace(WALK, "\"width\":390", "\"width\":320");
    }),
    ("the signer speaks of another phone", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            statement["predicate"]["shippass_signoff"]["realDevices"][0]["width"] = json!(320);
        });
    }),
    ("the signer opened more on the phone", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            let phone = &mut statement["predicate"]["shippass_signoff"]["realDevices"][0];
            phone["steps"] = json!([1, 2]);
        });
    }),
    ("the signer leaves the phone out", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            statement["predicate"]["shippass_signoff"]["realDevices"] = json!([]);
        });
    }),
    (
        "the signer leaves a photo out and removes it",
        Refused,
        |it| {
            let name = it.some(PHOTOS);
            let digest = json!(hex_sha256(&it.bundle.files[&name]));
            it.bundle.remove(&name);
            it.sign_again("ada", NAMESPACE, |statement| {
                let signoff = &mut statement["predicate"]["shippass_signoff"];
                let photos = signoff["realDevices"][0]["photos"].as_array_mut();
                photos.unwrap().retain(|photo| *photo != digest);
                for step in signoff["steps"].as_array_mut().unwrap() {
                    let evidence = step["evidence"].as_array_mut();
                    evidence.unwrap().retain(|one| *one != digest);
                }
            });
        },
    ),
];

/// Who signs, what for and when.
pub(super) const PEOPLE: &[Way] = &[
    ("it is signed for git", Refused, |it| {
        it.sign_again("ada", "git", |_| ());
    }),
    ("a key signs that nobody allows", Altered, |it| {
        it.sign_again("eve", NAMESPACE, |_| ());
    }),
    ("the key is allowed to somebody else", Refused, |it| {
        it.allow(&format!("{BOB} {}\n", KEYS.public("ada")));
    }),
    ("the person has another key", Refused, |it| {
        it.allow(&format!("{ADA} {}\n", KEYS.public("eve")));
    }),
    ("nobody is allowed", Refused, |it| it.allow("")),
    ("nobody says who is allowed", Refused, |it| {
        it.expected.allowed = None;
    }),
    ("the key may sign commits only", Refused, |it| {
        it.allow_ada("namespaces=\"git\"");
    }),
    ("the key has expired", Refused, |it| {
        it.allow_ada("valid-before=\"20251120Z\"");
    }),
    ("the key isn't valid yet", Refused, |it| {
        it.allow_ada("valid-after=\"20251121Z\"");
    }),
    ("the key is an authority", Refused, |it| {
        it.allow_ada("cert-authority");
    }),
    ("the line can't be read", Refused, |it| {
        it.allow_ada("namespaces=shippass");
    }),
    ("it must be another person's", Refused, |it| {
        it.expected.person = Some(BOB.to_owned());
    }),
    ("two people must sign", Refused, |it| {
        it.expected.signers = 2;
    }),
    ("the author signed", Refused, |it| {
        it.expected.not_author = true;
        it.expected.authors = vec![ADA.to_uppercase()];
    }),
    ("the author isn't known", Refused, |it| {
        it.expected.not_author = true;
    }),
    ("it is too old", Refused, |it| {
        it.expected.max_age = Some(SignedDuration::from_hours(24));
        it.later(SignedDuration::from_hours(25));
    }),
    ("it was signed tomorrow", Refused, |it| {
        it.later(SignedDuration::from_hours(-24));
    }),
    ("another commit is asked for", Refused, |it| {
        it.require("commit=0123456789abcdef");
    }),
    ("another persona is asked for", Refused, |it| {
        it.require("persona=viewer");
    }),
    ("another engine is asked for", Refused, |it| {
        it.require("engine=webkit");
    }),
    ("another run is asked for", Refused, |it| {
        it.require("run=01JD5M3Q8ZK4V7T2N9XW6R1YHB");
    }),
    ("another target is asked for", Refused, |it| {
        it.require("target=production");
    }),
    (
        "the signer moves the time before the run's end",
        Refused,
        |it| {
            it.sign_again("ada", NAMESPACE, |statement| {
                let early: Timestamp = "2025-11-20T12:00:00Z".parse().unwrap();
                statement["predicate"]["shippass_signoff"]["signedAt"] = json!(early);
            });
        },
    ),
    ("the signer speaks of another commit", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            statement["predicate"]["shippass_signoff"]["target"]["commit"] = json!("0".repeat(40));
        });
    }),
    ("the signer's subject is another commit", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            statement["subject"][1]["digest"]["gitCommit"] = json!("0".repeat(40));
        });
    }),
    ("the signer leaves a step out", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            let steps = &mut statement["predicate"]["shippass_signoff"]["steps"];
            steps.as_array_mut().unwrap().remove(0);
        });
    }),
    ("the signer calls a step clean that isn't", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            let steps = &mut statement["predicate"]["shippass_signoff"]["steps"];
            let machine = &mut steps[0]["machineVerdict"];
            *machine = json!(if *machine == "clean" {
                "flagged"
            } else {
                "clean"
            });
        });
    }),
    ("the signer's word isn't the walk's", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            statement["predicate"]["shippass_signoff"]["steps"][0]["humanVerdict"] =
                json!("unchecked");
        });
    }),
    ("the signer's result is too good", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            statement["predicate"]["warnedTests"] = json!([]);
            statement["predicate"]["passedTests"] = json!(["all of them"]);
        });
    }),
    ("the signer names another run", Altered, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            statement["predicate"]["shippass_signoff"]["runId"] = json!("another");
        });
    }),
    ("the signer softens a finding", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            let findings = &mut statement["predicate"]["shippass_signoff"]["findings"];
            // A bundle without any gets one that nobody found.
            if findings == &json!([]) {
                *findings = json!([{
                    "id": "f1", "detector": "http-error", "severity": "notice",
                    "checklist": "", "step": "", "humanVerdict": "accepted",
                }]);
            }
            findings[0]["title"] = json!("nothing to see here");
        });
    }),
    ("the signer names another checklist's file", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            let digest = &mut statement["predicate"]["configuration"][0]["digest"];
            digest["sha256"] = json!("0".repeat(64));
        });
    }),
    ("the signer shows what isn't in the bundle", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            let step = &mut statement["predicate"]["shippass_signoff"]["steps"][0];
            step["evidence"][0] = json!("0".repeat(64));
        });
    }),
    ("the signer widens the phone", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            statement["predicate"]["shippass_signoff"]["viewport"]["width"] = json!(1280);
        });
    }),
    ("the signer names a device for a step", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            let signoff = &mut statement["predicate"]["shippass_signoff"];
            signoff["steps"][0]["viewport"] = signoff["viewport"].clone();
        });
    }),
    ("the signer says that somebody else walked", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            statement["predicate"]["shippass_signoff"]["walkedBy"] = json!(["Grace"]);
        });
    }),
    ("the signed statement is of another kind", Refused, |it| {
        it.sign_again("ada", NAMESPACE, |statement| {
            statement["predicateType"] = json!("https://example.com/other/v1");
        });
    }),
];
