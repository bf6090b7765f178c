//! The options of `shippass review`.

use std::{net::IpAddr, path::PathBuf};

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct ReviewArguments {
    /// The bundle's folder, or its zip, which is unpacked beside itself.
    pub(in crate::cli) bundle: PathBuf,
    /// Folder of the pictures last accepted, which the project keeps.
    #[arg(long, value_name = "DIR", default_value = "screenshots/accepted")]
    pub(in crate::cli) accepted: PathBuf,
    /// Only print the page's address.
    #[arg(long)]
    pub(in crate::cli) no_open: bool,
    /// Port of the page; any free one when not given.
    #[arg(long, default_value_t = 0)]
    pub(in crate::cli) port: u16,
    /// Let one real phone on this network walk it too: shows a QR code to scan.
    #[arg(long)]
    pub(in crate::cli) phone: bool,
    /// Address of this machine on the phone's network, where it isn't the one to the Internet.
    #[arg(long, value_name = "IP", requires = "phone")]
    pub(in crate::cli) phone_address: Option<IpAddr>,
}
