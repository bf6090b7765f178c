//! The one seat before a walk: a second page is told that it is taken, and may take it over.
//!
//! Whoever sits holds an answer open. When the page goes away, by whatever way, the answer ends and the seat is free.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::sync::oneshot;

/// What a page reads when another one has taken its seat.
const TAKEN: &str = "taken\n";

/// Who sits, and how to ask them to rise.
#[derive(Default)]
pub(super) struct Seat {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// Seats are numbered as they are taken, so that nobody speaks from one that was left.
    last: u64,
    rise: Option<oneshot::Sender<()>>,
}

impl Seat {
    /// Takes the seat when it is free, or when it is to be taken over; the body says its number and ends when it is lost.
    pub(super) fn take(self: &Arc<Self>, takes_over: bool) -> Option<Body> {
        let mut held = self.held();
        if held.rise.is_some() && !takes_over {
            return None;
        }
        let (rise, asked) = oneshot::channel();
        held.last += 1;
        // Whoever sat there learns of it by that alone: their sender's end sends.
        if let Some(before) = held.rise.replace(rise) {
            let _ = before.send(());
        }
        let sitting = Sitting {
            seat: Arc::clone(self),
            number: held.last,
        };
        Some(Body::from_stream(lines(sitting, asked)))
    }

    /// Whether somebody sits on the seat of that number.
    pub(super) fn is_held(&self, number: u64) -> bool {
        let held = self.held();
        held.rise.is_some() && held.last == number
    }

    fn leave(&self, number: u64) {
        let mut held = self.held();
        if held.last == number {
            held.rise = None;
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

/// The seat's number at once, and `taken` when somebody else took it.
fn lines(
    sitting: Sitting,
    asked: oneshot::Receiver<()>,
) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    let number = format!("{}\n", sitting.number);
    stream::unfold((Some(number), Some(asked), sitting), |state| async move {
        let (number, asked, sitting) = state;
        if let Some(number) = number {
            return Some((Ok(number.into()), (None, asked, sitting)));
        }
        let is_asked = asked?.await.is_ok();
        is_asked.then(|| (Ok(TAKEN.into()), (None, None, sitting)))
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use futures_util::StreamExt;

    use super::*;

    #[tokio::test]
    async fn one_sits_another_is_told_so_and_who_takes_over_is_alone() {
        let seat = Arc::new(Seat::default());
        let mut first = seat.take(false).unwrap().into_data_stream();
        assert_eq!(first.next().await.unwrap().unwrap(), "1\n");
        assert!(seat.is_held(1));
        assert!(seat.take(false).is_none(), "it is taken");

        let mut second = seat.take(true).unwrap().into_data_stream();
        assert_eq!(first.next().await.unwrap().unwrap(), "taken\n");
        assert!(first.next().await.is_none());
        assert_eq!(second.next().await.unwrap().unwrap(), "2\n");
        drop(first);
        assert!(seat.is_held(2) && !seat.is_held(1));

        drop(second);
        assert!(!seat.is_held(2), "whoever goes leaves it free");
        assert!(seat.take(false).is_some());
    }
}
