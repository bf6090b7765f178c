//! Options of the commands that sign a bundle and check what was signed.

use std::path::PathBuf;

use clap::Args;
use jiff::SignedDuration;

use super::ReportFormat;
use crate::signoff::{Requirement, parse_age};

#[derive(Debug, Args)]
pub(in crate::cli) struct SignArguments {
    /// The bundle's folder.
    pub(in crate::cli) bundle: PathBuf,
    /// The key: a file, the public one of a key that an agent holds too, or the public key itself; git's `user.signingkey` when not given.
    #[arg(long, value_name = "FILE|KEY")]
    pub(in crate::cli) key: Option<String>,
    /// Who signs, as the allowed signers file knows you; git's `user.email` when not given.
    #[arg(long, value_name = "EMAIL")]
    pub(in crate::cli) signer: Option<String>,
    /// Sign that it must not ship, with the reason, whatever was said of single steps.
    #[arg(long, value_name = "WHY", value_parser = reason)]
    pub(in crate::cli) reject: Option<String>,
    /// Take over what you confirmed in this earlier bundle, for steps where nothing has changed.
    #[arg(long, value_name = "OLD", conflicts_with = "reject")]
    pub(in crate::cli) carry: Option<PathBuf>,
    /// Don't ask before signing.
    #[arg(long)]
    pub(in crate::cli) yes: bool,
}

fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("say why it must not ship".to_owned()),
        why => Ok(why.to_owned()),
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArguments {
    /// The bundle's folder, or its zip.
    pub(in crate::cli) bundle: PathBuf,
    /// What must be so: commit, persona, engine, target, device, checklist, run or signers; may be given several times.
    #[arg(long, value_name = "KEY=VALUE", value_delimiter = ',')]
    pub(in crate::cli) require: Vec<Requirement>,
    /// Whose signature counts, as `ssh-keygen -Y verify` reads it; git's `gpg.ssh.allowedSignersFile` when not given.
    #[arg(long, value_name = "FILE", conflicts_with = "github_user")]
    pub(in crate::cli) allowed_signers: Option<PathBuf>,
    /// Only this person's signature counts, by the keys in `--keys`.
    #[arg(long, value_name = "NAME", requires = "keys")]
    pub(in crate::cli) github_user: Option<String>,
    /// Their public keys, a line each: what `https://github.com/NAME.keys` answers.
    #[arg(long, value_name = "FILE", requires = "github_user")]
    pub(in crate::cli) keys: Option<PathBuf>,
    /// How old run and signature may be: 90m, 12h, 7d, 2w.
    #[arg(long, value_name = "AGE", value_parser = parse_age)]
    pub(in crate::cli) max_age: Option<SignedDuration>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub(in crate::cli) format: ReportFormat,
}
