//! The signer's key, and the ways to make a signature with it: ssh-agent, `ssh-keygen`, then shippass itself.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use signature::Signer as _;
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use jiff::Timestamp;

use super::{
    agent::Agent,
    allowed::AllowedSigners,
    error::SignError,
    sshsig::{fingerprint, key_id, verify_signature},
    statement::{NAMESPACE, Reviewer},
};

/// Where a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// In a file, the private one or the public one beside it.
    File(PathBuf),
    /// Named by its public half; something else holds the private one.
    Public(String),
}

impl KeySource {
    /// As git writes it in `user.signingkey`: a path, or a public key, with or without `key::` before it.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        match text.strip_prefix("key::") {
            Some(key) => Self::Public(key.to_owned()),
            None if ["ssh-", "ecdsa-", "sk-"]
                .iter()
                .any(|kind| text.starts_with(kind)) =>
            {
                Self::Public(text.to_owned())
            }
            None => Self::File(PathBuf::from(text)),
        }
    }
}

/// What may make a signature, in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// An ssh-agent at this socket.
    Agent(PathBuf),
    /// The program `ssh-keygen`.
    Keygen(PathBuf),
    /// shippass itself, with an ed25519 key that no passphrase guards.
    BuiltIn,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Agent(_) => "ssh-agent",
            Self::Keygen(_) => "ssh-keygen",
            Self::BuiltIn => "shippass itself",
        })
    }
}

/// A signature over a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The SSHSIG, armored.
    pub armored: String,
    /// What made it.
    pub by: Way,
}

/// A key that can sign.
#[derive(Debug)]
pub struct Signer {
    public: PublicKey,
    file: Option<PathBuf>,
    private: Option<PrivateKey>,
    agent: Option<Agent>,
    ways: Vec<Way>,
}

impl Signer {
    /// Reads a key; looks whether the agent has it.
    pub fn new(source: &KeySource, ways: Vec<Way>) -> Result<Self, SignError> {
        let (public, file, private) = match source {
            KeySource::Public(text) => (parse_public(text, "the key")?, None, None),
            KeySource::File(path) => read_key(path)?,
        };
        let sockets = ways.iter().filter_map(|way| match way {
            Way::Agent(socket) => Some(socket.as_path()),
            Way::Keygen(_) | Way::BuiltIn => None,
        });
        let agent = sockets
            .map(Agent::new)
            .find(|agent| agent.has(&public).unwrap_or(false));
        let is_usable =
            |key: &PrivateKey| !key.is_encrypted() && key.algorithm() == Algorithm::Ed25519;
        let may_use = ways.contains(&Way::BuiltIn);
        Ok(Self {
            private: private.filter(|key| may_use && is_usable(key)),
            public,
            file,
            agent,
            ways,
        })
    }

    /// The signer as the statement names them.
    pub fn reviewer(&self, principal: &str) -> Reviewer {
        Reviewer {
            principal: principal.to_owned(),
            key: self.fingerprint(),
            key_type: self.public.algorithm().to_string(),
        }
    }

    /// Whether this signature would count for whoever believes these.
    pub fn is_allowed_by(&self, allowed: &AllowedSigners, principal: &str, now: Timestamp) -> bool {
        allowed
            .allows(&self.public, principal, NAMESPACE, now)
            .is_ok()
    }

    /// The line of an allowed signers file that makes it count.
    pub fn allowed_line(&self, principal: &str) -> Result<String, SignError> {
        let mut key = self.public.clone();
        key.set_comment("");
        Ok(format!(
            "{principal} namespaces=\"{NAMESPACE}\" {}",
            key.to_openssh()?
        ))
    }

    /// `SHA256:…`.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.public)
    }

    /// SHA-256 of the public key, in hex.
    pub(super) fn id(&self) -> Result<String, SignError> {
        Ok(key_id(&self.public)?)
    }

    /// Whether bytes can be signed that are no SSHSIG, as an envelope needs.
    pub fn can_sign_raw(&self) -> bool {
        self.public.algorithm() == Algorithm::Ed25519
            && (self.agent.is_some() || self.private.is_some())
    }

    /// An ed25519 signature over bytes as they are; an agent that has the key may still refuse to use it.
    pub(super) fn sign_raw(&self, bytes: &[u8]) -> Result<Vec<u8>, SignError> {
        let by_agent = self
            .agent
            .as_ref()
            .map(|agent| agent.sign(&self.public, bytes));
        let signature = match (by_agent, &self.private) {
            (Some(Ok(signature)), _) => signature,
            (_, Some(key)) => key.try_sign(bytes).map_err(|_| SignError::NotMade)?,
            (Some(Err(refused)), None) => return Err(refused),
            (None, None) => return Err(SignError::NotMade),
        };
        Ok(signature.as_bytes().to_vec())
    }

    /// Signs by the first way that can, and proves what was made.
    pub fn sign(&self, statement: &[u8]) -> Result<Signed, SignError> {
        let mut tried = Vec::new();
        for way in &self.ways {
            match self.sign_by(way, statement) {
                Ok(armored) => {
                    // Whatever made it, nothing is written that verify would refuse.
                    let signer = verify_signature(armored.as_bytes(), statement);
                    if signer.is_ok_and(|signer| signer.key_data() == self.public.key_data()) {
                        let by = way.clone();
                        return Ok(Signed { armored, by });
                    }
                    tried.push(format!("{way}: what it made doesn't hold"));
                }
                Err(why) => tried.push(format!("{way}: {why}")),
            }
        }
        Err(SignError::NoWay {
            key: self.fingerprint(),
            tried,
        })
    }

    fn sign_by(&self, way: &Way, statement: &[u8]) -> Result<String, String> {
        match way {
            Way::Agent(_) => {
                let agent = self.agent.as_ref().ok_or("it doesn't have the key")?;
                let data = SshSig::signed_data(NAMESPACE, HashAlg::Sha512, statement);
                let data = data.map_err(|error| error.to_string())?;
                let signature = agent.sign(&self.public, &data);
                let signature = signature.map_err(|error| error.to_string())?;
                let key = self.public.key_data().clone();
                let whole = SshSig::new(key, NAMESPACE, HashAlg::Sha512, signature);
                whole
                    .and_then(|whole| armored(&whole))
                    .map_err(|error| error.to_string())
            }
            Way::Keygen(program) => {
                // It would ask the agent once more, which has the key and has just refused to use it.
                let asks_agent = self.agent.is_none();
                let key = (self.file.as_deref(), &self.public);
                sign_by_keygen(program, key, statement, asks_agent)
            }
            Way::BuiltIn => {
                let key = self.private.as_ref();
                let key = key.ok_or("it needs the file of an ed25519 key without a passphrase")?;
                let whole = key.sign(NAMESPACE, HashAlg::Sha512, statement);
                whole
                    .and_then(|whole| armored(&whole))
                    .map_err(|error| error.to_string())
            }
        }
    }
}

fn armored(signature: &SshSig) -> ssh_key::Result<String> {
    signature.to_pem(LineEnding::LF)
}

/// The public half, the file to give to others, and the private half when it is there and readable.
fn read_key(path: &Path) -> Result<(PublicKey, Option<PathBuf>, Option<PrivateKey>), SignError> {
    let text = read(path)?;
    if !text.contains("PRIVATE KEY-----") {
        let private = path.with_extension("");
        let is_beside = path.extension().is_some_and(|extension| extension == "pub");
        let key = is_beside
            .then(|| PrivateKey::read_openssh_file(&private).ok())
            .flatten();
        // With the public file ssh-keygen asks the agent; with the private one it can do without.
        let file = if is_beside && private.is_file() {
            private
        } else {
            path.to_owned()
        };
        return Ok((parse_public(&text, &name(path))?, Some(file), key));
    }
    if let Ok(key) = PrivateKey::from_openssh(&text) {
        return Ok((key.public_key().clone(), Some(path.to_owned()), Some(key)));
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".pub");
    let beside = PathBuf::from(beside);
    let public = parse_public(&read(&beside)?, &name(&beside))?;
    Ok((public, Some(path.to_owned()), None))
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn read(path: &Path) -> Result<String, SignError> {
    fs::read_to_string(path).map_err(|source| SignError::KeyUnreadable {
        path: path.to_owned(),
        source,
    })
}

fn parse_public(text: &str, what: &str) -> Result<PublicKey, SignError> {
    PublicKey::from_openssh(text.trim()).map_err(|source| SignError::NoKey {
        what: what.to_owned(),
        source,
    })
}

/// `ssh-keygen` asks for a passphrase, a PIN or a touch at the terminal by itself. Bytes and signature go through files, as
/// with git: what some people have in its place knows nothing else.
fn sign_by_keygen(
    program: &Path,
    (key, public): (Option<&Path>, &PublicKey),
    statement: &[u8],
    asks_agent: bool,
) -> Result<String, String> {
    let failed = |error: io::Error| format!("a file for it can't be written: {error}");
    let folder = tempfile::tempdir().map_err(failed)?;
    let place = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        File::create_new(&path).and_then(|mut file| file.write_all(bytes))?;
        Ok(path)
    };
    let key = if let Some(key) = key {
        key.to_owned()
    } else {
        let text = public.to_openssh().map_err(|error| error.to_string())?;
        place("key.pub", text.as_bytes()).map_err(failed)?
    };
    let file = place("statement.json", statement).map_err(failed)?;
    let mut command = Command::new(program);
    if program.file_stem().is_some_and(|name| name == "ssh-keygen") {
        command.arg("-q");
    }
    let is_public = key.extension().is_some_and(|extension| extension == "pub");
    if !asks_agent && !is_public {
        command.env_remove("SSH_AUTH_SOCK");
    }
    let status = command
        .args(["-Y", "sign", "-n", NAMESPACE, "-f"])
        .arg(&key)
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("{} can't be started: {error}", program.display()))?;
    if !status.success() {
        return Err(format!("it gave up ({status})"));
    }
    fs::read_to_string(folder.path().join("statement.json.sig"))
        .map_err(|error| format!("it wrote no signature: {error}"))
}
