//! The embedded preview app: Fieldquote, quotes for tradespeople on phones, and the ways to break it.
//!
//! It stands beside the house and imports nothing of it: to the rest of the program it is a web
//! site like any other, with a client, a database and an upload origin of its own.

mod access;
mod accounts;
mod app;
mod assets;
mod automations;
mod database;
mod error;
mod fault;
mod look_alike;
mod patches;
mod photos;
mod quotes;
mod refusal;
mod sessions;
mod signing;
mod site;
mod state;
mod team;
mod uploads;
mod voice_notes;

pub use app::Demo;
pub use error::DemoError;
pub use fault::{Fault, FaultSet, UnknownFault};

/// The configuration that the demo is walked with.
pub const CONFIG: &str = include_str!("../../checklists/demo/shippass.yaml");

/// The demo's checklists, name and text, in the order in which they are walked.
pub const CHECKLISTS: &[(&str, &str)] = &[
    (
        "checklists/demo/01-the-day-at-a-glance.yaml",
        include_str!("../../checklists/demo/01-the-day-at-a-glance.yaml"),
    ),
    (
        "checklists/demo/02-send-a-quote.yaml",
        include_str!("../../checklists/demo/02-send-a-quote.yaml"),
    ),
    (
        "checklists/demo/03-customer-signs.yaml",
        include_str!("../../checklists/demo/03-customer-signs.yaml"),
    ),
    (
        "checklists/demo/04-the-signature-arrived.yaml",
        include_str!("../../checklists/demo/04-the-signature-arrived.yaml"),
    ),
    (
        "checklists/demo/05-new-quote.yaml",
        include_str!("../../checklists/demo/05-new-quote.yaml"),
    ),
    (
        "checklists/demo/06-notes.yaml",
        include_str!("../../checklists/demo/06-notes.yaml"),
    ),
    (
        "checklists/demo/07-automations.yaml",
        include_str!("../../checklists/demo/07-automations.yaml"),
    ),
    (
        "checklists/demo/08-on-site.yaml",
        include_str!("../../checklists/demo/08-on-site.yaml"),
    ),
    (
        "checklists/demo/09-team-on-free.yaml",
        include_str!("../../checklists/demo/09-team-on-free.yaml"),
    ),
    (
        "checklists/demo/10-messy-names.yaml",
        include_str!("../../checklists/demo/10-messy-names.yaml"),
    ),
    (
        "checklists/demo/11-other-companies.yaml",
        include_str!("../../checklists/demo/11-other-companies.yaml"),
    ),
    (
        "checklists/demo/12-on-every-seat.yaml",
        include_str!("../../checklists/demo/12-on-every-seat.yaml"),
    ),
];

/// The files that the configuration names, name and text.
pub const FILES: &[(&str, &str)] = &[(
    "contracts/dashboard.json",
    include_str!("../../checklists/demo/contracts/dashboard.json"),
)];
