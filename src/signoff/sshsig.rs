//! SSHSIG as OpenSSH defines it (PROTOCOL.sshsig): is this a signature of that key over these bytes?

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use ssh_key::{Algorithm, HashAlg, PublicKey, SshSig};

use super::statement::NAMESPACE;
use crate::bundle::hex_sha256;

/// Why a signature doesn't count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// It can't be read.
    #[error("it is no OpenSSH signature: {0}")]
    Unreadable(String),
    /// It was made for something else.
    #[error("it was made for `{0}`, not for `shippass`")]
    Namespace(String),
    /// It was made by a certificate.
    #[error("it was made with an OpenSSH certificate; shippass knows plain keys only")]
    Certificate,
    /// It doesn't fit what is signed.
    #[error("it isn't a signature over this statement")]
    Bad,
    /// Only `ssh-keygen` knows keys of that type, and it isn't there.
    #[error(
        "a signature by a key of the type {0} is checked by `ssh-keygen`, and that can't be started"
    )]
    NeedsKeygen(String),
}

/// The key that made a signature over these bytes, when it holds.
pub(super) fn verify_signature(
    armored: &[u8],
    statement: &[u8],
) -> Result<PublicKey, SignatureFault> {
    let signature = read_signature(armored)?;
    let namespace = signature.namespace();
    let key = PublicKey::from(signature.public_key().clone());
    let holds = if key.algorithm() == Algorithm::Ed25519 {
        key.verify(namespace, statement, &signature).is_ok()
    } else {
        holds_by_keygen(armored, namespace, statement)
            .ok_or_else(|| SignatureFault::NeedsKeygen(key.algorithm().to_string()))?
    };
    if !holds {
        return Err(SignatureFault::Bad);
    }
    if namespace != NAMESPACE {
        let namespace = namespace.escape_debug().to_string();
        return Err(SignatureFault::Namespace(namespace));
    }
    Ok(key)
}

/// Reads an armor strictly: what stands around it, or another way to write it, is a change.
fn read_signature(armored: &[u8]) -> Result<SshSig, SignatureFault> {
    const CERTIFICATE: &[u8] = b"-cert-v01@openssh.com";
    let unreadable = |why: &str| SignatureFault::Unreadable(why.to_owned());
    let signature = SshSig::from_pem(armored).map_err(|error| {
        let inside = armor_bytes(armored);
        if inside
            .windows(CERTIFICATE.len())
            .any(|bytes| bytes == CERTIFICATE)
        {
            SignatureFault::Certificate
        } else {
            unreadable(&error.to_string())
        }
    })?;
    let again = signature.to_pem(ssh_key::LineEnding::LF);
    let again = again.map_err(|error| unreadable(&error.to_string()))?;
    if armored == format!("{}\n", again.trim_end()).as_bytes() {
        Ok(signature)
    } else {
        Err(unreadable("it isn't written as OpenSSH writes one"))
    }
}

/// What an armor holds, as far as it can be decoded.
fn armor_bytes(armored: &[u8]) -> Vec<u8> {
    use base64::Engine as _;

    let text = String::from_utf8_lossy(armored);
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let inside: String = lines.flat_map(|line| line.trim().chars()).collect();
    let engine = base64::engine::general_purpose::STANDARD;
    engine.decode(inside).unwrap_or_default()
}

/// Asks `ssh-keygen`, which knows every type of key; `None` when it can't be asked.
fn holds_by_keygen(armored: &[u8], namespace: &str, statement: &[u8]) -> Option<bool> {
    let mut file = tempfile::NamedTempFile::new().ok()?;
    file.write_all(armored).ok()?;
    let mut child = Command::new(Path::new("ssh-keygen"))
        .args(["-q", "-Y", "check-novalidate", "-n", namespace, "-s"])
        .arg(file.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // A signature that can't be read ends it before it reads on.
    let _ = child
        .stdin
        .take()
        .map(|mut input| input.write_all(statement));
    child.wait().ok().map(|status| status.success())
}

/// SHA-256 of a public key, in hex.
pub(super) fn key_id(key: &PublicKey) -> ssh_key::Result<String> {
    Ok(hex_sha256(&key.to_bytes()?))
}

/// `SHA256:…`, as every OpenSSH tool shows it.
pub(super) fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}
