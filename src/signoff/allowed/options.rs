//! The options of a line: namespaces, a time before and after, and whether the key is an authority.

use jiff::{Timestamp, tz::TimeZone};

use super::{NotAllowed, moment::moment, pattern::matches_list};

/// What a line says beside names and key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    is_authority: bool,
    namespaces: Option<String>,
    valid_after: Option<Timestamp>,
    valid_before: Option<Timestamp>,
}

impl Options {
    /// Reads options; `None` when OpenSSH wouldn't take them, and then the whole line allows nobody.
    pub(super) fn read(text: &str, zone: &TimeZone) -> Option<Self> {
        let mut options = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            rest = options.take_one(rest, zone)?;
            if rest.is_empty() {
                break;
            }
            rest = rest.strip_prefix(',')?;
            if rest.is_empty() {
                return None;
            }
        }
        match (options.valid_after, options.valid_before) {
            (Some(after), Some(before)) if before <= after => None,
            _ => Some(options),
        }
    }

    /// Takes an option from the beginning, if one stands there, and gives what follows it.
    fn take_one<'a>(&mut self, text: &'a str, zone: &TimeZone) -> Option<&'a str> {
        if let Some(rest) = after_name(text, "cert-authority") {
            self.is_authority = true;
            return Some(rest);
        }
        if let Some(rest) = after_name(text, "namespaces=") {
            let (value, rest) = unquoted(rest)?;
            let is_second = self.namespaces.replace(value).is_some();
            return (!is_second).then_some(rest);
        }
        for (name, slot) in [
            ("valid-after=", &mut self.valid_after),
            ("valid-before=", &mut self.valid_before),
        ] {
            if let Some(rest) = after_name(text, name) {
                let (value, rest) = unquoted(rest)?;
                // To OpenSSH the beginning of 1970 is no time.
                let time = moment(&value, zone).filter(|time| *time != Timestamp::UNIX_EPOCH)?;
                return slot.replace(time).is_none().then_some(rest);
            }
        }
        Some(text)
    }

    /// Whether the line's key may sign in a namespace at that time.
    pub(super) fn allow(&self, namespace: &str, now: Timestamp) -> Result<(), NotAllowed> {
        // OpenSSH counts in whole seconds.
        let now = now.as_second();
        if self.is_authority {
            return Err(NotAllowed::Authority);
        }
        if let Some(namespaces) = &self.namespaces
            && !matches_list(namespace, namespaces)
        {
            return Err(NotAllowed::OtherNamespace);
        }
        if self
            .valid_after
            .is_some_and(|after| now < after.as_second())
        {
            return Err(NotAllowed::NotYet);
        }
        if self
            .valid_before
            .is_some_and(|before| now > before.as_second())
        {
            return Err(NotAllowed::Expired);
        }
        Ok(())
    }
}

/// What follows a name; upper or lower case is the same.
fn after_name<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name).then_some(rest)
}

/// A text in quotes, `\"` standing for a quote, and what follows it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?;
    let mut value = String::new();
    loop {
        let next = rest.chars().next()?;
        let after = &rest[next.len_utf8()..];
        match next {
            '"' => return Some((value, after)),
            '\\' if after.starts_with('"') => {
                value.push('"');
                rest = &after[1..];
            }
            other => {
                value.push(other);
                rest = after;
            }
        }
    }
}
