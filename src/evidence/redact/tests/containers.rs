//! Known secrets in every container and chain of encodings.

use std::io::Write;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

/// Headers and data as a program streams them, sizes behind each file, and no directory at the end.
fn zip(files: &[(&str, &[u8])], is_deflated: bool) -> Vec<u8> {
    let mut zip = Vec::new();
    for (name, data) in files {
        let length = u16::try_from(name.len()).expect("a short name");
        zip.extend_from_slice(b"PK\x03\x04\x14\0\x08\0");
        zip.extend_from_slice(if is_deflated { &[8, 0] } else { &[0, 0] });
        zip.extend_from_slice(&[0; 16]);
        zip.extend_from_slice(&length.to_le_bytes());
        zip.extend_from_slice(&[0, 0]);
        zip.extend_from_slice(name.as_bytes());
        if is_deflated {
            let mut encoder = flate2::write::DeflateEncoder::new(zip, flate2::Compression::best());
            encoder.write_all(data).expect("packed");
            zip = encoder.finish().expect("packed");
        } else {
            zip.extend_from_slice(data);
        }
        zip.extend_from_slice(b"PK\x07\x08");
        zip.extend_from_slice(&[0; 12]);
    }
    zip
}

fn percent(text: &str, upper: bool) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        use std::fmt::Write as _;
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else if upper {
            let _ = write!(out, "%{byte:02X}");
        } else {
            let _ = write!(out, "%{byte:02x}");
        }
        out
    })
}

fn ascii_json(text: &str) -> String {
    let json = serde_json::to_string(text).expect("JSON");
    json.chars().fold(String::new(), |mut out, next| {
        use std::fmt::Write as _;
        if next.is_ascii() {
            out.push(next);
        } else {
            let mut units = [0; 2];
            for unit in next.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
        out
    })
}

/// The containers in which the prototype planted its secrets.
fn containers(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let json = |text: &str| serde_json::to_string(text).expect("JSON");
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut out, byte| {
            use std::fmt::Write as _;
            let _ = write!(out, "{byte:02x}");
            out
        })
    };
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    let form: String = url::form_urlencoded_pair(secret);
    vec![
        ("raw", format!("x{secret}y").into_bytes()),
        ("json", json(secret).into_bytes()),
        ("json twice", json(&json(secret)).into_bytes()),
        ("json thrice", json(&json(&json(secret))).into_bytes()),
        ("ascii json", ascii_json(secret).into_bytes()),
        (
            "escaped slash",
            json(secret).replace('/', "\\/").into_bytes(),
        ),
        (
            "escaped slash, ascii",
            ascii_json(secret).replace('/', "\\/").into_bytes(),
        ),
        (
            "html-safe json",
            json(secret)
                .replace('<', "\\u003c")
                .replace('&', "\\u0026")
                .into_bytes(),
        ),
        ("form", form.into_bytes()),
        ("uri upper", percent(secret, true).into_bytes()),
        ("uri lower", percent(secret, false).into_bytes()),
        (
            "uri twice",
            percent(&percent(secret, true), true).into_bytes(),
        ),
        ("html", html.into_bytes()),
        (
            "basic 0",
            STANDARD.encode(format!("ada:{secret}")).into_bytes(),
        ),
        (
            "basic 1",
            STANDARD.encode(format!("adam:{secret}")).into_bytes(),
        ),
        (
            "basic 2",
            STANDARD.encode(format!("adams:{secret}")).into_bytes(),
        ),
        ("base64url", URL_SAFE_NO_PAD.encode(secret).into_bytes()),
        (
            "base64 body",
            format!(
                "{{\"text\":\"{}\"}}",
                STANDARD.encode(format!("{{\"p\":{}}}", json(secret)))
            )
            .into_bytes(),
        ),
        (
            "base64 of base64",
            STANDARD
                .encode(STANDARD.encode(format!("..{secret}")))
                .into_bytes(),
        ),
        ("hex", hex(secret.as_bytes()).into_bytes()),
        ("HEX", hex(secret.as_bytes()).to_uppercase().into_bytes()),
        (
            "utf-16",
            secret.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("gzip", gzip(secret.as_bytes())),
        (
            "base64 of gzip",
            STANDARD.encode(gzip(json(secret).as_bytes())).into_bytes(),
        ),
        (
            "jwt claims",
            format!(
                "e30.{}.x",
                URL_SAFE_NO_PAD.encode(format!("{{\"k\":{}}}", json(secret)))
            )
            .into_bytes(),
        ),
        ("percent of json", percent(&json(secret), true).into_bytes()),
    ]
}

/// The same in zips.
fn zips(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let json = serde_json::to_string(secret).expect("JSON");
    vec![
        (
            "zip",
            zip(
                &[("a.csv", b"name,total"), ("b.json", json.as_bytes())],
                true,
            ),
        ),
        (
            "zip, stored",
            zip(
                &[("a.txt", STANDARD.encode(format!("..{secret}")).as_bytes())],
                false,
            ),
        ),
        (
            "zip in a zip",
            zip(&[("in.zip", &zip(&[("a", secret.as_bytes())], true))], true),
        ),
        ("zip's name", zip(&[(secret, b"x")], true)),
        (
            "base64 of zip",
            STANDARD
                .encode(zip(&[("a.txt", secret.as_bytes())], true))
                .into_bytes(),
        ),
    ]
}

mod url {
    pub(super) fn form_urlencoded_pair(value: &str) -> String {
        ::url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
    }
}

#[test]
fn two_secrets_are_found_in_each_container() {
    let scanner = redactor().scanner();
    for secret in [PASSWORD, TOKEN] {
        for (name, bytes) in containers(secret).into_iter().chain(zips(secret)) {
            assert!(scanner.scan(&bytes).is_some(), "{name}");
        }
    }
    assert_eq!(
        scanner.scan(b"nothing of the kind, only an ordinary text of some length"),
        None
    );
}

#[test]
fn a_leak_names_the_secret_and_never_its_value() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = std::fs::File::create(folder.path().join("a.txt")).expect("made");
    write!(file, "some {TOKEN} text").expect("written");
    let error = redactor()
        .scanner()
        .scan_folder(folder.path())
        .expect_err("found");
    let message = error.to_string();
    assert!(
        message.contains("TOKEN in") && message.contains("at byte 5"),
        "{message}"
    );
    assert!(!message.contains(TOKEN), "{message}");
}

#[test]
fn chains_of_encodings_are_undone() {
    let scanner = redactor().scanner();
    let mut seed = 7_u64;
    let mut next = |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for _ in 0..300 {
        let secret = if next(2) == 0 { PASSWORD } else { TOKEN };
        let mut bytes = secret.as_bytes().to_vec();
        let mut chain = Vec::new();
        for _ in 0..=next(3) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let step = next(4);
            chain.push(step);
            bytes = match step {
                0 => STANDARD.encode(&bytes).into_bytes(),
                1 => percent(&text, true).into_bytes(),
                2 => serde_json::to_string(&text).expect("JSON").into_bytes(),
                _ => URL_SAFE_NO_PAD.encode(&bytes).into_bytes(),
            };
        }
        assert!(scanner.scan(&bytes).is_some(), "{chain:?}");
    }
}
