//! The review: a page on this machine, on which a person walks a bundle and says what they think of it.
//!
//! Every word is on the disk before the page shows it as kept. The page's scripts put captured texts into the document
//! as text only; the policy that goes with it would run nothing else anyway.

mod api;
mod asked;
mod before;
mod compare;
mod desk;
mod error;
mod few;
mod gate;
mod once;
mod page;
mod phone;
mod sealed;
mod seat;
mod server;
mod step;
mod token;
mod told;
mod words;

pub use desk::Review;
pub use error::ReviewError;
pub use phone::own_address;
pub use server::ReviewServer;
