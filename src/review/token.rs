//! Secrets that open a door: made of random bytes, compared in constant time.

use subtle::ConstantTimeEq;

use super::error::ReviewError;
use crate::bundle::hex;

/// 256 bits: nobody guesses them while a review is open.
const BYTES: usize = 32;

/// A secret, in lower-case hexadecimal.
#[derive(Clone)]
pub(super) struct Token(String);

impl Token {
    pub(super) fn new() -> Result<Self, ReviewError> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)
            .map_err(|error| ReviewError::NoRandomness(error.to_string()))?;
        Ok(Self(hex(&bytes)))
    }

    /// Whether somebody showed this token; takes as long whatever was shown.
    pub(super) fn is(&self, shown: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(shown).into()
    }

    /// For the one place where it is handed over.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use super::*;

    #[test]
    fn a_token_is_long_new_each_time_and_opens_only_when_whole() {
        let (one, other) = (Token::new().unwrap(), Token::new().unwrap());
        assert_eq!(one.expose().len(), 2 * BYTES);
        assert!(one.is(one.expose().as_bytes()));
        assert!(!one.is(other.expose().as_bytes()));
        assert!(!one.is(&one.expose().as_bytes()[1..]));
        assert!(!one.is(b""));
    }
}
