//! The life of a browser: found, started under a guard, and gone afterwards whatever happens.
//!
//! `driver` is what the rest of the program sees; `process` owns a driver of our own and `output` reads what
//! it says; `guard` is what the second
//! process does; `profile` is the folder that both answer for; `processes` finds and ends what is left; `chromium`
//! and `remote` say what is asked of a browser, `refusal` reads why it was refused.

mod chromium;
mod driver;
mod environment;
mod find;
mod guard;
mod output;
mod process;
mod processes;
mod profile;
mod refusal;
mod remote;

pub use chromium::{Window, chromium_capabilities};
pub use driver::{Driver, DriverRequest};
pub use environment::browser_to_become;
pub use find::{Program, Version, find_browser, find_driver};
pub use guard::{GUARD_COMMAND, GuardOrder, become_browser, run_guard};
pub use output::Listener;
pub use process::{ChromiumOptions, DriverProcess, start_chromedriver};
pub use profile::sweep_leftovers;
pub(super) use refusal::refused_session;
