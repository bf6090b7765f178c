//! A file in windows: its size is no matter, and no encoded word is cut in two.

use std::io::{self, Read};

/// How much is read at a time.
const STRIDE: usize = 512 << 10;
/// How far a window reaches back into the one before: further than any form of a secret is long.
const OVERLAP: usize = 64 << 10;

/// Reads windows one after the other.
pub(super) struct Windows<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Where the buffer begins in the file.
    start: usize,
    /// Where the window that was seen last ends in the buffer.
    seen: usize,
    stride: usize,
    overlap: usize,
}

impl<R: Read> Windows<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            start: 0,
            seen: 0,
            stride: STRIDE,
            overlap: OVERLAP,
        }
    }

    /// The next window and where it begins in the file; `None` at its end.
    pub(super) fn next(&mut self) -> io::Result<Option<(usize, &[u8])>> {
        self.forget();
        let unseen = self.buffer.len() - self.seen;
        let mut is_end = self.fill(self.stride.saturating_sub(unseen))?;
        while !is_end && last_gap(&self.buffer[self.seen..]).is_none() {
            is_end = self.fill(self.stride)?;
        }
        let end = if is_end {
            self.buffer.len()
        } else {
            let gap = last_gap(&self.buffer).unwrap_or(self.buffer.len() - 1);
            gap + 1
        };
        if end == self.seen {
            return Ok(None);
        }
        self.seen = end;
        Ok(Some((self.start, &self.buffer[..end])))
    }

    /// Lets go of what no later window needs.
    fn forget(&mut self) {
        let before = self.seen.saturating_sub(self.overlap);
        let keep = last_gap(&self.buffer[..before]).map_or(0, |gap| gap + 1);
        self.buffer.drain(..keep);
        self.start += keep;
        self.seen -= keep;
    }

    /// Reads so many bytes more; true at the end of the file.
    fn fill(&mut self, bytes: usize) -> io::Result<bool> {
        let limit = u64::try_from(bytes).unwrap_or(u64::MAX);
        let read = self
            .reader
            .by_ref()
            .take(limit)
            .read_to_end(&mut self.buffer)?;
        Ok(read < bytes)
    }
}

/// The last byte that stands in no encoded word: Base64, hex, percent sequences, escapes, entities.
fn last_gap(bytes: &[u8]) -> Option<usize> {
    bytes
        .iter()
        .rposition(|byte| !(byte.is_ascii_alphanumeric() || b"+/_-=%\\&#;".contains(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(text: &[u8]) -> Vec<(usize, Vec<u8>)> {
        let mut windows = Windows {
            stride: 20,
            overlap: 8,
            ..Windows::new(text)
        };
        let mut seen = Vec::new();
        while let Some((start, window)) = windows.next().expect("read") {
            seen.push((start, window.to_vec()));
        }
        seen
    }

    #[test]
    fn every_word_stands_whole_in_one_of_them_and_short_neighbours_too() {
        let words: Vec<_> = (0..200).map(|number| format!("w{number:04}")).collect();
        let text = words.join(" ").into_bytes();
        let seen = windows(&text);
        assert!(seen.len() > 20, "{}", seen.len());
        for (start, window) in &seen {
            assert_eq!(&text[*start..*start + window.len()], window);
        }
        for piece in text.windows(8) {
            assert!(
                seen.iter()
                    .any(|(_, window)| window.windows(8).any(|part| part == piece)),
                "{}",
                String::from_utf8_lossy(piece)
            );
        }
    }

    #[test]
    fn a_long_encoded_word_is_never_cut() {
        let word = "QUJDREVGRw".repeat(30);
        let text = format!("before the word \"{word}\" and after it, a little more text");
        let seen = windows(text.as_bytes());
        let holds = |(_, window): &(usize, Vec<u8>)| {
            window
                .windows(word.len() + 2)
                .any(|part| part == format!("\"{word}\"").as_bytes())
        };
        assert!(seen.iter().any(holds));
        assert!(seen.len() > 2);
    }

    #[test]
    fn nothing_and_one_endless_word() {
        assert_eq!(windows(b""), []);
        let word = vec![b'A'; 1000];
        assert_eq!(windows(&word), [(0, word)]);
    }
}
