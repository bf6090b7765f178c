//! A browser's life and a page as a person meets it. Touches and watches; judges nothing.

mod bidi;
pub mod command;
mod door;
mod error;
pub mod https;
pub mod launch;
mod life;
pub mod page;
mod session;
mod stored;
mod tabs;

pub use error::BrowserError;
pub use life::Browser;
pub use session::{OwnBrowser, Session, SessionRequest};
pub use stored::{Seeding, Stored};
