//! The one seat before a walk: a second page is told that it is taken, and may take it over.
//!
//! Whoever sits listens to events that seldom come. When the page goes away, by whatever way, the answer ends and the seat
//! is free. Such a request can bear no token of ours, so it is let in by a ticket that counts once.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::sync::watch;

use super::{error::ReviewError, token::Token};

/// What a page hears when another one has taken its seat.
const TAKEN: &str = "event: taken\ndata:\n\n";
/// What it hears when something was said or found elsewhere; it asks what that was.
const NEWS: &str = "event: news\ndata:\n\n";
/// Tickets that nobody used are forgotten, the oldest first.
const TICKETS: usize = 8;

/// Who sits, and how to speak to them.
#[derive(Default)]
pub(super) struct Seat {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    tickets: Vec<(Token, Manner)>,
    /// Seats are numbered as they are taken, so that nobody speaks from one that was left.
    last: u64,
    listener: Option<watch::Sender<&'static str>>,
}

/// How somebody wants to sit down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// When the seat is free.
    Waits,
    /// Whoever sits there.
    TakesOver,
}

impl Held {
    fn is_open_to(&self, manner: Manner) -> bool {
        self.listener.is_none() || manner == Manner::TakesOver
    }
}

impl Seat {
    /// A ticket, unless somebody sits there and isn't to be disturbed.
    pub(super) fn ticket(&self, manner: Manner) -> Result<Option<Token>, ReviewError> {
        let mut held = self.held();
        if !held.is_open_to(manner) {
            return Ok(None);
        }
        let ticket = Token::new()?;
        if held.tickets.len() == TICKETS {
            held.tickets.remove(0);
        }
        held.tickets.push((ticket.clone(), manner));
        Ok(Some(ticket))
    }

    /// Takes the seat for a ticket; the events say its number at once, and when it is lost.
    pub(super) fn take(self: &Arc<Self>, shown: &[u8]) -> Option<Body> {
        let mut held = self.held();
        let at = held
            .tickets
            .iter()
            .position(|(ticket, _)| ticket.is(shown))?;
        let (_, manner) = held.tickets.remove(at);
        if !held.is_open_to(manner) {
            return None;
        }
        let (listener, told) = watch::channel("");
        held.last += 1;
        if let Some(before) = held.listener.replace(listener) {
            // A page that is gone needn't be told.
            let _ = before.send(TAKEN);
        }
        let sitting = Sitting {
            seat: Arc::clone(self),
            number: held.last,
        };
        Some(Body::from_stream(events(sitting, told)))
    }

    /// Tells whoever sits that there is news.
    pub(super) fn tell(&self) {
        if let Some(listener) = &self.held().listener {
            let _ = listener.send(NEWS);
        }
    }

    /// Whether somebody sits on the seat of that number.
    pub(super) fn is_held(&self, number: u64) -> bool {
        let held = self.held();
        held.listener.is_some() && held.last == number
    }

    fn leave(&self, number: u64) {
        let mut held = self.held();
        if held.last == number {
            held.listener = None;
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Nothing that holds it can panic half-way.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody on the seat; dropped with the answer that they hold open.
struct Sitting {
    seat: Arc<Seat>,
    number: u64,
}

impl Drop for Sitting {
    fn drop(&mut self) {
        self.seat.leave(self.number);
    }
}

/// The seat's number at once, then what there is to hear; `taken` is the last of it.
fn events(
    sitting: Sitting,
    told: watch::Receiver<&'static str>,
) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    let number = format!("event: seated\ndata: {}\n\n", sitting.number);
    let state = (Some(number), Some(told), sitting);
    stream::unfold(state, |(number, told, sitting)| async move {
        if let Some(number) = number {
            return Some((Ok(number.into()), (None, told, sitting)));
        }
        let mut told = told?;
        told.changed().await.ok()?;
        let event = *told.borrow_and_update();
        let more = (event != TAKEN).then_some(told);
        Some((Ok(event.into()), (None, more, sitting)))
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use axum::body::BodyDataStream;
    use futures_util::StreamExt;

    use super::*;

    fn sit(seat: &Arc<Seat>, manner: Manner) -> Option<BodyDataStream> {
        let ticket = seat.ticket(manner).unwrap()?;
        let body = seat.take(ticket.expose().as_bytes()).unwrap();
        assert!(
            seat.take(ticket.expose().as_bytes()).is_none(),
            "it counts once"
        );
        Some(body.into_data_stream())
    }

    #[tokio::test]
    async fn one_sits_another_is_told_so_and_who_takes_over_is_alone() {
        let seat = Arc::new(Seat::default());
        let mut first = sit(&seat, Manner::Waits).unwrap();
        let seated = |number: u64| format!("event: seated\ndata: {number}\n\n");
        assert_eq!(first.next().await.unwrap().unwrap(), seated(1));
        assert!(seat.is_held(1));
        assert!(sit(&seat, Manner::Waits).is_none(), "it is taken");
        seat.tell();
        assert_eq!(first.next().await.unwrap().unwrap(), NEWS);
        seat.tell();

        let mut second = sit(&seat, Manner::TakesOver).unwrap();
        assert_eq!(first.next().await.unwrap().unwrap(), TAKEN);
        assert!(first.next().await.is_none());
        assert_eq!(second.next().await.unwrap().unwrap(), seated(2));
        drop(first);
        assert!(seat.is_held(2) && !seat.is_held(1));

        drop(second);
        assert!(!seat.is_held(2), "whoever goes leaves it free");
        assert!(sit(&seat, Manner::Waits).is_some());
    }

    #[test]
    fn two_who_found_it_free_dont_push_each_other_off() {
        let seat = Arc::new(Seat::default());
        let tickets = [(); 2].map(|()| seat.ticket(Manner::Waits).unwrap().unwrap());
        let bodies = tickets.map(|ticket| seat.take(ticket.expose().as_bytes()));
        assert!(bodies[0].is_some() && bodies[1].is_none());
        for _ in 0..100 {
            seat.ticket(Manner::TakesOver).unwrap();
        }
        assert_eq!(seat.held().tickets.len(), TICKETS);
        assert!(seat.take(b"").is_none());
    }
}
