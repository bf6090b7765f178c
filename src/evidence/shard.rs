//! A part of a plan that is walked by itself, on another machine than the rest.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One of several parts of a plan, written `3/8`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Shard {
    /// Which, from 1.
    pub index: u32,
    /// Of how many.
    pub of: u32,
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split_once('/');
        let read = numbers.and_then(|(index, of)| {
            Some(Self {
                index: index.parse().ok()?,
                of: of.parse().ok()?,
            })
        });
        read.filter(|shard| (1..=shard.of).contains(&shard.index))
            .ok_or_else(|| "write which part of how many, from 1: `1/4`, `2/4`, … `4/4`".to_owned())
    }
}

impl Shard {
    /// Where this part begins and ends in a list of that length: neighbours stay together, and no two parts differ by
    /// more than one.
    pub fn range(self, length: usize) -> std::ops::Range<usize> {
        let end = |index: u32| {
            let end = length as u64 * u64::from(index) / u64::from(self.of);
            usize::try_from(end).unwrap_or(length)
        };
        end(self.index - 1)..end(self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_whole_even_and_follow_each_other() {
        for (length, of) in [(13, 8), (8, 8), (5, 2), (1, 1), (100, 7)] {
            let mut next = 0;
            let least = length / of as usize;
            for index in 1..=of {
                let range = Shard { index, of }.range(length);
                assert_eq!(range.start, next, "{index}/{of} of {length}");
                assert!((least..=least + 1).contains(&range.len()));
                next = range.end;
            }
            assert_eq!(next, length);
        }
    }

    #[test]
    fn only_a_part_of_a_whole_is_read() {
        assert_eq!("3/8".parse(), Ok(Shard { index: 3, of: 8 }));
        for wrong in ["", "3", "0/8", "9/8", "1/0", "-1/2", "1/2/3", "a/b"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
