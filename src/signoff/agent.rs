//! A client of ssh-agent, as far as signing needs it: which keys it has, and a signature by one of them.
//!
//! The protocol is draft-ietf-sshm-ssh-agent: a length, a number for the kind, then strings with their own lengths.

use std::path::{Path, PathBuf};

use ssh_key::{Algorithm, PublicKey, Signature};

use super::error::SignError;

const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES: u8 = 12;
const REQUEST_SIGNATURE: u8 = 13;
const SIGNATURE: u8 = 14;
/// SSHSIG wants RSA with SHA-2.
const RSA_SHA2_512: u32 = 4;

/// An agent behind a socket; a connection for each question.
#[derive(Debug)]
pub(super) struct Agent {
    socket: PathBuf,
}

impl Agent {
    pub(super) fn new(socket: &Path) -> Self {
        Self {
            socket: socket.to_owned(),
        }
    }

    /// Whether it has the private half of a key.
    pub(super) fn has(&self, key: &PublicKey) -> Result<bool, SignError> {
        let blob = blob_of(key)?;
        let answer = self.ask(&[REQUEST_IDENTITIES])?;
        let mut rest = self.of_kind(&answer, IDENTITIES)?;
        let count = take_number(&mut rest).ok_or_else(|| self.garbled())?;
        for _ in 0..count {
            let found = take_text(&mut rest).ok_or_else(|| self.garbled())?;
            take_text(&mut rest).ok_or_else(|| self.garbled())?;
            if found == blob {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A signature over bytes; the agent may ask its user first, so it has all the time.
    pub(super) fn sign(&self, key: &PublicKey, bytes: &[u8]) -> Result<Signature, SignError> {
        let flags = match key.algorithm() {
            Algorithm::Rsa { .. } => RSA_SHA2_512,
            _ => 0,
        };
        let mut request = vec![REQUEST_SIGNATURE];
        put_text(&mut request, &blob_of(key)?);
        put_text(&mut request, bytes);
        request.extend(flags.to_be_bytes());
        let answer = self.ask(&request)?;
        let mut rest = self.of_kind(&answer, SIGNATURE)?;
        let signature = take_text(&mut rest).ok_or_else(|| self.garbled())?;
        Signature::try_from(signature).map_err(|_| self.garbled())
    }

    /// What follows an answer's kind; any other kind is a refusal.
    fn of_kind<'a>(&self, answer: &'a [u8], wanted: u8) -> Result<&'a [u8], SignError> {
        match answer.split_first() {
            Some((kind, rest)) if *kind == wanted => Ok(rest),
            _ => Err(self.failed("it refused".to_owned())),
        }
    }

    fn garbled(&self) -> SignError {
        self.failed("its answer can't be read".to_owned())
    }

    fn failed(&self, why: String) -> SignError {
        SignError::Agent {
            socket: self.socket.clone(),
            why,
        }
    }

    #[cfg(unix)]
    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, SignError> {
        use std::io::{self, Read, Write};
        use std::os::unix::net::UnixStream;

        const LARGEST: u32 = 256 * 1024;

        let mut message = Vec::new();
        put_text(&mut message, request);
        let exchange = || -> io::Result<Vec<u8>> {
            let mut stream = UnixStream::connect(&self.socket)?;
            stream.write_all(&message)?;
            let mut length = [0; 4];
            stream.read_exact(&mut length)?;
            let length = u32::from_be_bytes(length);
            if length > LARGEST {
                return Err(io::Error::other("its answer is too long"));
            }
            let mut answer = vec![0; usize::try_from(length).unwrap_or_default()];
            stream.read_exact(&mut answer)?;
            Ok(answer)
        };
        exchange().map_err(|error| self.failed(error.to_string()))
    }

    #[cfg(not(unix))]
    fn ask(&self, _request: &[u8]) -> Result<Vec<u8>, SignError> {
        Err(self.failed("agents can't be asked on this system".to_owned()))
    }
}

fn blob_of(key: &PublicKey) -> Result<Vec<u8>, SignError> {
    Ok(key.to_bytes()?)
}

fn put_text(message: &mut Vec<u8>, text: &[u8]) {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    message.extend(length.to_be_bytes());
    message.extend(text);
}

fn take_number(rest: &mut &[u8]) -> Option<u32> {
    let (number, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_be_bytes(*number))
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_number(rest)?).ok()?;
    let (text, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_that_is_longer_than_its_message_is_no_string() {
        let mut message = Vec::new();
        put_text(&mut message, b"key");
        let mut whole = message.as_slice();
        assert_eq!(take_text(&mut whole), Some(&b"key"[..]));
        assert_eq!(take_text(&mut whole), None);
        for end in 0..message.len() {
            assert_eq!(take_text(&mut &message[..end]), None, "cut at {end}");
        }
    }
}
