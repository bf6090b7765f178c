//! The same statement as a DSSE envelope (secure-systems-lab/dsse, v1), for tools that know no SSHSIG.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use signature::Verifier as _;
use ssh_key::{Algorithm, PublicKey, Signature};

use super::{error::SignError, key::Signer, sshsig::fingerprint, statement::PAYLOAD_TYPE};

/// The whole of `statement.dsse.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    keyid: String,
    sig: String,
}

/// What is signed: the type and the payload with their lengths, so that neither can be taken for the other.
fn authenticated(payload: &[u8]) -> Vec<u8> {
    let head = format!(
        "DSSEv1 {} {PAYLOAD_TYPE} {} ",
        PAYLOAD_TYPE.len(),
        payload.len()
    );
    [head.as_bytes(), payload].concat()
}

/// An envelope around a statement, with one signature more than the envelope before it.
pub(super) fn seal_envelope(
    statement: &[u8],
    before: Option<&[u8]>,
    signer: &Signer,
) -> Result<Vec<u8>, SignError> {
    let mut signatures = match before {
        Some(bytes) => serde_json::from_slice::<Envelope>(bytes)?.signatures,
        None => Vec::new(),
    };
    signatures.push(EnvelopeSignature {
        keyid: signer.fingerprint(),
        sig: STANDARD.encode(signer.sign_raw(&authenticated(statement))?),
    });
    let envelope = Envelope {
        payload: STANDARD.encode(statement),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures,
    };
    Ok(envelope.bytes()?)
}

/// Whether this key is among those that have signed an envelope.
pub(super) fn is_sealed_by(envelope: &[u8], signer: &Signer) -> bool {
    let sealed = serde_json::from_slice::<Envelope>(envelope);
    sealed.is_ok_and(|sealed| {
        let mut signatures = sealed.signatures.iter();
        signatures.any(|signature| signature.keyid == signer.fingerprint())
    })
}

impl Envelope {
    /// The one way to write it.
    fn bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Whether an envelope holds this very statement, signed by keys that have signed it otherwise too; `Err` says why not.
pub(super) fn check_envelope(
    bytes: &[u8],
    statement: &[u8],
    signers: &[&PublicKey],
) -> Result<(), String> {
    let envelope: Envelope =
        serde_json::from_slice(bytes).map_err(|error| format!("it can't be read: {error}"))?;
    if envelope.bytes().ok().as_deref() != Some(bytes) {
        return Err("it isn't written as shippass writes one".to_owned());
    }
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err("its payload is of another type".to_owned());
    }
    if STANDARD.decode(&envelope.payload).ok().as_deref() != Some(statement) {
        return Err("its payload isn't the statement".to_owned());
    }
    if envelope.signatures.is_empty() {
        return Err("nobody has signed it".to_owned());
    }
    let authenticated = authenticated(statement);
    for signature in &envelope.signatures {
        let key = signers
            .iter()
            .find(|key| fingerprint(key) == signature.keyid);
        let key = key.ok_or("a key has signed it that hasn't signed the statement")?;
        let bytes = STANDARD.decode(&signature.sig).unwrap_or_default();
        let holds = Signature::new(Algorithm::Ed25519, bytes)
            .is_ok_and(|signature| key.key_data().verify(&authenticated, &signature).is_ok());
        if !holds {
            return Err("a signature in it doesn't hold".to_owned());
        }
    }
    Ok(())
}
