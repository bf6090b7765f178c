//! Cuts JSON that is larger than memory into values that fit, and leaves reading them to `serde_json`, which reads a
//! slice several times as fast as a stream.

use std::io::BufRead;

use serde::de::{DeserializeOwned, Error as _, IgnoredAny};
use serde_json::Error;

/// Goes over a document once; holds one value at a time.
pub(super) struct Cutter<R> {
    from: R,
    /// Where the next byte stands, both from 1.
    line: usize,
    column: usize,
    value: Vec<u8>,
}

/// Where in a value a byte stands.
#[derive(Default)]
struct Depth {
    open: usize,
    is_in_text: bool,
    is_escaped: bool,
    has_begun: bool,
}

impl<R: BufRead> Cutter<R> {
    /// Begins with the first byte.
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            line: 1,
            column: 1,
            value: Vec::new(),
        }
    }

    /// Gives each member of an object to `take`, which must take its value.
    pub(super) fn members(
        &mut self,
        wanted: &str,
        mut take: impl FnMut(&mut Self, &str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.open(b'{', wanted)?;
        self.each(b'}', |cutter| {
            let key: String = cutter.take()?;
            match cutter.peek()? {
                Some(b':') => cutter.consume(1),
                _ => return Err(cutter.wrong("expected `:`")),
            }
            take(cutter, &key)
        })
    }

    /// Gives each item of a list to `take`, which must take it.
    pub(super) fn items(
        &mut self,
        wanted: &str,
        take: impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.open(b'[', wanted)?;
        self.each(b']', take)
    }

    /// Reads the next value.
    pub(super) fn take<T: DeserializeOwned>(&mut self) -> Result<T, Error> {
        self.peek()?;
        let (line, column) = (self.line, self.column);
        self.cut()?;
        serde_json::from_slice(&self.value).map_err(|error| relocated(&error, line, column))
    }

    /// Leaves the next value out.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        self.take::<IgnoredAny>().map(drop)
    }

    /// Nothing may follow.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        match self.peek()? {
            None => Ok(()),
            Some(_) => Err(self.wrong("trailing characters")),
        }
    }

    fn open(&mut self, sign: u8, wanted: &str) -> Result<(), Error> {
        if self.peek()? == Some(sign) {
            self.consume(1);
            return Ok(());
        }
        // What stands there instead is cut off or something else, and reading it says which.
        self.skip()?;
        Err(self.wrong(&format!("invalid type, expected {wanted}")))
    }

    fn each(
        &mut self,
        end: u8,
        mut take: impl FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.peek()? == Some(end) {
            self.consume(1);
            return Ok(());
        }
        loop {
            take(self)?;
            match self.peek()? {
                Some(b',') => self.consume(1),
                Some(sign) if sign == end => break,
                Some(_) => return Err(self.wrong("expected `,` or the end of the list or object")),
                None => return Err(self.wrong("EOF while parsing a list or an object")),
            }
        }
        self.consume(1);
        Ok(())
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Result<Option<u8>, Error> {
        loop {
            let ready = self.from.fill_buf().map_err(Error::io)?;
            let spaces = ready.iter().take_while(|byte| is_space(**byte)).count();
            let next = ready.get(spaces).copied();
            let is_end = ready.is_empty();
            self.consume(spaces);
            if next.is_some() || is_end {
                return Ok(next);
            }
        }
    }

    /// Collects the bytes of the next value; whether they are one is seen when it is read.
    fn cut(&mut self) -> Result<(), Error> {
        self.value.clear();
        let mut depth = Depth::default();
        loop {
            let ready = self.from.fill_buf().map_err(Error::io)?;
            if ready.is_empty() {
                return Ok(());
            }
            let (taken, is_whole) = depth.go_over(ready);
            self.value.extend_from_slice(&ready[..taken]);
            self.consume(taken);
            if is_whole {
                return Ok(());
            }
        }
    }

    fn consume(&mut self, count: usize) {
        // What was looked at is still in the buffer: nothing is read, and nothing can fail.
        let ready = self.from.fill_buf().unwrap_or_default();
        let gone = &ready[..count.min(ready.len())];
        let breaks = memchr::memchr_iter(b'\n', gone).count();
        self.line += breaks;
        self.column = match memchr::memrchr(b'\n', gone) {
            Some(last) => gone.len() - last,
            None => self.column + gone.len(),
        };
        self.from.consume(count);
    }

    fn wrong(&self, why: &str) -> Error {
        located(why, self.line, self.column)
    }
}

impl Depth {
    /// Goes over what is there of a value: how many bytes belong to it, and whether it ends with them.
    fn go_over(&mut self, ready: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while let Some(rest) = ready.get(at..).filter(|rest| !rest.is_empty()) {
            if self.is_escaped {
                self.is_escaped = false;
                at += 1;
            } else if self.is_in_text {
                let Some(sign) = memchr::memchr2(b'"', b'\\', rest) else {
                    return (ready.len(), false);
                };
                at += sign + 1;
                self.is_escaped = rest[sign] == b'\\';
                self.is_in_text = self.is_escaped;
                if !self.is_in_text && self.open == 0 {
                    return (at, true);
                }
            } else if let Some(is_taken) = self.end_at(rest[0]) {
                return (at + usize::from(is_taken), true);
            } else {
                at += 1;
            }
        }
        (ready.len(), false)
    }

    /// Whether the value ends at this byte, and then whether the byte belongs to it.
    fn end_at(&mut self, byte: u8) -> Option<bool> {
        match byte {
            b'"' => self.is_in_text = true,
            b'{' | b'[' => self.open += 1,
            b'}' | b']' | b',' | b':' if self.open == 0 => return Some(false),
            space if self.open == 0 && self.has_begun && is_space(space) => return Some(false),
            b'}' | b']' => {
                self.open -= 1;
                if self.open == 0 {
                    return Some(true);
                }
            }
            _ => {}
        }
        self.has_begun = true;
        None
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// An error with its place in the document; `serde_json` reads it from the text's end.
fn located(why: &str, line: usize, column: usize) -> Error {
    Error::custom(format!("{why} at line {line} column {column}"))
}

/// An error of a value that begins at that place.
fn relocated(error: &Error, line: usize, column: usize) -> Error {
    if error.line() == 0 {
        return located(&error.to_string(), line, column);
    }
    let text = error.to_string();
    let why = text.rsplit_once(" at line ").map_or(&*text, |(why, _)| why);
    let before = if error.line() == 1 { column - 1 } else { 0 };
    located(why, line + error.line() - 1, before + error.column())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

    use std::io::BufReader;

    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    /// A reader that gives a few bytes at a time.
    fn drops(text: &str, size: usize) -> Cutter<BufReader<&[u8]>> {
        Cutter::new(BufReader::with_capacity(size, text.as_bytes()))
    }

    fn read(text: &str, size: usize) -> Result<Vec<(String, Value)>, String> {
        let mut all = Vec::new();
        let mut cutter = drops(text, size);
        let members = cutter.members("an object", |cutter, key| {
            all.push((key.to_owned(), cutter.take()?));
            Ok(())
        });
        members
            .and_then(|()| cutter.end())
            .map_err(|error| error.to_string())?;
        Ok(all)
    }

    #[test]
    fn values_come_whole_wherever_the_buffer_ends() {
        let value = json!({
            "a": "quote \" backslash \\ brace } bracket ] comma ,", "b": [1, -2.5e3, [], {}, null],
            "c\"\\": {"d": {"e": [{"f": "\\\\\""}]}}, "g": true, "h": "ünïcödé 😀", "": "",
        });
        let expected: Vec<(String, Value)> = value
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        for text in [
            value.to_string(),
            serde_json::to_string_pretty(&value).unwrap(),
        ] {
            for size in [1, 2, 3, 5, 7, 64, 4096] {
                assert_eq!(read(&text, size).unwrap(), expected, "{size}: {text}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_the_place_that_a_stream_would_tell() {
        for text in [
            "{\"a\": 1,\n \"b\": [1, 2}\n}",
            "{\"a\": 1,\n \"b\": {\"c\":\n tru}}",
            "{\"a\": \"cut off",
            "{\"a\": 1",
            "{\"a\"",
            "{\"a\" 1}",
            "{\"a\": 1 \"b\": 2}",
            "{\"a\": 1}}",
            "{\"a\": }",
            "{a: 1}",
            "{\"a\": \"\u{1}\"}",
            "",
            "  ",
        ] {
            let ours = read(text, 3).unwrap_err();
            let mut stream = serde_json::Deserializer::from_reader(text.as_bytes());
            let theirs = Value::deserialize(&mut stream).and_then(|_| stream.end());
            let theirs = theirs.unwrap_err();
            let line = format!(" at line {} ", theirs.line().max(1));
            assert!(ours.contains(&line), "{text:?}: {ours}; a stream: {theirs}");
        }
    }

    #[test]
    fn another_value_in_an_objects_place_says_what_was_wanted() {
        let error = read("[1, 2]", 64).unwrap_err();
        assert!(error.contains("expected an object"), "{error}");
    }
}
