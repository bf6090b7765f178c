//! The one seat of a phone: a code that is good once and for some minutes, exchanged for what only that phone knows.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::super::{error::ReviewError, token::Token};

/// As long a phone may need to be found and unlocked.
const GOOD_FOR: Duration = Duration::from_mins(10);

/// Who may sit, and who does.
pub(super) struct PhoneSeat {
    code: Token,
    until: Instant,
    taken: Mutex<Option<Token>>,
}

/// Why a phone gets no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSeat {
    /// It shows another code.
    Wrong,
    /// Another phone was first.
    Taken,
    /// It comes too late.
    Expired,
}

impl PhoneSeat {
    pub(super) fn new(now: Instant) -> Result<Self, ReviewError> {
        Ok(Self {
            code: Token::new()?,
            until: now + GOOD_FOR,
            taken: Mutex::default(),
        })
    }

    /// For the one place where it is shown.
    pub(super) fn code(&self) -> &str {
        self.code.expose()
    }

    /// Exchanges the code for a seat.
    pub(super) fn take(&self, shown: &[u8], now: Instant) -> Result<Token, NoSeat> {
        if !self.code.is(shown) {
            return Err(NoSeat::Wrong);
        }
        let mut taken = self.taken();
        if taken.is_some() {
            return Err(NoSeat::Taken);
        }
        if now >= self.until {
            return Err(NoSeat::Expired);
        }
        let seat = Token::new().map_err(|_| NoSeat::Wrong)?;
        *taken = Some(seat.clone());
        Ok(seat)
    }

    /// Whether this is what the phone on the seat knows.
    pub(super) fn is_held_by(&self, shown: &[u8]) -> bool {
        self.taken().as_ref().is_some_and(|seat| seat.is(shown))
    }

    /// Leaves it free again.
    pub(super) fn leave(&self) {
        *self.taken() = None;
    }

    fn taken(&self) -> MutexGuard<'_, Option<Token>> {
        // Nothing that holds it can panic half-way.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;

    #[test]
    fn a_code_is_good_once_for_one_phone_and_not_for_long() {
        let now = Instant::now();
        let seat = PhoneSeat::new(now).unwrap();
        let code = seat.code().to_owned();
        assert!(!seat.is_held_by(b"") && !seat.is_held_by(code.as_bytes()));
        assert_eq!(seat.take(b"", now).err(), Some(NoSeat::Wrong));
        let late = now + GOOD_FOR;
        assert_eq!(
            seat.take(code.as_bytes(), late).err(),
            Some(NoSeat::Expired)
        );
        let held = seat.take(code.as_bytes(), now).unwrap();
        assert_eq!(seat.take(code.as_bytes(), now).err(), Some(NoSeat::Taken));
        assert_eq!(seat.take(code.as_bytes(), late).err(), Some(NoSeat::Taken));
        assert!(seat.is_held_by(held.expose().as_bytes()));
        assert!(
            !seat.is_held_by(code.as_bytes()),
            "the code opens nothing else"
        );
        seat.leave();
        assert!(!seat.is_held_by(held.expose().as_bytes()));
    }
}
